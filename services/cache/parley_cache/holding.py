"""One held turn: what its holder says goes to the store, what the store knows goes to the holder."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from parley_cache import voice
from parley_cache.claims import Granted
from parley_cache.model import Posted, Source, State, TextEnd
from parley_cache.observer import Observer, Result
from parley_cache.steps import End, Produced, Release, Renew, Step
from parley_cache.store.port import Store
from parley_cache.store.tables import log_subject
from parley_cache.views import View
from parley_cache.voice import Told
from parley_cache.wakeups import Ears
from parley_cache.words import Opened, Refused, Renewed, Word

Write = Callable[[Sequence[Word]], Awaitable[None]]
"""Tells words that belong to one moment."""

RESULTS = {Source.LEAD: Result.LEAD, Source.FOLLOW: Result.FOLLOW, Source.STORED: Result.HIT}


class Holding:
    """The two halves of one stream; `hear` and `speak` run in tasks of their own.

    `ears` listened to the turn before it was claimed, so that nothing that comes after its first look is missed.
    """

    def __init__(self, store: Store, observer: Observer, ears: Ears, granted: Granted, valid_for: float) -> None:
        self._store = store
        self._observer = observer
        self._ears = ears
        self._right = granted.held
        self._valid_for = valid_for
        self._told = Told(granted.seen)
        self._view: View | None = granted.view
        self._fresh = granted.fresh
        self._answers: deque[Word] = deque()
        self._last = False
        self._feeds = False
        self._led = False

    async def hear(self, step: Step) -> None:
        """Do what one step says. Raises the fault of the rule that it breaks."""
        store, right = self._store, self._right
        match step:
            case Renew(number):
                await store.renew(right)
                self._answer(Renewed(number, right.lease, self._valid_for))
            case Produced(attempt, offset, text):
                await store.append(right, attempt, offset, text)
            case TextEnd():
                await store.finish(right, step)
            case Posted():
                await store.post(right, step)
            case End(outcome, shown):
                self._view = view = await store.end(right, outcome, shown)
                self._feeds = view.feeds
                self._ears.wake()
            case Release():
                await store.release(right)
                self._close()

    def _answer(self, word: Word) -> None:
        self._answers.append(word)
        self._ears.wake()

    async def part(self) -> None:
        """The holder says no more. After its End that means that it feeds no log any longer; before, it is a break."""
        if self._feeds:
            await self._store.release(self._right)
        self._close()

    def _close(self) -> None:
        self._last = True
        self._ears.wake()

    async def speak(self, write: Write) -> None:
        """Tell the holder its lease, then every change, until the turn is over."""
        self._answers.append(Renewed(0, self._right.lease, self._valid_for))
        while True:
            last = self._last
            view = await self._look()
            await self._say(write, view)
            if voice.is_over(self._told, view) or (last and not self._answers):
                return
            if not self._more(view):
                await self._ears.wait()

    async def _look(self) -> View:
        """Return what an operation has just shown, or else look."""
        view, self._view = self._view, None
        return view or await self._store.look(self._right, self._told.seen)

    async def _say(self, write: Write, view: View) -> None:
        self._told, words = voice.say(self._told, view)
        for word in words:
            self._count(word)
        words = [*self._answers, *words]
        self._answers.clear()
        if words:
            await write(words)

    def _count(self, word: Word) -> None:
        if isinstance(word, Opened):
            self._opened(word, fresh=self._fresh)
            self._fresh = False
        elif isinstance(word, Refused) and self._fresh:
            self._observer.decided(Result.REFUSED)
            self._fresh = False

    def _opened(self, word: Opened, *, fresh: bool) -> None:
        leads = word.source is Source.LEAD
        if fresh:
            self._observer.decided(RESULTS[word.source])
        elif leads and not self._led:
            self._observer.promoted()
        self._led = leads

    def _more(self, view: View) -> bool:
        """Whether to look again at once: text is left, or the log was not listened to while it was read."""
        log = view.log
        if log is None or view.state is not State.OPENED or view.source is Source.LEAD:
            return False  # what a leader must hear of its log is told of its turn
        if log.end is not None and log.is_read_up:
            return False  # what has ended changes no more
        return self._ears.add(log_subject(log.id)) or not log.is_read_up

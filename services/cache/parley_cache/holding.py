"""One held turn: what its holder says goes to the store, what the store knows goes to the holder."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from parley_cache import voice
from parley_cache.model import Held, Posted, Source, State, TextEnd
from parley_cache.observer import Observer, Result
from parley_cache.steps import End, Produced, Release, Renew, Step
from parley_cache.store.port import Store
from parley_cache.store.tables import log_subject, turn_subject
from parley_cache.views import View
from parley_cache.voice import Told
from parley_cache.wakeups import Ears, Wakeups
from parley_cache.words import Opened, Refused, Renewed, Word

Write = Callable[[Word], Awaitable[None]]

RESULTS = {Source.LEAD: Result.LEAD, Source.FOLLOW: Result.FOLLOW, Source.STORED: Result.HIT}


class Holding:
    """The two halves of one stream; `hear` and `speak` run in tasks of their own."""

    def __init__(self, store: Store, wakeups: Wakeups, observer: Observer, right: Held, valid_for: float) -> None:
        self._store = store
        self._wakeups = wakeups
        self._observer = observer
        self._right = right
        self._valid_for = valid_for
        self._answers: deque[Word] = deque()
        self._ears: Ears | None = None
        self._last = False
        self._ended = False
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
                self._ended = True
                await store.end(right, outcome, shown)
            case Release():
                await store.release(right)
                self._close()

    def _answer(self, word: Word) -> None:
        self._answers.append(word)
        if self._ears is not None:
            self._ears.wake()

    async def part(self) -> None:
        """The holder says no more. After its End that means that it feeds no log any longer; before, it is a break."""
        if self._ended:
            await self._store.release(self._right)
        self._close()

    def _close(self) -> None:
        self._last = True
        if self._ears is not None:
            self._ears.wake()

    async def speak(self, write: Write, told: Told, *, fresh: bool) -> None:
        """Tell the holder its lease, then every change, until the turn is over.

        `fresh`: a new claim, whose first answer is counted.
        """
        with self._wakeups.listen(turn_subject(self._right.turn_id)) as ears:
            self._ears = ears
            await write(Renewed(0, self._right.lease, self._valid_for))
            while True:
                last = self._last
                await self._answer_all(write)
                view = await self._store.look(self._right, told.seen)
                told, words = voice.say(told, view)
                fresh = self._count(words, fresh=fresh)
                for word in words:
                    await write(word)
                if voice.is_over(told, view) or (last and not self._answers):
                    return
                if not _more(view, ears):
                    await ears.wait()

    async def _answer_all(self, write: Write) -> None:
        while self._answers:
            await write(self._answers.popleft())

    def _count(self, words: Sequence[Word], *, fresh: bool) -> bool:
        for word in words:
            if isinstance(word, Opened):
                self._opened(word, fresh=fresh)
                fresh = False
            elif isinstance(word, Refused) and fresh:
                self._observer.decided(Result.REFUSED)
                self._observer.refused(word.reason.value)
                fresh = False
        return fresh

    def _opened(self, word: Opened, *, fresh: bool) -> None:
        leads = word.source is Source.LEAD
        if fresh:
            self._observer.decided(RESULTS[word.source])
        elif leads and not self._led:
            self._observer.promoted()
        self._led = leads


def _more(view: View, ears: Ears) -> bool:
    """Whether to look again at once: text is left, or the log was not listened to while it was read."""
    if view.log is None or view.state is not State.OPENED:
        return False
    if view.log.end is not None and view.log.is_read_up:
        return False  # what has ended changes no more
    return ears.add(log_subject(view.log.id)) or (view.source is not Source.LEAD and not view.log.is_read_up)

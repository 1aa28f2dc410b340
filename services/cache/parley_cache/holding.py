"""One held turn: what its holder says goes to the store, what the store knows goes to the holder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from parley_cache import voice
from parley_cache.claims import Granted
from parley_cache.model import Posted, Source, State, TextEnd
from parley_cache.observer import Observer, Result
from parley_cache.rounds import Rounds
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

    `ears` listened to the turn before it was claimed, so that nothing that comes after its first look is missed. `write`
    tells the holder some words; `valid_for`: how long a lease is, in seconds.
    """

    def __init__(  # noqa: PLR0917 — what one stream has of the cache, put together once, in service
        self,
        store: Store,
        rounds: Rounds,
        observer: Observer,
        ears: Ears,
        granted: Granted,
        write: Write,
        valid_for: float,
    ) -> None:
        self._store = store
        self._rounds = rounds
        self._observer = observer
        self._ears = ears
        self._right = granted.held
        self._valid_for = valid_for
        self._told = Told(granted.seen)
        self._view: View | None = granted.view
        self._fresh = granted.fresh
        self._granted: Sequence[Word] = (Renewed(0, granted.held.lease, valid_for),)
        self._reads = False
        self._write = write
        self._writing = asyncio.Lock()
        self._last = False
        self._feeds = False
        self._led = False

    async def hear(self, step: Step) -> None:
        """Do what one step says. Raises the fault of the rule that it breaks."""
        store, right = self._store, self._right
        match step:
            case Renew(number):
                await store.renew(right)
                await self._say(Renewed(number, right.lease, self._valid_for))
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

    async def _say(self, *words: Word) -> None:
        """Both halves write; gRPC takes one message of a stream at a time."""
        async with self._writing:
            await self._write(words)

    async def part(self) -> None:
        """The holder says no more. After its End that means that it feeds no log any longer; before, it is a break."""
        if self._feeds:
            await self._store.release(self._right)
        self._close()

    def _close(self) -> None:
        self._last = True
        self._ears.wake()

    async def speak(self) -> None:
        """Tell the holder its lease, then every change, until the turn is over."""
        while True:
            last = self._last
            view = await self._look()
            await self._tell(view)
            if last or voice.is_over(self._told, view):
                return
            if not self._more(view):
                await self._ears.wait()

    async def _look(self) -> View:
        """Return what an operation has just shown, or else look; who reads a running log when it is its turn."""
        view, self._view = self._view, None
        if view is not None:
            return view
        async with self._rounds.place(reads=self._reads):
            return await self._store.look(self._right, self._told.seen)

    async def _tell(self, view: View) -> None:
        self._reads = view.state is State.OPENED and view.source is Source.FOLLOW
        self._told, words = voice.say(self._told, view)
        for word in words:
            self._count(word)
        said, self._granted = [*self._granted, *words], ()
        if said:
            await self._say(*said)

    def _count(self, word: Word) -> None:
        if isinstance(word, Opened):
            self._opened(word)
            self._fresh = False
        elif isinstance(word, Refused) and self._fresh:
            self._observer.decided(Result.REFUSED)
            self._observer.refused(word.reason.value)
            self._fresh = False

    def _opened(self, word: Opened) -> None:
        leads = word.source is Source.LEAD
        if self._fresh:
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

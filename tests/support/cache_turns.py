"""Turns as tests of the cache write them, and gateways as its store sees them."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from parley_cache import recall, voice
from parley_cache.claims import Granted
from parley_cache.keys import key_of
from parley_cache.model import (
    Finished,
    Have,
    Held,
    Message,
    Mode,
    Named,
    Opening,
    Origin,
    OriginKind,
    Outcome,
    Policy,
    Posted,
    PostedKind,
    Reference,
    Scope,
    Source,
    State,
    TextEnd,
)
from parley_cache.recall import Place
from parley_cache.store.port import Store
from parley_cache.turns import Adoption, Ask, Duplicate
from parley_cache.views import View
from parley_cache.voice import Told
from parley_cache.words import Opened, Piece, Restarted, Word

W = TypeVar("W")
_leases = itertools.count(1)

ORIGIN = Origin(
    kind=OriginKind.MESSAGE,
    guild_id="10",
    channel_id="20",
    message_id="",
    author_id="30",
    author_name="Ada",
    locale="en-GB",
    interaction_token="",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    asked_at=None,
)


def opening(turn_id: str = "1000", prompt: str = "What is a log?", **changes: Any) -> Opening:
    """A question in a conversation of its own, whose answer may be shared in the guild.

    A change may name a field of the opening or of its origin; `mode` and `scope` are the policy's.
    """
    origin = {name: changes.pop(name) for name in list(changes) if hasattr(ORIGIN, name)}
    policy = Policy(changes.pop("mode", Mode.USE), changes.pop("scope", Scope.GUILD))
    plain = Opening(
        turn_id=turn_id,
        reference=Named(f"own-{turn_id}"),
        origin=replace(ORIGIN, **{"message_id": turn_id, **origin}),
        prompt=prompt,
        attachments=(),
        model="claude-sonnet-5",
        system_prompt="Be brief.",
        max_output_tokens=1024,
        policy=policy,
    )
    return replace(plain, **changes)


@dataclass
class Hold:
    """A turn in the hands of a gateway, and all that it was told."""

    store: Store
    opening: Opening
    right: Held
    told: Told
    words: list[Word] = field(default_factory=list)
    shown: deque[View] = field(default_factory=deque)

    async def hear(self) -> list[Word]:
        """Return what there is to be told now: first what an operation has shown, as the service does."""
        fresh: list[Word] = []
        while True:
            shown = self.shown.popleft() if self.shown else None
            view = shown or await self.store.look(self.right, self.told.seen)
            self.told, words = voice.say(self.told, view)
            fresh += words
            if not words and shown is None:
                self.words += fresh
                return fresh

    async def heard(self, kind: type[W]) -> list[W]:
        """Return all words of a kind so far."""
        await self.hear()
        return [word for word in self.words if isinstance(word, kind)]

    async def last(self, kind: type[W]) -> W:
        """Return the latest word of a kind."""
        words = await self.heard(kind)
        assert words, f"never told {kind.__name__}, only {self.words}"
        return words[-1]

    async def opened(self) -> Opened:
        return await self.last(Opened)

    async def source(self) -> Source:
        return (await self.opened()).source

    async def text(self) -> str:
        """Return the text as a reader shows it: of the newest attempt, placed by offset."""
        await self.hear()
        shown = ""
        for word in self.words:
            if isinstance(word, Restarted):
                shown = ""
            elif isinstance(word, Piece):
                assert word.offset <= len(shown), "a gap"
                shown = shown[: word.offset] + word.text
        return shown

    async def say(self, text: str, attempt: int = 1, offset: int | None = None) -> None:
        """Produce text where the log ends, or at an offset."""
        if offset is None:
            view = await self.store.look(self.right, self.told.seen)
            offset = view.log.length if view.log is not None and view.log.attempt == attempt else 0
        await self.store.append(self.right, attempt, offset, text)

    async def finish(self, attempt: int = 1, result: Any = None) -> None:
        await self.store.finish(self.right, TextEnd(attempt, result or Finished("end_turn")))

    async def end(self, outcome: Outcome = Outcome.ANSWERED, shown: int = 1_000_000) -> None:
        self.shown.append(await self.store.end(self.right, outcome, shown))

    async def answer(self, text: str) -> None:
        """Lead to the end."""
        await self.say(text)
        await self.finish()
        await self.end()

    async def post(self, index: int, message_id: str, kind: PostedKind = PostedKind.PAGE) -> None:
        await self.store.post(self.right, Posted(kind, index, message_id))

    async def renew(self) -> None:
        await self.store.renew(self.right)

    async def release(self) -> None:
        await self.store.release(self.right)

    async def stop(self, by: str = "77") -> State:
        return await self.store.stop(self.right.turn_id, by)


@dataclass
class Gateway:
    """One process incarnation."""

    store: Store
    name: str = "gateway-1"

    async def ask(self, wanted: Opening, have: Have | None = None) -> Hold | Duplicate:
        granted = await self.store.claim(Ask(wanted, self.name, f"lease-{next(_leases)}", key_of(wanted), have))
        return granted if isinstance(granted, Duplicate) else self._hold(wanted, granted)

    async def open(self, turn_id: str = "1000", prompt: str = "What is a log?", **changes: Any) -> Hold:
        have = changes.pop("have", None)
        hold = await self.ask(opening(turn_id, prompt, **changes), have)
        assert isinstance(hold, Hold), f"a duplicate: {hold}"
        return hold

    async def adopt(self, turn_id: str) -> Hold:
        """Adopt an orphan as it is offered."""
        orphan = next(orphan for orphan in await self.store.orphans() if orphan.opening.turn_id == turn_id)
        return await self.adopt_by(turn_id, orphan.lease, orphan.opening)

    async def adopt_by(self, turn_id: str, lease: str, wanted: Opening | None = None) -> Hold:
        granted = await self.store.adopt(Adoption(turn_id, lease, self.name, f"lease-{next(_leases)}"))
        return self._hold(wanted or opening(turn_id), granted)

    def _hold(self, wanted: Opening, granted: Granted) -> Hold:
        return Hold(self.store, wanted, granted.held, Told(granted.seen), shown=deque([granted.view]))


@dataclass
class StoreBench:
    """A store under test, and its time."""

    store: Store
    pass_time: Callable[[float], Awaitable[None]]

    def gateway(self, name: str = "gateway-1") -> Gateway:
        return Gateway(self.store, name)

    async def later(self, seconds: float, *keeping: Hold) -> None:
        """Let time pass in steps of a renewal, or longer ones when nobody renews; sweep as the service does."""
        longest = 5.0 if keeping else max(5.0, seconds / 100)
        while seconds > 0:
            step = min(seconds, longest)
            await self.pass_time(step)
            seconds -= step
            for hold in keeping:
                await hold.renew()
            await self.store.sweep(lapses=True)

    async def orphan_ids(self) -> list[str]:
        return [orphan.opening.turn_id for orphan in await self.store.orphans()]


async def exported(store: Store, reference: Reference, size: int = 2) -> list[Message]:
    """Return all that is remembered of a conversation, so many messages at a time."""
    messages: list[Message] = []
    place: Place | None = None
    while place is None or not place.is_last:
        page = await store.apply("export", partial(recall.page, reference=reference, place=place, size=size))
        messages += page.messages
        place = page.place
    return messages


def have(source: Source | None = Source.LEAD, attempt: int = 1, offset: int = 0, **more: Any) -> Have:
    """What a holder has after a break."""
    return Have(more.pop("state", State.OPENED), source, attempt, offset, more.pop("posted", ()), **more)

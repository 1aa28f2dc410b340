"""To stop a turn: a certain one, or a member's newest, whichever gateway holds it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Protocol

from parley_gateway import addressing
from parley_gateway.asked import Asked
from parley_gateway.claims import TurnState
from parley_gateway.model import Named, Recent, Reference
from parley_gateway.ports import Conversations, TurnStore
from parley_kit.faults import Fault, NotFound

LOOK_BACK = timedelta(hours=2)
"""A turn lives no longer."""


class Stopped(Enum):
    """What became of the wish to stop."""

    STOPPED = "stopped"
    """Whoever holds the turn ends it now."""
    TOO_LATE = "too late"
    """It has ended, or there is none."""
    FAILED = "failed"
    """The cache cannot be asked, and the turn is not held here."""


class Held(Protocol):
    """The turns that this gateway holds, and those that it heard of."""

    @property
    def asked(self) -> Asked:
        """What members asked lately."""
        ...

    def stop(self, turn_id: str, by: str) -> bool:
        """Stop a turn that is held here; False when it is not."""
        ...


@dataclass(frozen=True, slots=True)
class Stops:
    """Passes the wish on: the cache carries it to the holder, or we are the holder."""

    store: TurnStore
    held: Held
    conversations: Conversations

    async def stop(self, turn_id: str, by: str) -> Stopped:
        """Stop a turn; twice is once. Others who read the same answer read on."""
        try:
            state = await self.store.stop(turn_id, by)
        except NotFound:
            state = TurnState.ENDED
        except Fault:
            return Stopped.STOPPED if self.held.stop(turn_id, by) else Stopped.FAILED
        if state is TurnState.ENDED and not self.held.stop(turn_id, by):
            return Stopped.TOO_LATE
        return Stopped.STOPPED

    async def stop_newest(self, channel_id: str, user_id: str) -> Stopped:
        """Stop a member's newest turn in a channel that has not ended, one that waits in line included.

        Only one gateway may do so for one command: after the first the next one is the newest.
        """
        outcome = Stopped.TOO_LATE
        async for turn_id in self._newest_first(channel_id, user_id):
            outcome = await self.stop(turn_id, user_id)
            if outcome is not Stopped.TOO_LATE:
                break
        return outcome

    async def _newest_first(self, channel_id: str, user_id: str) -> AsyncIterator[str]:
        known = self.held.asked.newest_first(channel_id, user_id)
        for turn_id in known:
            yield turn_id
        for turn_id in await self._live(channel_id, user_id):  # of before this gateway began
            if turn_id not in known and await self._by(turn_id, user_id):
                yield turn_id

    async def _live(self, channel_id: str, user_id: str) -> list[str]:
        found: set[str] = set()
        named = (Named(f"{kind}:{channel_id}") for kind in addressing.SHARED)
        references: tuple[Reference, ...] = (Recent(channel_id, user_id, LOOK_BACK), *named)
        for reference in references:
            with suppress(Fault):
                there = await self.conversations.get(reference)
                found |= {*there.active, *there.queued}
        return sorted(found, key=int, reverse=True)

    async def _by(self, turn_id: str, user_id: str) -> bool:
        with suppress(Fault):
            return (await self.conversations.find(turn_id)).question.author_id == user_id
        return False

"""What a gateway does about a turn while the cache is silent and another gateway goes first: it stands by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from parley_gateway.model import Prompt
from parley_gateway.siblings import Siblings
from parley_gateway.turns.hold import Hold
from parley_kit.clock import Clock

TOO_OLD = timedelta(minutes=15)
"""A question so old is not answered any more when the cache comes back."""
LOOK_SECONDS = 1.0
"""How often it looks whether it goes first now, because the one before it is gone."""
BLIND_SECONDS = 15.0
"""Where nobody tells who lives: so long the one that went first before may take to show something in Discord."""


class Standby:
    """One turn's place among the gateways. begun: looks whether an answer stands in Discord, begun or ended. begins:
    called when it stands by, since it takes up no place from then on.
    """

    def __init__(
        self,
        prompt: Prompt,
        hold: Hold,
        siblings: Siblings,
        clock: Clock,
        *,
        begun: Callable[[], Awaitable[bool]],
        begins: Callable[[], None] = lambda: None,
    ) -> None:
        self._prompt, self._hold, self._siblings, self._clock = prompt, hold, siblings, clock
        self._begun, self._begins = begun, begins
        self._look_at = 0.0
        self.stood = False
        """Whether it let another one answer, at least for a while."""

    @property
    def first(self) -> bool:
        """Whether this gateway goes first with the turn."""
        return self._siblings.first(self._prompt.channel_id, self._clock.monotonic())

    async def our_turn(self) -> bool:
        """Let the one that goes first answer without the cache, for as long as it lives; return whether we are to."""
        self._hold.standing_by = True
        self._look_at = self._clock.monotonic() + BLIND_SECONDS
        self._begins()
        try:
            while not await self._ours():
                self.stood = True
                if await self._hold.heard(LOOK_SECONDS):
                    return False
                if self._clock.now() - self._prompt.asked_at > TOO_OLD:
                    self._hold.give_up()
                    return False
            return True
        finally:
            self._hold.standing_by = False

    async def _ours(self) -> bool:
        """Whether it is us who answer. Where nobody tells who lives, Discord does: an answer that was begun there is the
        other's.
        """
        now = self._clock.monotonic()
        if not self._siblings.outranked(self._prompt.channel_id, now):
            return self.first
        if now < self._look_at:
            return False
        self._look_at = now + BLIND_SECONDS
        return not await self._begun()

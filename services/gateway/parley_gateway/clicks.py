"""A press of a Stop button: who may, what follows, what the presser is told."""

from __future__ import annotations

from dataclasses import dataclass

from parley_gateway import buttons
from parley_gateway.interactions import Click, Pick, Submission
from parley_gateway.stops import Stopped, Stops
from parley_gateway.texts import Key
from parley_gateway.whispers import Whispers

TOLD = {Stopped.TOO_LATE: Key.STOP_TOO_LATE, Stopped.FAILED: Key.STOP_FAILED}
"""What is said of a stop that stops nothing; one that does shows in the answer."""


@dataclass(frozen=True, slots=True)
class Clicks:
    """Answers presses."""

    whispers: Whispers
    stops: Stops

    async def take(self, click: Click | Pick | Submission) -> None:
        """Answer one press."""
        button = buttons.decode(click.custom_id)
        if button is None:
            return
        if click.user_id != button.author_id and not click.may_manage_messages:
            await self.whispers.say(click, Key.STOP_NOT_YOURS, acknowledged=False)
            return
        counts = await self.whispers.taken(click)
        told = TOLD.get(await self.stops.stop(button.turn_id, click.user_id))
        if told is not None and counts:
            await self.whispers.say(click, told)

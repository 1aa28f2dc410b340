"""A press of a Stop button: who may, what follows, what the presser is told.

All gateways hear it. While the cache is silent it is carried to nobody, and only the one that holds the turn obeys; the
others cannot know of it but by the answer itself.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from parley_gateway import buttons
from parley_gateway.buttons import Button
from parley_gateway.interactions import Click, Pick, Submission
from parley_gateway.messages import DeliveryError
from parley_gateway.ports import Postings
from parley_gateway.stops import Stopped, Stops
from parley_gateway.texts import Key
from parley_gateway.whispers import Whispers
from parley_kit.clock import Clock

TOLD = {Stopped.TOO_LATE: Key.STOP_TOO_LATE, Stopped.FAILED: Key.STOP_FAILED}
"""What is said of a stop that stops nothing; one that does shows in the answer."""
OBEYED_SECONDS = 3.0
"""So soon an answer shows that it was stopped."""


@dataclass(frozen=True, slots=True)
class Clicks:
    """Answers presses."""

    whispers: Whispers
    stops: Stops
    postings: Postings
    clock: Clock

    async def take(self, click: Click | Pick | Submission) -> None:
        """Answer one press."""
        button = buttons.decode(click.custom_id)
        if button is None or not isinstance(click, Click):
            return
        if click.user_id != button.author_id and not click.may_manage_messages:
            await self.whispers.say(click, Key.STOP_NOT_YOURS, acknowledged=False)
            return
        counts = await self.whispers.taken(click)
        stopped = await self.stops.stop(button.turn_id, click.user_id)
        if stopped in TOLD and counts and not await self._obeyed(click, button, stopped):
            await self.whispers.say(click, TOLD[stopped])

    async def _obeyed(self, click: Click, button: Button, stopped: Stopped) -> bool:
        """Whether somebody else obeyed a press of which the cache could not be told, as the answer shows."""
        if stopped is not Stopped.FAILED:
            return False
        await self.clock.sleep(OBEYED_SECONDS)
        with contextlib.suppress(DeliveryError):  # then nobody can tell
            answer = await self.postings.read(click.channel_id, click.message_id)
            return answer is None or button.turn_id in answer.ended
        return False

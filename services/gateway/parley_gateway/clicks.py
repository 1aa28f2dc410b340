"""A press of a Stop button: who may, what follows, what the presser is told."""

from __future__ import annotations

import contextlib

from parley_gateway import buttons
from parley_gateway.interactions import Click, Interaction, Pick, Submission
from parley_gateway.messages import DeliveryError
from parley_gateway.ports import Responses
from parley_gateway.stops import Stopped, Stops
from parley_gateway.texts import Key, Texts

TOLD = {Stopped.TOO_LATE: Key.STOP_TOO_LATE, Stopped.FAILED: Key.STOP_FAILED}
"""What is said of a stop that stops nothing; one that does shows in the answer."""


class Clicks:
    """Answers presses."""

    def __init__(self, responses: Responses, stops: Stops) -> None:
        self._responses, self._stops = responses, stops

    async def take(self, click: Click | Pick | Submission) -> None:
        """Answer one press; an answer that Discord does not take stops no stop."""
        button = buttons.decode(click.custom_id)
        if button is None:
            return
        if click.user_id == button.author_id or click.may_manage_messages:
            counts = await self._acknowledged(click)
            told = TOLD.get(await self._stops.stop(button.turn_id, click.user_id))
            if told is not None and counts:
                await self._say(click, told, acknowledged=True)
        else:
            await self._say(click, Key.STOP_NOT_YOURS, acknowledged=False)

    async def _acknowledged(self, click: Interaction) -> bool:
        """Take the press; return whether it is ours to tell what becomes of it."""
        try:
            return await self._responses.acknowledge(click)
        except DeliveryError:
            return False

    async def _say(self, click: Interaction, key: Key, *, acknowledged: bool) -> None:
        text = Texts(click.locale).render(key, reference=click.interaction_id)
        with contextlib.suppress(DeliveryError):
            await self._responses.answer_alone(click, text, acknowledged=acknowledged)

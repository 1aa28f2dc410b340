"""A press of a Stop button: who may, what follows, what the presser is told."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from parley_gateway import buttons
from parley_gateway.claims import TurnState
from parley_gateway.interactions import Click, Interaction, Pick, Submission
from parley_gateway.messages import DeliveryError
from parley_gateway.ports import Responses, TurnStore
from parley_gateway.texts import Key, Texts
from parley_kit.faults import Fault, NotFound


class Clicks:
    """Answers presses. stop_here: stops a turn that this gateway holds; False when it does not."""

    def __init__(self, responses: Responses, store: TurnStore, stop_here: Callable[[str, str], bool]) -> None:
        self._responses, self._store, self._stop_here = responses, store, stop_here

    async def take(self, click: Click | Pick | Submission) -> None:
        """Answer one press; an answer that Discord does not take stops no stop."""
        button = buttons.decode(click.custom_id)
        if button is None:
            return
        if click.user_id == button.author_id or click.may_manage_messages:
            await self._trying(self._responses.acknowledge(click))
            await self._stop(click, button.turn_id)
        else:
            await self._say(click, Key.STOP_NOT_YOURS, acknowledged=False)

    async def _stop(self, click: Interaction, turn_id: str) -> None:
        """Pass the wish on to whoever holds the turn; the cache carries it, or we are the holder."""
        try:
            state = await self._store.stop(turn_id, click.user_id)
        except NotFound:
            state = TurnState.ENDED
        except Fault:
            if not self._stop_here(turn_id, click.user_id):
                await self._say(click, Key.STOP_FAILED, acknowledged=True)
            return
        if state is TurnState.ENDED and not self._stop_here(turn_id, click.user_id):
            await self._say(click, Key.STOP_TOO_LATE, acknowledged=True)

    async def _say(self, click: Interaction, key: Key, *, acknowledged: bool) -> None:
        text = Texts(click.locale).render(key, reference=click.interaction_id)
        await self._trying(self._responses.answer_alone(click, text, acknowledged=acknowledged))

    async def _trying(self, answer: Awaitable[object]) -> None:
        with contextlib.suppress(DeliveryError):
            await answer

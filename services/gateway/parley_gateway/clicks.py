"""A press of a button: who may, what follows, what the presser is told."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from parley_gateway import custom_ids
from parley_gateway.claims import TurnState
from parley_gateway.messages import DeliveryError
from parley_gateway.model import Click
from parley_gateway.ports import Discord, Observer, TurnStore
from parley_gateway.texts import Key, Texts
from parley_kit.faults import Fault, NotFound

EVENT = "INTERACTION_CREATE"


class Clicks:
    """Answers presses. stop_here: stops a turn that this gateway holds; False when it does not."""

    def __init__(
        self, discord: Discord, store: TurnStore, stop_here: Callable[[str, str], bool], observer: Observer
    ) -> None:
        self._discord, self._store = discord, store
        self._stop_here, self._observer = stop_here, observer

    async def take(self, click: Click) -> None:
        """Answer one press; an answer that Discord does not take stops no stop."""
        stop = custom_ids.decode(click.custom_id)
        if stop is None:
            self._observer.event(EVENT, "ignored")
            return
        if click.user_id == stop.author_id or click.may_manage:
            await self._trying(self._discord.acknowledge(click))
            await self._stop(click, stop.turn_id)
        else:
            await self._say(click, Key.STOP_NOT_YOURS, acknowledged=False)
        self._observer.event(EVENT, "handled")

    async def _stop(self, click: Click, turn_id: str) -> None:
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

    async def _say(self, click: Click, key: Key, *, acknowledged: bool) -> None:
        text = Texts(click.locale).render(key, reference=click.interaction_id)
        await self._trying(self._discord.answer_alone(click, text, acknowledged=acknowledged))

    async def _trying(self, answer: Awaitable[None]) -> None:
        with contextlib.suppress(DeliveryError):
            await answer

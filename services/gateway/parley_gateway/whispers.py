"""Presses are taken, and what becomes of them is told to one member alone: by the gateway that goes on with it."""

from __future__ import annotations

import contextlib
import logging
from collections import OrderedDict

from parley_gateway.interactions import Interaction
from parley_gateway.messages import DeliveryError
from parley_gateway.ports import Responses
from parley_gateway.texts import Key, Texts

MOST = 1000
"""So many presses are remembered. Their tokens are secret and live 15 minutes, so nothing of them is kept elsewhere."""
FAILURES = frozenset({Key.STOP_FAILED, Key.ACT_FAILED})
"""What names the press as a reference, which the log then has."""
_log = logging.getLogger(__name__)


class Whispers:
    """The presses that began turns, by turn."""

    def __init__(self, responses: Responses) -> None:
        self._responses = responses
        self._presses: OrderedDict[str, Interaction] = OrderedDict()

    async def taken(self, press: Interaction) -> bool:
        """Take a press before anything slow; return whether it is ours to tell what becomes of it. What it asks for can be
        done even if Discord does not let us take it.
        """
        try:
            return await self._responses.acknowledge(press)
        except DeliveryError:
            return False

    def expect(self, turn_id: str, press: Interaction) -> None:
        """Remember who is told what becomes of a turn."""
        self._presses[turn_id] = press
        while len(self._presses) > MOST:
            self._presses.popitem(last=False)

    def texts(self, turn_id: str) -> Texts | None:
        """Return the presser's language; None when nobody of here pressed for this turn."""
        press = self._presses.get(turn_id)
        return Texts(press.locale) if press is not None else None

    async def tell(self, turn_id: str, text: str) -> None:
        """Tell whoever pressed, once; nobody if the press is not known here."""
        press = self._presses.pop(turn_id, None)
        if press is not None:
            await self.answer(press, text)

    async def say(self, press: Interaction, key: Key, *, acknowledged: bool = True) -> None:
        """Tell a presser at once."""
        if key in FAILURES:
            _log.warning("press.failed", extra={"interaction": press.interaction_id})
        text = Texts(press.locale).render(key, reference=press.interaction_id)
        await self.answer(press, text, acknowledged=acknowledged)

    async def answer(self, press: Interaction, text: str, *, acknowledged: bool = True) -> None:
        """Answer a press so that only its member sees it; what Discord does not take is lost."""
        with contextlib.suppress(DeliveryError):
            await self._responses.answer_alone(press, text, acknowledged=acknowledged)

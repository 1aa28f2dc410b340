"""Answers that only the member sees: acknowledged first, then worked out, then shown.

Both gateways hear a command and both work it out: so one may fail. What is shown is written over the same answer, and
says the same, so that it may be written twice.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable

from parley_gateway.interactions import Interaction
from parley_gateway.messages import DeliveryError, Gone
from parley_gateway.panels import Panel
from parley_gateway.ports import Responses
from parley_gateway.texts import Key, Texts
from parley_kit.faults import Fault

Work = Callable[[bool], Awaitable[Panel | None]]
"""Works out what is shown; None: nothing. It is told whether its gateway's acknowledgement was the one that counted."""
_log = logging.getLogger(__name__)


async def answer(responses: Responses, interaction: Interaction, work: Work) -> None:
    """Acknowledge a command and show what is worked out; a peer's fault is told by its name."""
    await _answer(responses, interaction, work, responses.defer(interaction, alone=True))


async def rewrite(responses: Responses, interaction: Interaction, work: Work) -> None:
    """Acknowledge a press under such an answer, and show in its place what is worked out."""
    await _answer(responses, interaction, work, responses.acknowledge(interaction))


async def _answer(responses: Responses, interaction: Interaction, work: Work, taking: Awaitable[bool]) -> None:
    try:
        counted = await taking
    except Gone:
        return  # too late: Discord tells the member itself
    except DeliveryError:
        counted = False
    panel = await _worked_out(interaction, work, counted=counted)
    if panel is not None:
        with contextlib.suppress(DeliveryError):
            await responses.rewrite(interaction, panel)


async def _worked_out(interaction: Interaction, work: Work, *, counted: bool) -> Panel | None:
    try:
        return await work(counted)
    except Fault as fault:
        _log.warning("command.failed", extra={"interaction": interaction.interaction_id, "reason": fault.reason})
        text = Texts(interaction.locale).render(Key.TOLD_FAILED, reference=interaction.interaction_id)
        return Panel(text) if counted else None  # a sibling may have had more luck

"""Answers that only the member sees: acknowledged first, then worked out, then shown.

Both gateways hear a command and both work it out: so one may fail. Whose acknowledgement counted shows it, the other
only where the member still waits a moment later. What a press shows is the last that its answer says, so that it may
be written twice.
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
    counted = await _counts(responses.defer(interaction, alone=True))
    if counted is None:
        return
    panel = await _worked_out(interaction, work, counted=counted, tell=True)
    with contextlib.suppress(DeliveryError):
        if panel is not None and (counted or await responses.abandoned(interaction)):
            await responses.rewrite(interaction, panel)


async def rewrite(responses: Responses, interaction: Interaction, work: Work) -> None:
    """Acknowledge a press under such an answer, and show in its place what is worked out."""
    counted = await _counts(responses.acknowledge(interaction))
    if counted is None:
        return
    panel = await _worked_out(interaction, work, counted=counted, tell=counted)  # a sibling may have had more luck
    with contextlib.suppress(DeliveryError):
        if panel is not None:
            await responses.rewrite(interaction, panel)


async def _counts(taking: Awaitable[bool]) -> bool | None:
    """Return whether our acknowledgement counted, as far as is known; None: too late, Discord tells the member itself."""
    try:
        return await taking
    except Gone:
        return None
    except DeliveryError:
        return False


async def _worked_out(interaction: Interaction, work: Work, *, counted: bool, tell: bool) -> Panel | None:
    try:
        return await work(counted)
    except Fault as fault:
        _log.warning("command.failed", extra={"interaction": interaction.interaction_id, "reason": fault.reason})
        text = Texts(interaction.locale).render(Key.TOLD_FAILED, reference=interaction.interaction_id)
        return Panel(text) if tell else None

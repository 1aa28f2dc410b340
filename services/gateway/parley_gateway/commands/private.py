"""Answers that only the member sees: acknowledged first, then worked out, then shown.

Both gateways hear a command. The one whose acknowledgement counts does what it asks for, the other only where the member
still waits a moment later: what a slower one did again might undo what the member has done since.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable

from parley_gateway.interactions import Interaction
from parley_gateway.messages import DeliveryError, Transient
from parley_gateway.panels import Panel
from parley_gateway.ports import Responses
from parley_gateway.texts import Key, Texts
from parley_kit.faults import Fault

Work = Callable[[], Awaitable[Panel]]
"""Does what is asked for; returns what is shown."""
_log = logging.getLogger(__name__)


async def answer(responses: Responses, interaction: Interaction, work: Work) -> None:
    """Acknowledge a command, do it and show what came of it; a peer's fault is told by its name."""
    with contextlib.suppress(DeliveryError):
        if await _defer(responses, interaction) or await responses.abandoned(interaction):
            await responses.rewrite(interaction, await _worked_out(interaction, work))


async def rewrite(responses: Responses, interaction: Interaction, work: Work) -> None:
    """Acknowledge a press under such an answer, do it, and show in its place what came of it."""
    with contextlib.suppress(DeliveryError):
        if await responses.acknowledge(interaction):
            await responses.rewrite(interaction, await _worked_out(interaction, work))


async def _defer(responses: Responses, interaction: Interaction) -> bool:
    """Acknowledge; return whether ours counts, as far as is known. Raises Gone: too late, Discord tells the member."""
    try:
        return await responses.defer(interaction, alone=True)
    except Transient:
        return False


async def _worked_out(interaction: Interaction, work: Work) -> Panel:
    try:
        return await work()
    except Fault as fault:
        _log.warning("command.failed", extra={"interaction": interaction.interaction_id, "reason": fault.reason})
        return Panel(Texts(interaction.locale).render(Key.TOLD_FAILED, reference=interaction.interaction_id))

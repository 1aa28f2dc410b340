"""`/stop`: ends the member's newest answer in the channel."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from parley_gateway.commands import private
from parley_gateway.interactions import Command
from parley_gateway.panels import Panel
from parley_gateway.ports import Responses
from parley_gateway.stops import Stopped, Stops
from parley_gateway.texts import Key, Texts

_log = logging.getLogger(__name__)
TOLD = {
    Stopped.STOPPED: Key.TOLD_STOPPED,
    Stopped.TOO_LATE: Key.TOLD_NOTHING_TO_STOP,
    Stopped.FAILED: Key.TOLD_STOP_FAILED,
}


@dataclass(frozen=True, slots=True)
class Stopping:
    """Stops, and says what became of it."""

    responses: Responses
    stops: Stops

    async def take(self, command: Command) -> None:
        """Stop one turn."""

        async def work() -> Panel:
            stopped = await self.stops.stop_newest(command.channel_id, command.user_id)
            if stopped is Stopped.FAILED:
                _log.warning("stop.failed", extra={"interaction": command.interaction_id})
            return Panel(Texts(command.locale).render(TOLD[stopped], reference=command.interaction_id))

        await private.answer(self.responses, command, work)

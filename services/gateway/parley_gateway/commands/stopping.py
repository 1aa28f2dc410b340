"""`/stop`: ends the member's newest answer in the channel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from parley_gateway.claims import TurnState
from parley_gateway.commands import private
from parley_gateway.interactions import Command, Interaction
from parley_gateway.model import Reference
from parley_gateway.panels import Panel
from parley_gateway.ports import Conversations, Responses, TurnStore
from parley_gateway.texts import Key, Texts
from parley_kit.faults import NotFound


@dataclass(frozen=True, slots=True)
class Stopping:
    """Asks the cache what is answered, and whoever answers to stop. stop_here: stops a turn that this gateway holds."""

    responses: Responses
    conversations: Conversations
    store: TurnStore
    stop_here: Callable[[str, str], bool]
    reference: Callable[[Interaction], Reference]

    async def take(self, command: Command) -> None:
        """Stop, and say so; where nothing is answered only the gateway that acknowledged says it.

        Its sibling may come when the answer has been stopped already.
        """

        async def work(counted: bool) -> Panel | None:  # noqa: FBT001 — the signature of Work
            stopped = await self._stop(command)
            if not stopped and not counted:
                return None
            key = Key.TOLD_STOPPED if stopped else Key.TOLD_NOTHING_TO_STOP
            return Panel(Texts(command.locale).render(key))

        await private.answer(self.responses, command, work)

    async def _stop(self, command: Command) -> bool:
        try:
            found = await self.conversations.get(self.reference(command))
            turn_id = max(found.active or found.queued, key=int, default="")
            state = await self.store.stop(turn_id, command.user_id) if turn_id else TurnState.ENDED
        except NotFound:
            return False
        return state is not TurnState.ENDED or self.stop_here(turn_id, command.user_id)

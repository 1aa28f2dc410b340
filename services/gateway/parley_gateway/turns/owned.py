"""Discord's messages, written only while the turn is ours."""

from __future__ import annotations

from typing_extensions import override

from parley_gateway.buttons import Buttons
from parley_gateway.messages import Gone, Messages
from parley_gateway.turns.hold import Hold


class OwnedMessages(Messages):
    """Waits while the lease is over and the cache is asked again; a turn that is lost writes nothing more."""

    def __init__(self, messages: Messages, hold: Hold) -> None:
        self._messages, self._hold = messages, hold
        self._removed: set[str] = set()

    def removed(self, message_id: str) -> bool:
        """Whether it was this turn that deleted a message, or is about to: Discord tells of that like of any other."""
        return message_id in self._removed

    @override
    async def create(self, index: int, content: str, *, buttons: Buttons, file: str = "") -> str:
        await self._own()
        return await self._messages.create(index, content, buttons=buttons, file=file)

    @override
    async def edit(self, message_id: str, content: str | None, *, buttons: Buttons, file: str | None = None) -> None:
        await self._own()
        await self._messages.edit(message_id, content, buttons=buttons, file=file)

    @override
    async def remove(self, message_id: str) -> None:
        await self._own()
        self._removed.add(message_id)
        await self._messages.remove(message_id)

    async def _own(self) -> None:
        if not await self._hold.own():
            raise Gone("the turn is somebody else's")

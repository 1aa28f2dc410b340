"""Discord's messages of a turn that another gateway may have begun: its first page is looked for before it is made."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from typing_extensions import override

from parley_gateway.buttons import Buttons
from parley_gateway.messages import Answer, DeliveryError, Messages


class SoughtMessages(Messages):
    """Never makes a second answer. doubtful: whether one may stand of which the cache was not told.

    A nonce alone does not do: Discord remembers it for minutes only.
    """

    def __init__(self, messages: Answer, doubtful: Callable[[], bool]) -> None:
        self._messages, self._doubtful = messages, doubtful
        self._found: str | None = None
        self._looking = asyncio.Lock()

    async def look_ahead(self) -> None:
        """Look now, together with others of the channel who must; who creates later need not wait for it."""
        with contextlib.suppress(DeliveryError):  # then it is looked for when it is needed, and the error is told there
            await self._find()

    @override
    async def create(self, index: int, content: str, *, buttons: Buttons, file: str = "") -> str:
        if index == 0 and (found := await self._find()):
            await self._messages.edit(found, content, buttons=buttons, file=file)
            return found
        return await self._messages.create(index, content, buttons=buttons, file=file)

    @override
    async def edit(self, message_id: str, content: str | None, *, buttons: Buttons, file: str | None = None) -> None:
        await self._messages.edit(message_id, content, buttons=buttons, file=file)

    @override
    async def remove(self, message_id: str) -> None:
        await self._messages.remove(message_id)

    async def begun(self) -> bool:
        """Whether an answer stands; where Discord cannot be asked, one may."""
        try:
            return await self._messages.find() is not None
        except DeliveryError:
            return True

    async def ended(self) -> bool:
        """Whether an answer stands that came to its end, as far as Discord can be asked."""
        with contextlib.suppress(DeliveryError):
            found = await self._messages.find()
            return found is not None and found.ended
        return False

    async def _find(self) -> str:
        async with self._looking:
            if self._found is None:
                found = await self._messages.find() if self._doubtful() else None
                self._found = found.message_id if found is not None else ""
            return self._found

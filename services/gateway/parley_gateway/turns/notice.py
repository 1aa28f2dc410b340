"""What a member reads while the turn waits: one message, its newest text wins; the answer later takes its place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from parley_gateway.buttons import Buttons
from parley_gateway.edits import FailureKind
from parley_gateway.messages import DeliveryError, Messages


class Notice:
    """The notice of one turn. It is page 0 by its nonce, so that notice and answer are never two messages.

    allowed: waits until a call may be made. doubtful: one may stand whose id Discord did not tell.
    """

    def __init__(
        self,
        messages: Messages,
        buttons: Buttons,
        posted: Callable[[str], None],
        allowed: Callable[[], Awaitable[None]],
    ) -> None:
        self._messages, self._buttons, self._posted, self._allowed = messages, buttons, posted, allowed
        self._wanted = ""
        self._shown = ""
        self._closed = False
        self._news = asyncio.Event()
        self.message_id = ""
        self.doubtful = False

    def adopt(self, message_id: str) -> None:
        """Go on with a notice that stands already."""
        self.message_id = message_id

    def say(self, text: str) -> None:
        """Show a text soon."""
        self._wanted = text
        self._news.set()

    def close(self) -> None:
        """Show nothing more."""
        self._closed = True
        self._news.set()

    async def run(self) -> str:
        """Show what is said until closed; return the message, empty if there is none."""
        while True:
            await self._news.wait()
            self._news.clear()
            if not self._closed and self._wanted != self._shown:
                await self._allowed()
            if self._closed:
                return self.message_id
            if self._wanted != self._shown:
                await self._show(self._wanted)

    async def _show(self, text: str) -> None:
        """A notice that Discord does not take is no loss: the answer follows, or its own error."""
        try:
            if self.message_id:
                await self._messages.edit(self.message_id, text, buttons=self._buttons)
            else:
                self.message_id = await self._messages.create(0, text, buttons=self._buttons)
                self._posted(self.message_id)
        except DeliveryError as error:
            self.doubtful = self.doubtful or error.kind is FailureKind.TRANSIENT
            return
        self._shown = text

"""The port to Discord's messages: what a delivery asks for, and how Discord may answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from parley_gateway.buttons import Buttons
from parley_gateway.edits import FailureKind


class DeliveryError(Exception):
    """Discord did not take an edit."""

    kind: FailureKind


class Gone(DeliveryError):  # noqa: N818 -- named for what happened, like the codes it stands for
    """The message or its channel does not exist any more (10008, 10003)."""

    kind = FailureKind.GONE


class Forbidden(DeliveryError):  # noqa: N818 -- named for what happened, like the codes it stands for
    """The bot may not (50001, 50013)."""

    kind = FailureKind.FORBIDDEN


class Rejected(DeliveryError):  # noqa: N818 -- named for what happened, like the codes it stands for
    """Discord refuses the body itself (50035 and other 400s)."""

    kind = FailureKind.REJECTED


class Transient(DeliveryError):  # noqa: N818 -- named for what happened, like the codes it stands for
    """A limit, a 5xx, a lost connection, no answer in time: the same may work later."""

    kind = FailureKind.TRANSIENT


class Messages(Protocol):
    """The messages of one turn in Discord. Each call ends by itself within bounds; it is never cancelled."""

    async def create(self, index: int, content: str, *, buttons: Buttons, file: str = "") -> str:
        """Post page `index`, page 0 as the reply; return its message id. The same index again is the same message.

        file: the text of a file that it carries, if any.
        """
        ...

    async def edit(self, message_id: str, content: str | None, *, buttons: Buttons, file: str | None = None) -> None:
        """Rewrite a message; content None leaves its text, file None what it carries; an empty file takes that away."""
        ...

    async def remove(self, message_id: str) -> None:
        """Delete a message."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """The bot's message that answers a question. ended: nobody writes on; a button of its end stands."""

    message_id: str
    ended: bool


class Answer(Messages, Protocol):
    """The messages of one turn, and what is known of them in Discord alone."""

    async def find(self) -> Found | None:
        """Return the bot's message that answers the question; None if none of those soon after it does."""
        ...

    async def notify(self, content: str) -> str:
        """Post a message that notifies the asker, whom it mentions, and nobody else; again: it is the same message.
        Return its id.
        """
        ...

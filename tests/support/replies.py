"""A Discord channel in memory, as the relay and the delivery see one: for tests that need no wire."""

from __future__ import annotations

from dataclasses import dataclass, field

from parley_gateway.buttons import Buttons
from parley_gateway.edits import Create, Edit, Ending, EndKind, Remove, Replace
from parley_gateway.relay import Relay

WHOLE = Ending(EndKind.COMPLETE, "", "(nothing)")
STOPPED = Ending(EndKind.STOPPED, "-# stopped", "stopped")
FAILED = Ending(EndKind.FAILED, "-# failed, ref", "failed, ref")
REJECTED = Ending(EndKind.FAILED, "-# rejected", "rejected")


@dataclass
class Message:
    """One message. content None: somebody else wrote it."""

    content: str | None
    buttons: Buttons
    file: str = ""


@dataclass
class Channel:
    """Messages by id, in the order of their creation."""

    messages: dict[str, Message] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    nonces: dict[int, str] = field(default_factory=dict)

    @property
    def contents(self) -> list[str | None]:
        return [message.content for message in self.messages.values()]

    @property
    def files(self) -> list[str]:
        return [message.file for message in self.messages.values()]

    @property
    def buttons(self) -> list[bool]:
        return [bool(message.buttons) for message in self.messages.values()]

    def take(self, edit: Edit, ids: tuple[str, ...]) -> str:
        """Do what an edit says; return the message's id. An edit that changes nothing is an error."""
        self.edits.append(edit)
        match edit:
            case Create() if edit.index in self.nonces:  # Discord answers with what it made before
                return self.nonces[edit.index]
            case Create():
                assert edit.index == len(self.messages)
                message_id = str(1_000 + len(self.edits))
                self.messages[message_id] = Message(edit.content, edit.buttons, edit.file)
                self.nonces[edit.index] = message_id
                return message_id
            case Replace():
                message = self.messages[ids[edit.index]]
                content = message.content if edit.content is None else edit.content
                file = message.file if edit.file is None else edit.file
                same = (content, edit.buttons, file) == (message.content, message.buttons, message.file)
                assert not same or isinstance(self.edits[-2], Create), "changes nothing"
                message.content, message.buttons, message.file = content, edit.buttons, file
                return ids[edit.index]
            case Remove():
                del self.messages[ids[edit.index]]
                return ids[edit.index]


def spoken(text: str) -> str:
    """Return what Claude said of a message: without our small print under it."""
    return "\n".join(line for line in text.split("\n") if not line.startswith("-# ")).rstrip()


def settle(relay: Relay, channel: Channel, limit: int = 200) -> None:
    """Make every edit that is due, whatever its time."""
    for _ in range(limit):
        due = relay.next_edit()
        if due is None:
            return
        relay.applied(due.edit, channel.take(due.edit, relay.message_ids))
    raise AssertionError("the relay never comes to rest")

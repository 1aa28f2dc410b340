"""What members do to the bot besides writing: commands, presses, choices, forms. Frozen values.

Discord waits 3 s for the first answer to one, and takes further ones for 15 minutes, both from `made_at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from parley_gateway.addressing import Message
from parley_gateway.model import Attachment

Given = str | int | float | bool
"""What stands in an option of a command; a user, channel, role or attachment by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """What any of them tells. token: secret. guild_id: empty in a direct message, where nobody may manage anything.

    parent_id: of a thread, its channel. locale: of the member's Discord. made_at: by Discord's clock, of the id.
    """

    interaction_id: str
    token: str = field(repr=False)
    channel_id: str
    guild_id: str
    user_id: str
    user_name: str
    locale: str
    made_at: datetime
    parent_id: str = ""
    role_ids: frozenset[str] = frozenset()
    may_manage_messages: bool = False
    may_manage_guild: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Click(Interaction):
    """A press of a button. message_id: that carries it."""

    custom_id: str
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick(Interaction):
    """A choice in a menu; nothing chosen: an empty one."""

    custom_id: str
    message_id: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission(Interaction):
    """A form that was sent. fields: by custom id; a text, or what was chosen. message_id: empty if no message began it."""

    custom_id: str
    message_id: str
    fields: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Interaction):
    """A command. name: as it was registered, not as a language shows it. target: of a message's context menu."""

    name: str
    options: Mapping[str, Given] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    target: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion(Interaction):
    """A command that is being typed. option: the one to be completed; typed: what stands there so far."""

    name: str
    option: str
    typed: str
    options: Mapping[str, Given] = field(default_factory=dict)

"""Whom the bot answers: the operator's lists of guilds, channels, roles and users, and direct messages. Pure.

Deny wins. A list that is empty allows everybody. The lists of users and roles hold in direct messages too, where nobody
has a role: so who allows roles only is not written to directly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

Ids = frozenset[str]


class DirectMessages(Enum):
    """Who may write to the bot alone."""

    EVERYBODY = "everybody"
    NOBODY = "nobody"
    LISTED = "listed"
    """Only users of the allow list."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where. guild_id: empty in a direct message. parent_id: of a thread, its channel."""

    guild_id: str
    channel_id: str
    user_id: str
    role_ids: Ids = frozenset()
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class Lists:
    """Ids of each kind."""

    guilds: Ids = frozenset()
    channels: Ids = frozenset()
    roles: Ids = frozenset()
    users: Ids = frozenset()


@dataclass(frozen=True, slots=True)
class Access:
    """The operator's rules."""

    allow: Lists = field(default_factory=Lists)
    deny: Lists = field(default_factory=Lists)
    direct: DirectMessages = DirectMessages.EVERYBODY

    @property
    def asks_roles(self) -> bool:
        """Whether any rule asks for roles."""
        return bool(self.allow.roles or self.deny.roles)

    def may(self, asker: Asker) -> bool:
        """Whether somebody is answered there."""
        if self._denied(asker) or not self._is_member(asker):
            return False
        return self._place(asker) if asker.guild_id else self._direct(asker)

    def _denied(self, asker: Asker) -> bool:
        deny = self.deny
        return (
            asker.user_id in deny.users
            or asker.guild_id in deny.guilds
            or bool(deny.channels & {asker.channel_id, asker.parent_id})
            or bool(deny.roles & asker.role_ids)
        )

    def _is_member(self, asker: Asker) -> bool:
        allow = self.allow
        anybody = not (allow.users or allow.roles)
        return anybody or asker.user_id in allow.users or bool(allow.roles & asker.role_ids)

    def _place(self, asker: Asker) -> bool:
        allow = self.allow
        channel = not allow.channels or bool(allow.channels & {asker.channel_id, asker.parent_id})
        return channel and (not allow.guilds or asker.guild_id in allow.guilds)

    def _direct(self, asker: Asker) -> bool:
        match self.direct:
            case DirectMessages.EVERYBODY:
                return True
            case DirectMessages.NOBODY:
                return False
            case DirectMessages.LISTED:
                return asker.user_id in self.allow.users

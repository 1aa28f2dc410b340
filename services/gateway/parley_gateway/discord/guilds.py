"""What Discord tells of guilds, channels and threads.

Read from the raw events: hikari would build each guild with all its members, roles and emojis for the few words that are
needed of it (1 000 guilds: 145 MB against 58 MB, docs/adr/0002).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import hikari

from parley_gateway.places import Place, Places

Json = Mapping[str, Any]
THREADS = frozenset(
    {
        hikari.ChannelType.GUILD_NEWS_THREAD,
        hikari.ChannelType.GUILD_PUBLIC_THREAD,
        hikari.ChannelType.GUILD_PRIVATE_THREAD,
    }
)


class Talk(Protocol):
    """Hears in which channels something was written."""

    def told(self, channel_id: str, guild_id: str, last_message_id: str) -> None:
        """Take note of a channel's last message."""
        ...

    def directs(self) -> None:
        """Look at the direct channels too."""
        ...


class Guilds:
    """Listens."""

    def __init__(self, places: Places, talk: Talk) -> None:
        self._places, self._talk, self._own = places, talk, ""
        self._heard: Mapping[str, Callable[[Json], None]] = {
            "READY": self._ready,
            "GUILD_CREATE": self._guild,
            "CHANNEL_CREATE": self._changed,
            "CHANNEL_UPDATE": self._changed,
            "CHANNEL_DELETE": self._gone,
            "THREAD_CREATE": self._changed,
            "THREAD_UPDATE": self._thread_changed,
            "THREAD_DELETE": self._gone,
            "THREAD_LIST_SYNC": self._synced,
            "THREAD_MEMBER_UPDATE": self._joined,
            "THREAD_MEMBERS_UPDATE": self._members,
            "GUILD_ROLE_CREATE": self._role,
            "GUILD_ROLE_UPDATE": self._role,
        }

    def listen(self, bot: hikari.GatewayBot) -> None:
        """Subscribe to what the bot hears."""
        bot.subscribe(hikari.ShardPayloadEvent, self.on_payload)

    async def on_payload(self, event: hikari.ShardPayloadEvent) -> None:
        """Take what is of use; without a wait in it, so that events keep their order."""
        hear = self._heard.get(event.name)
        if hear is not None:
            hear(event.payload)

    def _ready(self, payload: Json) -> None:
        """A new session: its guilds follow by themselves, direct channels (of shard 0) do not."""
        self._own = str(payload["user"]["id"])
        if not payload.get("shard") or payload["shard"][0] == 0:
            self._talk.directs()

    def _guild(self, payload: Json) -> None:
        if payload.get("unavailable"):
            return
        guild_id = str(payload["id"])
        for role in payload.get("roles", ()):
            self._note_role(guild_id, role)
        for channel in (*payload.get("channels", ()), *payload.get("threads", ())):
            self._put(channel, guild_id)
            self._talk.told(str(channel["id"]), guild_id, str(channel.get("last_message_id") or ""))

    def _changed(self, payload: Json) -> None:
        self._put(payload, str(payload.get("guild_id") or ""))

    def _thread_changed(self, payload: Json) -> None:
        """Take news of a thread. It may be one that nobody told of: Discord lists none that are archived, and this tells
        of one that wakes, but not whether we are in it.
        """
        self._put(payload, str(payload.get("guild_id") or ""), otherwise=None)

    def _gone(self, payload: Json) -> None:
        self._places.drop(str(payload["id"]))

    def _synced(self, payload: Json) -> None:
        for thread in payload.get("threads", ()):
            self._put(thread, str(payload["guild_id"]))
        for member in payload.get("members", ()):
            self._places.joined(str(member["id"]), there=True)

    def _joined(self, payload: Json) -> None:
        """Take news of our own membership: Discord tells only that by this event."""
        self._places.joined(str(payload["id"]), there=True)

    def _members(self, payload: Json) -> None:
        thread = str(payload["id"])
        if any(str(member.get("user_id")) == self._own for member in payload.get("added_members", ())):
            self._places.joined(thread, there=True)
        if self._own in map(str, payload.get("removed_member_ids", ())):
            self._places.joined(thread, there=False)

    def _role(self, payload: Json) -> None:
        self._note_role(str(payload["guild_id"]), payload["role"])

    def _note_role(self, guild_id: str, role: Json) -> None:
        if self._own and str((role.get("tags") or {}).get("bot_id", "")) == self._own:
            self._places.role(guild_id, str(role["id"]))

    def _put(self, channel: Json, guild_id: str, *, otherwise: bool | None = False) -> None:
        """Take a channel or thread. otherwise: whether we are in a thread of which nothing says so; None: not known."""
        thread = channel.get("type") in THREADS
        parent = str(channel.get("parent_id") or "") if thread else ""
        joined = thread and ("member" in channel or str(channel.get("owner_id", "")) == self._own)
        self._places.put(str(channel["id"]), Place(guild_id, parent, joined=joined or otherwise))

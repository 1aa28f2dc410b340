"""The state of a Discord in memory: who is there, which guilds and channels, what was written."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from parley_sandbox.discord import permissions
from parley_sandbox.discord.errors import Code, refusal
from parley_sandbox.discord.links import Links
from parley_sandbox.discord.model import Json, channels, guilds, users
from parley_sandbox.discord.model.ids import Snowflakes
from parley_sandbox.discord.model.users import Person
from parley_sandbox.discord.permissions import NOTHING, Permission


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was sent with a message."""

    name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class World:
    """Objects in Discord's JSON shapes by id. A stored object is replaced, never changed in place, so that a reader's copy stays."""

    ids: Snowflakes
    bot: Json
    owner: Json
    users: dict[str, Json] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    guilds: dict[str, Json] = field(default_factory=dict)
    members: dict[str, dict[str, Json]] = field(default_factory=lambda: defaultdict(dict))
    channels: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, dict[str, Json]] = field(default_factory=lambda: defaultdict(dict))
    """Messages by channel and id, in the order in which they were written."""
    homes: dict[str, str] = field(default_factory=dict)
    """The channel of each message."""
    viewers: dict[str, str] = field(default_factory=dict)
    """Ephemeral messages: the one person who sees each."""
    reactions: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))
    """Who reacted to a message, by emoji as it stands in a path (`name` or `name:id`)."""
    files: dict[str, StoredFile] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    """Registered application commands by guild; the global ones under the empty string."""
    thread_members: dict[str, dict[str, Json]] = field(default_factory=lambda: defaultdict(dict))
    """Who is in a thread, by thread and user."""
    closed_to_bot: set[str] = field(default_factory=set)
    """People who take no direct messages from the bot."""
    cdn_url: str = "http://127.0.0.1/cdn"
    links: Links = field(default_factory=Links)

    def __post_init__(self) -> None:
        for someone in (self.bot, self.owner):
            self.users[someone["id"]] = someone

    # building

    def add_person(self, name: str, locale: str) -> Person:
        """Add somebody who can talk to the bot, with an open direct channel."""
        person = Person(self.ids.next(), name, locale)
        self.people[person.id] = person
        self.users[person.id] = users.user(person.id, name)
        self.add_direct_channel(person.id)
        return person

    def add_guild(self, name: str, locale: str = "en-US") -> Json:
        """Add a guild with the bot and everybody in it."""
        guild = guilds.guild(self.ids.next(), name, self.owner["id"], locale)
        self.guilds[guild["id"]] = guild
        self.members[guild["id"]] = {user_id: guilds.member() for user_id in self.users}
        return guild

    def add_role(self, guild_id: str, name: str, permission: Permission, *holders: str) -> Json:
        """Add a role and give it to some members."""
        role = guilds.role(self.ids.next(), name, permission)
        guild = self.guild(guild_id)
        self.guilds[guild_id] = {**guild, "roles": [*guild["roles"], role]}
        for holder in holders:
            member = self.members[guild_id][holder]
            self.members[guild_id][holder] = {**member, "roles": [*member["roles"], role["id"]]}
        return role

    def add_channel(self, guild_id: str, name: str) -> Json:
        """Add a text channel to a guild."""
        channel = channels.text_channel(self.ids.next(), guild_id, name, len(list(self.channels_of(guild_id))))
        self.channels[channel["id"]] = channel
        return channel

    def add_direct_channel(self, person_id: str) -> Json:
        """Add the direct channel of a person and the bot."""
        channel = channels.direct_channel(self.ids.next(), self.user(person_id))
        self.channels[channel["id"]] = channel
        return channel

    # finding

    def user(self, user_id: str) -> Json:
        """Return a user, or raise 10013."""
        if found := self.users.get(user_id):
            return found
        raise refusal(Code.UNKNOWN_USER)

    def person(self, person_id: str) -> Person:
        """Return a person, or raise 10013."""
        if found := self.people.get(person_id):
            return found
        raise refusal(Code.UNKNOWN_USER)

    def guild(self, guild_id: str) -> Json:
        """Return a guild, or raise 10004."""
        if found := self.guilds.get(guild_id):
            return found
        raise refusal(Code.UNKNOWN_GUILD)

    def member(self, guild_id: str, user_id: str) -> Json:
        """Return a member without its user, or raise 10004 or 10007."""
        if found := self.members[self.guild(guild_id)["id"]].get(user_id):
            return found
        raise refusal(Code.UNKNOWN_MEMBER)

    def channel(self, channel_id: str) -> Json:
        """Return a channel, or raise 10003."""
        if found := self.channels.get(channel_id):
            return found
        raise refusal(Code.UNKNOWN_CHANNEL)

    def channels_of(self, guild_id: str) -> Iterator[Json]:
        """Yield the channels of a guild; a thread is none."""
        return (channel for channel in self._in(guild_id) if channel["type"] != channels.THREAD)

    def threads_of(self, guild_id: str, *, archived: bool = False) -> Iterator[Json]:
        """Yield the threads of a guild that are active, or those that are archived."""
        threads = (channel for channel in self._in(guild_id) if channel["type"] == channels.THREAD)
        return (thread for thread in threads if thread["thread_metadata"]["archived"] == archived)

    def _in(self, guild_id: str) -> Iterator[Json]:
        return (channel for channel in self.channels.values() if channel.get("guild_id") == guild_id)

    def thread_at(self, message_id: str) -> Json | None:
        """Return the thread that began at a message; it has the message's id."""
        return self.channels.get(message_id)

    def guild_of(self, channel_id: str) -> str | None:
        """Return the guild of a channel; a direct channel has none."""
        guild_id: str | None = self.channel(channel_id).get("guild_id")
        return guild_id

    def direct_channel(self, person_id: str) -> Json | None:
        """Return the direct channel of a person, if there is one."""
        direct = (channel for channel in self.channels.values() if channel["type"] == channels.DIRECT)
        return next((channel for channel in direct if channel["recipients"][0]["id"] == person_id), None)

    def message(self, channel_id: str, message_id: str) -> Json:
        """Return a message as stored, or raise 10003 or 10008."""
        if found := self.messages[self.channel(channel_id)["id"]].get(message_id):
            return found
        raise refusal(Code.UNKNOWN_MESSAGE)

    # permissions

    def permissions_of(self, user_id: str, channel_id: str) -> Permission:
        """Return what somebody may do in a channel; nothing where they are not."""
        channel = self.channel(channel_id)
        if channel["type"] == channels.DIRECT:
            there = {self.bot["id"], channel["recipients"][0]["id"]}
            return permissions.DIRECT if user_id in there else NOTHING
        guild = self.guild(channel["guild_id"])
        member = self.members[guild["id"]].get(user_id)
        if channel["type"] == channels.THREAD:
            channel = self.channel(channel["parent_id"])
        return permissions.effective(guild, member, user_id, channel) if member else NOTHING

    def overwrite(
        self, channel_id: str, *, user_id: str | None = None, allow: Permission = NOTHING, deny: Permission = NOTHING
    ) -> None:
        """Set what one member (by default the bot) is allowed and denied in a guild's channel; nothing of both: as inherited."""
        channel = self.channel(channel_id)
        changed = permissions.overwritten(
            channel["permission_overwrites"], user_id or self.bot["id"], allow=allow, deny=deny
        )
        self.channels[channel_id] = {**channel, "permission_overwrites": changed}

    # files

    def store_file(self, channel_id: str, stored: StoredFile, description: str | None = None) -> Json:
        """Keep a file and return the attachment object that points to it, its link not signed yet."""
        file_id = self.ids.next()
        path = f"attachments/{channel_id}/{file_id}/{quote(stored.name)}"
        self.files[f"{channel_id}/{file_id}"] = stored
        url = f"{self.cdn_url}/{path}"
        attachment = {
            "id": file_id,
            "filename": stored.name,
            "size": len(stored.content),
            "url": url,
            "proxy_url": url,
            "content_type": stored.content_type,
        }
        return attachment if description is None else {**attachment, "description": description}

    def with_link(self, attachment: Json) -> Json:
        """Return an attachment with a link that is good from now."""
        link = self.links.signed(attachment["url"])
        return {**attachment, "url": link, "proxy_url": link}

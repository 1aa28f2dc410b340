"""Threads: begun at a message or without one, joined by who writes there or is mentioned, archived and opened again."""

from collections.abc import Iterable

from parley_sandbox.discord.acts.rights import demand
from parley_sandbox.discord.errors import Code, bad_field, refusal
from parley_sandbox.discord.happenings import Event, Happening
from parley_sandbox.discord.intents import Intent
from parley_sandbox.discord.model import Json, channels
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.realm import Realm

NAME_CHARACTERS = 100
HAS_THREAD = 1 << 5
"""The flag of a message at which a thread began."""


class Threads:
    """The threads of a realm."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._world = realm.world

    def begin(self, user_id: str, channel_id: str, name: object, message_id: str | None = None) -> Json:
        """Begin a thread; one that begins at a message has its id."""
        demand(self._world, user_id, channel_id, Permission.CREATE_PUBLIC_THREADS)
        parent = self._world.channel(channel_id)
        if parent["type"] != channels.TEXT:
            raise refusal(Code.WRONG_CHANNEL_TYPE)
        if not isinstance(name, str) or not 1 <= len(name) <= NAME_CHARACTERS:
            raise bad_field("name", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {NAME_CHARACTERS} in length.")
        if message_id is not None:
            self._mark(channel_id, message_id)
        thread = channels.thread(message_id or self._realm.ids.next(), parent, name, user_id, self._realm.timestamp())
        self._world.channels[thread["id"]] = thread
        self._world.thread_members[thread["id"]] = {}
        self.join(thread["id"], [user_id], silently=True)
        self._tell("THREAD_CREATE", thread, newly_created=True)
        return self._world.channel(thread["id"])

    def change(self, user_id: str, thread_id: str, body: Json) -> Json:
        """Rename, archive or open a thread."""
        thread = self._world.channel(thread_id)
        if thread["type"] != channels.THREAD:
            raise refusal(Code.WRONG_CHANNEL_TYPE)
        owner = thread["owner_id"] == user_id
        demand(self._world, user_id, thread_id, *(() if owner else (Permission.MANAGE_THREADS,)))
        known = {key: bool(body[key]) for key in ("archived", "locked") if key in body}
        changed = {
            **thread,
            "name": str(body.get("name") or thread["name"]),
            "thread_metadata": {**thread["thread_metadata"], **known},
        }
        self._world.channels[thread_id] = changed
        self._tell("THREAD_UPDATE", changed)
        return changed

    def join(self, thread_id: str, users: Iterable[str], *, silently: bool = False) -> None:
        """Let users in who are not in yet; the bot is told when it is one of them."""
        there, at = self._world.thread_members[thread_id], self._realm.timestamp()
        added = {user: channels.thread_member(thread_id, user, at) for user in users if user not in there}
        if not added:
            return
        there.update(added)
        thread = {**self._world.channel(thread_id), "member_count": len(there)}
        self._world.channels[thread_id] = thread
        if not silently and self._world.bot["id"] in added:
            self._tell_members(thread, list(added.values()))

    def wrote(self, message: Json) -> None:
        """Note a message in a thread: who wrote it and whom it mentions is in it; an archived thread opens."""
        thread = self._world.channel(message["channel_id"])
        if thread["type"] != channels.THREAD:
            return
        count = thread["message_count"] + 1
        metadata = {**thread["thread_metadata"], "archived": False}
        changed = {**thread, "message_count": count, "total_message_sent": count, "thread_metadata": metadata}
        self._world.channels[thread["id"]] = changed
        if thread["thread_metadata"]["archived"]:
            self._tell("THREAD_UPDATE", changed)
        self.join(thread["id"], [message["author"]["id"], *(user["id"] for user in message["mentions"])])

    def _mark(self, channel_id: str, message_id: str) -> None:
        message = self._world.message(channel_id, message_id)
        if message_id in self._world.channels:
            raise refusal(Code.THREAD_EXISTS)
        self._world.messages[channel_id][message_id] = {**message, "flags": message["flags"] | HAS_THREAD}

    def _tell(self, name: str, thread: Json, **more: object) -> None:
        place = self._world.thread_members[thread["id"]].get(self._world.bot["id"])
        payload = {**thread, **more, **({"member": place} if place else {})}
        self._realm.tell(Happening(name.lower(), thread))
        self._realm.dispatch(Event(name, payload, thread["id"], thread["guild_id"], Intent.GUILDS))

    def _tell_members(self, thread: Json, added: list[Json]) -> None:
        payload = {
            "id": thread["id"],
            "guild_id": thread["guild_id"],
            "member_count": thread["member_count"],
            "added_members": [
                {**place, "member": self._member(thread["guild_id"], place["user_id"]), "presence": None}
                for place in added
            ],
            "removed_member_ids": [],
        }
        self._realm.dispatch(Event("THREAD_MEMBERS_UPDATE", payload, thread["id"], thread["guild_id"], Intent.GUILDS))

    def _member(self, guild_id: str, user_id: str) -> Json:
        return {**self._world.member(guild_id, user_id), "user": self._world.user(user_id)}

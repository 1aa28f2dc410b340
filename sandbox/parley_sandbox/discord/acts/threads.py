"""Threads: begun at a message or without one, joined by who writes there or is mentioned, archived and opened again."""

from collections.abc import Iterable, Sequence

from parley_sandbox.discord.acts.rights import demand
from parley_sandbox.discord.errors import Code, bad_field, refusal
from parley_sandbox.discord.happenings import Event, Happening
from parley_sandbox.discord.intents import Intent
from parley_sandbox.discord.model import Json, channels
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.realm import Realm

NAME_CHARACTERS = 100
ARCHIVED_AFTER = (60, 1440, 4320, 10080)
"""The minutes of silence that one may choose; the second unless one does."""
STARTER = 21
"""The type of the message that opens a thread and shows the one that it began at; nobody wrote it."""
HAS_THREAD = 1 << 5
"""The flag of a message at which a thread began."""


class Threads:
    """The threads of a realm."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._world = realm.world

    def begin(
        self, user_id: str, channel_id: str, name: object, message_id: str | None = None, minutes: object = None
    ) -> Json:
        """Begin a thread; one that begins at a message has its id. minutes: of silence, after which it is archived."""
        demand(self._world, user_id, channel_id, Permission.CREATE_PUBLIC_THREADS)
        parent = self._world.channel(channel_id)
        if parent["type"] != channels.TEXT:
            raise refusal(Code.WRONG_CHANNEL_TYPE)
        named, archived_after = _name(name), _minutes(minutes)
        if message_id is not None:
            self._mark(channel_id, message_id)
        thread = channels.thread(message_id or self._realm.ids.next(), parent, named, user_id, self._realm.timestamp())
        thread["thread_metadata"]["auto_archive_duration"] = archived_after
        self._world.channels[thread["id"]] = thread
        self._world.thread_members[thread["id"]] = {}
        self.join(thread["id"], [user_id], silently=True)
        self._tell("THREAD_CREATE", thread, newly_created=True)
        return self._world.channel(thread["id"])

    def change(self, user_id: str, thread_id: str, body: Json) -> Json:
        """Rename, archive, lock or open a thread."""
        thread = self._thread(thread_id)
        before = thread["thread_metadata"]
        wanted: Json = {key: bool(body[key]) for key in ("archived", "locked") if body.get(key) is not None}
        self._demand_change(user_id, thread, body, wanted)
        if body.get("auto_archive_duration") is not None:
            wanted["auto_archive_duration"] = _minutes(body["auto_archive_duration"])
        if wanted.get("archived", before["archived"]) != before["archived"]:
            wanted["archive_timestamp"] = self._realm.timestamp()
        name = thread["name"] if body.get("name") is None else _name(body["name"])
        self._world.channels[thread_id] = {**thread, "name": name, "thread_metadata": {**before, **wanted}}
        self._tell("THREAD_UPDATE", self._world.channel(thread_id))
        return self._world.channel(thread_id)

    def delete(self, user_id: str, thread_id: str) -> Json:
        """Delete a thread with what was written in it, and return what it was."""
        thread = self._thread(thread_id)
        demand(self._world, user_id, thread_id, Permission.MANAGE_THREADS)
        for message_id in self._world.messages.pop(thread_id, {}):
            self._world.homes.pop(message_id, None)
        gone = {key: thread[key] for key in ("id", "guild_id", "parent_id", "type")}
        event = Event("THREAD_DELETE", gone, thread["parent_id"], thread["guild_id"], Intent.GUILDS)
        del self._world.channels[thread_id], self._world.thread_members[thread_id]
        self._realm.tell(Happening("thread_delete", {**gone, "channel_id": thread_id}))
        self._realm.dispatch(event)
        return thread

    def leave(self, thread_id: str, user_id: str) -> None:
        """Let somebody out; the bot is told when it is the one."""
        there = self._world.thread_members[self._thread(thread_id)["id"]]
        if there.pop(user_id, None) is None:
            return
        thread = {**self._world.channel(thread_id), "member_count": len(there)}
        self._world.channels[thread_id] = thread
        if user_id == self._world.bot["id"]:
            self._tell_members(thread, [], [user_id])

    def members(self, thread_id: str) -> list[Json]:
        """Return who is in a thread."""
        return list(self._world.thread_members[self._thread(thread_id)["id"]].values())

    def archived(self, channel_id: str) -> list[Json]:
        """Return the archived threads of a channel, the last archived first."""
        guild_id = self._world.guild_of(channel_id) or ""
        there = [each for each in self._world.threads_of(guild_id, archived=True) if each["parent_id"] == channel_id]
        return sorted(there, key=lambda each: str(each["thread_metadata"]["archive_timestamp"]), reverse=True)

    def join(self, thread_id: str, users: Iterable[str], *, silently: bool = False) -> None:
        """Let users in who are not in yet; the bot is told when it is one of them."""
        there, at = self._world.thread_members[self._thread(thread_id)["id"]], self._realm.timestamp()
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
        if thread["type"] != channels.THREAD or message["type"] == STARTER:
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

    def _thread(self, thread_id: str) -> Json:
        thread = self._world.channel(thread_id)
        if thread["type"] != channels.THREAD:
            raise refusal(Code.WRONG_CHANNEL_TYPE)
        return thread

    def _demand_change(self, user_id: str, thread: Json, body: Json, wanted: Json) -> None:
        """Whoever began a thread may change it, but lock it or open a locked one only those who manage threads."""
        demand(self._world, user_id, thread["id"])
        locking = "locked" in wanted or thread["thread_metadata"]["locked"]
        opening = wanted == {"archived": False} and body.keys() <= {"archived"}
        if locking or not (opening or thread["owner_id"] == user_id):
            demand(self._world, user_id, thread["id"], Permission.MANAGE_THREADS)

    def _tell_members(self, thread: Json, added: list[Json], removed: Sequence[str] = ()) -> None:
        payload = {
            "id": thread["id"],
            "guild_id": thread["guild_id"],
            "member_count": thread["member_count"],
            "added_members": [
                {**place, "member": self._member(thread["guild_id"], place["user_id"]), "presence": None}
                for place in added
            ],
            "removed_member_ids": list(removed),
        }
        self._realm.dispatch(Event("THREAD_MEMBERS_UPDATE", payload, thread["id"], thread["guild_id"], Intent.GUILDS))

    def _member(self, guild_id: str, user_id: str) -> Json:
        return {**self._world.member(guild_id, user_id), "user": self._world.user(user_id)}


def _name(given: object) -> str:
    if not isinstance(given, str) or not 1 <= len(given) <= NAME_CHARACTERS:
        raise bad_field("name", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {NAME_CHARACTERS} in length.")
    return given


def _minutes(given: object) -> int:
    if given is None:
        return ARCHIVED_AFTER[1]
    if given not in ARCHIVED_AFTER or not isinstance(given, int):
        raise bad_field("auto_archive_duration", "BASE_TYPE_CHOICES", f"Value must be one of {ARCHIVED_AFTER}.")
    return given

"""Write, change, delete and read messages."""

from collections.abc import Sequence

from parley_sandbox.discord import intents
from parley_sandbox.discord.acts.mentions import mentions
from parley_sandbox.discord.acts.nonces import Nonces
from parley_sandbox.discord.acts.rights import demand, demand_open, demand_writing
from parley_sandbox.discord.acts.threads import Threads
from parley_sandbox.discord.errors import Code, bad_field, refusal
from parley_sandbox.discord.happenings import Event, Happening
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.model.messages import plain_message, rendered
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.realm import Realm
from parley_sandbox.discord.validation import LOADING, SUPPRESS_EMBEDS, Change, Draft, Upload
from parley_sandbox.discord.world import StoredFile

_DEFAULT = 0
_REPLY = 19


class Messages:
    """The messages of a realm."""

    def __init__(self, realm: Realm, threads: Threads) -> None:
        self._realm, self._threads = realm, threads
        self._world = realm.world
        self._nonces = Nonces(realm.clock)

    def send(self, author_id: str, channel_id: str, draft: Draft) -> Json:
        """Write a message as somebody's own request: permissions, emptiness and nonce are checked first."""
        self._demand_writing(author_id, channel_id, draft)
        if draft.empty:
            raise refusal(Code.EMPTY_MESSAGE)
        if draft.enforce_nonce and draft.nonce is not None:
            known = self._nonces.message(author_id, str(draft.nonce))
            if known in self._world.homes:
                return self.shown(known)
        return self.post(author_id, channel_id, draft)

    def post(
        self, author_id: str, channel_id: str, draft: Draft, *, extra: Json | None = None, viewer: str | None = None
    ) -> Json:
        """Write a message without asking for permission; `extra` sets fields, `viewer` makes it ephemeral."""
        target = self._target(channel_id, draft.reference)
        author = self._world.user(author_id)
        may_everyone = Permission.MENTION_EVERYONE in self._world.permissions_of(author_id, channel_id)
        named = mentions(
            self._world, draft.content, draft.allowed_mentions, replied_to=target, may_everyone=may_everyone
        )
        message = plain_message(self._realm.ids.next(), channel_id, author, self._realm.timestamp()) | {
            "content": draft.content,
            "components": list(draft.components),
            "embeds": list(draft.embeds),
            "attachments": self._stored(channel_id, draft.uploads),
            "flags": draft.flags,
            "tts": draft.tts,
            **named.fields(),
            **self._reply_fields(channel_id, draft.reference),
            **({} if draft.nonce is None else {"nonce": draft.nonce}),
            **(extra or {}),
        }
        self._keep(message, viewer)
        if draft.nonce is not None:
            self._nonces.remember(author_id, str(draft.nonce), message["id"])
        announced = self._announce("MESSAGE_CREATE", message)
        self._threads.wrote(message)
        return announced

    def revise(self, author_id: str, channel_id: str, message_id: str, change: Change) -> Json:
        """Edit a message as its author."""
        demand(self._world, author_id, channel_id)
        message = self.public(channel_id, message_id)
        if message["author"]["id"] != author_id:
            raise refusal(Code.FOREIGN_MESSAGE)
        return self.edit(message, change)

    def edit(self, message: Json, change: Change) -> Json:
        """Edit a message without asking who does it; the first edit of a deferred response fills it."""
        fields = dict(change.fields)
        if "content" in fields:
            fields |= self._mentioned(message, fields["content"], change.allowed_mentions)
        fields["flags"] = fields.get("flags", message["flags"] & SUPPRESS_EMBEDS) | message["flags"] & ~(
            SUPPRESS_EMBEDS | LOADING
        )
        kept = [each for each in message["attachments"] if change.keep is None or each["id"] in change.keep]
        fields["attachments"] = [*kept, *self._stored(message["channel_id"], change.uploads)]
        if not message["flags"] & LOADING:
            fields["edited_timestamp"] = self._realm.timestamp()
        changed = {**message, **fields}
        if not (changed["content"] or changed["components"] or changed["embeds"] or changed["attachments"]):
            raise refusal(Code.EMPTY_MESSAGE)
        self._world.messages[message["channel_id"]][message["id"]] = changed
        return self._announce("MESSAGE_UPDATE", changed)

    def withdraw(self, user_id: str, channel_id: str, message_id: str) -> None:
        """Delete a message as its author, or as somebody who may delete others' in a guild."""
        demand(self._world, user_id, channel_id)
        message = self.public(channel_id, message_id)
        if message["author"]["id"] != user_id:
            if self._world.guild_of(channel_id) is None:
                raise refusal(Code.NOT_IN_DIRECT_CHANNEL)
            demand(self._world, user_id, channel_id, Permission.MANAGE_MESSAGES)
        self.delete(message)

    def delete(self, message: Json) -> None:
        """Delete a message."""
        channel_id, guild_id = message["channel_id"], self._world.guild_of(message["channel_id"])
        viewer = self._world.viewers.pop(message["id"], None)
        del self._world.messages[channel_id][message["id"]]
        del self._world.homes[message["id"]]
        self._world.reactions.pop(message["id"], None)
        gone = {"id": message["id"], "channel_id": channel_id} | ({"guild_id": guild_id} if guild_id else {})
        self._realm.tell(Happening("message_delete", gone, viewer))
        if viewer is None:
            self._realm.dispatch(Event("MESSAGE_DELETE", gone, channel_id, guild_id, intents.of_message(guild_id)))

    def refresh(self, channel_id: str, message_id: str) -> None:
        """Tell everybody how a message looks now that something about it has changed, such as a thread that began at it."""
        self._announce("MESSAGE_UPDATE", self._world.message(channel_id, message_id))

    def public(self, channel_id: str, message_id: str) -> Json:
        """Return a stored message that everybody in the channel sees, or raise 10008."""
        message = self._world.message(channel_id, message_id)
        if message_id in self._world.viewers:
            raise refusal(Code.UNKNOWN_MESSAGE)
        return message

    def read(self, user_id: str, channel_id: str, message_id: str) -> Json:
        """Return one message as somebody reads it."""
        demand(self._world, user_id, channel_id, Permission.READ_MESSAGE_HISTORY)
        return rendered(self._world, self.public(channel_id, message_id))

    def shown(self, message_id: str) -> Json:
        """Return a message as it stands now, ephemeral or not."""
        home = self._world.homes.get(message_id)
        if home is None:
            raise refusal(Code.UNKNOWN_MESSAGE)
        return rendered(self._world, self._world.message(home, message_id))

    def visible(self, channel_id: str, person_id: str) -> list[Json]:
        """Return all that one person sees in a channel, oldest first."""
        viewers = self._world.viewers
        there = self._world.messages[self._world.channel(channel_id)["id"]].values()
        return [rendered(self._world, each) for each in there if viewers.get(each["id"], person_id) == person_id]

    def _demand_writing(self, author_id: str, channel_id: str, draft: Draft) -> None:
        demand_writing(self._world, author_id, channel_id, *([Permission.ATTACH_FILES] if draft.uploads else []))
        demand_open(self._world, author_id, channel_id)
        if draft.reference and Permission.READ_MESSAGE_HISTORY not in self._world.permissions_of(author_id, channel_id):
            raise refusal(Code.NO_HISTORY_TO_REPLY)

    def _target(self, channel_id: str, reference: Json | None) -> Json | None:
        if reference is None:
            return None
        message_id = str(reference.get("message_id"))
        target = self._world.messages[channel_id].get(message_id)
        if target is None and reference.get("fail_if_not_exists", True):
            raise bad_field("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return target

    def _reply_fields(self, channel_id: str, reference: Json | None) -> Json:
        if reference is None:
            return {}
        guild_id = self._world.guild_of(channel_id)
        place = {"type": _DEFAULT, "channel_id": channel_id, "message_id": str(reference.get("message_id"))}
        return {"type": _REPLY, "message_reference": place | ({"guild_id": guild_id} if guild_id else {})}

    def _mentioned(self, message: Json, content: str, allowed: Json | None) -> Json:
        author_id, channel_id = message["author"]["id"], message["channel_id"]
        may_everyone = Permission.MENTION_EVERYONE in self._world.permissions_of(author_id, channel_id)
        target = self._world.messages[channel_id].get(message.get("message_reference", {}).get("message_id"))
        return mentions(self._world, content, allowed, replied_to=target, may_everyone=may_everyone).fields()

    def _stored(self, channel_id: str, uploads: Sequence[Upload]) -> list[Json]:
        return [
            self._world.store_file(channel_id, StoredFile(each.name, each.content_type, each.content), each.description)
            for each in uploads
        ]

    def _keep(self, message: Json, viewer: str | None) -> None:
        channel_id = message["channel_id"]
        self._world.messages[channel_id][message["id"]] = message
        self._world.homes[message["id"]] = channel_id
        if viewer is not None:
            self._world.viewers[message["id"]] = viewer
            return
        self._world.channels[channel_id] = {**self._world.channels[channel_id], "last_message_id": message["id"]}

    def _announce(self, name: str, message: Json) -> Json:
        shown = rendered(self._world, message)
        viewer = self._world.viewers.get(message["id"])
        self._realm.tell(Happening(name.lower(), shown, viewer))
        if viewer is None:
            self._dispatch(name, shown)
        return shown

    def _dispatch(self, name: str, shown: Json) -> None:
        channel_id = shown["channel_id"]
        guild_id = self._world.guild_of(channel_id)
        there: Json = {}
        if guild_id:
            there["guild_id"] = guild_id
            if "webhook_id" not in shown:
                there["member"] = self._world.member(guild_id, shown["author"]["id"])
        self._realm.dispatch(Event(name, shown | there, channel_id, guild_id, intents.of_message(guild_id)))

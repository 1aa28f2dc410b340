"""How a thread begins: the thread itself, and the messages that Discord writes about it."""

from parley_sandbox.discord.acts.messages import Messages
from parley_sandbox.discord.acts.threads import STARTER, Threads
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.realm import Realm
from parley_sandbox.discord.validation import Draft

_THREAD_CREATED = 18


class ThreadStarts:
    """Begins the threads of a realm."""

    def __init__(self, realm: Realm, messages: Messages, threads: Threads) -> None:
        self._world = realm.world
        self._messages = messages
        self._threads = threads

    def begin(
        self, user_id: str, channel_id: str, name: object, message_id: str | None = None, minutes: object = None
    ) -> Json:
        """Begin a thread, at a message or without one; `minutes` of silence archive it."""
        thread = self._threads.begin(user_id, channel_id, name, message_id, minutes)
        if message_id is None:
            self._tell_channel(user_id, thread)
        else:
            self._messages.refresh(channel_id, message_id)
            self._quote(user_id, thread, message_id)
        return self._world.channel(thread["id"])

    def _tell_channel(self, user_id: str, thread: Json) -> None:
        """Write into the channel that there is a thread."""
        place = {"type": 0, "guild_id": thread["guild_id"], "channel_id": thread["id"]}
        extra = {"type": _THREAD_CREATED, "message_reference": place}
        self._messages.post(user_id, thread["parent_id"], Draft(thread["name"]), extra=extra)

    def _quote(self, user_id: str, thread: Json, message_id: str) -> None:
        """Write the thread's first message, which shows the one that it began at."""
        place = {"type": 0, "guild_id": thread["guild_id"], "channel_id": thread["parent_id"], "message_id": message_id}
        extra = {"type": STARTER, "message_reference": place}
        self._messages.post(user_id, thread["id"], Draft(""), extra=extra)

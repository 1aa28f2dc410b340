"""A gateway session: one shard's sequence of events, which outlives the connections that carry it."""

import secrets
from collections import deque
from collections.abc import Iterator

from parley_sandbox.discord.gateway import frames
from parley_sandbox.discord.gateway.connection import Connection
from parley_sandbox.discord.happenings import Event
from parley_sandbox.discord.intents import Intent
from parley_sandbox.discord.model.ids import shard_of


class Session:
    """Events of one shard as one client asked for them."""

    def __init__(self, shard: tuple[int, int], intents: Intent, replay: int) -> None:
        self.id = secrets.token_hex(16)
        self.shard = shard
        """Its number and how many there are."""
        self.intents = intents
        self.sequence = 0
        self.connection: Connection | None = None
        self.left_at: float | None = None
        """When its last connection went, while it has none."""
        self._sent: deque[tuple[int, bytes]] = deque(maxlen=replay)

    def wants(self, event: Event) -> bool:
        """Whether an event is for this session: its shard, its intents."""
        number, shards = self.shard
        return shard_of(event.guild_id, shards) == number and (not event.intent or bool(self.intents & event.intent))

    def push(self, name: str, payload: bytes) -> None:
        """Send an event, or keep it for the resume."""
        self.sequence += 1
        frame = frames.dispatch(name, self.sequence, payload)
        self._sent.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.send(frame)

    def can_replay(self, sequence: int) -> bool:
        """Whether everything after a sequence number is still kept."""
        oldest = self._sent[0][0] if self._sent else self.sequence + 1
        return oldest - 1 <= sequence <= self.sequence

    def replay(self, sequence: int) -> Iterator[bytes]:
        """Yield the frames after a sequence number."""
        return (frame for number, frame in self._sent if number > sequence)

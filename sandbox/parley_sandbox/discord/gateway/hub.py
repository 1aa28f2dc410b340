"""All sessions: events in, the right payload to the right sessions out."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from parley_sandbox.discord.faults import Fault, Faults, Kind
from parley_sandbox.discord.gateway import frames
from parley_sandbox.discord.gateway.connection import Connection
from parley_sandbox.discord.gateway.frames import CloseCode, Op
from parley_sandbox.discord.gateway.identify import IdentifyBuckets
from parley_sandbox.discord.gateway.session import Session
from parley_sandbox.discord.gateway.settings import GatewaySettings
from parley_sandbox.discord.happenings import Event
from parley_sandbox.discord.intents import Intent
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.realm import Realm

_JOURNAL = 10_000


@dataclass(frozen=True, slots=True)
class Noted:
    """Something about a connection: connected, identified, refused, resumed, not_resumed, heartbeat, presence or closed."""

    at: float
    what: str
    connection: int
    detail: Json


class Hub:
    """The gateway's state: sessions, connections, identify buckets, and a journal of what happened."""

    def __init__(self, realm: Realm, settings: GatewaySettings, faults: Faults) -> None:
        self.settings = settings
        self.realm = realm
        self.faults = faults
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self.journal: deque[Noted] = deque(maxlen=_JOURNAL)
        self.presences: dict[int, Json] = {}
        """The last presence of each shard."""
        self.identifies = IdentifyBuckets(settings)

    @property
    def recommended_shards(self) -> int:
        return self.settings.shards

    @property
    def max_concurrency(self) -> int:
        return self.settings.max_concurrency

    @property
    def identifies_a_day(self) -> int:
        return self.settings.identifies_a_day

    @property
    def identifies_left(self) -> int:
        return self.identifies.left(self.realm.clock.now())

    @property
    def identifies_reset_after(self) -> float:
        return self.identifies.reset_after(self.realm.clock.now())

    def note(self, what: str, connection: Connection, **detail: object) -> None:
        """Write something into the journal."""
        self.journal.append(Noted(self.realm.clock.now(), what, connection.number, detail))

    def dispatch(self, event: Event) -> None:
        """Send an event to every session that it is for."""
        if not self._visible(event):
            return
        wanting = list(self._wanting(event))
        if not wanting:
            return
        times = 2 if self.faults.strikes(Kind.DUPLICATE_EVENT) else 1
        full = orjson.dumps(event.payload)
        bare = orjson.dumps(_without_content(event.payload)) if self._private(event) else full
        for session in wanting:
            for _ in range(times):
                session.push(event.name, full if session.intents & Intent.MESSAGE_CONTENT else bare)

    def strike(self, fault: Fault) -> None:
        """Carry out a fault that acts at once on every connection with a session."""
        for session in list(self.sessions.values()):
            if session.connection is None:
                continue
            self._strike(fault, session, session.connection)

    def forget_lost(self) -> None:
        """Drop the sessions that can no longer be resumed."""
        oldest = self.realm.clock.now() - self.settings.resume_within
        for session in list(self.sessions.values()):
            if session.left_at is not None and session.left_at < oldest:
                del self.sessions[session.id]

    def close_all(self, code: int = CloseCode.GOING_AWAY) -> None:
        """Close every connection, as a restarting gateway does; sessions stay."""
        for connection in list(self.connections):
            connection.close(code)

    def _wanting(self, event: Event) -> Iterator[Session]:
        wanting = (session for session in self.sessions.values() if session.wants(event))
        if event.name != "INTERACTION_CREATE" or self.settings.interactions_to_every_session:
            return wanting
        return iter(list(wanting)[-1:])

    def _visible(self, event: Event) -> bool:
        if event.channel_id is None:
            return True
        world = self.realm.world
        return Permission.VIEW_CHANNEL in world.permissions_of(world.bot["id"], event.channel_id)

    def _private(self, event: Event) -> bool:
        """Whether an event's text is only for sessions with the message content intent."""
        bot_id = self.realm.world.bot["id"]
        if event.guild_id is None or event.name not in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
            return False
        return event.payload["author"]["id"] != bot_id and all(
            user["id"] != bot_id for user in event.payload["mentions"]
        )

    def _strike(self, fault: Fault, session: Session, connection: Connection) -> None:
        match fault.kind:
            case Kind.RECONNECT:
                connection.send(frames.control(Op.RECONNECT))
            case Kind.INVALID_SESSION_RESUMABLE:
                connection.send(frames.control(Op.INVALID_SESSION, True))
            case Kind.INVALID_SESSION:
                del self.sessions[session.id]
                connection.send(frames.control(Op.INVALID_SESSION, False))
            case Kind.CLOSE:
                connection.close(fault.code)
            case Kind.SILENCE:
                connection.silent = True
            case Kind.DROP_GATEWAY:
                connection.break_off()


def _without_content(payload: Json) -> Json:
    bare = {**payload, "content": "", "attachments": [], "embeds": [], "components": []}
    if isinstance(referenced := payload.get("referenced_message"), dict):
        bare["referenced_message"] = {**referenced, "content": "", "attachments": [], "embeds": [], "components": []}
    return bare

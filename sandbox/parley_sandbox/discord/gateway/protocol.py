"""What a client says on a connection, and what follows. Raises `Closing` where Discord closes."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from parley_sandbox.discord.faults import Kind
from parley_sandbox.discord.gateway import frames, welcome
from parley_sandbox.discord.gateway.connection import Connection
from parley_sandbox.discord.gateway.frames import CloseCode, Closing, Op
from parley_sandbox.discord.gateway.hub import Hub
from parley_sandbox.discord.gateway.session import Session
from parley_sandbox.discord.happenings import Happening
from parley_sandbox.discord.intents import KNOWN, PRIVILEGED, Intent
from parley_sandbox.discord.limits import Bucket, Limit
from parley_sandbox.discord.model import Json

VERSION = "10"
_ENDING = (1000, 1001)
"""Close codes of a client that end its session."""


class Protocol:
    """One connection's conversation."""

    def __init__(self, hub: Hub, connection: Connection, token: str) -> None:
        self._hub = hub
        self._connection = connection
        self._token = token
        self._joined: Session | None = None
        self._frames = Bucket(Limit(hub.settings.frames, hub.settings.frames_period))
        self._acts: Mapping[int, Callable[[Any], None]] = {
            Op.HEARTBEAT: self._heartbeat,
            Op.IDENTIFY: self._identify,
            Op.PRESENCE_UPDATE: self._presence,
            Op.VOICE_STATE_UPDATE: self._ignore,
            Op.RESUME: self._resume,
            Op.REQUEST_GUILD_MEMBERS: self._members,
        }

    @property
    def _session(self) -> Session | None:
        """The session on this connection, while the gateway knows it: after op 9 a client may identify anew."""
        return self._joined if self._joined and self._hub.sessions.get(self._joined.id) is self._joined else None

    def greet(self, version: str) -> None:
        """Say hello to a client that speaks our version."""
        if version != VERSION:
            raise Closing(CloseCode.INVALID_VERSION)
        interval = int(self._hub.settings.heartbeat_interval * 1000)
        self._connection.send(frames.control(Op.HELLO, {"heartbeat_interval": interval, "_trace": ["loopback"]}))

    def receive(self, raw: bytes) -> Op:
        """Act on a client's frame and return its opcode."""
        if not self._frames.take(self._hub.realm.clock.now()).passed:
            raise Closing(CloseCode.RATE_LIMITED)
        frame = _parsed(raw)
        act = self._acts.get(frame.get("op", -1))
        if act is None:
            raise Closing(CloseCode.UNKNOWN_OPCODE)
        if self._session is None and frame["op"] not in (Op.HEARTBEAT, Op.IDENTIFY, Op.RESUME):
            raise Closing(CloseCode.NOT_AUTHENTICATED)
        try:
            act(frame.get("d"))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Closing(CloseCode.DECODE_ERROR) from None
        return Op(frame["op"])

    def leave(self, close_code: int | None) -> None:
        """The connection has ended: its session waits to be resumed, or ends with it."""
        self._hub.note("closed", self._connection, code=close_code)
        session = self._session
        if session is None or session.connection is not self._connection:
            return
        session.connection, session.left_at = None, self._hub.realm.clock.now()
        if close_code in _ENDING and not self._connection.closed_by_us:
            self._hub.sessions.pop(session.id, None)

    def _heartbeat(self, _sequence: Any) -> None:
        self._hub.note("heartbeat", self._connection)
        if not self._hub.faults.strikes(Kind.NO_HEARTBEAT_ACK):
            self._connection.send(frames.control(Op.HEARTBEAT_ACK))

    def _identify(self, said: Json) -> None:
        shard, intents = self._checked(said)
        if not self._hub.identifies.take(shard, self._hub.realm.clock.now()):
            self._hub.note("refused", self._connection, shard=list(shard))
            self._connection.send(frames.control(Op.INVALID_SESSION, False))
            return
        self._hub.forget_lost()
        session = Session(shard, intents, self._hub.settings.replay)
        self._hub.sessions[session.id] = session
        self._attach(session)
        self._hub.note("identified", self._connection, shard=list(shard), intents=int(intents))
        for name, payload in welcome.events(self._hub.realm, session, self._hub.url):
            session.push(name, orjson.dumps(payload))
        if said.get("presence"):
            self._presence(said["presence"])

    def _checked(self, said: Json) -> tuple[tuple[int, int], Intent]:
        if self._session is not None:
            raise Closing(CloseCode.ALREADY_AUTHENTICATED)
        if said["token"].removeprefix("Bot ") != self._token:
            raise Closing(CloseCode.AUTHENTICATION_FAILED)
        number, shards = said.get("shard") or (0, 1)
        if not 0 <= number < shards:
            raise Closing(CloseCode.INVALID_SHARD)
        intents = said["intents"]
        if not isinstance(intents, int) or intents & ~KNOWN:
            raise Closing(CloseCode.INVALID_INTENTS)
        if intents & PRIVILEGED & ~self._hub.settings.allowed_privileged:
            raise Closing(CloseCode.DISALLOWED_INTENTS)
        return (number, shards), Intent(intents)

    def _resume(self, said: Json) -> None:
        if self._session is not None:
            raise Closing(CloseCode.ALREADY_AUTHENTICATED)
        if said["token"].removeprefix("Bot ") != self._token:
            raise Closing(CloseCode.AUTHENTICATION_FAILED)
        self._hub.forget_lost()
        session, sequence = self._hub.sessions.get(said["session_id"]), int(said["seq"])
        if session is None or not session.can_replay(sequence):
            self._hub.note("not_resumed", self._connection, seq=sequence)
            self._connection.send(frames.control(Op.INVALID_SESSION, False))
            return
        missed = list(session.replay(sequence))
        self._attach(session)
        self._hub.note("resumed", self._connection, seq=sequence, missed=len(missed))
        for frame in missed:
            self._connection.send(frame)
        session.push("RESUMED", b'{"_trace":["loopback"]}')

    def _attach(self, session: Session) -> None:
        if session.connection is not None:
            session.connection.close(CloseCode.UNKNOWN_ERROR)
        session.connection, session.left_at, self._joined = self._connection, None, session

    def _presence(self, said: Json) -> None:
        shard = self._session.shard[0] if self._session else 0
        self._hub.presences[shard] = said
        self._hub.note("presence", self._connection, shard=shard, status=said.get("status"))
        self._hub.realm.tell(Happening("presence", {"shard": shard, **said}))

    def _members(self, said: Json) -> None:
        if self._session is not None:
            payload = welcome.members_chunk(self._hub.realm.world, str(said["guild_id"]), said.get("nonce"))
            self._session.push("GUILD_MEMBERS_CHUNK", orjson.dumps(payload))

    def _ignore(self, _said: Any) -> None:
        """Voice is not spoken here."""


def _parsed(raw: bytes) -> Json:
    if len(raw) > frames.LARGEST_CLIENT_FRAME:
        raise Closing(CloseCode.DECODE_ERROR)
    try:
        frame = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Closing(CloseCode.DECODE_ERROR) from None
    if not isinstance(frame, dict):
        raise Closing(CloseCode.DECODE_ERROR)
    return frame

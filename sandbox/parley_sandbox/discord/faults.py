"""Faults on command: what can go wrong with Discord, by name, until cleared or used up."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Kind(StrEnum):
    """The faults there are."""

    STATUS_BEFORE = "status_before"
    STATUS_AFTER = "status_after"
    DROP_BEFORE = "drop_before"
    DROP_REPLY = "drop_reply"
    DELAY = "delay"
    DELAY_REPLY = "delay_reply"
    LIMIT_USER = "limit_user"
    LIMIT_SHARED = "limit_shared"
    LIMIT_GLOBAL = "limit_global"
    MISSING_PERMISSION = "missing_permission"
    MESSAGE_GONE = "message_gone"
    EXPIRED_FILE = "expired_file"
    DUPLICATE_EVENT = "duplicate_event"
    NO_HEARTBEAT_ACK = "no_heartbeat_ack"
    SILENCE = "silence"
    RECONNECT = "reconnect"
    INVALID_SESSION_RESUMABLE = "invalid_session_resumable"
    INVALID_SESSION = "invalid_session"
    CLOSE = "close"
    DROP_GATEWAY = "drop_gateway"


KINDS: Mapping[str, str] = {
    Kind.STATUS_BEFORE: "Requests are answered with `status` and do nothing.",
    Kind.STATUS_AFTER: "Requests do their work and are then answered with `status`.",
    Kind.DROP_BEFORE: "The connection of a request breaks before anything is done.",
    Kind.DROP_REPLY: "Requests do their work, then the connection breaks instead of an answer.",
    Kind.DELAY: "Requests wait `seconds` before they do anything.",
    Kind.DELAY_REPLY: "Requests do their work at once, the answer comes `seconds` later.",
    Kind.LIMIT_USER: "The bucket of a request is empty for `seconds`, so that it is answered 429, scope user.",
    Kind.LIMIT_SHARED: "Requests are answered 429 of a bucket shared with others, to be tried again after `seconds`.",
    Kind.LIMIT_GLOBAL: "With the next request everything but interactions is answered 429, scope global, for `seconds`.",
    Kind.MISSING_PERMISSION: "Requests are answered 403 with code 50013.",
    Kind.MESSAGE_GONE: "The message that a request names is deleted just before, so the answer is 404 with code 10008.",
    Kind.EXPIRED_FILE: "The link to a file is answered 404, as when its time is over.",
    Kind.DUPLICATE_EVENT: "Gateway events are delivered twice.",
    Kind.NO_HEARTBEAT_ACK: "Heartbeats are not acknowledged.",
    Kind.SILENCE: "At once: open gateway connections carry nothing more to the bot, which must notice it by itself.",
    Kind.RECONNECT: "At once: the gateway asks every session to reconnect and resume (op 7).",
    Kind.INVALID_SESSION_RESUMABLE: "At once: every session is told that it is invalid but may be resumed (op 9, true).",
    Kind.INVALID_SESSION: "At once: every session is ended (op 9, false); what happens before the next one is lost.",
    Kind.CLOSE: "At once: every gateway connection is closed with `code`.",
    Kind.DROP_GATEWAY: "At once: every gateway connection breaks without a close frame; sessions can be resumed.",
}
"""What each fault does, for people."""

AT_ONCE = frozenset(
    {
        Kind.SILENCE,
        Kind.RECONNECT,
        Kind.INVALID_SESSION_RESUMABLE,
        Kind.INVALID_SESSION,
        Kind.CLOSE,
        Kind.DROP_GATEWAY,
    }
)
ELSEWHERE = AT_ONCE | {Kind.DUPLICATE_EVENT, Kind.NO_HEARTBEAT_ACK, Kind.EXPIRED_FILE}
"""Those that requests to the REST interface do not meet."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Requests are chosen by `route`, a part of method and template, such as "PATCH /channels", and by `channel_id`."""

    kind: str
    route: str = ""
    channel_id: str | None = None
    times: int | None = 1
    """How many requests (events, heartbeats) it meets; None: all until cleared."""
    status: int = 500
    seconds: float = 1.0
    code: int = 4000
    """A gateway close code."""
    id: int = 0
    """Given when it is added."""

    def meets(self, route: str, channel_id: str | None) -> bool:
        """Whether it concerns a request."""
        return self.route in route and self.channel_id in (None, channel_id)


class Faults:
    """The faults in force."""

    kinds = KINDS

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._active: dict[int, Fault] = {}
        self._strike: Callable[[Fault], None] | None = None

    def connect(self, strike: Callable[[Fault], None]) -> None:
        """Say who carries out the faults that act at once."""
        self._strike = strike

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and return it with its id; ValueError for an unknown kind or no times at all."""
        if fault.kind not in KINDS:
            raise ValueError(f"There is no fault {fault.kind!r}; there are {', '.join(KINDS)}.")
        if fault.times is not None and fault.times < 1:
            raise ValueError(f"A fault happens at least once, not {fault.times} times.")
        numbered = replace(fault, id=next(self._ids))
        if fault.kind in AT_ONCE:
            if self._strike is not None:
                self._strike(numbered)
        else:
            self._active[numbered.id] = numbered
        return numbered

    def list(self) -> tuple[Fault, ...]:
        """Return what is in force, oldest first, with the times that are left."""
        return tuple(self._active.values())

    def clear(self, fault_id: int | None = None) -> None:
        """Take one fault away, or all of them; LookupError when there is no such fault."""
        if fault_id is None:
            self._active.clear()
        elif self._active.pop(fault_id, None) is None:
            raise LookupError(f"There is no fault {fault_id} in force.")

    def meet(self, route: str, channel_id: str | None) -> dict[str, Fault]:
        """Return the faults that a request meets, one of a kind, and count them."""
        met: dict[str, Fault] = {}
        for fault in self.list():
            if fault.kind not in ELSEWHERE and fault.kind not in met and fault.meets(route, channel_id):
                met[fault.kind] = self._use(fault)
        return met

    def strikes(self, kind: Kind) -> bool:
        """Whether a fault of this kind that is not of requests is in force; if so, count it."""
        found = next(self._of(kind), None)
        return found is not None and bool(self._use(found))

    def _of(self, kind: Kind) -> Iterator[Fault]:
        return (fault for fault in self._active.values() if fault.kind == kind)

    def _use(self, fault: Fault) -> Fault:
        if fault.times == 1:
            del self._active[fault.id]
        elif fault.times is not None:
            self._active[fault.id] = replace(fault, times=fault.times - 1)
        return fault

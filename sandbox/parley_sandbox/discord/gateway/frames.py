"""Gateway frames: opcodes, close codes, and how frames are written."""

from enum import IntEnum
from typing import Any

import orjson

LARGEST_CLIENT_FRAME = 4096
"""Bytes of the largest frame a client may send."""


class Op(IntEnum):
    """Opcodes, by Discord's names."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE_UPDATE = 3
    VOICE_STATE_UPDATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_GUILD_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class CloseCode(IntEnum):
    """Close codes, by Discord's names."""

    GOING_AWAY = 1001
    UNKNOWN_ERROR = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQ = 4007
    RATE_LIMITED = 4008
    SESSION_TIMED_OUT = 4009
    INVALID_SHARD = 4010
    INVALID_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class Closing(Exception):  # noqa: N818  # it ends a connection as agreed, and is no error of ours
    """Ends a connection with a close code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"close {int(code)}")
        self.code = int(code)


def control(op: Op, payload: Any = None) -> bytes:
    """Return a frame that is no event."""
    return orjson.dumps({"op": int(op), "d": payload, "s": None, "t": None})


def dispatch(name: str, sequence: int, payload: bytes) -> bytes:
    """Return an event's frame around its payload's JSON, which is written once for all sessions."""
    return orjson.dumps({"op": int(Op.DISPATCH), "d": orjson.Fragment(payload), "s": sequence, "t": name})

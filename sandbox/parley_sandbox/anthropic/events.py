"""The messages and server-sent events of the Messages API as bytes."""

from typing import Any

import orjson

from .replies import Reply

JSON = dict[str, Any]


def event(name: str, body: JSON) -> bytes:
    """Return one server-sent event; its name is the type of its body."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps({"type": name} | body))


def message(message_id: str, model: str, usage: JSON, *, reply: Reply | None = None) -> JSON:
    """Return a message: whole with a reply, else as it stands at the start of a stream."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": reply.text}] if reply else [],
        "stop_reason": reply.stop_reason if reply else None,
        "stop_sequence": reply.stop_sequence if reply else None,
        "usage": usage | {"output_tokens": max(1, len(reply.deltas)) if reply else 1, "service_tier": "standard"},
    }


def message_start(message_id: str, model: str, usage: JSON) -> bytes:
    """The first event."""
    return event("message_start", {"message": message(message_id, model, usage)})


def ping() -> bytes:
    """An event that says nothing."""
    return event("ping", {})


def block_start() -> bytes:
    """The text begins."""
    return event("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})


def text_delta(text: str) -> bytes:
    """More text."""
    return event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": text}})


def broken_delta(text: str) -> bytes:
    """More text, but its JSON breaks off in the middle."""
    line = text_delta(text).rstrip(b"\n")
    return line[: -len(line) // 4] + b"\n\n"


def closing(reply: Reply, usage: JSON) -> bytes:
    """The last three events: the text ends, why and at what cost, the end."""
    delta = {"stop_reason": reply.stop_reason, "stop_sequence": reply.stop_sequence}
    tokens = {key: value for key, value in usage.items() if key != "cache_creation"}
    return (
        event("content_block_stop", {"index": 0})
        + event("message_delta", {"delta": delta, "usage": tokens | {"output_tokens": max(1, len(reply.deltas))}})
        + event("message_stop", {})
    )


def overloaded() -> bytes:
    """The error event that stands for a 529 after the stream has begun."""
    return event("error", {"error": {"type": "overloaded_error", "message": "Overloaded"}})

"""The messages and server-sent events of the Messages API as bytes."""

from typing import Any

import orjson

from .replies import Reply

JSON = dict[str, Any]

SUMMARY = "The question is weighed."
"""What is shown of thinking where a summary is."""

SIGNATURE = "bG9vcGJhY2s="
"""What stands for the sealed thoughts."""


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
        "content": [*_thoughts(reply), {"type": "text", "text": reply.text}] if reply else [],
        "stop_reason": reply.stop_reason if reply else None,
        "stop_sequence": reply.stop_sequence if reply else None,
        "usage": usage | _output(reply) | {"service_tier": "standard"},
    }


def _thoughts(reply: Reply) -> list[JSON]:
    """The block of what was thought, if anything was."""
    return [{"type": "thinking", "thinking": SUMMARY if reply.summary else "", "signature": SIGNATURE}] * bool(
        reply.thought
    )


def _output(reply: Reply | None) -> JSON:
    if reply is None:
        return {"output_tokens": 1}
    details = {"output_tokens_details": {"thinking_tokens": reply.thought}} if reply.thought else {}
    return {"output_tokens": reply.tokens} | details


def message_start(message_id: str, model: str, usage: JSON) -> bytes:
    """The first event."""
    return event("message_start", {"message": message(message_id, model, usage)})


def ping() -> bytes:
    """An event that says nothing."""
    return event("ping", {})


def thinking_start(*, summary: bool) -> bytes:
    """The thinking begins; where a summary of it is shown, it comes at once."""
    block = {"type": "thinking", "thinking": "", "signature": ""}
    begin = event("content_block_start", {"index": 0, "content_block": block})
    shown = event("content_block_delta", {"index": 0, "delta": {"type": "thinking_delta", "thinking": SUMMARY}})
    return begin + shown if summary else begin


def thinking_stop() -> bytes:
    """The thinking ends, sealed."""
    seal = event("content_block_delta", {"index": 0, "delta": {"type": "signature_delta", "signature": SIGNATURE}})
    return seal + event("content_block_stop", {"index": 0})


def block_start(index: int = 0) -> bytes:
    """The text begins."""
    return event("content_block_start", {"index": index, "content_block": {"type": "text", "text": ""}})


def text_delta(text: str, index: int = 0) -> bytes:
    """More text."""
    return event("content_block_delta", {"index": index, "delta": {"type": "text_delta", "text": text}})


def broken_delta(text: str, index: int = 0) -> bytes:
    """More text, but its JSON breaks off in the middle."""
    line = text_delta(text, index).rstrip(b"\n")
    return line[: -len(line) // 4] + b"\n\n"


def closing(reply: Reply, usage: JSON) -> bytes:
    """The last three events: the text ends, why and at what cost, the end."""
    delta = {"stop_reason": reply.stop_reason, "stop_sequence": reply.stop_sequence}
    tokens = {key: value for key, value in usage.items() if key != "cache_creation"}
    return (
        event("content_block_stop", {"index": 1 if reply.thought else 0})
        + event("message_delta", {"delta": delta, "usage": tokens | _output(reply)})
        + event("message_stop", {})
    )


def overloaded() -> bytes:
    """The error event that stands for a 529 after the stream has begun."""
    return event("error", {"error": {"type": "overloaded_error", "message": "Overloaded"}})

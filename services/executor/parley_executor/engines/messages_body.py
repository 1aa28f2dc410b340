"""The body of a request to Claude's API. Pure.

The prefix of a conversation stays the same from turn to turn, so two marks make Claude's prompt cache pay
(https://platform.claude.com/docs/en/build-with-claude/prompt-caching; at most 4 are allowed): one on the last
system block, one on the last message before the newest question.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Final

import orjson

from parley_executor.engines.messages_models import most_output, thinking
from parley_executor.model import Document, Image, Message, ModelCard, Part, Request, Role, Text

LARGE: Final = 256 * 1024
"""From how many characters of text and bytes of files a request is encoded off the event loop."""

_CACHED = {"cache_control": {"type": "ephemeral"}}


def encode(request: Request, card: ModelCard | None = None) -> bytes:
    """Return the JSON body of a streamed message. card: what is known of its model."""
    body: dict[str, Any] = {
        "model": request.model,
        "max_tokens": most_output(card, request.max_output_tokens),
        "stream": True,
        "messages": messages(request.messages),
        **thinking(card, request.effort),
    }
    if request.system:
        body["system"] = _marked([{"type": "text", "text": text} for text in request.system])
    return orjson.dumps(body)


def messages(conversation: Sequence[Message]) -> list[dict[str, Any]]:
    """Return the conversation as the API wants it, its stable part marked."""
    stable = newest_question(conversation) - 1
    return [_message(message, mark=index == stable) for index, message in enumerate(conversation)]


def newest_question(conversation: Sequence[Message]) -> int:
    """Return where the newest user's words begin; several user messages in a row are one question."""
    index = len(conversation)
    while index > 0 and conversation[index - 1].role is Role.USER:
        index -= 1
    return index


def size(conversation: Sequence[Message]) -> int:
    """Return how many characters of text and bytes of files there are."""
    return sum(
        len(part.text) if isinstance(part, Text) else len(part.content)
        for message in conversation
        for part in message.parts
    )


def _message(message: Message, *, mark: bool) -> dict[str, Any]:
    blocks = [block(part) for part in message.parts]
    return {"role": message.role.value, "content": _marked(blocks) if mark else blocks}


def _marked(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [*blocks[:-1], {**blocks[-1], **_CACHED}]


def block(part: Part) -> dict[str, Any]:
    """Return one part of a message as the API wants it."""
    match part:
        case Text(text):
            return {"type": "text", "text": text}
        case Image(content_type, content):
            return {"type": "image", "source": _base64(content_type, content)}
        case Document():
            return _document(part)


def _document(document: Document) -> dict[str, Any]:
    if document.content_type == "application/pdf":
        source = _base64(document.content_type, document.content)
    else:
        source = {"type": "text", "media_type": "text/plain", "data": document.content.decode()}
    title = {"title": document.filename} if document.filename else {}
    return {"type": "document", "source": source, **title}


def _base64(content_type: str, content: bytes) -> dict[str, str]:
    return {"type": "base64", "media_type": content_type, "data": base64.b64encode(content).decode("ascii")}

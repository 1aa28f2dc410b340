"""What of a conversation a process already knows, and what it still has to be told. Pure.

A thread is the digest of everything that a process was told and said itself. A process goes on with a request only if
the thread of the request's earlier part is its own: then the two hold the same words, and the newest question is all
that is missing. The conversation's id is a part of it, so that two conversations of the same words never meet either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from parley_executor.engines.messages_body import newest_question
from parley_executor.model import Document, Image, Message, Part, Request, Role, Text

MOST_TOLD: Final = 60
"""How many earlier messages are told one by one: 30 pairs, at about 15 ms a pair."""

_DIGEST: Final = 32
_LENGTH: Final = 8

_FOLDED: Final = "What was said earlier in this conversation, shortened to its words:"


@dataclass(frozen=True, slots=True)
class Split:
    """A conversation in two: what was said, and what is asked now, a user's messages only."""

    earlier: tuple[Message, ...]
    question: tuple[Message, ...]


def split(messages: tuple[Message, ...]) -> Split:
    """Return the two parts."""
    at = newest_question(messages)
    return Split(messages[:at], messages[at:])


@dataclass(frozen=True, slots=True)
class Threads:
    """before: the thread that a process must have to go on with a request; asked: the one after its question."""

    before: bytes
    asked: bytes


def threads(request: Request) -> Threads:
    """Return the threads of a request; with large files this takes tens of milliseconds."""
    parts = split(request.messages)
    opening = _digest([request.conversation_id.encode(), *(block.encode() for block in request.system)])
    before = _extended(opening, parts.earlier)
    return Threads(before, _extended(before, parts.question))


def answered(asked: bytes, reply: str) -> bytes:
    """Return the thread after the reply."""
    return _extended(asked, [Message(Role.ASSISTANT, (Text(reply),))])


def told(earlier: tuple[Message, ...], most: int = MOST_TOLD) -> tuple[Message, ...]:
    """Return what a fresh process is told: at most so many messages, and before them one text for all older ones.

    A picture or a document among the older ones is only mentioned.
    """
    if len(earlier) <= most:
        return earlier
    at = len(earlier) - most
    while at < len(earlier) and earlier[at].role is not Role.USER:
        at += 1
    return (_folded(earlier[:at], earlier[at:]), *earlier[at + 1 :])


def _folded(older: Sequence[Message], kept: Sequence[Message]) -> Message:
    """Return the first message that is kept, with the older ones as a text before it: roles go on in turn."""
    text = Text("\n\n".join([_FOLDED, *map(_line, older)]))
    return Message(Role.USER, (text, *(kept[0].parts if kept else ())))


def _line(message: Message) -> str:
    return f"<{message.role.value}>\n{' '.join(map(_words, message.parts))}\n</{message.role.value}>"


def _words(part: Part) -> str:
    match part:
        case Text(text):
            return text
        case Image():
            return "[a picture]"
        case Document():
            return f"[a document: {part.filename}]"


def _extended(thread: bytes, messages: Sequence[Message]) -> bytes:
    for message in messages:
        thread = _digest([thread, message.role.value.encode(), *_fields(message)])
    return thread


def _fields(message: Message) -> Iterator[bytes]:
    """Yield what tells one message from another.

    White space at either end of Claude's own words is no difference: who keeps them may have cut it off.
    """
    for part in message.parts:
        match part:
            case Text(text):
                yield from (b"text", (text.strip() if message.role is Role.ASSISTANT else text).encode())
            case Image():
                yield from (b"image", part.content_type.encode(), part.content)
            case Document():
                yield from (b"document", part.content_type.encode(), part.filename.encode(), part.content)


def _digest(fields: Sequence[bytes]) -> bytes:
    """Return one digest of several fields; their lengths keep `ab, c` from being `a, bc`."""
    digest = blake2b(digest_size=_DIGEST)
    for field in fields:
        digest.update(len(field).to_bytes(_LENGTH, "big"))
        digest.update(field)
    return digest.digest()

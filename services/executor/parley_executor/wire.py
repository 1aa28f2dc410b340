"""Between the protobuf of ExecutorService and the executor's own values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from google.protobuf.duration_pb2 import Duration

from parley.executor.v1 import executor_pb2 as pb
from parley_executor.model import (
    Document,
    Effort,
    Image,
    Message,
    Part,
    ReplyCompleted,
    ReplyEvent,
    ReplyFailed,
    ReplyStarted,
    ReplyText,
    Request,
    Role,
    Text,
    Urgency,
    Usage,
)
from parley_executor.offers import Offer
from parley_kit.faults import InvalidInput

IMAGES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What Claude sees (https://platform.claude.com/docs/en/build-with-claude/vision)."""

PDF: Final = "application/pdf"
LARGEST: Final = 32 * 1024 * 1024
"""The most bytes of a request, by the contract and by Claude's API."""
LONGEST_NAME: Final = 256
"""The most characters of an id, a model or a file's name."""

_ROLES = {pb.ROLE_USER: Role.USER, pb.ROLE_ASSISTANT: Role.ASSISTANT}
_EFFORTS = {
    pb.EFFORT_OFF: Effort.OFF,
    pb.EFFORT_LOW: Effort.LOW,
    pb.EFFORT_MEDIUM: Effort.MEDIUM,
    pb.EFFORT_HIGH: Effort.HIGH,
    pb.EFFORT_XHIGH: Effort.XHIGH,
    pb.EFFORT_MAX: Effort.MAX,
}
_EFFORTS_ON_THE_WIRE = {effort: number for number, effort in _EFFORTS.items()}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What counts where a request says nothing, and which further names there are for models."""

    model: str
    max_output_tokens: int
    effort: Effort
    aliases: Mapping[str, str]


def request(message: pb.ExecuteRequest, defaults: Defaults) -> Request:
    """Return what is asked, with the executor's defaults where the caller named none. Raises InvalidInput."""
    if message.ByteSize() > LARGEST:
        raise InvalidInput("request", "is larger than 32 MiB.")
    for field in ("turn_id", "conversation_id", "model"):
        _check_name(field, getattr(message, field))
    return Request(
        turn_id=message.turn_id,
        conversation_id=message.conversation_id,
        model=_model(message.model or defaults.model, defaults),
        system=tuple(_text(f"system[{at}].text", block.text) for at, block in enumerate(message.system)),
        messages=_conversation(message),
        max_output_tokens=message.parameters.max_output_tokens or defaults.max_output_tokens,
        effort=_effort(message.parameters.effort, defaults),
        urgency=Urgency.BACKGROUND if getattr(message, "class") == pb.REQUEST_CLASS_BACKGROUND else Urgency.INTERACTIVE,
    )


def _model(name: str, defaults: Defaults) -> str:
    return defaults.aliases.get(name, name)


def _effort(asked: pb.Effort.ValueType, defaults: Defaults) -> Effort:
    if asked == pb.EFFORT_UNSPECIFIED:
        return defaults.effort
    effort = _EFFORTS.get(asked)
    if effort is None:
        raise InvalidInput("parameters.effort", "is no level that this executor knows.")
    return effort


def _conversation(message: pb.ExecuteRequest) -> tuple[Message, ...]:
    messages = tuple(_message(f"messages[{at}]", said) for at, said in enumerate(message.messages))
    if not messages:
        raise InvalidInput("messages", "is empty.")
    for at in (0, len(messages) - 1):
        if messages[at].role is not Role.USER:
            raise InvalidInput(f"messages[{at}].role", "the first and the last message are a user's.")
    return messages


def _message(field: str, said: pb.Message) -> Message:
    role = _ROLES.get(said.role)
    if role is None:
        raise InvalidInput(f"{field}.role", "is not said.")
    if not said.parts:
        raise InvalidInput(f"{field}.parts", "is empty.")
    return Message(role, tuple(_part(f"{field}.parts[{at}]", part) for at, part in enumerate(said.parts)))


def _part(field: str, part: pb.Part) -> Part:
    match part.WhichOneof("content"):
        case "text":
            return Text(_text(f"{field}.text", part.text))
        case "image":
            return _image(f"{field}.image", part.image)
        case "document":
            return _document(f"{field}.document", part.document)
        case _:
            raise InvalidInput(field, "has no content.")


def _image(field: str, blob: pb.Blob) -> Image:
    if blob.content_type not in IMAGES:
        raise InvalidInput(f"{field}.content_type", f"is none of {', '.join(sorted(IMAGES))}.")
    return Image(blob.content_type, _content(field, blob))


def _document(field: str, blob: pb.Blob) -> Document:
    content = _content(field, blob)
    _check_name(f"{field}.filename", blob.filename)
    if blob.content_type == PDF:
        return Document(PDF, content, blob.filename)
    if not blob.content_type.startswith("text/"):
        raise InvalidInput(f"{field}.content_type", f"is neither {PDF} nor text.")
    try:
        content.decode()
    except UnicodeDecodeError:
        raise InvalidInput(f"{field}.content", "is not UTF-8.") from None
    return Document(blob.content_type, content, blob.filename)


def _content(field: str, blob: pb.Blob) -> bytes:
    if not blob.content:
        raise InvalidInput(f"{field}.content", "is empty.")
    return blob.content


def _text(field: str, text: str) -> str:
    if not text.strip():
        raise InvalidInput(field, "is empty.")  # Claude's API refuses blocks of white space
    return text


def _check_name(field: str, name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise InvalidInput(field, f"is longer than {LONGEST_NAME} characters.")


def response(event: ReplyEvent) -> pb.ExecuteResponse:
    """Return an event of a reply as its message."""
    match event:
        case ReplyText(text):
            return pb.ExecuteResponse(text_delta=pb.TextDelta(text=text))
        case ReplyStarted():
            return pb.ExecuteResponse(started=_started(event))
        case ReplyCompleted():
            return pb.ExecuteResponse(completed=_completed(event))
        case ReplyFailed(reason, retryable, retry_after):
            after = None if retry_after is None else _duration(retry_after)
            return pb.ExecuteResponse(failed=pb.Failed(reason=reason.value, retryable=retryable, retry_after=after))


def models(offers: Sequence[Offer]) -> pb.ListModelsResponse:
    """Return the models that are offered as their message."""
    return pb.ListModelsResponse(models=map(_offer, offers))


def _offer(offer: Offer) -> pb.Model:
    return pb.Model(
        id=offer.card.id,
        display_name=offer.card.display_name,
        aliases=offer.aliases,
        default=offer.default,
        max_input_tokens=offer.card.max_input_tokens,
        max_output_tokens=offer.card.max_output_tokens,
        efforts=[_EFFORTS_ON_THE_WIRE[effort] for effort in offer.card.efforts],
    )


def _started(event: ReplyStarted) -> pb.Started:
    return pb.Started(
        engine=event.engine,
        model=event.model,
        waited=_seconds(event.waited),
        usage=_usage(event.usage, event.cost),
        output_price_micro_usd=event.output_price,
    )


def _completed(event: ReplyCompleted) -> pb.Completed:
    first_text = None if event.first_text is None else _seconds(event.first_text)
    return pb.Completed(
        stop_reason=event.stop_reason,
        usage=_usage(event.usage, event.cost),
        timings=pb.Timings(first_text=first_text, total=_seconds(event.total)),
    )


def _usage(usage: Usage, cost: int | None) -> pb.Usage:
    return pb.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cost_micro_usd=cost,
    )


def _seconds(seconds: float) -> Duration:
    return _duration(timedelta(seconds=seconds))


def _duration(span: timedelta) -> Duration:
    duration = Duration()
    duration.FromTimedelta(span)
    return duration

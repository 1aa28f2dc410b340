"""From protobuf to the core's values, each field within its bound. Raises InvalidInput with the field's name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from parley.cache.v1 import cache_pb2 as pb
from parley_cache.model import (
    Attachment,
    Failed,
    Finished,
    Have,
    Named,
    Opening,
    Origin,
    Policy,
    Posted,
    Recent,
    Reference,
    ReplyTo,
    Stopped,
    TextEnd,
    Usage,
)
from parley_cache.service import bounds, enums
from parley_cache.steps import End, Produced, Release, Renew, Step
from parley_kit.faults import InvalidInput


def opening(message: pb.Open) -> Opening:
    """Read all that begins a turn."""
    attachments = message.attachments
    bounds.count("open.attachments", len(attachments), bounds.ATTACHMENTS)
    return Opening(
        turn_id=bounds.snowflake("open.turn_id", message.turn_id),
        reference=reference("open.conversation", message.conversation),
        origin=_origin(message.origin),
        prompt=bounds.text("open.prompt", message.prompt, bounds.PROMPT),
        attachments=tuple(_attachment(f"open.attachments[{i}]", one) for i, one in enumerate(attachments)),
        model=bounds.needed("open.model", message.model, bounds.MODEL),
        system_prompt=bounds.text("open.system_prompt", message.system_prompt, bounds.SYSTEM_PROMPT),
        max_output_tokens=message.parameters.max_output_tokens,
        policy=Policy(
            bounds.choice("open.cache_policy.mode", enums.MODES, message.cache_policy.mode),
            bounds.choice("open.cache_policy.scope", enums.SCOPES, message.cache_policy.scope),
        ),
        rewind_to=_rewind_to(message),
        expected_revision=bounds.count("open.expected_revision", message.expected_revision, bounds.REVISION),
    )


def _rewind_to(message: pb.Open) -> str:
    target = bounds.optional_snowflake("open.rewind_to", message.rewind_to)
    if target and target == message.turn_id:
        raise InvalidInput("open.rewind_to", "a turn cannot rewind to itself.")
    return target


def reference(field: str, message: pb.Conversation) -> Reference:
    """Read how a conversation is named."""
    match message.WhichOneof("reference"):
        case "id":
            return Named(bounds.needed(f"{field}.id", message.id, bounds.ID))
        case "reply_to_message_id":
            return ReplyTo(bounds.snowflake(f"{field}.reply_to_message_id", message.reply_to_message_id))
        case "recent":
            recent, field = message.recent, f"{field}.recent"
            return Recent(
                bounds.snowflake(f"{field}.channel_id", recent.channel_id),
                bounds.snowflake(f"{field}.user_id", recent.user_id),
                _duration(f"{field}.within", recent.within),
            )
        case None:
            raise InvalidInput(field, "a reference is needed.")


def _origin(message: pb.Origin) -> Origin:
    field = "open.origin"
    return Origin(
        kind=bounds.choice(f"{field}.kind", enums.ORIGINS, message.kind),
        guild_id=bounds.optional_snowflake(f"{field}.guild_id", message.guild_id),
        channel_id=bounds.snowflake(f"{field}.channel_id", message.channel_id),
        message_id=bounds.optional_snowflake(f"{field}.message_id", message.message_id),
        author_id=bounds.snowflake(f"{field}.author_id", message.author_id),
        author_name=bounds.text(f"{field}.author_name", message.author_name, bounds.NAME),
        locale=bounds.text(f"{field}.locale", message.locale, bounds.LOCALE),
        interaction_token=bounds.text(f"{field}.interaction_token", message.interaction_token, bounds.TOKEN),
        traceparent=bounds.text(f"{field}.traceparent", message.traceparent, bounds.TRACEPARENT),
        asked_at=_time(f"{field}.asked_at", message.asked_at) if message.HasField("asked_at") else None,
        requester_id=bounds.optional_snowflake(f"{field}.requester_id", message.requester_id),
    )


def _time(field: str, message: Timestamp) -> datetime:
    try:
        return message.ToDatetime(UTC)
    except ValueError:
        raise InvalidInput(field, "a time between the years 1 and 9999 is needed.") from None


def age(asked_at: datetime | None) -> float:
    """Return how long ago something was asked, in seconds; 0 where that is not told."""
    return max(0.0, (datetime.now(UTC) - asked_at).total_seconds()) if asked_at is not None else 0.0


def _duration(field: str, message: Duration) -> timedelta:
    if not 0 <= message.seconds <= bounds.SECONDS:
        raise InvalidInput(field, f"a duration of 0 to {bounds.SECONDS} seconds is needed.")
    return message.ToTimedelta()


def span(field: str, message: Duration, most: float) -> float:
    """Return a time that is not 0, of at most so many seconds."""
    seconds = message.seconds + message.nanos / 1e9
    if not 0 < seconds <= most:
        raise InvalidInput(field, f"a duration of more than 0 and at most {most:g} seconds is needed.")
    return seconds


def _attachment(field: str, message: pb.Attachment) -> Attachment:
    return Attachment(
        bounds.snowflake(f"{field}.message_id", message.message_id),
        bounds.snowflake(f"{field}.attachment_id", message.attachment_id),
        bounds.text(f"{field}.filename", message.filename, bounds.FILENAME),
        bounds.text(f"{field}.content_type", message.content_type, bounds.MEDIA_TYPE),
        message.size_bytes,
    )


def holder(field: str, value: str) -> str:
    """Read a process incarnation."""
    return bounds.needed(field, value, bounds.HOLDER)


def have(message: pb.Open) -> Have | None:
    """Read what a holder has already; None at first."""
    if not message.HasField("have") or message.have.state == pb.TURN_STATE_UNSPECIFIED:
        return None
    had, field = message.have, "open.have"
    bounds.count(f"{field}.posted", len(had.posted), bounds.POSTED)
    return Have(
        state=bounds.choice(f"{field}.state", enums.STATES, had.state),
        source=bounds.choice(f"{field}.source", enums.SOURCES, had.source) if had.source else None,
        attempt=bounds.count(f"{field}.attempt", had.attempt, bounds.ATTEMPTS),
        offset=had.offset,
        posted=tuple(_posted(f"{field}.posted[{i}]", one) for i, one in enumerate(had.posted)),
        revision=bounds.count(f"{field}.revision", had.revision, bounds.REVISION),
    )


def _posted(field: str, message: pb.Posted) -> Posted:
    return Posted(
        bounds.choice(f"{field}.kind", enums.KINDS, message.kind),
        bounds.count(f"{field}.index", message.index, bounds.POSTED),
        bounds.optional_snowflake(f"{field}.message_id", message.message_id),
    )


def step(message: pb.HoldTurnRequest) -> Step:
    """Read what a holder says after it has claimed its turn."""
    match message.WhichOneof("step"):
        case "renew":
            return Renew(message.renew.number)
        case "text":
            return _produced(message.text)
        case "text_end":
            return _text_end(message.text_end)
        case "posted":
            return _posted("posted", message.posted)
        case "end":
            outcome = bounds.choice("end.outcome", enums.OUTCOMES, message.end.outcome)
            return End(outcome, message.end.shown_offset)
        case "release":
            return Release()
        case "open" | "adopt":
            raise InvalidInput("step", "a turn is claimed once, by the first message of the stream.")
        case None:
            raise InvalidInput("step", "a step is needed.")


def _produced(message: pb.Text) -> Produced:
    return Produced(
        bounds.attempt("text.attempt", message.attempt),
        message.offset,
        bounds.text("text.text", message.text, bounds.TEXT),
    )


def _text_end(message: pb.TextEnd) -> TextEnd:
    attempt = bounds.attempt("text_end.attempt", message.attempt)
    usage = _usage(message.usage) if message.HasField("usage") else None
    cost = bounds.count("text_end.cost_micro_usd", message.cost_micro_usd, bounds.COST)
    return TextEnd(attempt, _result(message), usage, cost)


def _result(message: pb.TextEnd) -> Finished | Stopped | Failed:
    match message.WhichOneof("result"):
        case "stop_reason":
            return Finished(bounds.needed("text_end.stop_reason", message.stop_reason, bounds.REASON))
        case "stopped":
            return Stopped()
        case "error":
            error = message.error
            told = error.HasField("retry_after")
            wait = _duration("text_end.error.retry_after", error.retry_after) if told else None
            reason = bounds.needed("text_end.error.reason", error.reason, bounds.REASON)
            return Failed(reason, error.retryable, wait)
        case None:
            raise InvalidInput("text_end.result", "a result is needed.")


def _usage(message: pb.Usage) -> Usage:
    def tokens(field: str) -> int:
        return bounds.count(f"text_end.usage.{field}", getattr(message, field), bounds.TOKENS)

    return Usage(*map(tokens, ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")))

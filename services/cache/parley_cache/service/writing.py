"""From the core's values to protobuf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from parley.cache.v1 import cache_pb2 as pb
from parley_cache.model import (
    Attachment,
    Failed,
    Finished,
    Message,
    Named,
    Opening,
    Origin,
    Posted,
    Reference,
    ReplyTo,
    TextEnd,
    Usage,
)
from parley_cache.service import enums
from parley_cache.views import Orphan
from parley_cache.words import (
    Committed,
    Opened,
    Piece,
    Queued,
    Refused,
    Renewed,
    Repeated,
    Restarted,
    StopRequested,
    Word,
)

SEEN = 1 << 19
"""Code points of one message that Claude sees: four bytes each at most, and gRPC takes 4 MiB."""


def words(several: Sequence[Word]) -> pb.HoldTurnResponse:
    """Write what is said in one moment as one message, each word in its place: a window is not copied twice."""
    message = pb.HoldTurnResponse()
    for number, value in enumerate(several):
        _put(message.more.add() if number else message, value)
    return message


def word(value: Word) -> pb.HoldTurnResponse:
    """Write what the cache says to a holder."""
    return words((value,))


def _put(message: pb.HoldTurnResponse, value: Word) -> None:
    match value:
        case Opened():
            _open_up(message.opened, value)
        case Queued() | Refused() | Repeated():
            message.MergeFrom(_standing(value))
        case Piece() | TextEnd() | Restarted():
            message.MergeFrom(_telling(value))
        case Renewed() | StopRequested() | Committed():
            message.MergeFrom(_answering(value))


def _answering(value: Renewed | StopRequested | Committed) -> pb.HoldTurnResponse:
    match value:
        case Renewed(number, lease, valid_for):
            renewed = pb.Renewed(number=number, lease=lease, valid_for=duration(timedelta(seconds=valid_for)))
            return pb.HoldTurnResponse(renewed=renewed)
        case StopRequested(by, others_read):
            return pb.HoldTurnResponse(stop_requested=pb.StopRequested(by=by, others_read=others_read))
        case Committed(revision):
            return pb.HoldTurnResponse(committed=pb.Committed(revision=revision))


def _standing(value: Queued | Refused | Repeated) -> pb.HoldTurnResponse:
    match value:
        case Queued(position):
            return pb.HoldTurnResponse(queued=pb.Queued(position=position))
        case Refused(reason, free_in):
            free_at = time_in(free_in) if free_in is not None else None
            return pb.HoldTurnResponse(refused=pb.Refused(reason=enums.REASON_NUMBERS[reason], free_at=free_at))
        case Repeated(state):
            return pb.HoldTurnResponse(duplicate=pb.Duplicate(state=enums.STATE_NUMBERS[state]))


def _telling(value: Piece | TextEnd | Restarted) -> pb.HoldTurnResponse:
    match value:
        case Piece(attempt, offset, text):
            return pb.HoldTurnResponse(text=pb.Text(attempt=attempt, offset=offset, text=text))
        case TextEnd():
            return pb.HoldTurnResponse(text_end=_text_end(value))
        case Restarted(attempt):
            return pb.HoldTurnResponse(restarted=pb.Restarted(attempt=attempt))


def duration(value: timedelta) -> Duration:
    """Write a time span."""
    message = Duration()
    message.FromTimedelta(value)
    return message


def time_in(seconds: float) -> Timestamp:
    """Write when so many seconds have passed, by the wall clock; before now when negative."""
    message = Timestamp()
    message.FromDatetime(datetime.now(UTC) + timedelta(seconds=seconds))
    return message


def _open_up(message: pb.Opened, opened: Opened) -> None:
    message.conversation_id = opened.conversation_id
    message.revision = opened.revision
    message.started_by = opened.started_by
    for one in opened.window:
        _say(message.window.add(), _bounded(one))
    message.source = enums.SOURCE_NUMBERS[opened.source]
    message.attempt = opened.attempt
    message.offset = opened.offset
    message.posted.extend(map(note, opened.posted))
    message.link = opened.link
    message.SetInParent()


def seen(message: Message) -> pb.Message:
    """Write a message as Claude shall see it."""
    return said(_bounded(message))


def _bounded(message: Message) -> Message:
    """Return a message, of an enormous one the end, so that the conversation can go on."""
    return message if len(message.text) <= SEEN else replace(message, text=message.text[-SEEN:])


def said(message: Message) -> pb.Message:
    """Write a message of a conversation."""
    written = pb.Message()
    _say(written, message)
    return written


def _say(written: pb.Message, message: Message) -> None:
    written.role = enums.ROLE_NUMBERS[message.role]
    written.text = message.text
    written.author_id = message.author_id
    written.author_name = message.author_name
    written.turn_id = message.turn_id
    if message.attachments:
        written.attachments.extend(map(_attachment, message.attachments))


def _attachment(attachment: Attachment) -> pb.Attachment:
    return pb.Attachment(
        message_id=attachment.message_id,
        attachment_id=attachment.attachment_id,
        filename=attachment.filename,
        content_type=attachment.content_type,
        size_bytes=attachment.size_bytes,
    )


def note(posted: Posted) -> pb.Posted:
    """Write a Discord message of a turn."""
    return pb.Posted(kind=enums.KIND_NUMBERS[posted.kind], index=posted.index, message_id=posted.message_id)


def _text_end(end: TextEnd) -> pb.TextEnd:
    usage_of = usage(end.usage) if end.usage is not None else None
    match end.result:
        case Finished(stop_reason):
            return pb.TextEnd(attempt=end.attempt, stop_reason=stop_reason, usage=usage_of, cost_micro_usd=end.cost)
        case Failed(reason, retryable, retry_after):
            wait = duration(retry_after) if retry_after is not None else None
            error = pb.TextError(reason=reason, retryable=retryable, retry_after=wait)
            return pb.TextEnd(attempt=end.attempt, error=error, usage=usage_of, cost_micro_usd=end.cost)
        case _:
            return pb.TextEnd(attempt=end.attempt, stopped=pb.Stopped(), usage=usage_of, cost_micro_usd=end.cost)


def usage(used: Usage) -> pb.Usage:
    """Write tokens."""
    return pb.Usage(
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cache_read_tokens=used.cache_read_tokens,
        cache_write_tokens=used.cache_write_tokens,
    )


def orphan(value: Orphan) -> pb.Orphan:
    """Write a turn that lost its holder, with what an adopter needs."""
    message = _open(value.opening)
    message.have.CopyFrom(
        pb.Have(
            state=enums.STATE_NUMBERS[value.state],
            source=enums.SOURCE_NUMBERS[value.source],
            attempt=value.attempt,
            offset=value.offset,
            posted=[note(posted) for posted in value.posted],
            revision=value.revision,
        )
    )
    return pb.Orphan(open=message, lease=value.lease, state=enums.STATE_NUMBERS[value.state])


def _open(opening: Opening) -> pb.Open:
    return pb.Open(
        turn_id=opening.turn_id,
        conversation=_conversation(opening.reference),
        origin=_origin(opening.origin),
        prompt=opening.prompt,
        attachments=[_attachment(one) for one in opening.attachments],
        model=opening.model,
        system_prompt=opening.system_prompt,
        parameters=pb.Parameters(max_output_tokens=opening.max_output_tokens),
        cache_policy=pb.CachePolicy(
            mode=enums.MODE_NUMBERS[opening.policy.mode], scope=enums.SCOPE_NUMBERS[opening.policy.scope]
        ),
        rewind_to=opening.rewind_to,
        expected_revision=opening.expected_revision,
    )


def _conversation(reference: Reference) -> pb.Conversation:
    if isinstance(reference, Named):
        return pb.Conversation(id=reference.id)
    if isinstance(reference, ReplyTo):
        return pb.Conversation(reply_to_message_id=reference.message_id)
    within = duration(reference.within)
    return pb.Conversation(recent=pb.Recent(channel_id=reference.channel_id, user_id=reference.user_id, within=within))


def _origin(origin: Origin) -> pb.Origin:
    message = pb.Origin(
        kind=enums.ORIGIN_NUMBERS[origin.kind],
        guild_id=origin.guild_id,
        channel_id=origin.channel_id,
        message_id=origin.message_id,
        author_id=origin.author_id,
        author_name=origin.author_name,
        locale=origin.locale,
        interaction_token=origin.interaction_token,
        traceparent=origin.traceparent,
        requester_id=origin.requester_id,
    )
    if origin.asked_at is not None:
        asked_at = Timestamp()
        asked_at.FromDatetime(origin.asked_at)
        message.asked_at.CopyFrom(asked_at)
    return message

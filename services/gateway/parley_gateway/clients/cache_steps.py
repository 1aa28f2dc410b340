"""What the holder says, as protobuf."""

from __future__ import annotations

from parley.cache.v1 import cache_pb2 as pb
from parley_gateway import claims
from parley_gateway.clients.cache_codes import KINDS, OUTCOMES, SOURCES, STATES, policy_of
from parley_gateway.clients.wire import duration, timestamp
from parley_gateway.model import Attachment, Named, Prompt, Recent, Reference, RepliesTo, Usage


def request_of(step: claims.Step, holder: str) -> pb.HoldTurnRequest:
    """Return the message for one step. holder: this process incarnation."""
    match step:
        case claims.Open():
            return pb.HoldTurnRequest(open=_open(step, holder))
        case claims.Adopt(turn_id, lease):
            return pb.HoldTurnRequest(adopt=pb.Adopt(turn_id=turn_id, lease=lease, holder=holder, reads_more=True))
        case claims.Text(attempt, offset, text):
            return pb.HoldTurnRequest(text=pb.Text(attempt=attempt, offset=offset, text=text))
        case claims.TextEnd():
            return pb.HoldTurnRequest(text_end=_text_end(step))
        case claims.Posted():
            return pb.HoldTurnRequest(posted=_posted(step))
        case _:
            return _plain(step)


def _plain(step: claims.Renew | claims.End | claims.Release) -> pb.HoldTurnRequest:
    match step:
        case claims.Renew(number):
            return pb.HoldTurnRequest(renew=pb.Renew(number=number))
        case claims.End(outcome, shown_offset):
            return pb.HoldTurnRequest(end=pb.End(outcome=OUTCOMES[outcome], shown_offset=shown_offset))
        case claims.Release():
            return pb.HoldTurnRequest(release=pb.Release())


def _open(step: claims.Open, holder: str) -> pb.Open:
    return pb.Open(
        turn_id=step.prompt.turn_id,
        conversation=conversation_of(step.prompt.reference),
        origin=_origin(step.prompt),
        prompt=step.prompt.text,
        attachments=[_attachment(one) for one in step.prompt.attachments],
        model=step.terms.model,
        system_prompt=step.terms.system_prompt,
        parameters=pb.Parameters(max_output_tokens=step.terms.max_output_tokens),
        cache_policy=policy_of(step.terms),
        holder=holder,
        have=_have(step.have) if step.have is not None else None,
        reads_more=True,
        rewind_to=step.prompt.rewinds.turn_id if step.prompt.rewinds else "",
        expected_revision=step.prompt.rewinds.revision if step.prompt.rewinds else 0,
    )


def _attachment(attachment: Attachment) -> pb.Attachment:
    """Return a file's reference for the wire; its address there lives too short to be kept."""
    return pb.Attachment(
        message_id=attachment.message_id,
        attachment_id=attachment.attachment_id,
        filename=attachment.filename,
        content_type=attachment.content_type,
        size_bytes=attachment.size,
    )


def conversation_of(reference: Reference) -> pb.Conversation:
    """Return how a conversation is named on the wire."""
    match reference:
        case Named(conversation_id):
            return pb.Conversation(id=conversation_id)
        case RepliesTo(message_id):
            return pb.Conversation(reply_to_message_id=message_id)
        case Recent(channel_id, user_id, within):
            return pb.Conversation(recent=pb.Recent(channel_id=channel_id, user_id=user_id, within=duration(within)))


def _origin(prompt: Prompt) -> pb.Origin:
    return pb.Origin(
        kind=pb.ORIGIN_KIND_MESSAGE if prompt.event == "MESSAGE_CREATE" else pb.ORIGIN_KIND_INTERACTION,
        guild_id=prompt.guild_id,
        channel_id=prompt.channel_id,
        message_id=prompt.message_id,
        author_id=prompt.author_id,
        author_name=prompt.author_name,
        locale=prompt.locale,
        interaction_token=prompt.interaction_token,
        traceparent=prompt.traceparent,
        asked_at=timestamp(prompt.asked_at),
        requester_id=prompt.requester_id,
    )


def _have(have: claims.Have) -> pb.Have:
    return pb.Have(
        state=STATES[have.state],
        source=SOURCES[have.source],
        attempt=have.attempt,
        offset=have.offset,
        posted=[_posted(posted) for posted in have.posted],
        revision=have.revision,
    )


def _posted(posted: claims.Posted) -> pb.Posted:
    return pb.Posted(kind=KINDS[posted.kind], index=posted.index, message_id=posted.message_id)


def _text_end(step: claims.TextEnd) -> pb.TextEnd:
    usage, cost = _usage(step.usage), step.usage.cost
    match step.result:
        case claims.Whole(stop_reason):
            return pb.TextEnd(attempt=step.attempt, stop_reason=stop_reason, usage=usage, cost_micro_usd=cost)
        case claims.Cut():
            return pb.TextEnd(attempt=step.attempt, stopped=pb.Stopped(), usage=usage, cost_micro_usd=cost)
        case claims.Broke(reason, retryable, retry_after):
            wait = duration(retry_after) if retry_after is not None else None
            error = pb.TextError(reason=reason, retryable=retryable, retry_after=wait)
            return pb.TextEnd(attempt=step.attempt, error=error, usage=usage, cost_micro_usd=cost)


def _usage(usage: Usage) -> pb.Usage:
    return pb.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )

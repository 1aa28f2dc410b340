"""What the cache says, as the gateway's values."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from parley.cache.v1 import cache_pb2 as pb
from parley_gateway import claims
from parley_gateway.clients.cache_codes import kind_of, sharing_of, source_of, state_of
from parley_gateway.clients.wire import moment
from parley_gateway.model import Attachment, Named, Prompt, Recent, Reference, RepliesTo, Rewind, Said, Usage
from parley_gateway.terms import Terms

UNKNOWN_MEMBER = "member"
"""Stands for the author of a message that was kept without one."""


def event_of(response: pb.HoldTurnResponse) -> claims.Event | None:
    """Return what the cache said; None for an event of a newer cache than we know."""
    kind = response.WhichOneof("event")
    return _READ[kind](response) if kind in _READ else None


def _refused(refused: pb.Refused) -> claims.Refused:
    reason = pb.RefusalReason.Name(refused.reason).removeprefix("REFUSAL_REASON_")
    return claims.Refused(reason, moment(refused.free_at) if refused.HasField("free_at") else None)


def _opened(opened: pb.Opened) -> claims.Opened:
    return claims.Opened(
        conversation_id=opened.conversation_id,
        source=source_of(opened.source),
        attempt=opened.attempt,
        offset=opened.offset,
        started_by=opened.started_by,
        window=tuple(said_of(message) for message in opened.window),
        posted=posted_of(opened.posted),
        link=opened.link,
        revision=opened.revision,
    )


def said_of(message: pb.Message) -> Said:
    """Return a message of a conversation."""
    if message.role == pb.ROLE_ASSISTANT:
        return Said(message.text, turn_id=message.turn_id)
    return Said(
        message.text,
        message.author_id or UNKNOWN_MEMBER,
        message.author_name,
        message.turn_id,
        attachments_of(message.attachments),
    )


def attachments_of(attachments: Iterable[pb.Attachment]) -> tuple[Attachment, ...]:
    """Return files by reference."""
    return tuple(
        Attachment(one.message_id, one.attachment_id, one.filename, one.content_type, one.size_bytes)
        for one in attachments
    )


def posted_of(posted: Iterable[pb.Posted]) -> tuple[claims.Posted, ...]:
    """Return the messages that exist; kinds of a newer cache are left out."""
    known = ((kind_of(one.kind), one) for one in posted)
    return tuple(claims.Posted(kind, one.index, one.message_id) for kind, one in known if kind is not None)


def _usage(text_end: pb.TextEnd) -> Usage:
    usage = text_end.usage
    return Usage(
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        text_end.cost_micro_usd,
    )


def _result(text_end: pb.TextEnd) -> claims.Result:
    match text_end.WhichOneof("result"):
        case "stopped":
            return claims.Cut()
        case "error":
            error = text_end.error
            wait = error.retry_after.ToTimedelta() if error.HasField("retry_after") else None
            return claims.Broke(error.reason, error.retryable, wait)
        case _:
            return claims.Whole(text_end.stop_reason)


def orphan_of(orphan: pb.Orphan) -> claims.Orphan:
    """Return an orphan with all that is needed to finish it."""
    opening = orphan.open
    have = _have(opening.have) if opening.HasField("have") else None
    claimed = claims.Open(_prompt(opening), _terms(opening), have)
    return claims.Orphan(claimed, orphan.lease, state_of(orphan.state))


def _terms(opening: pb.Open) -> Terms:
    policy = opening.cache_policy
    return Terms(
        opening.model,
        opening.system_prompt,
        opening.parameters.max_output_tokens,
        sharing_of(policy),
        afresh=policy.mode == pb.CACHE_MODE_REFRESH,
    )


def _have(have: pb.Have) -> claims.Have:
    posted = posted_of(have.posted)
    return claims.Have(state_of(have.state), source_of(have.source), have.attempt, have.offset, posted, have.revision)


def _prompt(opening: pb.Open) -> Prompt:
    origin = opening.origin
    asked_at = moment(origin.asked_at)
    return Prompt(
        turn_id=opening.turn_id,
        channel_id=origin.channel_id,
        message_id=origin.message_id,
        guild_id=origin.guild_id,
        author_id=origin.author_id,
        author_name=origin.author_name,
        locale=origin.locale,
        text=opening.prompt,
        reference=_reference(opening.conversation),
        asked_at=asked_at,
        received_at=asked_at,
        traceparent=origin.traceparent,
        attachments=attachments_of(opening.attachments),
        interaction_token=origin.interaction_token,
        rewinds=_rewind(opening),
        requester_id=origin.requester_id,
        model=opening.model,
        afresh=opening.cache_policy.mode == pb.CACHE_MODE_REFRESH,
    )


def _rewind(opening: pb.Open) -> Rewind | None:
    """Return what the turn answers once more. Whether an answer stands there nobody tells: it is kept rather than lost."""
    return Rewind(opening.rewind_to, opening.expected_revision, answered=True) if opening.rewind_to else None


def _reference(conversation: pb.Conversation) -> Reference:
    match conversation.WhichOneof("reference"):
        case "reply_to_message_id":
            return RepliesTo(conversation.reply_to_message_id)
        case "recent":
            recent = conversation.recent
            return Recent(recent.channel_id, recent.user_id, recent.within.ToTimedelta())
        case _:
            return Named(conversation.id)


_READ: dict[str | None, Callable[[pb.HoldTurnResponse], claims.Event]] = {
    "duplicate": lambda said: claims.Duplicate(state_of(said.duplicate.state)),
    "renewed": lambda said: claims.Renewed(
        said.renewed.number, said.renewed.lease, said.renewed.valid_for.ToTimedelta()
    ),
    "refused": lambda said: _refused(said.refused),
    "queued": lambda said: claims.Queued(said.queued.position),
    "opened": lambda said: _opened(said.opened),
    "text": lambda said: claims.Text(said.text.attempt, said.text.offset, said.text.text),
    "text_end": lambda said: claims.TextEnd(said.text_end.attempt, _result(said.text_end), _usage(said.text_end)),
    "restarted": lambda said: claims.Restarted(said.restarted.attempt),
    "stop_requested": lambda said: claims.StopRequested(said.stop_requested.by, said.stop_requested.others_read),
    "committed": lambda _: claims.Committed(),
}

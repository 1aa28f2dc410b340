"""ConversationService on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import grpc
from typing_extensions import override

from parley.cache.v1 import conversations_pb2 as pb
from parley.cache.v1 import conversations_pb2_grpc
from parley_cache import finding, forgetting, recall
from parley_cache.model import Message
from parley_cache.recall import Place
from parley_cache.service import bounds, enums, reading, writing
from parley_cache.store.port import Store

BATCH = 32
"""Messages that one operation of an export reads, and so at most in one piece, as the contract bounds it."""

BATCH_BYTES = 1 << 20
"""The text of one piece of an export, in bytes; gRPC takes 4 MiB."""

PART = BATCH_BYTES // 4
"""Code points of a message in one piece; four bytes each at most."""


class ConversationServicer(conversations_pb2_grpc.ConversationServiceServicer):
    """Conversations as their members see and forget them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @override
    async def GetConversation(
        self, request: pb.GetConversationRequest, context: grpc.aio.ServicerContext[pb.GetConversationRequest, Any]
    ) -> pb.GetConversationResponse:
        reference = reading.reference("conversation", request.conversation)
        found = await self._store.apply("get_conversation", lambda tables: recall.view(tables, reference))
        conversation = found.conversation
        return pb.GetConversationResponse(
            conversation_id=conversation.id,
            started_by=conversation.started_by,
            revision=conversation.revision,
            messages=conversation.length,
            window=[writing.seen(message) for message in found.window],
            active_turn_ids=conversation.active,
            queued_turn_ids=conversation.queue,
        )

    @override
    async def ForgetConversation(
        self,
        request: pb.ForgetConversationRequest,
        context: grpc.aio.ServicerContext[pb.ForgetConversationRequest, Any],
    ) -> pb.ForgetConversationResponse:
        reference = reading.reference("conversation", request.conversation)
        done = await self._store.apply("forget_conversation", lambda tables: recall.forget(tables, reference))
        return pb.ForgetConversationResponse(
            conversation_id=done.conversation_id, revision=done.revision, messages=done.messages
        )

    @override
    async def ExportConversation(
        self,
        request: pb.ExportConversationRequest,
        context: grpc.aio.ServicerContext[pb.ExportConversationRequest, Any],
    ) -> AsyncIterator[pb.ExportConversationResponse]:
        reference = reading.reference("conversation", request.conversation)
        place: Place | None = None
        while place is None or not place.is_last:
            rule = partial(recall.page, reference=reference, place=place, size=BATCH)
            page = await self._store.apply("export_conversation", rule)
            place = page.place
            for piece in pieces(page.messages):
                yield pb.ExportConversationResponse(
                    conversation_id=place.conversation.id,
                    messages=[writing.said(message) for message in piece.messages],
                    continues=piece.continues,
                )

    @override
    async def RemoveTurn(
        self, request: pb.RemoveTurnRequest, context: grpc.aio.ServicerContext[pb.RemoveTurnRequest, Any]
    ) -> pb.RemoveTurnResponse:
        turn_id, by = bounds.snowflake("turn_id", request.turn_id), bounds.snowflake("by", request.by)
        removed = await self._store.apply("remove_turn", lambda tables: recall.remove_turn(tables, turn_id, by))
        return pb.RemoveTurnResponse(
            posted=[writing.note(posted) for posted in removed.posted], revision=removed.revision
        )

    @override
    async def FindTurn(
        self, request: pb.FindTurnRequest, context: grpc.aio.ServicerContext[pb.FindTurnRequest, Any]
    ) -> pb.FindTurnResponse:
        message_id = bounds.optional_snowflake("message_id", request.message_id)
        turn_id = (bounds.optional_snowflake if message_id else bounds.snowflake)("turn_id", request.turn_id)
        found = await self._store.apply("find_turn", lambda tables: finding.turn(tables, turn_id, message_id))
        return pb.FindTurnResponse(
            conversation_id=found.conversation_id,
            revision=found.revision,
            last=found.last,
            state=enums.STATE_NUMBERS[found.state],
            question=writing.seen(found.question),
            answer=writing.seen(found.answer) if found.answer is not None else None,
            posted=[writing.note(posted) for posted in found.posted],
            model=found.model,
        )

    @override
    async def ForgetMember(
        self, request: pb.ForgetMemberRequest, context: grpc.aio.ServicerContext[pb.ForgetMemberRequest, Any]
    ) -> pb.ForgetMemberResponse:
        done = await forgetting.member(self._store, bounds.snowflake("user_id", request.user_id))
        return pb.ForgetMemberResponse(conversations=done.conversations, messages=done.messages)


@dataclass(slots=True)
class Piece:
    """Messages that gRPC takes; `continues`: the first one's text goes on."""

    messages: list[Message] = field(default_factory=list)
    continues: bool = False
    size: int = 0

    def takes(self, message: Message) -> bool:
        """Tell whether there is room for another one; for a first there is, since no part is larger."""
        return self.size + _size(message) <= BATCH_BYTES

    def add(self, message: Message) -> None:
        """Put it in."""
        self.messages.append(message)
        self.size += _size(message)


def _size(message: Message) -> int:
    return len(message.text.encode())


def pieces(messages: Sequence[Message]) -> Iterator[Piece]:
    """Cut what one operation read into pieces that gRPC takes."""
    piece = Piece()
    for message in messages:
        for number, part in enumerate(_parts(message)):
            if number or not piece.takes(part):
                yield piece
                piece = Piece(continues=number > 0)
            piece.add(part)
    if piece.messages:
        yield piece


def _parts(message: Message) -> Iterator[Message]:
    """Yield a message, in several parts if its text is long; what came with it goes with the first."""
    for start in range(0, max(1, len(message.text)), PART):
        attachments = message.attachments if not start else ()
        yield replace(message, text=message.text[start : start + PART], attachments=attachments)

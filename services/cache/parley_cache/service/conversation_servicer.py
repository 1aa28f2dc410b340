"""ConversationService on the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import grpc
from typing_extensions import override

from parley.cache.v1 import conversations_pb2 as pb
from parley.cache.v1 import conversations_pb2_grpc
from parley_cache import recall
from parley_cache.model import Message
from parley_cache.service import bounds, reading, writing
from parley_cache.store.port import Store

BATCH = 32
"""Messages in one piece of an export, as the contract bounds it."""

BATCH_BYTES = 1 << 20
"""The text of one piece of an export, in bytes, unless a single message is longer; gRPC takes 4 MiB."""


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
            window=[writing.said(message) for message in found.window],
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
        found = await self._store.apply("export_conversation", lambda tables: recall.everything(tables, reference))
        for messages in batches(found.window):
            yield pb.ExportConversationResponse(
                conversation_id=found.conversation.id, messages=[writing.said(message) for message in messages]
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


def batches(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """Cut an export into pieces that gRPC takes."""
    piece: list[Message] = []
    size = 0
    for message in messages:
        length = len(message.text.encode())
        if piece and (len(piece) == BATCH or size + length > BATCH_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(message)
        size += length
    if piece:
        yield piece

"""All services of the cache, by their names and on a server."""

from __future__ import annotations

import grpc

from parley.cache.v1 import (
    cache_pb2,
    cache_pb2_grpc,
    conversations_pb2,
    conversations_pb2_grpc,
    replies_pb2,
    replies_pb2_grpc,
)
from parley_cache.service.conversation_servicer import ConversationServicer
from parley_cache.service.reply_servicer import ReplyServicer
from parley_cache.service.servicer import TurnServicer
from parley_cache.store.port import Store

GRPC_SERVICES: tuple[str, ...] = tuple(
    service.full_name
    for file in (cache_pb2.DESCRIPTOR, conversations_pb2.DESCRIPTOR, replies_pb2.DESCRIPTOR)
    for service in file.services_by_name.values()
)


def register(server: grpc.aio.Server, turns: TurnServicer, store: Store) -> None:
    """Put them on a server."""
    cache_pb2_grpc.add_TurnServiceServicer_to_server(turns, server)
    conversations_pb2_grpc.add_ConversationServiceServicer_to_server(ConversationServicer(store), server)
    replies_pb2_grpc.add_ReplyServiceServicer_to_server(ReplyServicer(store), server)

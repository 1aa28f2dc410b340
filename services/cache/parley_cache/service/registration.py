"""All services of the cache, by their names and on a server."""

from __future__ import annotations

import grpc

from parley.cache.v1 import (
    cache_pb2,
    cache_pb2_grpc,
    conversations_pb2,
    conversations_pb2_grpc,
    passes_pb2,
    passes_pb2_grpc,
    preferences_pb2,
    preferences_pb2_grpc,
    replies_pb2,
    replies_pb2_grpc,
    usage_pb2,
    usage_pb2_grpc,
)
from parley_cache.service.conversation_servicer import ConversationServicer
from parley_cache.service.pass_servicer import PassServicer
from parley_cache.service.preferences_servicer import PreferencesServicer
from parley_cache.service.reply_servicer import ReplyServicer
from parley_cache.service.servicer import TurnServicer
from parley_cache.service.usage_servicer import UsageServicer
from parley_cache.store.port import Store

_FILES = (cache_pb2, conversations_pb2, passes_pb2, preferences_pb2, replies_pb2, usage_pb2)
GRPC_SERVICES: tuple[str, ...] = tuple(
    service.full_name for file in _FILES for service in file.DESCRIPTOR.services_by_name.values()
)


def register(server: grpc.aio.Server, turns: TurnServicer, preferences: PreferencesServicer, store: Store) -> None:
    """Put them on a server."""
    cache_pb2_grpc.add_TurnServiceServicer_to_server(turns, server)
    conversations_pb2_grpc.add_ConversationServiceServicer_to_server(ConversationServicer(store), server)
    passes_pb2_grpc.add_PassServiceServicer_to_server(PassServicer(store), server)
    preferences_pb2_grpc.add_PreferencesServiceServicer_to_server(preferences, server)
    replies_pb2_grpc.add_ReplyServiceServicer_to_server(ReplyServicer(store), server)
    usage_pb2_grpc.add_UsageServiceServicer_to_server(UsageServicer(store), server)

"""The cache on the wire: the only rooms here that know protobuf and gRPC."""

from parley_cache.service.preferences_servicer import PreferencesServicer
from parley_cache.service.registration import GRPC_SERVICES, register
from parley_cache.service.servicer import TurnServicer

__all__ = ["GRPC_SERVICES", "PreferencesServicer", "TurnServicer", "register"]

"""The other services, each by what the gateway asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from parley_gateway.clients.accounts import AccountClient
from parley_gateway.clients.cache import CacheClient
from parley_gateway.clients.caches import Caches
from parley_gateway.clients.conversations import ConversationClient
from parley_gateway.clients.direct_channels import DirectChannelClient
from parley_gateway.clients.executor import ExecutorClient
from parley_gateway.clients.models import ModelClient
from parley_gateway.clients.monitor import MonitorClient
from parley_gateway.clients.passes import PassClient
from parley_gateway.clients.preferences import PreferenceClient
from parley_gateway.preferences import Versioned
from parley_gateway.settings import GatewaySettings
from parley_kit.channel import Endpoints
from parley_kit.lifecycle import Runtime


class Peers:
    """One client for each. executors: the addresses that may be asked now. put: hears what is set in Discord, and from whom."""

    def __init__(
        self,
        runtime: Runtime[GatewaySettings],
        executors: Callable[[], Sequence[str]],
        put: Callable[[Versioned, str], None],
    ) -> None:
        settings, channels, clock = runtime.settings, runtime.channels, runtime.clock
        self._known_executors = executors
        self._caches = caches = Caches(channels, Endpoints(settings.cache, clock))
        self.cache = CacheClient(caches, settings.instance, clock)
        self.conversations = ConversationClient(caches)
        self.accounts = AccountClient(caches)
        self.preferences = PreferenceClient(caches, clock, put)
        self.direct_channels = DirectChannelClient(caches)
        self.passes = PassClient(caches, clock)
        self.monitor = MonitorClient(channels, Endpoints(settings.monitor, clock), settings.instance, clock)
        self.executors = ExecutorClient(channels)
        self.models = ModelClient(channels, executors, clock)

    def reachable(self) -> Mapping[str, bool]:
        """Whether each kind of peer answers."""
        return {
            "cache": self._caches.reachable,
            "monitor": self.monitor.reachable,
            "executor": bool(self._known_executors()),
        }

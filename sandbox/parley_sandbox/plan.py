"""Which services run, and the environment that each is given."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from parley_sandbox.children import ChildSpec
from parley_sandbox.ports import free_ports
from parley_sandbox.settings import SandboxSettings

_ALWAYS: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_DIRECT: Final = "127.0.0.1,localhost,::1"
_READY: Final = {
    "gateway": "parley.gateway.v1.GatewayService",
    "cache": "parley.cache.v1.TurnService",
    "executor": "parley.executor.v1.ExecutorService",
    "monitor": "parley.monitor.v1.MonitorService",
}
"""The name under which each service's health says that it takes work."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the services find Discord, Claude, the span receiver and Redis.

    A `None` URL is the real Discord or Claude; without Redis the cache keeps everything itself.
    """

    discord_token: str
    discord_rest_url: str | None
    claude_key: str
    claude_url: str | None
    otlp_endpoint: str
    redis_url: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where one service instance listens, each as host:port."""

    name: str
    grpc: str
    metrics: str

    @property
    def service(self) -> str:
        """executor-2 is an executor."""
        return self.name.split("-", maxsplit=1)[0]


def instance_names(settings: SandboxSettings) -> tuple[str, ...]:
    """The name of every service that is started: executor, or executor-1, executor-2, … when there are several."""
    if settings.elsewhere:
        return ()
    numbers = {"cache": settings.caches, "executor": settings.executors, "gateway": settings.gateways}
    return ("monitor", *(name for service, number in numbers.items() for name in _numbered(service, number)))


def places(settings: SandboxSettings) -> tuple[Place, ...]:
    """All instances on their set ports, or the next free ones after them, or any; or where they run elsewhere."""
    if settings.elsewhere:
        return _places_elsewhere(settings)
    names = instance_names(settings)
    wanted = [int(getattr(settings, f"{name.split('-', maxsplit=1)[0]}_port")) for name in names]
    ports = free_ports(settings.host, [*wanted, *(0 for _ in names)])
    pairs = zip(names, ports[: len(names)], ports[len(names) :], strict=True)
    return tuple(Place(name, f"{settings.host}:{grpc}", f"{settings.host}:{metrics}") for name, grpc, metrics in pairs)


def _places_elsewhere(settings: SandboxSettings) -> tuple[Place, ...]:
    gateways = settings.gateway_addresses.split(",")
    names = _numbered("gateway", len(gateways))
    return (
        Place("monitor", settings.monitor_address, ""),
        *(Place(name, address, "") for name, address in zip(names, gateways, strict=True)),
    )


def services(
    settings: SandboxSettings, sources: Sources, instances: tuple[Place, ...], environment: Mapping[str, str]
) -> tuple[ChildSpec, ...]:
    """All children; none where they run elsewhere.

    `environment` is the developer's: of it a service gets only PARLEY_<ITS NAME>_*.
    """
    if settings.elsewhere:
        return ()
    address = {
        service: ",".join(place.grpc for place in instances if place.service == service)
        for service in ("monitor", "cache")
    }
    own = {
        "gateway": _gateway(sources, address, environment),
        "cache": {
            "PARLEY_CACHE_MONITOR": address["monitor"],
            **_if_set("PARLEY_CACHE_REDIS_URL", sources.redis_url),
        },
        "executor": _executor(settings, sources, address, environment),
        "monitor": {},
    }
    return tuple(_spec(settings, sources, environment, place, own[place.service]) for place in instances)


def _gateway(sources: Sources, address: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    loopback = sources.discord_rest_url is not None
    return {
        "PARLEY_GATEWAY_DISCORD_TOKEN": sources.discord_token,
        "PARLEY_GATEWAY_CACHE": address["cache"],
        "PARLEY_GATEWAY_MONITOR": address["monitor"],
        **_if_set("PARLEY_GATEWAY_DISCORD_REST_URL", sources.discord_rest_url),
        # The loopback grants the intent, so that threads and free talk can be tried; Discord grants it to who asks for it.
        **({"PARLEY_GATEWAY_MESSAGE_CONTENT": "true"} if loopback else _outward(environment)),
    }


def _executor(
    settings: SandboxSettings, sources: Sources, address: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    return {
        "PARLEY_EXECUTOR_MONITOR": address["monitor"],
        "PARLEY_EXECUTOR_SLOTS": str(settings.slots),
        "PARLEY_EXECUTOR_ENGINE": settings.engine,
        "ANTHROPIC_API_KEY": sources.claude_key,
        **_if_set("ANTHROPIC_BASE_URL", sources.claude_url or environment.get("ANTHROPIC_BASE_URL")),
        **(_outward(environment) if sources.claude_url is None else {}),
    }


def _spec(
    settings: SandboxSettings,
    sources: Sources,
    environment: Mapping[str, str],
    place: Place,
    own: Mapping[str, str],
) -> ChildSpec:
    prefix = f"PARLEY_{place.service.upper()}_"
    given = {key: value for key, value in environment.items() if key.startswith(prefix)}
    return ChildSpec(
        name=place.name,
        argv=(sys.executable, "-m", f"parley_{place.service}"),
        environment={
            **{key: os.environ[key] for key in _ALWAYS if key in os.environ},
            "PYTHONUNBUFFERED": "1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": sources.otlp_endpoint,
            # A person waits for the trace: batches leave at once instead of after five seconds.
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "NO_PROXY": _DIRECT,
            f"{prefix}LOG_LEVEL": settings.log_level,
            # Nobody on a laptop needs two seconds to learn that a service ends; a person who pressed Ctrl-C waits.
            f"{prefix}DRAIN_ANNOUNCE": "0.3",
            f"{prefix}LOG_FORMAT": settings.log_format,
            **own,
            # What the developer set for this very service wins, but for where it listens: the others know that place.
            **given,
            f"{prefix}LISTEN": place.grpc,
            f"{prefix}METRICS_LISTEN": place.metrics,
        },
        address=place.grpc,
        service=_READY[place.service],
    )


def _numbered(service: str, number: int) -> tuple[str, ...]:
    if number == 1:
        return (service,)
    return tuple(f"{service}-{one}" for one in range(1, number + 1))


def _if_set(key: str, value: str | None) -> dict[str, str]:
    return {} if value is None else {key: value}


def _outward(environment: Mapping[str, str]) -> dict[str, str]:
    return {key: environment[key] for key in _PROXIES if key in environment}

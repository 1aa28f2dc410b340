"""Which Redis, and how it is reached: one server or what Sentinels name; TLS; the greeting that refuses what cannot work."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError
from redis.exceptions import ConnectionError as Lost

from parley_cache.store.redis import names
from parley_cache.store.target import NO_CLUSTER, Target
from parley_kit.faults import Precondition

SCRIPT = files(__package__).joinpath("step.lua").read_text()
ROOMLESS = "#!lua flags=allow-oom\n" + SCRIPT
"""The same step for what may be written to a Redis that is full: Redis otherwise refuses even what makes room."""

OLDEST = 7
"""The oldest major version of Redis whose scripts may tell the time and write; Valkey names itself 7 or later."""

SENTINEL_SECONDS = 0.3
"""How long one Sentinel may take before the next is asked."""


def client_of(target: Target) -> Redis:
    """Return a client that connects when it is first used, and never asks twice by itself."""
    options: dict[str, Any] = {
        "protocol": 2,
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": None,
        "socket_connect_timeout": 1.0,
        "client_name": "parley-cache",
    }
    if target.ca_file is not None:
        options["ssl_ca_certs"] = target.ca_file
    # What the URL says wins over these.
    options |= {"username": target.username, "password": target.password}
    if not target.sentinels:
        return Redis.from_url(target.url, **options)
    return _of_sentinels(target, options)


def _of_sentinels(target: Target, options: dict[str, Any]) -> Redis:
    plain = Redis.from_url(target.url)
    named = plain.connection_pool.connection_kwargs
    options |= {name: named[name] for name in ("username", "password", "db") if named.get(name) is not None}
    secure = target.url.startswith("rediss:")
    asking: dict[str, Any] = {"password": target.sentinel_password, "ssl": secure, "retry": Retry(NoBackoff(), 0)}
    asking |= {"socket_timeout": SENTINEL_SECONDS, "socket_connect_timeout": SENTINEL_SECONDS, "protocol": 2}
    if secure and target.ca_file is not None:
        asking["ssl_ca_certs"] = target.ca_file
    sentinel = Sentinel(list(target.sentinels), sentinel_kwargs=asking, **options, ssl=secure)  # type: ignore[no-untyped-call]  # the library does not type it
    master: Redis = sentinel.master_for(target.master)
    return master


async def leave(client: Redis) -> None:
    """Close all connections of a client, and those by which it asked Sentinels."""
    await client.aclose()
    pool = client.connection_pool
    if isinstance(pool, SentinelConnectionPool):
        for sentinel in pool.sentinel_manager.sentinels:
            await sentinel.aclose()


async def connect(client: Redis) -> AbstractConnection:
    """Return a new connection to a Redis that can be used. Raises Precondition for one that never can."""
    connection: AbstractConnection = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]  # nor this
    try:
        await connection.connect()  # type: ignore[no-untyped-call]  # nor this
        await _greet(connection)
    except (AuthenticationError, NoPermissionError):
        await connection.disconnect(nowait=True)
        raise Precondition(
            "REDIS_FORBIDS", "Redis does not accept the user, or does not allow it what the cache needs."
        ) from None
    except BaseException:
        await connection.disconnect(nowait=True)
        raise
    return connection


async def _greet(connection: AbstractConnection) -> None:
    told = await _say(connection, "HELLO")
    facts = {key.decode(): value for key, value in zip(told[::2], told[1::2], strict=True)}
    refuse(facts)
    if facts["role"] != b"master":
        raise Lost("a replica takes no writes")
    schema = await _say(connection, "GET", names.SCHEMA_KEY)
    refuse_schema(schema)
    for script in (SCRIPT, ROOMLESS):
        await _say(connection, "SCRIPT", "LOAD", script)


async def _say(connection: AbstractConnection, *words: str) -> Any:
    await connection.send_command(*words)
    return await connection.read_response()


def refuse(facts: dict[str, Any]) -> None:
    """Refuse a server by what it says of itself. Raises Precondition."""
    if facts["mode"] == b"cluster":
        raise Precondition("REDIS_CLUSTER", NO_CLUSTER)
    if facts["mode"] == b"sentinel":
        raise Precondition(
            "REDIS_SENTINEL", "This is a Sentinel, not a Redis: name it in PARLEY_CACHE_REDIS_SENTINELS."
        )
    version = facts["version"].decode()
    if int(version.split(".")[0]) < OLDEST:
        raise Precondition("REDIS_OLD", f"Redis {version} is too old: {OLDEST}.0 or later is needed.")


def refuse_schema(schema: bytes | None) -> None:
    """Refuse what another version of Parley wrote. Raises Precondition."""
    if schema is not None and schema.decode(errors="replace") != names.SCHEMA:
        found = schema.decode(errors="replace")[:20]
        raise Precondition(
            "UNKNOWN_SCHEMA",
            f"This Redis holds Parley's data in schema {found!r}, and this cache knows {names.SCHEMA!r} only.",
        )

"""hikari's HTTP connections to Discord: few, reused, closed when nobody needs them, and counted.

A connection that stays open saves each edit a TLS handshake. hikari bounds how many there are; how long an idle one stays,
and the count of them, it offers no way to: they are the connector's.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol

import aiohttp


class PoolWatch(Protocol):
    """Counts how requests came to their connection."""

    def connected(self, *, reused: bool) -> None:
        """Count a connection that was opened, or used again."""
        ...


@dataclass(slots=True)
class Pool:
    """The connections. idle: for how many seconds one stays that nobody uses."""

    watch: PoolWatch
    idle: float
    _connector: Any = None

    def join(self, session: aiohttp.ClientSession, heard: aiohttp.TraceConfig) -> None:
        """Look after a session that was just made."""
        connector = session.connector
        assert connector is not None, "of a session that is open"
        connector._keepalive_timeout = self.idle  # noqa: SLF001 — hikari makes the connector and leaves this at 15 s
        self._connector = connector
        heard.on_connection_create_end.append(self._opened)
        heard.on_connection_reuseconn.append(self._reused)

    @property
    def used(self) -> int:
        """How many carry a request now."""
        return len(self._connector._acquired) if self._connector is not None else 0  # noqa: SLF001 — there is no public count

    @property
    def waiting(self) -> int:
        """How many are open for the next request."""
        return sum(map(len, self._connector._conns.values())) if self._connector is not None else 0  # noqa: SLF001 — as above

    async def _opened(self, _: aiohttp.ClientSession, __: SimpleNamespace, ___: object) -> None:
        self.watch.connected(reused=False)

    async def _reused(self, _: aiohttp.ClientSession, __: SimpleNamespace, ___: object) -> None:
        self.watch.connected(reused=True)

"""hikari's bot, whose shards wait for their turn among all processes of the application.

hikari spaces the shards of one process; two processes that identify together are refused and lose 8 s (measured). It offers
no seam for IDENTIFY itself: a session that Discord does not resume identifies anew by hikari's own back-off.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import hikari
from typing_extensions import override

Turn = Callable[[int], Awaitable[None]]
"""Waits until a shard of an identify bucket may start."""


class PacedBot(hikari.GatewayBot):
    """A bot. turn: what each shard waits for."""

    __slots__ = ("_concurrency", "_turn")

    def __init__(self, token: str, *, turn: Turn | None, **options: Any) -> None:
        super().__init__(token, **options)
        self._turn, self._concurrency = turn, 0

    @override
    async def _start_one_shard(self, *, shard_id: int, **options: Any) -> None:
        if self._turn is not None:
            await self._turn(shard_id % await self._max_concurrency())
        await super()._start_one_shard(shard_id=shard_id, **options)

    async def _max_concurrency(self) -> int:
        if not self._concurrency:
            self._concurrency = (await self.rest.fetch_gateway_bot_info()).session_start_limit.max_concurrency
        return self._concurrency

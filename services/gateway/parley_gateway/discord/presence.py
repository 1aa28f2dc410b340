"""Shows how it stands under the bot's name."""

from __future__ import annotations

from collections.abc import Callable

import hikari

from parley_kit.clock import Clock

LOOK_SECONDS, INTERVAL = 1.0, 15.0
"""Seconds between looks, and between two updates of a shard: Discord takes 5 in 20 s, and closes a connection for more."""


class Presence:
    """Keeps the presence of this gateway's shards current. words: what it shows; troubled: whether something is missing."""

    def __init__(self, bot: hikari.GatewayBot, clock: Clock, words: Callable[[], tuple[str, bool]]) -> None:
        self._bot, self._clock, self._words = bot, clock, words
        self._shown: dict[int, tuple[str, bool]] = {}
        self._free_at: dict[int, float] = {}

    async def run(self) -> None:
        """Show it, and what has changed, until cancelled."""
        while True:
            await self._update()
            await self._clock.sleep(LOOK_SECONDS)

    async def _update(self) -> None:
        words, now = self._words(), self._clock.monotonic()
        for number, shard in tuple(self._bot.shards.items()):  # more may start while one is told
            if not shard.is_connected:
                self._shown.pop(number, None)  # a new session begins without a presence
            elif self._shown.get(number) != words and now >= self._free_at.get(number, now):
                self._free_at[number] = now + INTERVAL
                if await self._show(shard, *words):
                    self._shown[number] = words

    async def _show(self, shard: hikari.api.GatewayShard, text: str, troubled: bool) -> bool:  # noqa: FBT001 — of a tuple
        """Tell one shard; False when it lost its connection meanwhile."""
        activity = hikari.Activity(name=text, state=text, type=hikari.ActivityType.CUSTOM)
        status = hikari.Status.IDLE if troubled else hikari.Status.ONLINE
        try:
            await shard.update_presence(activity=activity, status=status)
        except Exception:  # noqa: BLE001 — hikari's own error, aiohttp's, or a failed assertion: as far as it had come
            return False
        return True

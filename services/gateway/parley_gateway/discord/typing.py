"""When a channel is shown that the bot types: many replies at once need one sign. Pure."""

from __future__ import annotations

APART = 2.0
"""Between two signs in a channel, in seconds: below Discord's limit of 5 in 5 s, so that none waits and comes late."""
MANY = 1000


class TypingSigns:
    """Tells whether a sign is due. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def due(self, channel_id: str, now: float) -> bool:
        """Return whether to show a sign now, and note it."""
        if now - self._last.get(channel_id, float("-inf")) < APART:
            return False
        if len(self._last) >= MANY:
            self._last = {channel: at for channel, at in self._last.items() if now - at < APART}
        self._last[channel_id] = now
        return True

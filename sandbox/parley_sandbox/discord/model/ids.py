"""Snowflakes: ids that carry the time at which they were made."""

from collections.abc import Callable

EPOCH_MS = 1_420_070_400_000
"""Discord's epoch, the first millisecond of 2015, in milliseconds of Unix time."""
TIME_SHIFT = 22
"""Bits below the time: worker, process and increment, here one counter."""


class Snowflakes:
    """Makes ids that grow strictly, even when the clock stands still or goes back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0

    def next(self) -> str:
        """Return a new id, as the decimal string that Discord sends."""
        timed = (int(self._now() * 1000) - EPOCH_MS) << TIME_SHIFT
        self._last = max(timed, self._last + 1)
        return str(self._last)


def created_at(snowflake: str) -> float:
    """Return when an id was made, in seconds of Unix time with a millisecond's resolution."""
    return ((int(snowflake) >> TIME_SHIFT) + EPOCH_MS) / 1000


def shard_of(guild_id: str | None, shards: int) -> int:
    """Return the shard that serves a guild; direct messages (no guild) are served by shard 0."""
    return (int(guild_id) >> TIME_SHIFT) % shards if guild_id else 0

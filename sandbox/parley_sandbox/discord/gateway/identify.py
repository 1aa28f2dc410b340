"""How often shards may identify: one per bucket and window, and so many a day."""

from collections import deque
from dataclasses import dataclass, field

from parley_sandbox.discord.gateway.settings import GatewaySettings

_DAY = 86_400.0


@dataclass(slots=True)
class IdentifyBuckets:
    """The identifies so far: when, and which shard."""

    settings: GatewaySettings
    accepted: deque[tuple[float, tuple[int, int]]] = field(default_factory=lambda: deque(maxlen=100_000))

    def take(self, shard: tuple[int, int], now: float) -> bool:
        """Count an identify unless its bucket was used in this window or the day's are used up."""
        bucket = shard[0] % self.settings.max_concurrency
        since = now - self.settings.identify_window
        recent = (other for at, other in self.accepted if at > since)
        if self.left(now) <= 0 or any(number % self.settings.max_concurrency == bucket for number, _ in recent):
            return False
        self.accepted.append((now, shard))
        return True

    def left(self, now: float) -> int:
        """Return how many identifies the day still has."""
        used = sum(at > now - _DAY for at, _ in self.accepted)
        return max(self.settings.identifies_a_day - used, 0)

    def reset_after(self, now: float) -> float:
        """Return the seconds until the day's first identify no longer counts; 0 when none does."""
        return next((at + _DAY - now for at, _ in self.accepted if at > now - _DAY), 0.0)

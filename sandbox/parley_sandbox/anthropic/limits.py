"""Rate limits as Anthropic counts them: buckets that fill continuously, and the headers that tell how full they are."""

from dataclasses import dataclass
from datetime import timedelta

from .clock import Clock
from .errors import ApiError

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Allowance a minute. Input tokens that the prompt cache served do not count."""

    requests: int = 20_000
    input_tokens: int = 40_000_000
    output_tokens: int = 8_000_000


class Bucket:
    """An allowance a minute that fills continuously; what is spent after the fact may take it below zero."""

    def __init__(self, limit: int, now: float) -> None:
        self.limit = limit
        self._level = float(limit)
        self._at = now

    def level(self, now: float) -> float:
        """Return what is left at this instant."""
        return min(self.limit, self._level + (now - self._at) * self.limit / MINUTE)

    def spend(self, amount: int, now: float) -> None:
        """Take something out."""
        self._level, self._at = self.level(now) - amount, now

    def seconds_until(self, wanted: float, now: float) -> float:
        """Return how long it takes until this much is in it."""
        return max(0.0, (wanted - self.level(now)) * MINUTE / self.limit)


class RateLimits:
    """The account's three buckets."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._clock = clock
        self.set(limits)

    def set(self, limits: Limits) -> None:
        """Begin anew with other limits and full buckets."""
        now = self._clock.monotonic()
        self.limits = limits
        self._buckets = {
            "requests": Bucket(limits.requests, now),
            "input-tokens": Bucket(limits.input_tokens, now),
            "output-tokens": Bucket(limits.output_tokens, now),
        }

    def admit(self) -> None:
        """Count a request in, or answer 429 with the seconds after which it would be let in."""
        now = self._clock.monotonic()
        waits = {name: bucket.seconds_until(1, now) for name, bucket in self._buckets.items()}
        name = max(waits, key=lambda each: waits[each])
        if waits[name] > 0:
            raise self._refusal(name, waits[name])
        self._buckets["requests"].spend(1, now)

    def spend(self, *, input_tokens: int = 0, output_tokens: int = 0) -> None:
        """Count tokens that were read or written."""
        now = self._clock.monotonic()
        self._buckets["input-tokens"].spend(input_tokens, now)
        self._buckets["output-tokens"].spend(output_tokens, now)

    def headers(self) -> dict[str, str]:
        """Return the `anthropic-ratelimit-*` headers: limit, remaining, and when it is full again (RFC 3339)."""
        now = self._clock.monotonic()
        found: dict[str, str] = {}
        for name, bucket in self._buckets.items():
            found |= self._triple(name, bucket.limit, bucket.level(now), bucket.seconds_until(bucket.limit, now))
        tokens = [bucket for name, bucket in self._buckets.items() if name != "requests"]
        limit = sum(bucket.limit for bucket in tokens)
        wait = max(bucket.seconds_until(bucket.limit, now) for bucket in tokens)
        return found | self._triple("tokens", limit, sum(bucket.level(now) for bucket in tokens), wait)

    def _triple(self, name: str, limit: int, level: float, wait: float) -> dict[str, str]:
        full_at = self._clock.wall() + timedelta(seconds=wait)
        prefix = f"anthropic-ratelimit-{name}"
        return {
            f"{prefix}-limit": str(limit),
            f"{prefix}-remaining": str(max(0, int(level))),
            f"{prefix}-reset": full_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _refusal(self, name: str, wait: float) -> ApiError:
        limit = self._buckets[name].limit
        text = f"This request would exceed your account's rate limit of {limit:,} {name.replace('-', ' ')} per minute."
        return ApiError(429, text, {"retry-after": str(int(wait) + 1)})

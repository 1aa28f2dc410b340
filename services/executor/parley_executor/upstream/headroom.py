"""What is left of the account's rate limits, as the headers of an answer tell it. Pure.

https://platform.claude.com/docs/en/api/rate-limits: a limit is a bucket that fills evenly; `remaining` is what was in
it, `reset` (RFC 3339) when it will be full. Claude counts each model apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

PREFIX: Final = "anthropic-ratelimit"
LIMITS: Final = ("requests", "input_tokens", "output_tokens")
LONGEST_REFILL: Final = 3600.0
"""A limit that takes longer than this to be full again is not believed, in seconds."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """One limit. left: what was in it; told_at, full_at: when that was told, when it is full, in monotonic seconds."""

    limit: int
    left: int
    told_at: float
    full_at: float

    def share(self, now: float) -> float:
        """Return what is left now, 0 to 1; 0 as long as it is less than one whole piece."""
        return int(self._level(now)) / self.limit

    def full_in(self, now: float) -> float:
        """Return the seconds until it is full, if nothing is used meanwhile."""
        return max(0.0, self.full_at - now)

    def _level(self, now: float) -> float:
        if now >= self.full_at:
            return self.limit
        return self.left + (self.limit - self.left) * max(0.0, now - self.told_at) / (self.full_at - self.told_at)


@dataclass(frozen=True, slots=True)
class Headroom:
    """What is left of each limit; None for one that the answer did not tell."""

    requests: Allowance | None = None
    input_tokens: Allowance | None = None
    output_tokens: Allowance | None = None

    def known(self) -> dict[str, Allowance]:
        """Return the limits that were told, by name."""
        named = zip(LIMITS, (self.requests, self.input_tokens, self.output_tokens), strict=True)
        return {name: allowance for name, allowance in named if allowance is not None}

    def least(self, now: float) -> float:
        """Return the share that is left of the scarcest limit; 1 when none was told."""
        return min((allowance.share(now) for allowance in self.known().values()), default=1.0)


def parse(headers: Mapping[str, str], now: datetime, at: float) -> Headroom | None:
    """Return what an answer tells; None when it tells nothing. now, at: the same moment on both clocks."""
    told = [_allowance(headers, f"{PREFIX}-{limit.replace('_', '-')}", now, at) for limit in LIMITS]
    return Headroom(*told) if any(told) else None


def _allowance(headers: Mapping[str, str], prefix: str, now: datetime, at: float) -> Allowance | None:
    """Return one limit; None where its headers are missing or make no sense."""
    try:
        limit, left = int(headers[f"{prefix}-limit"]), int(headers[f"{prefix}-remaining"])
        full_in = (datetime.fromisoformat(headers[f"{prefix}-reset"]) - now).total_seconds()
    except (KeyError, ValueError, TypeError):  # TypeError: a moment without its zone
        return None
    if limit <= 0 or left < 0 or full_in > LONGEST_REFILL:
        return None
    return Allowance(limit, min(left, limit), at, at + full_in)

"""Rate limits as Discord applies them: per route and major parameter, and one for the whole bot. Pure: the time is given."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Headers = Mapping[str, str]
GLOBAL_PER_SECOND = 50
"""Requests a second of one bot (Discord's documentation)."""
_MANY_BUCKETS = 4096
_SHORTEST = 0.001


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many seconds. `fixed`: a window that opens with a request; `sliding`: one comes back every period / requests."""

    requests: int
    period: float
    style: Literal["fixed", "sliding"] = "fixed"
    bucket: str | None = None
    """Routes that name the same bucket share it; None means the route's own."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a bucket said to one request: whether it passed, how many are left, seconds until all, until one, is back."""

    passed: bool
    remaining: int
    reset_after: float
    retry_after: float


class Bucket:
    """One limit's count."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._used = 0
        self.idle_at = 0.0
        """When all requests are available again."""

    def take(self, now: float) -> Level:
        """Count a request, if there is room for it."""
        return self._take_sliding(now) if self.limit.style == "sliding" else self._take_fixed(now)

    def drain(self, seconds: float, now: float) -> None:
        """Leave no room for at least this long, as if somebody else had used it."""
        period, step = self.limit.period, self.limit.period / self.limit.requests
        self._used = self.limit.requests
        tail = period - step if self.limit.style == "sliding" else 0.0
        self.idle_at = max(self.idle_at, now + seconds + tail)

    def _take_fixed(self, now: float) -> Level:
        if now >= self.idle_at:
            self._used, self.idle_at = 0, now + self.limit.period
        passed = self._used < self.limit.requests
        self._used += passed
        left = max(self.idle_at - now, _SHORTEST)
        return Level(passed, self.limit.requests - self._used, left, left)

    def _take_sliding(self, now: float) -> Level:
        step, period = self.limit.period / self.limit.requests, self.limit.period
        idle_at = max(self.idle_at, now)
        passed = idle_at + step - now <= period + 1e-9
        self.idle_at = idle_at + step if passed else idle_at
        remaining = math.floor((period - (self.idle_at - now)) / step + 1e-6)
        retry = self.idle_at + step - now - period
        return Level(passed, max(remaining, 0), max(self.idle_at - now, _SHORTEST), max(retry, _SHORTEST))


@dataclass(frozen=True, slots=True)
class Taken:
    """What the limits say to a request: rate-limit headers, and if it is refused, for how long and by which scope."""

    headers: Headers
    retry_after: float | None = None
    scope: Literal["user", "global", "shared"] = "user"


_EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
_WEBHOOK = Limit(5, 2.0, bucket="webhook")
USUAL: Mapping[str, Limit] = {
    "POST /channels/{channel_id}/messages": Limit(5, 5.0),
    _EDIT: Limit(5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": Limit(5, 1.0),
    "GET /channels/{channel_id}/messages": Limit(5, 5.0),
    "POST /channels/{channel_id}/typing": Limit(5, 5.0),
    "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me": Limit(1, 0.25),
    "POST /webhooks/{webhook_id}/{webhook_token}": _WEBHOOK,
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": _WEBHOOK,
}
"""Observed by many, promised by nobody: Discord says to read the headers."""


class Limits:
    """All limits of one bot; may be changed while it runs."""

    def __init__(self, routes: Mapping[str, Limit] = USUAL, *, per_second: int = GLOBAL_PER_SECOND) -> None:
        self.routes = dict(routes)
        self.per_second = per_second
        self._buckets: dict[tuple[str, str, Limit], Bucket] = {}
        self._second = Bucket(Limit(per_second, 1.0))
        self._paused_until = 0.0

    @classmethod
    def none(cls) -> "Limits":
        """Return limits that never refuse and send no headers."""
        return cls({}, per_second=1_000_000_000)

    def set(self, route: str, limit: Limit | None) -> None:
        """Limit a route (method and template) anew from the next request on; None lifts its limit."""
        if limit is None:
            self.routes.pop(route, None)
        else:
            self.routes[route] = limit

    def pause(self, until: float) -> None:
        """Refuse everything with scope global until then."""
        self._paused_until = until

    def drain(self, route: str, major: str, seconds: float, now: float) -> bool:
        """Empty a route's bucket for at least this long; False when the route has no limit."""
        limit = self.routes.get(route)
        if limit is None:
            return False
        self._bucket(limit.bucket or route, major, limit, now).drain(seconds, now)
        return True

    def take(self, route: str, major: str, now: float) -> Taken:
        """Count a request of a route with its major parameter (channel, guild, or webhook and token)."""
        if not _exempt(route) and (wait := self._global_wait(now)) is not None:
            return Taken(global_headers(wait), wait, "global")
        limit = self.routes.get(route)
        if limit is None:
            return Taken({})
        name = limit.bucket or route
        level = self._bucket(name, major, limit, now).take(now)
        headers = bucket_headers(name, limit, level, now)
        if level.passed:
            return Taken(headers)
        return Taken(headers | retry_headers(level.retry_after, "user"), level.retry_after)

    def _global_wait(self, now: float) -> float | None:
        if now < self._paused_until:
            return self._paused_until - now
        if self._second.limit.requests != self.per_second:
            self._second = Bucket(Limit(self.per_second, 1.0))
        level = self._second.take(now)
        return None if level.passed else level.retry_after

    def _bucket(self, name: str, major: str, limit: Limit, now: float) -> Bucket:
        if len(self._buckets) > _MANY_BUCKETS:
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.idle_at > now}
        return self._buckets.setdefault((name, major, limit), Bucket(limit))


def bucket_headers(name: str, limit: Limit, level: Level, now: float) -> dict[str, str]:
    """Return the documented headers that tell a client how full a bucket is."""
    return {
        "X-RateLimit-Bucket": hashlib.blake2b(name.encode(), digest_size=16).hexdigest(),
        "X-RateLimit-Limit": str(limit.requests),
        "X-RateLimit-Remaining": str(level.remaining),
        "X-RateLimit-Reset": f"{now + level.reset_after:.3f}",
        "X-RateLimit-Reset-After": f"{level.reset_after:.3f}",
    }


def retry_headers(seconds: float, scope: str) -> dict[str, str]:
    """Return the headers that only a refusal has."""
    return {"Retry-After": str(math.ceil(seconds)), "X-RateLimit-Scope": scope}


def global_headers(seconds: float) -> dict[str, str]:
    """Return the headers of a refusal by the global limit."""
    return {**retry_headers(seconds, "global"), "X-RateLimit-Global": "true"}


def _exempt(route: str) -> bool:
    """Whether the global limit passes over a route: Discord exempts interactions' endpoints."""
    return "/interactions/" in route or "/webhooks/" in route

"""The gates that every request passes, in Discord's order: ban, authorisation, faults, rate limits, and then the route."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.clock import Clock
from parley_sandbox.discord.errors import ApiError, Code, bad_field, refusal
from parley_sandbox.discord.faults import Fault, Faults, Kind
from parley_sandbox.discord.invalid import InvalidRequests
from parley_sandbox.discord.limits import Level, Limit, Limits, bucket_headers, retry_headers
from parley_sandbox.discord.rest.call import Call, Reply, Route

_OPEN = ("POST /interactions/", "POST /webhooks/", "GET /webhooks/", "PATCH /webhooks/", "DELETE /webhooks/")
_WITHOUT_TOKEN = "GET /gateway"  # noqa: S105  # a route, no secret
_TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer ready for the wire; `dropped` means that the connection breaks instead."""

    status: int
    raw: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    channel_id: str | None = None
    message_id: str | None = None
    faults: tuple[str, ...] = ()
    dropped: bool = False

    @property
    def html(self) -> bool:
        """Whether it comes from the proxy in front of Discord, which does not speak JSON."""
        return self.raw.startswith(b"<")


class Desk:
    """Answers calls."""

    def __init__(self, acts: Acts, limits: Limits, faults: Faults, invalid: InvalidRequests, token: str) -> None:
        self._acts = acts
        self._clock: Clock = acts.realm.clock
        self._limits = limits
        self._faults = faults
        self._invalid = invalid
        self._authorization = f"Bot {token}"

    async def treat(self, call: Call, route: Route) -> Outcome:
        """Answer a call, with the faults it meets."""
        met = self._faults.meet(call.route, call.channel_id)
        names = tuple(met)
        if Kind.DELAY in met:
            await self._clock.sleep(met[Kind.DELAY].seconds)
        if Kind.DROP_BEFORE in met:
            return Outcome(0, faults=names, dropped=True)
        outcome = replace(self._answer(call, route, met), faults=names)
        if Kind.DELAY_REPLY in met:
            await self._clock.sleep(met[Kind.DELAY_REPLY].seconds)
        if Kind.DROP_REPLY in met:
            return replace(outcome, status=0, dropped=True)
        if failed := met.get(Kind.STATUS_AFTER):
            return replace(outcome, status=failed.status, raw=_raw(_injected(failed.status).body))
        return outcome

    def _answer(self, call: Call, route: Route, met: Mapping[str, Fault]) -> Outcome:
        now = self._clock.now()
        if banned := self._invalid.banned_for(now):
            return Outcome(_TOO_MANY, b"<html>error code: 1015</html>", {"Retry-After": str(int(banned) + 1)})
        headers: dict[str, str] = {}
        try:
            self._authorize(call)
            self._inject(call, met, now)
            self._limit(call, now, headers)
            _check_path(call)
            if call.unreadable:
                raise call.unreadable
            outcome = _success(route(self._acts, call), headers)
        except ApiError as error:
            outcome = _failure(error, call, headers)
        self._invalid.count(outcome.status, outcome.headers.get("X-RateLimit-Scope"), now)
        return outcome

    def _authorize(self, call: Call) -> None:
        if call.route.startswith(_OPEN) or call.route == _WITHOUT_TOKEN:
            return
        if call.authorization != self._authorization:
            raise ApiError(401, Code.GENERAL, "401: Unauthorized")

    def _inject(self, call: Call, met: Mapping[str, Fault], now: float) -> None:
        if fault := met.get(Kind.STATUS_BEFORE):
            raise _injected(fault.status)
        if Kind.MISSING_PERMISSION in met:
            raise refusal(Code.MISSING_PERMISSIONS)
        if fault := met.get(Kind.LIMIT_GLOBAL):
            self._limits.pause(now + fault.seconds)
        if fault := met.get(Kind.LIMIT_SHARED):
            raise _limited(call.route, "shared", fault.seconds, now)
        fault = met.get(Kind.LIMIT_USER)
        if fault and not self._limits.drain(call.route, call.major, fault.seconds, now):
            raise _limited(call.route, "user", fault.seconds, now)
        if Kind.MESSAGE_GONE in met:
            self._remove(call)

    def _remove(self, call: Call) -> None:
        world = self._acts.realm.world
        found = world.messages.get(call.channel_id or "", {}).get(call.params.get("message_id", ""))
        if found is not None:
            self._acts.messages.delete(found)

    def _limit(self, call: Call, now: float, headers: dict[str, str]) -> None:
        taken = self._limits.take(call.route, call.major, now)
        headers.update(taken.headers)
        if taken.retry_after is not None:
            raise _too_many(taken.retry_after, scope=taken.scope)


def _success(reply: Reply, headers: Mapping[str, str]) -> Outcome:
    status = reply.status or (204 if reply.body is None else 200)
    return Outcome(status, _raw(reply.body), headers, reply.channel_id, reply.message_id)


def _failure(error: ApiError, call: Call, headers: Mapping[str, str]) -> Outcome:
    place = call.channel_id, call.params.get("message_id")
    return Outcome(error.status, _raw(error.body), {**headers, **error.headers}, *place)


def _raw(body: Any) -> bytes:
    return b"" if body is None else orjson.dumps(body)


def _injected(status: int) -> ApiError:
    return ApiError(status, Code.GENERAL, f"{status}: Injected by the loopback Discord")


def _too_many(seconds: float, *, scope: str, headers: Mapping[str, str] | None = None) -> ApiError:
    message = "The resource is being rate limited." if scope == "shared" else "You are being rate limited."
    told = {"retry_after": round(seconds, 3), "global": scope == "global"}
    return ApiError(_TOO_MANY, Code.GENERAL, message, headers=headers, **told)


def _limited(route: str, scope: str, seconds: float, now: float) -> ApiError:
    """Return the 429 of a bucket that is empty for the bot itself, or of one that others have emptied."""
    level = Level(False, 0 if scope == "user" else 3, seconds, seconds)
    headers = bucket_headers(route, Limit(5, seconds), level, now) | retry_headers(seconds, scope)
    return _too_many(seconds, scope=scope, headers=headers)


def _check_path(call: Call) -> None:
    for name, value in call.params.items():
        if name.endswith("_id") and not (value.isdecimal() or value == "@original"):
            raise bad_field(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')

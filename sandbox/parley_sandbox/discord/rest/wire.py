"""The REST interface on the wire: aiohttp in, calls and outcomes inside, a record of each."""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from parley_sandbox.discord.clock import Clock
from parley_sandbox.discord.errors import ApiError, Code, refusal
from parley_sandbox.discord.recorder import Recorded, Recorder, redacted
from parley_sandbox.discord.rest.bodies import read_body, unreadable
from parley_sandbox.discord.rest.call import Call, Route, Routes
from parley_sandbox.discord.rest.desk import Desk, Outcome
from parley_sandbox.discord.validation import Upload

PREFIX = "/api/v10"
_UNKNOWN = "/{tail}"
_Respond = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class _Arrival:
    number: int
    at: float
    started: float


class Wire:
    """Binds routes to an aiohttp application."""

    def __init__(self, desk: Desk, recorder: Recorder, clock: Clock) -> None:
        self._desk = desk
        self._recorder = recorder
        self._clock = clock

    def bind(self, app: web.Application, routes: Routes) -> None:
        """Add the routes, and refusals for everything else below /api."""
        by_template: dict[str, dict[str, Route]] = defaultdict(dict)
        for key, route in routes.items():
            method, template = key.split(" ", 1)
            by_template[template][method] = route
        for template, by_method in by_template.items():
            for method, route in {**by_method, "*": _wrong_method}.items():
                app.router.add_route(method, PREFIX + template, self._respond(template, route))
        app.router.add_route("*", PREFIX + "/{tail:.*}", self._respond(_UNKNOWN, _not_found))
        app.router.add_route("*", "/api/{tail:.*}", self._respond(_UNKNOWN, _wrong_version))

    def _respond(self, template: str, route: Route) -> _Respond:
        async def respond(request: web.Request) -> web.StreamResponse:
            arrival = _Arrival(self._recorder.number(), self._clock.now(), time.perf_counter())
            call = await _read(request, f"{request.method} {template}")
            outcome = await self._desk.treat(call, route)
            self._recorder.add(_record(request, call, outcome, arrival))
            return _break(request) if outcome.dropped else _response(outcome)

        return respond


async def _read(request: web.Request, route: str) -> Call:
    body: Any = None
    files: Mapping[str, Upload] = {}
    problem: ApiError | None = None
    try:
        body, files = await read_body(request)
    except (ApiError, ValueError) as error:
        problem = unreadable(error)
    return Call(
        route,
        params=dict(request.match_info),
        query=request.query,
        body=body,
        files=files,
        authorization=request.headers.get("Authorization"),
        unreadable=problem,
    )


def _record(request: web.Request, call: Call, outcome: Outcome, arrival: _Arrival) -> Recorded:
    return Recorded(
        number=arrival.number,
        at=arrival.at,
        method=request.method,
        route=call.route,
        path=redacted(request.path_qs.removeprefix(PREFIX)),
        body=call.body,
        files=tuple((upload.name, len(upload.content)) for upload in call.files.values()),
        status=outcome.status,
        raw_response=outcome.raw,
        ratelimit={name: value for name, value in outcome.headers.items() if name.startswith(("X-RateLimit", "Retry"))},
        took=time.perf_counter() - arrival.started,
        channel_id=outcome.channel_id or call.channel_id,
        message_id=outcome.message_id,
        faults=outcome.faults,
    )


def _response(outcome: Outcome) -> web.Response:
    kind = "text/html" if outcome.html else "application/json"
    body = outcome.raw or None
    return web.Response(status=outcome.status, body=body, headers=outcome.headers, content_type=kind if body else None)


def _break(request: web.Request) -> web.Response:
    """Break the connection; the response that is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _not_found(_acts: object, _call: Call) -> Any:
    raise ApiError(404, Code.GENERAL, "404: Not Found")


def _wrong_method(_acts: object, _call: Call) -> Any:
    raise ApiError(405, Code.GENERAL, "405: Method Not Allowed")


def _wrong_version(_acts: object, _call: Call) -> Any:
    raise refusal(Code.INVALID_VERSION)

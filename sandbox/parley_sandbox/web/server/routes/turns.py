"""Turns, their traces, and the fleet."""

from typing import Any

from aiohttp import web

from parley_sandbox.otlp import as_text
from parley_sandbox.web.server.answers import RefusedError, answer
from parley_sandbox.web.server.keys import SANDBOX
from parley_sandbox.web.server.party import TURN, summary, trace_view
from parley_sandbox.web.server.sandbox import Sandbox

routes = web.RouteTableDef()


@routes.get("/api/turns")
async def turns(request: web.Request) -> web.Response:
    """The last turns, newest first."""
    return answer({"turns": request.app[SANDBOX].turns.newest_first()})


@routes.get("/api/turns/{message}")
async def turn(request: web.Request) -> web.Response:
    """The turn of a question or of one of its reply's messages."""
    return answer(_turn(request.app[SANDBOX], request.match_info["message"]))


@routes.get("/api/traces")
async def traces(request: web.Request) -> web.Response:
    """The last traces in one line each, newest first."""
    return answer({"traces": [summary(trace) for trace in request.app[SANDBOX].traces.recent(200) if trace.spans]})


@routes.get("/api/traces/{trace}")
async def trace(request: web.Request) -> web.Response:
    """One trace for the waterfall, or with ?format=text as a tree for a terminal; 204 while none of it is here."""
    found = request.app[SANDBOX].traces.trace(request.match_info["trace"].lower())
    if found is None or not found.spans:
        # Not an error: spans arrive when they end, and the page asks while a turn still runs.
        return web.Response(status=204)
    if request.query.get("format") == "text":
        return web.Response(text=as_text(found))
    return answer(trace_view(found))


@routes.get("/api/capacity")
async def capacity(request: web.Request) -> web.Response:
    """Tier and executors, or null while the monitor is away."""
    return answer({"capacity": request.app[SANDBOX].capacity.now})


def _turn(sandbox: Sandbox, message_id: str) -> dict[str, Any]:
    found = sandbox.turns.get(message_id)
    if found is not None:
        return found
    traced = sandbox.traces.find(TURN, message_id) or sandbox.traces.find("discord.message.id", message_id)
    if not traced:
        raise RefusedError(404, f"no gateway has told of a turn for message {message_id}")
    # A gateway that is gone took its list of turns with it; the trace is still here.
    return {"turn_id": message_id, "trace_id": traced[0], "state": "unknown", "message_ids": []}

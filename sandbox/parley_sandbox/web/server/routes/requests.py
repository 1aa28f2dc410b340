"""What Discord received."""

from collections.abc import Iterable
from typing import Any, Final

from aiohttp import web

from parley_sandbox.discord.queries import replied_to
from parley_sandbox.discord.recorder import Recorded
from parley_sandbox.web.server.answers import answer
from parley_sandbox.web.server.keys import SANDBOX
from parley_sandbox.web.server.sandbox import Sandbox

routes = web.RouteTableDef()
_MOST: Final = 500


@routes.get("/api/requests")
async def requests(request: web.Request) -> web.Response:
    """The last requests in order; ?channel= those of one channel, ?message= those of one turn's messages."""
    sandbox = request.app[SANDBOX]
    found: Iterable[Recorded] = sandbox.discord.recorder.requests
    if channel := request.query.get("channel"):
        found = [one for one in found if one.channel_id == channel]
    if message := request.query.get("message"):
        found = _of_turn(found, _messages_of(sandbox, message))
    return answer({"requests": [request_view(one) for one in list(found)[-_MOST:]]})


def request_view(recorded: Recorded) -> dict[str, Any]:
    """One request; times in ms."""
    return {
        "number": recorded.number,
        "at_ms": recorded.at * 1000,
        "took_ms": recorded.took * 1000,
        "method": recorded.method,
        "route": recorded.route.removeprefix(f"{recorded.method} "),
        "path": recorded.path,
        "status": recorded.status,
        "body": recorded.body,
        "response": recorded.response,
        "ratelimit": dict(recorded.ratelimit),
        "faults": list(recorded.faults),
        "channel_id": recorded.channel_id,
        "message_id": recorded.message_id,
        "replied_to": replied_to(recorded),
    }


def _messages_of(sandbox: Sandbox, message: str) -> frozenset[str]:
    turn = sandbox.turns.get(message) or {"turn_id": message, "message_ids": []}
    return frozenset({message, turn["turn_id"], *turn["message_ids"]})


def _of_turn(requests: Iterable[Recorded], ids: frozenset[str]) -> list[Recorded]:
    """Those about one of the messages, and those about a message that answers one of them."""
    found: list[Recorded] = []
    known = set(ids)
    for recorded in requests:
        if known.intersection((recorded.message_id, replied_to(recorded))):
            found.append(recorded)
            known |= {recorded.message_id} if recorded.message_id else set()
    return found

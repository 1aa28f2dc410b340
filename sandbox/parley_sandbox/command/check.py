"""`parley-sandbox check`: a conversation, and for each hop on its way whether the trace shows it."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from parley_sandbox.command import ask
from parley_sandbox.command.client import Json, SandboxClient

_QUESTION: Final = "@parley Tell me of the sea, in a hundred words."
_PACED: Final = " [[ttft=0.2 tps=40 tokens=120]]"
"""The loopback Claude then takes three seconds: enough for edits."""
WITHIN: Final = 180.0
"""Seconds for a reply: a gateway gives a turn up after 120 s without a slot, and then its trace is whole."""
_ARRIVE: Final = 15.0
"""Seconds after the reply in which its spans must have come."""
_LOOK_EVERY: Final = 0.25


class Spans:
    """A trace as the page's interface tells it."""

    def __init__(self, trace: Json) -> None:
        self.all: list[Json] = trace.get("spans", [])
        self._by_id = {span["span_id"]: span for span in self.all}

    def any(self, service: str, name: str = "", attribute: str = "") -> bool:
        """Whether a service has a span whose name begins so, with this attribute."""
        return any(
            span["service"] == service
            and span["name"].startswith(name)
            and (not attribute or attribute in span["attributes"])
            for span in self.all
        )

    def edge(self, caller: str, called: str) -> bool:
        """Whether a span of the called has one of the caller above it."""
        return any(span["service"] == called and self._parent(span).get("service") == caller for span in self.all)

    def linked(self, name: str) -> bool:
        """Whether a span of this name points to another trace."""
        return any(span["name"] == name and span["links"] for span in self.all)

    def _parent(self, span: Json) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._by_id.get(span["parent_id"], {})
        return found


@dataclass(frozen=True, slots=True)
class Hop:
    """A step on a reply's way, how its trace shows it, and where to look when it does not."""

    name: str
    seen: Callable[[Spans], bool]
    look: str


_REDIS: Final = Hop(
    "cache → Redis",
    lambda spans: spans.any("cache", attribute="db.system.name"),
    "the cache's log and Redis's; the address and the password",
)
_HOPS: Final = (
    Hop(
        "Discord → gateway",
        lambda spans: spans.any("gateway", "discord "),
        "the gateway's log: is it connected to Discord?",
    ),
    Hop("gateway → cache", lambda spans: spans.edge("gateway", "cache"), "the cache's pods, and who may reach them"),
    _REDIS,
    Hop(
        "monitor → gateway",
        lambda spans: spans.linked("admission"),
        "the monitor's pods: without its capacity map the gateway goes by a small cap of its own",
    ),
    Hop(
        "gateway → executor",
        lambda spans: spans.edge("gateway", "executor"),
        "the executor's pods, and who may reach them",
    ),
    Hop(
        "executor → Claude", lambda spans: spans.any("executor", "chat "), "the executor's log; the key and the way out"
    ),
    Hop(
        "gateway → Discord, the first words",
        lambda spans: spans.any("gateway", "POST /channels/"),
        "the gateway's log; the bot's permissions",
    ),
    Hop("gateway → Discord, edits", lambda spans: spans.any("gateway", "PATCH /channels/"), "the gateway's log"),
)


async def check(client: SandboxClient, *, redis: bool, within: float) -> int:
    """Ask, wait, print a line a hop; 0 when there was an answer and every hop is in its trace."""
    sources = (await client.get("/api/state"))["sources"]
    question = _QUESTION + (_PACED if sources["claude"] == "loopback" else "")
    try:
        turn = (await ask.converse(client, question, None, None, within)).turn
        answered = turn["outcome"] == "answered"
        _say(f"the question was {turn['outcome']}" + (f": {turn['reason']}" if turn["reason"] else ""))
    except ask.NoAnswerError as error:
        turn, answered = error.turn or {}, False
        _say(f"{error}" + (f"; the turn is {turn['state']}, and what still runs has left no span" if turn else ""))
    missing = await _missing(
        client, turn.get("trace_id") or "", tuple(hop for hop in _HOPS if redis or hop is not _REDIS)
    )
    return 0 if answered and not missing else 1


async def _missing(client: SandboxClient, trace_id: str, hops: tuple[Hop, ...]) -> list[Hop]:
    """Wait for the spans, and tell of each hop."""
    spans = await _arrived(client, trace_id, hops)
    _say(f"trace {trace_id or 'unknown'}, {len(spans.all)} spans")
    missing = [hop for hop in hops if not hop.seen(spans)]
    for hop in hops:
        _say(f"missing   {hop.name}: look at {hop.look}" if hop in missing else f"ok        {hop.name}")
    return missing


async def _arrived(client: SandboxClient, trace_id: str, hops: tuple[Hop, ...]) -> Spans:
    spans = Spans({})
    try:
        async with asyncio.timeout(_ARRIVE if trace_id else 0):
            while not all(hop.seen(spans) for hop in hops):
                spans = Spans(await client.get_or_nothing(f"/api/traces/{trace_id}"))
                await asyncio.sleep(_LOOK_EVERY)
    except TimeoutError:
        """What has not come by now is what is told."""
    return spans


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")

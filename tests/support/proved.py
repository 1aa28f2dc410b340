"""What each expression of the dashboards must say about the conversation of `talk`, by what the sandbox counted of it."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from importlib.metadata import version

from support.prometheus import Labels
from support.proofs import Between, Buckets, Events, Proof, Ratio, Steady, WhenFull, by, one, quantile, within
from support.talk import NANOSECONDS, SLOTS, Evidence

from parley_gateway.figures import FIRST_TEXT, STALENESS
from parley_kit import semconv
from parley_sandbox.discord import queries

MODEL = "claude-sonnet-5"
PRICES = {"input": 2, "output": 10, "cache_read": 0.2, "cache_write": 2.5}
"""What MODEL costs, in US dollars for a million tokens."""
SERVICES = ("gateway", "cache", "executor", "monitor")
VERSION = version("parley-kit")
QUICK = 1.0
"""Seconds within which the cache says its word when there is nothing to wait for, on a busy machine too."""

# --- what was counted


def outcomes(evidence: Evidence) -> Mapping[str, int]:
    """Turns by outcome."""
    found: Counter[str] = Counter()
    for (outcome, _), count in evidence.outcomes().items():
        found[outcome] += count
    return found


def sources(evidence: Evidence) -> Mapping[str, int]:
    """Answered turns by where their text came from."""
    return {source: count for (outcome, source), count in evidence.outcomes().items() if outcome == "answered"}


def leads(evidence: Evidence) -> int:
    """Turns that asked for Claude."""
    return sum(count for (_, source), count in evidence.outcomes().items() if source == "lead")


def retries(evidence: Evidence) -> int:
    """Calls that Claude refused and that were made again: all, but the last one of the turn that failed so."""
    return sum(record.status == 529 for record in evidence.records) - evidence.reasons()["OVERLOADED"]


def clicks(evidence: Evidence) -> list[float]:
    """How long Discord took for each answer to a click."""
    return [request.took for request in evidence.accepted(queries.CALLBACK)]


def decisions(evidence: Evidence) -> Mapping[str, int]:
    """What the cache says of new turns."""
    found = evidence.outcomes()
    return {
        "hit": found["answered", "stored"],
        "follow": found["answered", "follow"],
        "lead": leads(evidence),
        "refused": found["refused", "none"],
    }


def admitted(evidence: Evidence) -> int:
    """Turns that got a slot: each made one call of Claude."""
    return len(evidence.records) - retries(evidence)


def events(evidence: Evidence) -> Mapping[str, int]:
    """Discord tells the bot of questions and clicks, and of its own messages."""
    handled = len(evidence.replies) + len(clicks(evidence))
    return {"handled": handled, "ignored": len(evidence.accepted(queries.CREATE))}


def pages(evidence: Evidence) -> int:
    """Edits of pages that Discord took."""
    return len(evidence.pages(queries.CREATE)) + len(evidence.pages(queries.EDIT))


def opened(evidence: Evidence) -> Mapping[str, int]:
    """Turns of which the cache said where their text comes from, by that."""
    return {source: count for source, count in decisions(evidence).items() if source != "refused"}


def waited(evidence: Evidence) -> float:
    """How long one turn waited for the turn before it in its conversation; nobody else waited for the cache."""
    return (evidence.root("bread").end - evidence.root("queued").start) / NANOSECONDS


def answers(evidence: Evidence) -> list[float]:
    """How long answered turns took, from the question to the last edit."""
    answered = (about for about, reply in evidence.replies.items() if reply.outcome == "answered")
    return [evidence.shown(about)[-1] for about in answered]


def pace(evidence: Evidence) -> float:
    """Tokens in a second of Claude's whole replies."""
    spans = [span for span in evidence.named("chat") if semconv.ERROR_TYPE not in span.attributes]
    return evidence.tokens("output_tokens") / sum(span.duration / NANOSECONDS for span in spans)


def gaps(evidence: Evidence) -> float:
    """The longest time in which no page of a reply changed; no text that an edit shows is much older."""
    times: dict[str, list[float]] = {}
    for request in (*evidence.pages(queries.CREATE), *evidence.pages(queries.EDIT)):
        times.setdefault(request.message_id or "", []).append(request.at + request.took)
    return max(late - soon for each in times.values() for soon, late in itertools.pairwise(sorted(each)))


def routes(evidence: Evidence) -> Proof:
    """The slow end of each route of Discord's; a route that was not used before is known from its second call on."""
    names = {span.name for span in evidence.spans if span.name.split(" ")[0] in {"POST", "PATCH", "GET", "DELETE"}}
    bounds = {route(name): quantile(0.95, evidence.took(name)) for name in names}
    known = {route(name) for name in (queries.CREATE, queries.EDIT, queries.TYPING)}
    return Between(bounds, frozenset(bounds.keys() - known))


def route(name: str) -> Labels:
    """The labels of a route, as spans and the recorder write it."""
    method, template = name.split(" ", 1)
    return frozenset({("http_request_method", method), ("http_route", template)})


def first_texts(evidence: Evidence) -> list[float]:
    """How long it took until something could be read, a notice aside."""
    return [evidence.shown(about)[0] for about in evidence.replies]


def age(evidence: Evidence) -> Proof:
    """Bounds for the age of text: above nothing, and at most as old as the longest silence of a page."""
    return Between({frozenset(): (0.02, quantile(1, [gaps(evidence) + 1], STALENESS)[1])})


def grown(evidence: Evidence) -> tuple[int, int]:
    """How many edits showed new text; the note of a stop, a closed fence and a sealed page only look like it."""
    return evidence.changes() - 3, evidence.changes()


def within_8_s(evidence: Evidence) -> float:
    """The share of first texts that were in time."""
    texts = first_texts(evidence)
    return sum(text < 8 for text in texts) / len(texts)


def in_time(evidence: Evidence) -> float:
    """The share of clicks that were taken in time."""
    return sum(took < 2.5 for took in clicks(evidence)) / len(clicks(evidence))


def ended_well(evidence: Evidence) -> float:
    """The share of answered turns among those and the failed ones."""
    found = outcomes(evidence)
    return found["answered"] / (found["answered"] + found["failed"])


def tokens(evidence: Evidence) -> Mapping[str, int]:
    """Tokens by kind."""
    names = {
        "input": "input_tokens",
        "output": "output_tokens",
        "cache_read": "cache_read_input_tokens",
        "cache_write": "cache_creation_input_tokens",
    }
    return {kind: evidence.tokens(name) for kind, name in names.items()}


def cost(evidence: Evidence) -> float:
    """What whole replies cost, in US dollars."""
    return sum(PRICES[kind] * count for kind, count in tokens(evidence).items()) / 1e6


# --- the proofs, by dashboard, panel and query

OVERVIEW: dict[str, Callable[[Evidence], Proof]] = {
    "Answers that end well/A": lambda told: Ratio(one(ended_well(told))),
    "First text within 8 s/A": lambda told: Ratio(one(within_8_s(told))),
    "Edits that show text younger than 3 s/A": lambda _: Between({frozenset(): (0.3, 0.99)}),
    "Turns that got a slot/A": lambda told: Ratio(one(admitted(told) / leads(told))),
    "Clicks taken within 2.5 s/A": lambda told: Ratio(one(in_time(told))),
    "Turns held/A": lambda _: WhenFull(one(5)),
    "In line for a slot/A": lambda _: WhenFull(one(1)),
    "Free slots/A": lambda _: WhenFull(by("pool", {"executor": 0})),
    "Shards connected/A": lambda _: Steady(one(1)),
    "Served without Claude/A": lambda told: Ratio(one(1 - leads(told) / (leads(told) + 2))),
    "Slots/A": lambda _: WhenFull(by("state", {"free": 0, "busy": SLOTS, "blocked": 0, "draining": 0, "stale": 0})),
    "Saturation/A": lambda _: WhenFull(
        {**dict.fromkeys(by("pool", dict.fromkeys(SERVICES, 0))), **by("pool", {"executor": 1})}
    ),
    "What members may expect/A": lambda _: WhenFull(by("tier", {"normal": 0, "busy": 1, "unavailable": 0})),
    "Events from Discord/A": lambda told: Events(by("outcome", events(told))),
    "Turns by what called the bot/A": lambda told: Events(by("trigger", {"mention": len(told.replies)})),
    "Turns by how they ended/A": lambda told: Events(by("outcome", outcomes(told))),
    "Where answers came from/A": lambda told: Events(by("source", sources(told))),
    "What the cache decided/A": lambda told: Events(by("result", decisions(told))),
    "Not answered, by reason/A": lambda told: Events(by("reason", told.reasons())),
    "Turned away for want of a slot/A": lambda told: Events(by("reason", {"POOL_FULL": told.reasons()["POOL_FULL"]})),
    "First text/A": lambda told: within(0.5, first_texts(told), FIRST_TEXT),
    "First text/B": lambda told: within(0.95, first_texts(told), FIRST_TEXT),
    "Whole answers/A": lambda told: within(0.5, answers(told)),
    "Whole answers/B": lambda told: within(0.95, answers(told)),
    "Edits/A": lambda told: Events(by("outcome", {"accepted": pages(told)})),
    "Rate limits met/A": lambda told: Events(by("scope", told.limited())),
    "HTTP connections to Discord/A": lambda _: Between(
        {frozenset({("state", "used")}): (0, 0), frozenset({("state", "idle")}): (1, 10)}
    ),
    "Clocks/A": lambda _: Between({frozenset(): (0, 1.5)}),
    "Calls of Claude/A": lambda told: Events(one(admitted(told))),
    "Tokens/A": lambda told: Events(by("gen_ai_token_type", tokens(told))),
    "Cost/A": lambda told: Events(by("gen_ai_request_model", {MODEL: cost(told)})),
    "Second tries at Claude/A": lambda told: Events(by("reason", {"OVERLOADED": retries(told)})),
    "Running/A": lambda _: Steady(by("service version", {f"{service} {VERSION}": 1 for service in SERVICES})),
}


def stages(panel: str, share: float) -> dict[str, Callable[[Evidence], Proof]]:
    """The proofs of one panel of stages."""
    proofs: list[Callable[[Evidence], Proof]] = [
        lambda told: Between({frozenset(): (0, QUICK) if share < 0.9 else quantile(1, [waited(told)])}),
        lambda told: within(share, told.took("admission")),
        lambda told: within(share, told.told(semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK)),
        lambda told: within(share, told.took(queries.CREATE)),
        lambda told: within(share, first_texts(told), FIRST_TEXT),
        lambda told: within(share, answers(told)),
    ]
    return {f"{panel}/{ref}": proof for ref, proof in zip("ABCDEF", proofs, strict=True)}


REPLY_LIFE: dict[str, Callable[[Evidence], Proof]] = {
    "From question to answer/A": lambda told: Events(one(len(told.replies))),
    "From question to answer/B": lambda told: Events(one(sum(opened(told).values()))),
    "From question to answer/C": lambda told: Events(one(admitted(told))),
    "From question to answer/D": lambda told: Events(one(len(first_texts(told)))),
    "From question to answer/E": lambda told: Events(one(outcomes(told)["answered"])),
    "Opened, by where the text comes from/A": lambda told: Between(
        {
            **dict.fromkeys(by("source", {"follow": 1, "stored": 1}), (0, QUICK)),
            **dict.fromkeys(by("source", {"lead": 1}), quantile(1, [waited(told)])),
        }
    ),
    **stages("Stages, p50", 0.5),
    **stages("Stages, p95", 0.95),
    "First text/A": lambda told: Buckets((len(first_texts(told)),) * 2),
    "Whole answers/A": lambda told: Buckets((outcomes(told)["answered"],) * 2),
    "Claude's first text/A": lambda told: Buckets((len(told.told(semconv.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK)),) * 2),
    "Age of text when it is seen/A": age,
    "Age of text when it is seen/B": age,
    "Edits a turn/A": lambda told: Ratio(one(pages(told) / len(told.replies))),
    "Claude's pace/A": lambda told: Ratio(by("gen_ai_request_model", {MODEL: pace(told)})),
    "Age of text when it is seen, all edits/A": lambda told: Buckets(grown(told)),
    "Discord's answers, p95/A": routes,
    "Edits by kind/A": lambda told: Events(
        by("kind", {"create": len(told.pages(queries.CREATE)), "replace": len(told.pages(queries.EDIT))})
    ),
    "Rows of the failure table/A": lambda told: Events(
        by("trouble act", {"UPSTREAM TELL": told.reasons()["OVERLOADED"]})
    ),
}

PROOFS: dict[str, Callable[[Evidence], Proof]] = {
    **{f"overview/{name}": proof for name, proof in OVERVIEW.items()},
    **{f"reply-life/{name}": proof for name, proof in REPLY_LIFE.items()},
}

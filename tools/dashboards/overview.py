"""The Overview: are promises kept, what is going on, what goes wrong. One look for whoever has a minute."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard
from layout import LOW, Line
from layout import dashboard as laid_out
from panels import About, Panel, lines, number, promise, rows, states
from queries import farthest, gained, highest, instances, of, quantile, rate, share, steps, summed, within
from traces import search

from parley_gateway.model import Outcome
from parley_kit import semconv


def dashboard() -> Dashboard:
    """Return it."""
    return laid_out(
        "parley-overview",
        "Parley: Overview",
        "Whether Parley keeps its promises, what it is doing now, and what goes wrong.",
        [
            Line(promises(), LOW, "Promises, over the shown time"),
            Line(now(), LOW, "Now"),
            Line(room()),
            Line(answers(), heading="Questions and answers"),
            Line(unanswered()),
            Line(speed(), heading="Speed"),
            Line(discord(), heading="Discord and Claude"),
            Line(claude()),
            Line(versions(), LOW),
        ],
    )


def promises() -> list[Panel]:
    """Return the service levels of docs/telemetry.md, each with its goal."""
    return [
        promise(
            "Answers that end well",
            "Of the turns that were answered or failed, those answered. What members stop and what is refused does not "
            "count.",
            share(semconv.TURNS, of_these={"outcome": "answered"}, among={"outcome": "answered|failed"}),
            0.995,
        ),
        promise(
            "First text within 8 s",
            "From Discord's event to text that is seen.",
            within(semconv.REPLY_FIRST_TEXT, "8.0"),
            0.95,
        ),
        promise(
            "Edits that show text younger than 3 s",
            "How old the oldest text of an edit was when it could be seen.",
            within(semconv.REPLY_EDIT_STALENESS, "3.0"),
            0.99,
        ),
        promise(
            "Turns that got a slot",
            "Of the decisions about a slot, those that gave one. Quotas are another matter: they refuse before.",
            share(semconv.ADMISSION_DECISIONS, of_these={"decision": "admitted"}),
            0.99,
        ),
        promise(
            "Clicks taken within 2.5 s",
            "From our answer to a click of a button until Discord took it; Discord gives up after 3 s.",
            within(semconv.DISCORD_INTERACTION_ACK, "2.5", outcome="taken"),
            0.999,
        ),
    ]


def now() -> list[Panel]:
    """Return what is going on."""
    return [
        number(
            About("Turns held", "short", "Turns that gateways work on, those in line included."),
            summed(semconv.TURNS_HELD),
        ),
        number(
            About("In line for a slot", "short", "Turns that wait because no executor is free."),
            summed(semconv.ADMISSION_QUEUE_DEPTH),
        ),
        number(
            About("Free slots", "short", "Replies that could begin at this moment, as the monitor knows it."),
            highest(semconv.CAPACITY_SLOTS, "pool", state="free"),
        ),
        number(
            About("Shards connected", "short", "Connections to Discord's gateway that are up, over all gateways."),
            summed(semconv.DISCORD_SHARD_UP),
        ),
        number(
            About(
                "Served without Claude",
                "percentunit",
                "Of the turns of the shown time that were opened, those that read a stored answer or one that another "
                "turn was already getting.",
            ),
            share(semconv.CACHE_REQUESTS, of_these={"result": "hit|follow"}, among={"result": "hit|follow|lead"}),
        ),
    ]


def room() -> list[Panel]:
    """Return how full everything is."""
    return [
        lines(
            About(
                "Slots",
                "short",
                "Places to run Claude in. Draining ones end, stale ones have not reported, blocked ones are not taken "
                "but Claude's rate limits leave nothing for them; no free one for minutes means that executors are "
                "missing, unless they are blocked.",
            ),
            highest(semconv.CAPACITY_SLOTS, "state").named("{{state}}"),
            stacked=True,
        ),
        lines(
            About("Saturation", "percentunit", "The fullest resource of the fullest instance; at 1 it is full."),
            highest(semconv.SATURATION_RATIO, "pool"),
        ),
        states(
            About("What members may expect", "none", "The tier that the monitor tells gateways."),
            highest(semconv.SERVICE_TIER, "tier"),
        ),
    ]


def answers() -> list[Panel]:
    """Return what is asked and where answers come from."""
    return [
        lines(
            About(
                "Events from Discord",
                "eps",
                "Handled ones became a turn that ended, ignored ones were not for us; dropped and failed ones should "
                "not be.",
            ),
            rate(semconv.DISCORD_EVENTS, "outcome"),
            stacked=True,
        ),
        lines(
            About("Turns by what called the bot", "ops", "As they begin; command: an interaction, buttons included."),
            rate(semconv.DISCORD_TRIGGERS, "trigger"),
            stacked=True,
        ),
        lines(
            About("Turns by how they ended", "ops", "Every question that was taken up, as its member saw it end."),
            rate(semconv.TURNS, "outcome"),
            stacked=True,
        ),
        lines(
            About(
                "Where answers came from",
                "ops",
                "lead: Claude was asked; follow: another turn was already getting the answer; stored: it was there.",
            ),
            rate(semconv.TURNS, "source", outcome=Outcome.ANSWERED.value),
            stacked=True,
        ),
        lines(
            About("What the cache decided", "ops", "Of each new turn; duplicate: another gateway had claimed it."),
            rate(semconv.CACHE_REQUESTS, "result"),
            stacked=True,
        ),
    ]


def unanswered() -> list[Panel]:
    """Return what goes wrong."""
    return [
        lines(
            About(
                "Not answered, by reason",
                "short",
                "Turns in each step that failed, were refused or abandoned. A click on a point looks for their traces.",
            ),
            steps(semconv.TURNS_UNANSWERED, "reason"),
            links=[search("Traces of these turns", semconv.TURN_REASON, "${__field.labels.reason}")],
            stacked=True,
        ),
        lines(
            About("Turned away for want of a slot", "short", "Turns in each step whose wait in line was too long."),
            steps(semconv.ADMISSION_DECISIONS, "reason", decision="refused"),
            stacked=True,
        ),
    ]


def speed() -> list[Panel]:
    """Return what members wait for."""
    return [
        lines(
            About("First text", "s", "From Discord's event to the first text that is seen. Points lead to traces."),
            quantile(0.5, semconv.REPLY_FIRST_TEXT),
            quantile(0.95, semconv.REPLY_FIRST_TEXT),
        ),
        lines(
            About("Whole answers", "s", "From Discord's event to the last edit, of answered turns."),
            quantile(0.5, semconv.REPLY_DURATION, outcome=Outcome.ANSWERED.value),
            quantile(0.95, semconv.REPLY_DURATION, outcome=Outcome.ANSWERED.value),
        ),
    ]


def discord() -> list[Panel]:
    """Return how Discord takes what we write."""
    return [
        lines(
            About(
                "Edits",
                "ops",
                "Messages posted, rewritten and removed, by what Discord said; gone, forbidden, rejected and transient "
                "ones did not happen.",
            ),
            rate(semconv.REPLY_EDITS, "outcome"),
            stacked=True,
        ),
        lines(
            About(
                "Rate limits met",
                "short",
                "Answers 429 in each step. Ten thousand of them in ten minutes, with 401 and 403, and Discord shuts out "
                "the address.",
            ),
            steps(semconv.DISCORD_RATELIMIT_HITS, "scope"),
            stacked=True,
        ),
        lines(
            About(
                "HTTP connections to Discord",
                "short",
                "Open ones, over all gateways. A gateway has PARLEY_GATEWAY_DISCORD_CONNECTIONS of them at most; where all "
                "are used for minutes, edits wait for one.",
            ),
            summed(semconv.DISCORD_HTTP_POOL, "state"),
            stacked=True,
        ),
        lines(
            About(
                "Clocks",
                "s",
                "How far the gateway's clock that is farthest from Discord's is from it. Above 1 s its log says so, and "
                "it reckons with Discord's time; set the node's clock.",
            ),
            farthest(semconv.CLOCK_SKEW).named("farthest"),
        ),
    ]


def claude() -> list[Panel]:
    """Return what Claude is asked and what it costs."""
    return [
        lines(
            About("Calls of Claude", "reqps", "Replies that an executor began; second tries are not counted apart."),
            rate(of(semconv.EXECUTOR_SLOT_WAIT, "count")).named("begun"),
        ),
        lines(
            About("Tokens", "ops", "Tokens in a second, of answers that Claude ended; each kind has its price."),
            rate(of(semconv.GEN_AI_TOKEN_USAGE, "sum"), "gen_ai_token_type"),
            stacked=True,
        ),
        lines(
            About(
                "Cost",
                "currencyUSD",
                "US dollars in each step, of answers that Claude ended, by the executor's table of prices. Models that it "
                "has no price for cost nothing here; the executor's log names them.",
            ),
            gained(semconv.COST, "gen_ai_request_model"),
            stacked=True,
        ),
        lines(
            About(
                "Second tries at Claude", "short", "Calls in each step that failed before any text and were retried."
            ),
            steps(semconv.UPSTREAM_RETRIES, "reason"),
            stacked=True,
        ),
    ]


def versions() -> list[Panel]:
    """Return what runs."""
    return [
        rows(
            About("Running", "none", "How many instances of each version run."),
            instances(semconv.BUILD, "service", "version"),
        )
    ]

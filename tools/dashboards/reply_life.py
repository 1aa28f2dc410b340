"""A reply's life: where the time goes between a question and its last edit, and where replies get lost."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard
from layout import Line
from layout import dashboard as laid_out
from panels import About, Panel, bars, heat, lines
from queries import Query, of, quantile, rate, ratio, steps, total
from queries import heat as heat_of
from traces import search

from parley_gateway.discord.routes import MESSAGES
from parley_gateway.model import Outcome
from parley_kit import semconv

ANSWERED = Outcome.ANSWERED.value


def dashboard() -> Dashboard:
    """Return it."""
    return laid_out(
        "parley-reply-life",
        "Parley: A reply's life",
        "Where the time goes between a question and its last edit, and where replies get lost.",
        [
            Line(far(), heading="How far questions came"),
            Line(stages(), heading="Where the time goes"),
            Line(spread()),
            Line(growth(), heading="While text grows"),
            Line(discord()),
            Line(troubles(), heading="Troubles"),
        ],
    )


def far() -> list[Panel]:
    """Return the way of all questions of the shown time, narrower at each step."""
    return [
        bars(
            About(
                "From question to answer",
                "short",
                "Over the shown time. Stored and followed answers need no slot; what misses between the last two "
                "failed, was stopped, refused or abandoned.",
            ),
            total(semconv.DISCORD_EVENTS, event="MESSAGE_CREATE", outcome="handled").named("1 taken up"),
            total(of(semconv.TURN_OPENING, "count")).named("2 opened by the cache"),
            total(semconv.ADMISSION_DECISIONS, decision="admitted").named("3 given a slot"),
            total(of(semconv.REPLY_FIRST_TEXT, "count")).named("4 seen"),
            total(semconv.TURNS, outcome=ANSWERED).named("5 answered"),
        ),
        lines(
            About(
                "Opened, by where the text comes from",
                "s",
                "p95 from Discord's event to the cache's word; it includes the wait for earlier turns of a conversation.",
            ),
            quantile(0.95, semconv.TURN_OPENING, "source"),
        ),
    ]


def stages() -> list[Panel]:
    """Return each stage's time, the usual and the slow."""
    return [
        lines(
            About("Stages, p50", "s", "The usual time of each stage; the last two are the sum, from the event on."),
            *_stages(0.5),
        ),
        lines(
            About(
                "Stages, p95", "s", "What one in twenty waits longer for; the stage that grew is the one to look at."
            ),
            *_stages(0.95),
        ),
    ]


def _stages(share: float) -> list[Query]:
    return [
        quantile(share, semconv.TURN_OPENING).named("the cache opens it"),
        quantile(share, semconv.ADMISSION_QUEUE_WAIT).named("in line for a slot"),
        quantile(share, semconv.GEN_AI_TIME_TO_FIRST_CHUNK).named("Claude's first text"),
        quantile(share, semconv.HTTP_CLIENT_DURATION, http_request_method="POST", http_route=MESSAGES).named(
            "Discord takes the message"
        ),
        quantile(share, semconv.REPLY_FIRST_TEXT).named("= first text seen"),
        quantile(share, semconv.REPLY_DURATION, outcome=ANSWERED).named("= whole answer"),
    ]


def spread() -> list[Panel]:
    """Return how the times are spread, each with points that lead to traces."""
    return [
        heat(
            About("First text", "s", "From Discord's event to the first text that is seen."),
            heat_of(semconv.REPLY_FIRST_TEXT),
        ),
        heat(
            About("Whole answers", "s", "From Discord's event to the last edit, of answered turns."),
            heat_of(semconv.REPLY_DURATION, outcome=ANSWERED),
        ),
        heat(
            About("Claude's first text", "s", "From the call of Claude to its first text."),
            heat_of(semconv.GEN_AI_TIME_TO_FIRST_CHUNK),
        ),
    ]


def growth() -> list[Panel]:
    """Return how a reply is written on."""
    return [
        lines(
            About(
                "Age of text when it is seen",
                "s",
                "The oldest text of each edit. At the pace of 1.1 s between edits it stays below 1.5 s; more means that "
                "Discord slows us down.",
            ),
            quantile(0.5, semconv.REPLY_EDIT_STALENESS),
            quantile(0.95, semconv.REPLY_EDIT_STALENESS),
        ),
        lines(
            About("Edits a turn", "short", "Messages posted, rewritten and removed for each turn that ended."),
            ratio(rate(semconv.REPLY_EDITS, outcome="accepted").expr, rate(semconv.TURNS).expr).named("edits"),
        ),
        lines(
            About(
                "Claude's pace",
                "ops",
                "Tokens in a second of one reply, its first wait included, by model; whole ones.",
            ),
            _pace().named("{{gen_ai_request_model}}"),
        ),
        heat(
            About("Age of text when it is seen, all edits", "s", "The oldest text of each edit."),
            heat_of(semconv.REPLY_EDIT_STALENESS),
        ),
    ]


def _pace() -> Query:
    model = "gen_ai_request_model"
    written = rate(of(semconv.GEN_AI_TOKEN_USAGE, "sum"), model, gen_ai_token_type="output")  # noqa: S106 — no password
    return ratio(written.expr, rate(of(semconv.GEN_AI_DURATION, "sum"), model, error_type="").expr)


def discord() -> list[Panel]:
    """Return what Discord is asked, and how long it takes."""
    return [
        lines(
            About(
                "Discord's answers, p95",
                "s",
                "By route, waits for its limits and second tries included. Points lead to traces.",
            ),
            quantile(0.95, semconv.HTTP_CLIENT_DURATION, "http_request_method", "http_route"),
        ),
        lines(
            About("Edits by kind", "ops", "create: a page was posted; replace: rewritten; remove: one too many went."),
            rate(semconv.REPLY_EDITS, "kind", outcome="accepted"),
            stacked=True,
        ),
    ]


def troubles() -> list[Panel]:
    """Return what went wrong and what was done about it."""
    return [
        lines(
            About(
                "Rows of the failure table",
                "short",
                "Troubles in each step and what was done. Only TELL and ABANDON are seen by a member. A click on a "
                "point looks for the traces of turns that met it.",
            ),
            steps(semconv.TURN_TROUBLES, "trouble", "act"),
            links=[
                search("Traces of turns that met it", semconv.TURN_TROUBLE, "${__field.labels.trouble}", scope="event")
            ],
            stacked=True,
        ),
    ]

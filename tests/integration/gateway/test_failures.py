"""The failure table, row by row, as the member meets it."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.commands import use
from support.gateways import World, world
from support.reading import as_shown
from support.replies import spoken

from parley_gateway.app import Gateway
from parley_gateway.turns.failures import Trouble
from parley_sandbox.discord import Fault, queries

STORY = "Tell a story. [[ttft=0.05 tps=100 tokens=150]]"
HOUR = 3600
NOT_TRIED_AGAIN = 501
"""A status of a broken Discord with which hikari does not try the same call again for seconds."""
ENDLESS = "[[ttft=0.05 tps=40 tokens=4000]]"


@pytest.fixture
async def alone() -> AsyncIterator[World]:
    """Discord and Claude; the test starts what it wants."""
    async with world() as everything:
        yield everything


async def start(parley: World, *, executors: int = 1, slots: int = 16, **gateway: object) -> Gateway:
    await parley.start_monitor()
    await parley.start_cache()
    for _ in range(executors):
        await parley.start_executor(slots=slots)
    service = await parley.start_gateway(**gateway)
    await parley.settled()
    return service


def said(parley: World, number: int = -1) -> list[str]:
    return as_shown(parley.executions()[number].text).split()


# --- executors


async def test_an_executor_that_dies_in_the_middle_is_replaced_in_the_same_message(alone: World) -> None:
    await start(alone, executors=2)
    question = alone.ask(STORY)
    message = await alone.streaming(question, 40)
    await _end_the_busy_executor(alone)
    text = await alone.ended(question)
    assert alone.replies(question) == (message,)
    assert len(alone.executions()) == 2
    assert text.split() == said(alone), "one attempt, whole"


async def test_an_executor_that_dies_before_the_first_word_is_not_noticed(alone: World) -> None:
    await start(alone, executors=2)
    question = alone.ask("Hello [[ttft=1 tps=100 tokens=40]]")
    await alone.until(lambda: alone.claude.live == 1)
    await _end_the_busy_executor(alone)
    text = await alone.ended(question)
    assert text.split() == said(alone)
    assert len(queries.texts(alone.discord.recorder.requests, alone.replies(question)[0])) >= 1


async def test_a_second_loss_is_told_and_the_text_is_kept(alone: World) -> None:
    await start(alone, executors=2, slot_wait=1.0)
    question = alone.ask(ENDLESS)
    await alone.streaming(question, 40)
    await _end_the_busy_executor(alone)
    await alone.until(lambda: len(alone.executions()) == 2)
    await alone.streaming(question, 60)
    await _end_the_busy_executor(alone)
    text = await alone.ended(question)
    assert "breaks off here" in text
    assert "Reference" in text


async def test_a_full_house_is_said_with_patience_and_then_answered(alone: World) -> None:
    await start(alone, slots=1, slot_notice=0.2)
    first = alone.ask(STORY, person="Sam")
    await alone.streaming(first)
    second = alone.ask("Another question", person="Noor")
    await alone.until(lambda: "places are taken" in alone.reply(second))
    await alone.ended(first)
    text = await alone.ended(second)
    assert text.split() == said(alone)
    assert len(alone.replies(second)) == 1


async def test_two_quick_questions_do_not_both_get_the_last_slot(alone: World) -> None:
    gateway = await start(alone, slots=1)
    questions = [alone.ask(f"Question {number}", person=person) for number, person in enumerate(("Sam", "Noor"))]
    for question in questions:
        await alone.ended(question)
    assert alone.claude.peak == 1
    assert gateway.admissions.capacity.in_use == 0


async def test_a_house_that_stays_full_is_told_in_plain_words(alone: World) -> None:
    await start(alone, slots=1, slot_notice=0.1, slot_wait=0.5)
    first = alone.ask(ENDLESS, person="Sam")
    message = await alone.streaming(first)
    second = alone.ask("Another question", person="Noor")
    await alone.until(lambda: "Too many answers" in alone.reply(second))
    alone.click("Sam", message)
    await alone.ended(first)


async def test_an_executor_that_has_no_place_after_all_is_passed_over_unseen(alone: World) -> None:
    await alone.start_cache()
    for slots in (1, 8):
        await alone.start_executor(slots=slots, queue=0)
    await alone.start_gateway(executors=",".join(one.address for one in alone.executors))  # nobody tells what is free
    await alone.settled()
    first = [alone.ask(f"{person}? {ENDLESS}", person=person) for person in ("Sam", "Noor")]
    for question in first:
        await alone.streaming(question)
    third = alone.ask("Hello", person="Mika")
    await alone.until(lambda: "Regenerate" in str(alone.replies(third) and alone.message(alone.replies(third)[0])))
    assert alone.reply(third).split() == said(alone)
    assert alone.gateways[0].sample("parley_turn_troubles_total", {"trouble": "EXECUTOR_FULL", "act": "ELSEWHERE"}) == 1
    for question, person in zip(first, ("Sam", "Noor"), strict=True):
        alone.click(person, alone.replies(question)[0])
        await alone.until(lambda question=question: "Stopped" in alone.reply(question))  # type: ignore[misc]  # bound now


async def test_without_any_executor_the_member_is_told(alone: World) -> None:
    await start(alone, executors=0, slot_notice=0.1, slot_wait=0.4)
    question = alone.ask("Hello")
    assert "Nothing that could run Claude" in await alone.ended(question)


async def test_a_silent_monitor_stops_nobody_who_has_other_addresses(alone: World) -> None:
    await alone.start_cache()
    await alone.start_executor()
    await alone.start_gateway(executors=alone.executors[0].address)
    await alone.settled()
    question = alone.ask("Hello")
    assert (await alone.ended(question)).split() == said(alone)


# --- Claude


@pytest.mark.parametrize(
    ("directive", "words"),
    [
        ("[[error=529 times=9]]", "overloaded"),
        ("[[error=429 times=9]]", "limit of requests"),
        ("[[error=401 times=9]]", "credential"),
        ("[[error=500 times=9]]", "cannot be reached"),
    ],
)
async def test_an_error_of_claude_is_told_with_a_reference(parley: World, directive: str, words: str) -> None:
    question = parley.ask(f"Hello {directive}")
    text = await parley.ended(question)
    assert words in text
    assert _trace_of(parley) in text


async def test_a_reply_that_breaks_keeps_its_text_and_says_so(parley: World) -> None:
    text = await parley.ended(parley.ask("Hello [[ttft=0.05 tps=60 tokens=100 cut=60]]"))
    assert text.split()[:5] == said(parley)[:5]
    assert "breaks off here" in text


async def test_a_refusal_is_said_and_a_greatest_length_too(parley: World) -> None:
    assert "declined" in await parley.ended(parley.ask("Hello [[stop=refusal]]"))
    assert "greatest length" in await parley.ended(parley.ask("Hello again [[stop=max_tokens]]", person="Noor"))
    full = "Hello once more [[stop=model_context_window_exceeded]]"
    assert "greatest length" in await parley.ended(parley.ask(full, person="Mika"))


async def test_an_answer_that_reached_its_greatest_length_goes_on_when_the_member_asks_for_the_rest(
    parley: World,
) -> None:
    await parley.ended(parley.ask("Tell a story. [[tokens=30 stop=max_tokens]]"))
    await parley.ended(parley.ask("Go on."))
    first, rest = parley.executions()
    told = [(message["role"], message["content"][-1]["text"]) for message in rest.messages]
    assert told[1] == ("assistant", first.text.strip())
    assert told[2] == ("user", "Go on.")


async def test_a_claude_that_says_nothing_is_given_up(alone: World) -> None:
    await start(alone, first_text_timeout=0.4)
    text = await alone.ended(alone.ask("Hello [[ttft=20]]"))
    assert "took too long" in text
    await alone.claude.streams_open(0)


# --- the cache


async def test_without_a_cache_the_answer_comes_and_says_what_is_missing(alone: World) -> None:
    await alone.start_monitor()
    await alone.start_executor()
    await alone.start_gateway(cache_silence=0.15, grace=0)
    await alone.settled()
    question = alone.ask("Hello")
    await alone.until(lambda: "memory cannot be reached" in alone.reply(question))
    assert alone.reply(question).split()[:5] == said(alone)[:5]


async def test_who_began_alone_and_then_reads_what_another_gets_misses_nothing_and_says_nothing(alone: World) -> None:
    await start(alone, cache_silence=1e-9)  # it never waits for the cache
    asked = "Tell a story. [[ttft=0.5 tps=100 text=words:60]]"
    first = alone.ask(asked)
    await alone.until(lambda: alone.claude.live == 1)
    second = alone.ask(asked, person="Noor")
    await alone.ended(first)
    assert spoken(await alone.ended(second)).split() == said(alone, 0)


async def test_a_cache_that_comes_back_learns_of_the_turn(alone: World) -> None:
    await start(alone, cache_silence=0.15)
    address = alone.cache.address if alone.cache is not None else ""
    await alone.cache_stack.aclose()
    question = alone.ask(STORY)
    await alone.streaming(question)
    await alone.start_cache(listen=address)
    await alone.ended(question)
    follow_up = alone.ask("And then?", reply_to=alone.replies(question)[0])
    await alone.ended(follow_up)
    assert len(alone.executions()[-1].messages) == 3, "it remembers what was said without it"


async def test_a_cache_that_restarts_in_mid_reply_is_not_noticed(alone: World) -> None:
    await start(alone)
    question = alone.ask(STORY)
    await alone.streaming(question, 40)
    await alone.restart_cache()
    text = await alone.ended(question)
    assert text.split() == said(alone)
    assert len(alone.executions()) == 1


async def test_an_answer_that_a_restarted_cache_took_up_again_serves_the_next_who_asks(alone: World) -> None:
    await start(alone)
    question = alone.ask(STORY)
    await alone.streaming(question, 40)
    await alone.restart_cache()
    first = await alone.ended(question)
    second = await alone.ended(alone.ask(STORY, person="Noor"))
    assert spoken(second).split() == first.split()
    assert len(alone.executions()) == 1, "it had no history, which the gateway told the cache"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("May I ask more?", r"You can ask again <t:(\d+):R>\."),
        ("もう一つ聞いてもいい？", r"<t:(\d+):R>にまた質問できます。"),
    ],
)
async def test_who_has_used_up_a_quota_reads_when_to_ask_again(alone: World, words: str, told: str) -> None:
    await alone.start_monitor()
    await alone.start_cache(user_messages=1, message_period=HOUR)
    await alone.start_executor()
    await alone.start_gateway()
    await alone.settled()
    began = time.time()
    await alone.ended(alone.ask("Hello"))
    text = await alone.ended(alone.ask(words))
    promised = re.search(told, text)
    assert promised is not None, text
    assert began + HOUR <= int(promised[1]) <= time.time() + HOUR + 1
    assert len(alone.executions()) == 1, "Claude was not asked"
    answer = await alone.ended(alone.ask("Hello", person="Noor"))
    assert spoken(answer).split() == said(alone), "nobody else is held up"


async def test_a_quota_in_us_dollars_counts_what_claude_costs(alone: World) -> None:
    await alone.start_monitor()
    await alone.start_cache(user_usd_day=0.0015)
    await alone.start_executor()
    await alone.start_gateway()
    await alone.settled()
    await alone.ended(alone.ask("Hello [[tokens=90 tps=1000]]"))
    await alone.ended(alone.ask("And more [[tokens=90 tps=1000]]"))
    assert len(alone.executions()) == 2, (
        "the first left something: its 90 tokens cost 900 millionths, and its question less"
    )
    assert "You can ask again" in await alone.ended(alone.ask("And even more"))
    assert len(alone.executions()) == 2
    spent = await alone.spent("Sam")
    assert spent.usage.output_tokens == 180
    assert spent.cost_micro_usd == 10 * 180 + 2 * spent.usage.input_tokens


# --- Discord


async def test_a_question_deleted_before_its_answer_leaves_nothing(parley: World) -> None:
    question = parley.ask("Hello [[ttft=0.5 tps=60 tokens=600]]")
    await parley.until(lambda: parley.claude.live == 1)
    parley.discord.people.delete(parley.cast.person("Sam"), question)
    await parley.claude.streams_open(0)
    await parley.until(lambda: parley.working == 0)
    assert parley.replies(question) == ()


async def test_an_answer_deleted_under_us_stops_claude(parley: World) -> None:
    question = parley.ask(ENDLESS)
    await parley.streaming(question)
    parley.discord.faults.add(Fault("message_gone", route="PATCH /channels"))
    await parley.claude.streams_open(0)
    await parley.until(lambda: parley.working == 0)


async def test_who_asks_where_the_bot_may_not_write_is_told_alone(parley: World) -> None:
    general = parley.cast.channel("Orchard", "general")
    route = "POST /channels/{channel_id}/messages"
    parley.discord.faults.add(Fault("missing_permission", route=route, channel_id=general, times=None))
    parley.ask(ENDLESS)
    await parley.until(lambda: bool(direct(parley, "Sam")))
    await parley.until(lambda: parley.working == 0)
    await parley.claude.streams_open(0)
    [told] = direct(parley, "Sam")
    assert f"<#{general}>" in told
    assert "may not write" in told


async def test_who_loses_the_bots_permission_in_mid_answer_is_told_alone(parley: World) -> None:
    question = parley.ask(ENDLESS)
    await parley.streaming(question)
    parley.discord.faults.add(Fault("missing_permission", route="PATCH /channels"))
    await parley.until(lambda: bool(direct(parley, "Sam")))
    await parley.until(lambda: parley.working == 0)
    await parley.claude.streams_open(0)
    assert "may not write" in direct(parley, "Sam")[0]


async def test_who_takes_no_direct_messages_costs_no_more_than_a_try(parley: World) -> None:
    parley.discord.faults.add(Fault("missing_permission", route="POST /channels/{channel_id}/messages", times=None))
    parley.ask(ENDLESS)
    await parley.until(lambda: len(queries.of(parley.discord.recorder.requests, queries.CREATE)) == 2)
    await parley.until(lambda: parley.working == 0)
    await parley.claude.streams_open(0)


async def test_a_channel_that_is_gone_stops_claude(parley: World) -> None:
    question = parley.ask(ENDLESS)
    await parley.streaming(question)
    parley.discord.faults.add(Fault("status_before", route="PATCH /channels", status=404, times=None))
    await parley.claude.streams_open(0)
    await parley.until(lambda: parley.working == 0)


async def test_a_press_that_discord_has_forgotten_still_does_what_it_asks(parley: World) -> None:
    question = parley.ask(ENDLESS)
    message = await parley.streaming(question)
    parley.discord.faults.add(Fault("status_before", route="POST /interactions", status=404))
    parley.click("Sam", message)
    await parley.claude.streams_open(0)
    assert "Stopped" in await parley.ended(question)


async def test_a_command_that_discord_has_forgotten_asks_nothing(parley: World) -> None:
    parley.discord.faults.add(Fault("status_before", route="POST /interactions", status=404))
    use(parley, "ask", prompt=ENDLESS)
    await parley.until(lambda: parley.discord.faults.list() == ())
    await parley.ended(parley.ask("Hello"))
    assert len(parley.executions()) == 1, "Discord itself has told the member of the command"


async def test_a_cache_that_is_gone_before_the_end_is_not_noticed(alone: World) -> None:
    await start(alone, grace=0)
    question = alone.ask(STORY)
    await alone.streaming(question, 40)
    await alone.cache_stack.aclose()
    await alone.until(lambda: not alone.button(alone.replies(question)[0]))
    assert alone.reply(question).split() == said(alone)


@pytest.mark.parametrize("kind", ["status_before", "status_after", "drop_reply", "limit_user", "limit_shared"])
async def test_discords_own_trouble_costs_time_and_no_copy(parley: World, kind: str) -> None:
    parley.discord.faults.add(Fault(kind, route="POST /channels/{channel_id}/messages", status=502, seconds=0.3))
    parley.discord.faults.add(Fault(kind, route="PATCH /channels", status=502, seconds=0.3))
    question = parley.ask(STORY)
    text = await parley.ended(question, within=30)
    assert text.split() == said(parley)
    assert len(parley.replies(question)) == 1


async def test_a_discord_that_takes_nothing_for_long_has_the_whole_answer_when_it_is_back(alone: World) -> None:
    gateway = await start(alone)
    assert gateway.turns is not None
    room = gateway.turns._room
    settings = replace(room.settings, cadence=replace(room.settings.cadence, seldom_after=1.0))  # not half a minute
    gateway.turns._room = replace(room, settings=settings)
    question = alone.ask(STORY)
    await alone.streaming(question, 40)
    alone.discord.faults.add(Fault("status_before", route="PATCH /channels", status=NOT_TRIED_AGAIN, times=2))
    text = await alone.ended(question)
    assert text.split() == said(alone)
    await alone.claude.streams_open(0)


async def test_a_cache_without_room_is_told_and_claude_is_not_asked(alone: World) -> None:
    await alone.start_monitor()
    await alone.start_cache(turns=1)
    await alone.start_executor()
    await alone.start_gateway()
    await alone.settled()
    first = alone.ask(ENDLESS)
    message = await alone.streaming(first)
    second = alone.ask("Hello", person="Noor", channel="help")
    await alone.until(lambda: "Too many answers" in alone.reply(second))
    assert len(alone.executions()) == 1
    assert "retry" in alone.buttons(alone.replies(second)[0])
    alone.click("Sam", message)
    await alone.ended(first)


async def test_an_event_delivered_twice_is_answered_once(parley: World) -> None:
    parley.discord.faults.add(Fault("duplicate_event", times=None))
    question = parley.ask("Hello")
    await parley.ended(question)
    assert len(parley.executions()) == 1
    assert len(parley.replies(question)) == 1


async def test_a_reconnect_in_mid_reply_is_not_noticed(parley: World) -> None:
    question = parley.ask(STORY)
    await parley.streaming(question)
    parley.discord.faults.add(Fault("reconnect"))
    text = await parley.ended(question)
    assert text.split() == said(parley)


# --- the table

ROWS = {
    Trouble.MONITOR_SILENT: "test_failures.py::test_a_silent_monitor_stops_nobody_who_has_other_addresses",
    Trouble.CACHE_FULL: "test_failures.py::test_a_cache_without_room_is_told_and_claude_is_not_asked",
    Trouble.CACHE_REFUSES: "test_hold.py::test_a_turn_that_the_cache_does_not_take_is_not_answered_without_it",
    Trouble.NO_SLOT: "test_failures.py::test_a_house_that_stays_full_is_told_in_plain_words",
    Trouble.NO_EXECUTOR: "test_failures.py::test_without_any_executor_the_member_is_told",
    Trouble.CACHE_SILENT: "test_failures.py::test_without_a_cache_the_answer_comes_and_says_what_is_missing",
    Trouble.CACHE_BROKEN: "test_failures.py::test_a_cache_that_restarts_in_mid_reply_is_not_noticed",
    Trouble.CACHE_NOT_TOLD: "test_failures.py::test_a_cache_that_is_gone_before_the_end_is_not_noticed",
    Trouble.HELD_ELSEWHERE: "test_handover.py::test_two_gateways_give_one_answer",
    Trouble.EXECUTOR_FULL: "test_failures.py::test_an_executor_that_has_no_place_after_all_is_passed_over_unseen",
    Trouble.EXECUTOR_LOST: "test_failures.py::test_an_executor_that_dies_before_the_first_word_is_not_noticed",
    Trouble.EXECUTOR_LOST_TALKING: "test_failures.py::test_an_executor_that_dies_in_the_middle_is_replaced_in_the_same_message",
    Trouble.FIRST_TEXT_LATE: "test_failures.py::test_a_claude_that_says_nothing_is_given_up",
    Trouble.UPSTREAM: "test_failures.py::test_an_error_of_claude_is_told_with_a_reference",
    Trouble.QUESTION_GONE: "test_failures.py::test_a_question_deleted_before_its_answer_leaves_nothing",
    Trouble.NO_PERMISSION: "test_failures.py::test_who_asks_where_the_bot_may_not_write_is_told_alone",
    Trouble.DISCORD_AWAY: "test_failures.py::test_discords_own_trouble_costs_time_and_no_copy",
    Trouble.PRESS_LATE: "test_failures.py::test_a_press_that_discord_has_forgotten_still_does_what_it_asks",
    Trouble.GATEWAY_ENDS: "test_handover.py::test_a_gateway_that_ends_hands_its_turn_over_and_the_same_message_completes",
}
"""Where each row of the failure table is shown to be true."""


TESTS = Path(__file__).parents[2]
TOLD = re.findall(r"`(test_\w+\.py::test_\w+)`", (TESTS.parent / "docs/conversation.md").read_text())
"""The tests that the table for people names."""
ROOMS = ("integration/gateway", "unit/gateway")


@pytest.mark.parametrize("trouble", Trouble)
def test_every_row_of_the_failure_table_is_told_with_its_test(trouble: Trouble) -> None:
    assert ROWS[trouble] in TOLD


@pytest.mark.parametrize("told", TOLD)
def test_every_test_that_the_table_names_is_there(told: str) -> None:
    file, _, name = told.partition("::")
    assert any(f"def {name}(" in found.read_text() for folder in ROOMS for found in (TESTS / folder).glob(file))


def direct(parley: World, person: str) -> list[str]:
    """Return what the bot wrote to somebody alone."""
    channel = parley.cast.direct(person)
    written = parley.discord.people.messages(parley.cast.person(person), channel)
    return [str(one["content"]) for one in written if one["author"]["id"] == parley.cast.bot]


def _trace_of(parley: World) -> str:
    roots = [span for span in parley.gateways[0].spans if span.name.startswith("discord")]
    return f"{roots[-1].context.trace_id:032x}" if roots and roots[-1].context else "no trace"


async def _end_the_busy_executor(parley: World) -> None:
    """End the executor that talks, as if its pod were gone: no grace."""
    for executor, stack in zip(parley.executors, parley.executor_stacks, strict=True):
        if executor.bound.service.slots.load.busy:  # type: ignore[attr-defined]  # the executor's own
            await stack.aclose()
            return
    raise AssertionError("no executor is busy")

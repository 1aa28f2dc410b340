"""Turns of one real `claude` process before the loopback Claude."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest
from support.claude_processes import KEY, Spawn, reply, soon, user
from support.claude_processes import claude as answered
from support.conversations import text_of

from parley_executor.engines.claude_cli.launch import Key, Launch, checked
from parley_executor.engines.port import Delta, Finished, Started
from parley_executor.model import Document, Image, Message, Role, Text
from parley_executor.reasons import Reason
from parley_sandbox.anthropic import Fault, LoopbackClaude

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcffff3f030005fe02fea72d9b"
    "9e0000000049454e44ae426082"
)


def said(claude: LoopbackClaude) -> list[tuple[str, list[str]]]:
    """Role and texts of the messages of the newest request."""
    return [
        (message["role"], [block["text"] for block in message["content"] if block["type"] == "text"])
        for message in claude.requests[-1].messages
    ]


async def test_the_program_is_known_before_it_is_used(launch: Launch) -> None:
    assert tuple(map(int, (await checked(launch)).split("."))) >= (2, 1, 330)
    assert list(launch.root.iterdir()) == []


async def test_getting_ready_costs_no_call(spawn: Spawn, launch: Launch, claude: LoopbackClaude) -> None:
    process = await spawn(launch)
    await process.tell([user("my name is Ada"), answered("Hello Ada")], soon())
    assert process.alive
    assert process.resident_bytes > 50 * 1024 * 1024
    assert claude.requests == ()


async def test_a_reply_is_started_deltas_finished(spawn: Spawn, launch: Launch, claude: LoopbackClaude) -> None:
    process = await spawn(launch)
    events, error = await reply(process, "hello [[tokens=40]]")
    assert error is None
    assert isinstance(events[0], Started)
    assert (events[0].model, events[0].session) == ("claude-sonnet-5", process.session)
    assert events[0].session
    assert isinstance(events[-1], Finished)
    assert events[-1].stop_reason == "end_turn"
    assert {type(event) for event in events[1:-1]} == {Delta}
    assert text_of(events) == claude.requests[-1].text
    assert (process.alive, process.turns) == (True, 1)


async def test_usage_is_what_claude_counted_and_its_prompt_cache_pays(
    spawn: Spawn, launch: Launch, claude: LoopbackClaude
) -> None:
    process = await spawn(launch, system=("You are Parley. " * 1000,))
    for number in range(2):
        events, _ = await reply(process, f"hello {number} [[tokens=25]]")
        finished = events[-1]
        assert isinstance(finished, Finished)
        told = claude.requests[-1].usage
        assert told is not None
        assert finished.usage.input_tokens == told["input_tokens"]
        assert finished.usage.output_tokens == told["output_tokens"] == 25
        assert finished.usage.cache_read_tokens == told["cache_read_input_tokens"]
        assert finished.usage.cache_write_tokens == told["cache_creation_input_tokens"]
        assert (finished.usage.cache_read_tokens > 1000) is bool(number)


async def test_three_turns_are_one_conversation(spawn: Spawn, launch: Launch, claude: LoopbackClaude) -> None:
    process = await spawn(launch)
    sessions = set()
    for question in ("one", "two", "three"):
        events, _ = await reply(process, f"{question} [[exact='it is {question}']]")
        assert isinstance(events[0], Started)
        sessions.add(events[0].session)
    assert len(sessions) == 1
    assert [role for role, _ in said(claude)] == ["user", "assistant"] * 2 + ["user"]
    assert [texts for _, texts in said(claude)][1::2] == [["it is one"], ["it is two"]]
    assert (len(claude.requests), process.turns) == (3, 3)


async def test_what_was_said_before_arrives_in_its_order(spawn: Spawn, launch: Launch, claude: LoopbackClaude) -> None:
    process = await spawn(launch, system=("who", "where"))
    earlier = [message for number in range(20) for message in (user(f"q{number}"), answered(f"a{number}"))]
    await process.tell(earlier, soon())
    await reply(process, "now?", "[[tokens=2]]")
    expected = [
        (role, [f"{role[0].replace('u', 'q')}{number}"]) for number in range(20) for role in ("user", "assistant")
    ]
    assert said(claude) == [*expected, ("user", ["now?", "[[tokens=2]]"])]
    assert [block["text"] for block in claude.requests[-1].system][-1] == "who\n\nwhere"


async def test_pictures_and_documents_arrive(spawn: Spawn, launch: Launch, claude: LoopbackClaude) -> None:
    process = await spawn(launch)
    parts = (
        Image("image/png", PIXEL),
        Document("application/pdf", b"%PDF-1.7" + bytes(300_000), "paper.pdf"),
        Document("text/plain", "日本".encode(), "a.txt"),
        Text("what is this? [[tokens=5]]"),
    )
    events = [event async for event in process.ask([Message(Role.USER, parts)], soon())]
    assert isinstance(events[-1], Finished)
    blocks = claude.requests[-1].messages[-1]["content"]
    assert [block["type"] for block in blocks] == ["image", "document", "document", "text"]


async def test_claude_is_asked_for_nothing_that_a_chat_does_not_need(
    spawn: Spawn, launch: Launch, claude: LoopbackClaude
) -> None:
    process = await spawn(launch, system=("Be brief.",))
    await reply(process, "hello [[tokens=2]]")
    record = claude.requests[-1]
    assert said(claude) == [("user", ["hello [[tokens=2]]"])]
    assert record.parameters is not None
    assert record.parameters["thinking"] == {"type": "disabled"}
    assert record.parameters["tools"] == []
    assert record.max_tokens == KEY.max_output_tokens
    assert record.bytes < 1024


async def test_an_effort_is_told_and_lets_claude_think(spawn: Spawn, launch: Launch, claude: LoopbackClaude) -> None:
    process = await spawn(launch, Key("claude-sonnet-5", "low", 512))
    await reply(process, "hello [[tokens=2]]")
    parameters = claude.requests[-1].parameters
    assert parameters is not None
    assert parameters["output_config"] == {"effort": "low"}
    assert parameters["thinking"] != {"type": "disabled"}


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded", "refusal"])
async def test_where_the_program_would_go_on_by_itself_it_is_ended(
    spawn: Spawn, launch: Launch, claude: LoopbackClaude, reason: str
) -> None:
    process = await spawn(launch)
    events, error = await reply(process, f"hello [[tokens=20 stop={reason}]]")
    assert error is None
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert (finished.stop_reason, finished.usage.output_tokens) == (reason, 20)
    assert not process.alive
    await process.exited()
    assert claude.executions == 1


async def test_a_stop_sequence_is_a_normal_end(spawn: Spawn, launch: Launch) -> None:
    process = await spawn(launch)
    events, _ = await reply(process, "hello [[tokens=3 stop=stop_sequence]]")
    assert isinstance(events[-1], Finished)
    assert events[-1].stop_reason == "stop_sequence"
    assert process.alive


@pytest.mark.parametrize("directive", ["ttft=30", "headers=30", "tps=20 tokens=5000", "stall=2"])
async def test_leaving_a_turn_stops_claude_at_once(
    spawn: Spawn, launch: Launch, claude: LoopbackClaude, directive: str
) -> None:
    process = await spawn(launch)
    reading = asyncio.create_task(reply(process, f"hello [[{directive}]]"))
    await claude.until(lambda: bool(claude.requests))
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await claude.closed_by_client()
    assert not process.alive
    await process.exited()


async def test_closing_the_stream_of_a_turn_ends_the_process(
    spawn: Spawn, launch: Launch, claude: LoopbackClaude
) -> None:
    process = await spawn(launch)
    async with aclosing(process.ask([user("hello [[tps=20 tokens=5000]]")], soon())) as events:
        async for event in events:
            if isinstance(event, Delta):
                break
    await claude.closed_by_client()
    _, error = await reply(process, "more")
    assert error is not None
    assert error.reason is Reason.CHILD_DIED


@pytest.mark.parametrize(
    ("directive", "limits"),
    [
        ("ttft=30", {"first_text": 1.0}),
        ("ttft=30", {"whole": 1.0}),
        ("stall=3", {"gap": 0.5}),
        ("tps=20 tokens=500", {"whole": 1.5}),
    ],
)
async def test_each_clock_ends_a_turn_that_is_late(
    spawn: Spawn, launch: Launch, claude: LoopbackClaude, directive: str, limits: dict[str, float]
) -> None:
    process = await spawn(launch)
    events, error = await reply(process, f"hello [[{directive}]]", deadline=soon(**limits))
    assert error is not None
    assert (error.reason, error.partial) == (Reason.TIMED_OUT, bool(text_of(events)))
    await claude.closed_by_client()


async def test_an_api_that_takes_a_request_and_does_not_answer_is_told_as_that(
    spawn: Spawn, launch: Launch, claude: LoopbackClaude
) -> None:
    process = await spawn(replace(launch, headers_limit=1.0))
    _, error = await reply(process, "hello [[headers=30]]")
    assert error is not None
    assert error.reason is Reason.NO_HEADERS
    await claude.closed_by_client()


async def test_an_api_that_is_not_there_is_a_connection_that_failed(spawn: Spawn, launch: Launch) -> None:
    nowhere = replace(launch, base_url="http://127.0.0.1:9")
    _, error = await reply(await spawn(nowhere), "hello")
    assert error is not None
    assert error.reason is Reason.CONNECT


async def test_a_reply_that_came_in_one_piece_is_no_reply(spawn: Spawn, launch: Launch, claude: LoopbackClaude) -> None:
    """After a 404 the program asks again, without a stream; that answer is billed and comes as a whole."""
    claude.faults.add(Fault("not_found_error"))
    events, error = await reply(await spawn(launch), "hello [[tokens=20]]")
    assert error is not None
    assert (error.reason, error.upstream_status) == (Reason.MODEL_NOT_FOUND, 404)
    assert text_of(events) == ""


async def test_a_text_that_no_model_takes_is_refused_and_that_told(spawn: Spawn, launch: Launch) -> None:
    _, error = await reply(await spawn(launch), "word " * 2_000_000)
    assert error is not None
    assert error.reason is Reason.PROMPT_TOO_LONG


async def test_a_sign_in_answers_without_a_key_and_without_tools(
    spawn: Spawn, launch: Launch, claude: LoopbackClaude
) -> None:
    signed = replace(launch, api_key="", sign_in="sk-ant-oat01-loopback")
    events, error = await reply(await spawn(signed), "hello [[tokens=3]]")
    assert error is None
    assert isinstance(events[-1], Finished)
    record = claude.requests[-1]
    assert record.parameters is not None
    assert record.parameters["tools"] == []


async def test_whoever_reads_slowly_loses_nothing(spawn: Spawn, launch: Launch, claude: LoopbackClaude) -> None:
    process = await spawn(launch, Key("claude-sonnet-5", "", 32_000))
    stream = process.ask([user("hello [[ttft=0 tps=0 text=words:8000]]")], soon(whole=60))
    async with aclosing(stream) as events:
        first = [await anext(events), await anext(events)]
        await claude.until(lambda: claude.requests[-1].outcome == "completed", within=30)
        assert len(process._pipes._frames) <= 2048
        rest = [event async for event in events]
    assert isinstance(rest[-1], Finished)
    assert text_of(first + rest) == claude.requests[-1].text
    assert process.alive


async def test_conversations_that_run_at_once_never_meet(spawn: Spawn, launch: Launch) -> None:
    async def speak(name: str) -> set[str]:
        process = await spawn(launch)
        words: set[str] = set()
        for _ in range(2):
            events, error = await reply(process, f"say [[exact='{' '.join([name] * 30)}']]")
            assert error is None
            words |= set(text_of(events).split())
        return words

    names = [f"voice{number}" for number in range(4)]
    assert await asyncio.gather(*map(speak, names)) == [{name} for name in names]

"""What every engine keeps, whatever it runs Claude with."""

from __future__ import annotations

import asyncio
import tracemalloc
from contextlib import aclosing
from itertools import pairwise

import pytest
from support.conversations import ask, run, said, text_of, within
from support.held_clock import HeldClock

from parley_executor.engines.port import Delta, Engine, EngineError, Finished, Started
from parley_executor.model import Document, Effort, Image, Message, Role, Text
from parley_executor.reasons import Reason
from parley_sandbox.anthropic import LoopbackClaude, Pace

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcffff3f030005fe02fea72d9b"
    "9e0000000049454e44ae426082"
)


async def test_it_is_ready_once_it_started_and_not_after_its_end(engine: Engine) -> None:
    assert engine.health()
    await engine.close(0.1)
    assert not engine.health()


async def test_starting_costs_no_execution(engine: Engine, claude: LoopbackClaude) -> None:
    assert claude.executions == 0


async def test_a_reply_is_started_deltas_finished_in_this_order_with_one_end(
    engine: Engine, claude: LoopbackClaude
) -> None:
    events, error = await run(engine, ask("hello [[tokens=40]]"))
    assert error is None
    assert isinstance(events[0], Started)
    assert events[0].model == "claude-sonnet-5"
    assert events[0].response_id
    assert isinstance(events[-1], Finished)
    assert events[-1].stop_reason == "end_turn"
    assert {type(event) for event in events[1:-1]} == {Delta}
    assert all(event.text for event in events if isinstance(event, Delta))
    assert text_of(events) == claude.requests[-1].text


async def test_deltas_come_as_claude_says_them(engine: Engine) -> None:
    loop = asyncio.get_running_loop()
    stream = engine.stream(ask("hello [[ttft=0.01 tps=50 tokens=20]]"), within())
    times = [loop.time() async for event in stream if isinstance(event, Delta)]
    assert len(times) >= 10
    assert sum(later - earlier for earlier, later in pairwise(times)) >= 0.2


async def test_usage_is_what_claude_counted_and_its_prompt_cache_pays(engine: Engine, claude: LoopbackClaude) -> None:
    system = ("You are Parley. " * 1000,)
    for cached in (False, True):
        events, _ = await run(engine, ask("one", "two", "three [[tokens=25]]", system=system))
        finished = events[-1]
        assert isinstance(finished, Finished)
        told = claude.requests[-1].usage
        assert told is not None
        assert finished.usage.input_tokens == told["input_tokens"]
        assert finished.usage.output_tokens == told["output_tokens"] == 25
        assert finished.usage.cache_read_tokens == told["cache_read_input_tokens"]
        assert finished.usage.cache_write_tokens == told["cache_creation_input_tokens"]
        assert (finished.usage.cache_read_tokens > 1000) is cached
        assert (finished.usage.cache_write_tokens > 1000) is not cached


@pytest.mark.parametrize("model", ["claude-sonnet-5", "claude-sonnet-5-5", "claude-haiku-4-5"])
async def test_nothing_is_thought_unless_it_is_asked_for(engine: Engine, model: str) -> None:
    events, error = await run(engine, ask("hello [[thinking=400 tokens=25]]", model=model))
    assert error is None
    assert isinstance(events[-1], Finished)
    # The program cannot say `between_tools`, by which alone this model does not think; it lets it think as it likes.
    thinks = (engine.name, model) == ("claude_cli", "claude-sonnet-5-5")
    assert events[-1].usage.output_tokens == (425 if thinks else 25)


async def test_what_is_thought_is_paid_for_and_not_said(engine: Engine, claude: LoopbackClaude) -> None:
    events, error = await run(engine, ask("hello [[thinking=40 tokens=25]]", effort=Effort.HIGH))
    assert error is None
    assert text_of(events) == claude.requests[-1].text
    assert isinstance(events[-1], Finished)
    assert events[-1].usage.output_tokens == 65


async def test_an_effort_that_the_model_does_not_know_is_no_error(engine: Engine) -> None:
    # The program lets this model think 1024 tokens, more than which a reply must be allowed.
    request = ask("hello [[exact=fine]]", model="claude-haiku-4-5", effort=Effort.MAX, max_output_tokens=4096)
    events, error = await run(engine, request)
    assert (text_of(events), error) == ("fine", None)


@pytest.mark.parametrize("reason", ["max_tokens", "refusal", "stop_sequence"])
async def test_why_it_stopped_is_told_as_claude_names_it(engine: Engine, reason: str) -> None:
    events, error = await run(engine, ask(f"hello [[stop={reason}]]"))
    assert error is None
    assert isinstance(events[-1], Finished)
    assert events[-1].stop_reason == reason


async def test_history_arrives_in_its_order(engine: Engine, claude: LoopbackClaude) -> None:
    conversation = ("my name is Ada", "Hello Ada", "what is my name? [[tokens=60]]")
    await run(engine, ask(*conversation, system=("who", "where")))
    record = claude.requests[-1]
    assert [message["role"] for message in record.messages] == ["user", "assistant", "user"]
    assert [message["content"][0]["text"] for message in record.messages] == list(conversation)
    system = [block["text"] for block in record.system]
    if engine.name == "claude_cli":  # the program names itself first and joins the blocks; nothing switches that off
        system = system[1].split("\n\n")
    assert system == ["who", "where"]


async def test_pictures_and_documents_arrive(engine: Engine, claude: LoopbackClaude) -> None:
    parts = (
        Image("image/png", PIXEL),
        Document("application/pdf", b"%PDF-1.7" + bytes(300_000), "paper.pdf"),
        Document("text/plain", "日本".encode(), "a.txt"),
        Text("what is this? [[tokens=5]]"),
    )
    _, error = await run(engine, ask(messages=(Message(Role.USER, parts),)))
    assert error is None
    blocks = claude.requests[-1].messages[-1]["content"]
    assert [block["type"] for block in blocks] == ["image", "document", "document", "text"]


async def test_the_trace_goes_on_to_claude(engine: Engine, claude: LoopbackClaude) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await run(engine, ask("hello [[tokens=2]]", trace={"traceparent": traceparent}))
    # The program takes a trace when it starts, and is started long before there is a request.
    assert claude.requests[-1].traceparent == ("" if engine.name == "claude_cli" else traceparent)


async def test_closing_the_stream_stops_claude_at_once(engine: Engine, claude: LoopbackClaude) -> None:
    async with aclosing(engine.stream(ask("hello [[tps=20 tokens=5000]]"), within())) as events:
        async for event in events:
            if isinstance(event, Delta):
                break
    (record,) = await claude.closed_by_client()
    assert record.deltas < 5000
    assert claude.live == 0


@pytest.mark.parametrize("directive", ["ttft=30", "headers=30", "ttft=0.01 tps=20 tokens=5000", "stall=2"])
async def test_cancelling_the_reader_stops_claude_wherever_it_is(
    engine: Engine, claude: LoopbackClaude, directive: str
) -> None:
    reading = asyncio.create_task(run(engine, ask(f"hello [[{directive}]]")))
    await claude.until(lambda: bool(claude.requests))
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await claude.closed_by_client()
    assert claude.live == 0


async def test_after_a_cancelled_stream_the_next_one_is_whole(engine: Engine, claude: LoopbackClaude) -> None:
    async with aclosing(engine.stream(ask("first [[tps=20 tokens=5000]]"), within())) as events:
        await anext(events)
    await claude.closed_by_client()
    events_, error = await run(engine, ask("second [[exact=fresh]]"))
    assert (text_of(events_), error) == ("fresh", None)


@pytest.mark.parametrize(
    ("directive", "limits", "partial"),
    [
        ("ttft=60", {"first_text": 3.0}, False),
        ("headers=60", {"first_text": 3.0}, False),
        ("ttft=60", {"whole": 3.0}, False),
        ("stall=3", {"gap": 1.0}, True),
        ("tps=20 tokens=2000", {"whole": 4.0}, True),
    ],
)
async def test_each_clock_ends_a_stream_that_is_late(
    engine: Engine, claude: LoopbackClaude, directive: str, limits: dict[str, float], partial: bool
) -> None:
    begin = asyncio.get_running_loop().time()
    events, error = await run(engine, ask(f"hello [[{directive}]]"), within(**limits))
    assert error is not None
    assert (error.reason, error.retryable, error.partial) == (Reason.TIMED_OUT, True, partial)
    assert bool(text_of(events)) is partial
    assert asyncio.get_running_loop().time() - begin < 60
    await claude.closed_by_client()


async def test_a_slow_reader_holds_claude_back_in_bounded_memory_and_loses_nothing(
    engine: Engine, claude: LoopbackClaude
) -> None:
    claude.pace = Pace(ttft=0.0, tps=0)
    stream = engine.stream(ask("hello [[text=words:50000]]", max_output_tokens=64_000), within(whole=60))
    async with aclosing(stream) as events:
        first = [await anext(events), await anext(events)]
        tracemalloc.start()
        try:
            await asyncio.sleep(0.5)  # Claude goes on as far as it is let: the subject is that this is not far
            _, grown = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert claude.requests[-1].outcome == "running"
        rest = [event async for event in events]
    assert isinstance(rest[-1], Finished)
    assert text_of(first + rest) == claude.requests[-1].text
    assert grown < 4 * 1024 * 1024, "in bytes"


CROWDS = {"messages_api": (40, 20), "claude_cli": (8, 3)}
"""How many conversations run at once, and how many of them Claude hears at once: each costs a process of its own."""


async def test_conversations_that_run_at_once_never_meet(engine: Engine, claude: LoopbackClaude) -> None:
    claude.pace, claude.clock = Pace(ttft=0.05, tps=100), (held := HeldClock(0))
    crowd, at_once = CROWDS[engine.name]
    names = [f"voice{number}" for number in range(crowd)]

    async def speak(name: str) -> str:
        question = ask(f"say it [[exact='{' '.join([name] * 30)}']]", conversation_id=name)
        events, error = await run(engine, question, within(first_text=40, whole=50))
        assert error is None
        return text_of(events)

    speaking = asyncio.gather(*map(speak, names))
    await claude.until(lambda: claude.live >= at_once, within=40)
    held.let_go()
    assert [set(text.split()) for text in await speaking] == [{name} for name in names]


async def test_the_same_question_twice_is_two_executions(engine: Engine, claude: LoopbackClaude) -> None:
    (first, _), (second, _) = [await run(engine, ask("hello [[tokens=60]]")) for _ in range(2)]
    assert claude.executions == 2
    assert text_of(first) != text_of(second)


async def test_closing_the_engine_lets_open_streams_end_within_the_grace(
    engine: Engine, claude: LoopbackClaude
) -> None:
    reading = asyncio.create_task(run(engine, ask("hello [[ttft=0.01 tps=100 tokens=30]]")))
    await claude.streams_open(1)
    await engine.close(10.0)
    events, error = await reading
    assert error is None
    assert isinstance(events[-1], Finished)


async def test_closing_the_engine_ends_what_is_open_when_the_grace_is_over(
    engine: Engine, claude: LoopbackClaude
) -> None:
    text = asyncio.Event()

    async def read() -> EngineError | None:
        try:
            async for event in engine.stream(ask("hello [[ttft=0.01 tps=20 tokens=500]]"), within()):
                if isinstance(event, Delta):
                    text.set()
        except EngineError as error:
            return error
        return None

    reading = asyncio.create_task(read())
    await text.wait()
    await engine.close(0.05)
    error = await reading
    assert error is not None
    assert (error.reason, error.partial) == (Reason.STREAM_BROKEN, True)


async def test_a_long_conversation_arrives_whole(engine: Engine, claude: LoopbackClaude) -> None:
    texts = [f"line {number}" for number in range(400)] + ["last [[tokens=2]]"]
    _, error = await run(engine, ask(messages=said(*texts)))
    assert error is None
    messages = claude.requests[-1].messages
    if engine.name == "claude_cli":  # a process is told 30 pairs one by one, what is older in one text before them
        assert len(messages) == 61
    else:
        assert len(messages) == 401
    arrived = "\n".join(block["text"] for message in messages for block in message["content"])
    lines = [line for line in arrived.splitlines() if line.startswith(("line ", "last "))]
    assert lines == texts

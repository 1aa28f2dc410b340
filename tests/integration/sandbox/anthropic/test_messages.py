import asyncio

import aiohttp
import pytest
from support.loopback_claude import KEY, MODEL, JumpingClock, all_events, body, events, text_of

from parley_sandbox.anthropic import Limits, LoopbackClaude, Pace

URL = "/v1/messages"


async def test_a_stream_says_what_the_record_says(claude: LoopbackClaude, api: aiohttp.ClientSession) -> None:
    async with api.post(URL, json=body("How do I centre a div?", stream=True)) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        seen = await all_events(response)
    assert [seen[0][0], seen[-1][0]] == ["message_start", "message_stop"]
    (record,) = claude.requests
    assert text_of(seen) == record.text
    assert (record.outcome, record.status, record.execution, record.closed_by_client) == ("completed", 200, 1, False)
    assert (
        record.deltas == sum(name == "content_block_delta" for name, _ in seen) == seen[-2][1]["usage"]["output_tokens"]
    )


async def test_without_a_stream_the_message_comes_whole(claude: LoopbackClaude, api: aiohttp.ClientSession) -> None:
    async with api.post(URL, json=body('[[exact="Good day."]]')) as response:
        message = await response.json()
    assert message["content"] == [{"type": "text", "text": "Good day."}]
    assert (message["model"], message["stop_reason"], message["usage"]["output_tokens"]) == (MODEL, "end_turn", 3)
    assert claude.requests[0].outcome == "completed"


async def test_what_was_thought_comes_whole_too_and_is_paid_for(
    claude: LoopbackClaude, api: aiohttp.ClientSession
) -> None:
    thinking = {"type": "adaptive", "display": "summarized"}
    async with api.post(URL, json=body('[[thinking=20 exact="Good day."]]', thinking=thinking)) as response:
        message = await response.json()
    assert [block["type"] for block in message["content"]] == ["thinking", "text"]
    assert message["content"][0]["thinking"]
    assert (message["usage"]["output_tokens"], claude.requests[0].text) == (23, "Good day.")
    assert claude.requests[0].usage is not None
    assert claude.requests[0].usage["output_tokens"] == 23


async def test_two_executions_are_told_apart(claude: LoopbackClaude, api: aiohttp.ClientSession) -> None:
    texts = []
    for _ in range(2):
        async with api.post(URL, json=body("Tell me about tea", stream=True)) as response:
            texts.append(text_of(await all_events(response)))
    assert ["execution 1" in texts[0], "execution 2" in texts[1]] == [True, True]
    assert claude.executions == 2


async def test_the_history_arrives(api: aiohttp.ClientSession) -> None:
    said = ("My name is Noor.", "Hello Noor.", "What is my name?")
    async with api.post(URL, json=body(*said, stream=True)) as response:
        text = text_of(await all_events(response))
    assert "Your name is **Noor**" in text
    assert "turn 2 of our conversation" in text


async def test_the_reply_keeps_its_pace_by_the_clock() -> None:
    claude = LoopbackClaude(pace=Pace(ttft=0.05, tps=200))
    async with (
        claude.serve() as address,
        aiohttp.ClientSession(address.base_url, headers=KEY) as api,
        api.post(URL, json=body("[[tokens=41]]", stream=True)) as response,
    ):
        await all_events(response)
    (record,) = claude.requests
    assert record.first_delta is not None
    assert record.ended is not None
    assert record.first_delta - record.started >= 0.05
    assert record.ended - record.started >= 0.25


async def test_a_directive_sets_the_pace_of_one_reply(clock: JumpingClock) -> None:
    claude = LoopbackClaude(clock=clock)
    async with claude.serve() as address, aiohttp.ClientSession(address.base_url, headers=KEY) as api:
        for stream in (True, False):
            before = clock.now
            async with api.post(URL, json=body("[[ttft=3 tps=10 tokens=101]]", stream=stream)) as response:
                await response.read()
            assert clock.now - before == pytest.approx(13)


async def test_many_streams_at_once_are_counted(claude: LoopbackClaude, api: aiohttp.ClientSession) -> None:
    heard = asyncio.Semaphore(0)

    async def ask() -> None:
        async with api.post(URL, json=body("[[stall=2]]", stream=True)) as response:
            async for name, _ in events(response):
                if name == "content_block_delta":
                    heard.release()

    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(ask()) for _ in range(20)]
        await claude.streams_open(20)
        for _ in range(40):
            await heard.acquire()
        for task in asking[:5]:
            task.cancel()
        given_up = await claude.closed_by_client(5)
        await claude.streams_open(15)
        for task in asking:
            task.cancel()
    await claude.streams_open(0)
    assert {record.deltas for record in given_up} == {2}
    assert (claude.live, claude.peak, claude.executions) == (0, 20, 20)


async def test_a_caller_that_goes_away_before_the_first_word_is_seen(
    claude: LoopbackClaude, api: aiohttp.ClientSession
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await api.post(URL, json=body("[[ttft=60]]", stream=False))
    (record,) = await claude.closed_by_client()
    assert (record.deltas, record.text) == (0, "")


async def test_the_caller_and_its_trace_are_recorded_but_never_its_key(
    claude: LoopbackClaude, api: aiohttp.ClientSession
) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    sent = body("hi", system="be brief", temperature=0.5)
    async with api.post(URL, json=sent, headers={"traceparent": parent}) as response:
        await response.read()
    (record,) = claude.requests
    assert (record.traceparent, record.model, record.max_tokens, record.stream) == (parent, MODEL, 8_000, False)
    assert (record.question, record.system[0]["text"]) == ("hi", "be brief")
    assert record.parameters == {"max_tokens": 8_000, "temperature": 0.5}
    assert record.bytes > 80
    assert KEY["x-api-key"] not in repr(record)


async def test_every_answer_has_an_id_and_the_limits(claude: LoopbackClaude, api: aiohttp.ClientSession) -> None:
    claude.limits = Limits(requests=100)
    ids = set()
    for path, content in ((URL, body("hi")), (URL, body("hi", stream=True)), (URL, {}), ("/v1/nothing", {})):
        async with api.post(path, json=content) as response:
            await response.read()
            ids.add(response.headers["request-id"])
            assert response.headers["anthropic-ratelimit-requests-limit"] == "100"
    assert len(ids) == 4
    async with api.post(URL, json={}) as response:
        assert response.headers["anthropic-ratelimit-requests-remaining"] == "98"


async def test_past_the_limit_comes_a_429(claude: LoopbackClaude, api: aiohttp.ClientSession) -> None:
    claude.limits = Limits(requests=1)
    async with api.post(URL, json=body("hi")) as response:
        assert response.status == 200
    async with api.post(URL, json=body("hi")) as response:
        assert (response.status, response.headers["retry-after"]) == (429, "60")
        assert (await response.json())["error"]["type"] == "rate_limit_error"
    assert claude.executions == 1


async def test_a_long_chat_is_read_from_the_prompt_cache(clock: JumpingClock) -> None:
    """Two breakpoints as Parley sets them: system and newest message."""
    claude = LoopbackClaude(clock=clock, pace=Pace(ttft=0, tps=0))
    cached = {"type": "ephemeral"}
    system = [{"type": "text", "text": "You are Parley. " * 300, "cache_control": cached}]
    said: list[str] = []
    shares = []
    async with claude.serve() as address, aiohttp.ClientSession(address.base_url, headers=KEY) as api:
        for turn in range(12):
            clock.now += 60
            said.append(f"Question {turn}: " + "tell me more. " * 30)
            sent = body(*said, system=system)
            sent["messages"][-1]["content"] = [{"type": "text", "text": said[-1], "cache_control": cached}]
            async with api.post(URL, json=sent) as response:
                message = await response.json()
            usage = message["usage"]
            read, wrote = usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]
            shares.append(read / (read + wrote + usage["input_tokens"]))
            said.append(message["content"][0]["text"])
    assert shares[0] == 0
    assert min(shares[1:]) > 0.6
    assert shares[-1] > 0.85


async def test_the_end_of_the_server_breaks_replies_off(claude: LoopbackClaude) -> None:
    async with aiohttp.ClientSession(headers=KEY) as session:
        async with claude.serve() as address:
            response = await session.post(address.base_url + URL, json=body("[[stall=1]]", stream=True))
            await claude.streams_open(1)
        with pytest.raises(aiohttp.ClientError):
            await response.read()
    await claude.streams_open(0)
    assert claude.requests[0].outcome == "shut_down"

import asyncio
import json
from http import HTTPStatus

import aiohttp
import pytest
from support.loopback_claude import KEY, JumpingClock, all_events, body, events, text_of

from parley_sandbox.anthropic import Fault, LoopbackClaude
from parley_sandbox.anthropic.faults import STATUSES

URL = "/v1/messages"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
async def test_an_http_error_on_command(
    claude: LoopbackClaude, api: aiohttp.ClientSession, kind: str, status: int, stream: bool
) -> None:
    claude.faults.add(Fault(kind, retry_after=2))
    async with api.post(URL, json=body("hi", stream=stream)) as response:
        answer = await response.json()
        assert (response.status, response.headers["retry-after"]) == (status, "2")
    assert (answer["type"], answer["error"]["type"]) == ("error", kind)
    assert answer["request_id"] == response.headers["request-id"]
    async with api.post(URL, json=body("hi", stream=stream)) as response:
        assert response.status == HTTPStatus.OK
        await response.read()
    assert [(record.outcome, record.status, record.faults) for record in claude.requests] == [
        ("refused", status, (kind,)),
        ("completed", 200, ()),
    ]
    assert claude.executions == 1


async def test_a_directive_fails_only_as_often_as_it_says(api: aiohttp.ClientSession) -> None:
    statuses = []
    for _ in range(3):
        async with api.post(URL, json=body("hi [[error=529 times=2]]")) as response:
            statuses.append(response.status)
    assert statuses == [529, 529, 200]


async def test_a_directive_that_is_not_understood_is_named(api: aiohttp.ClientSession) -> None:
    async with api.post(URL, json=body("hi [[speed=9]]")) as response:
        answer = await response.json()
    assert response.status == HTTPStatus.BAD_REQUEST
    assert "unknown speed" in answer["error"]["message"]


async def test_a_connection_is_cut_before_any_answer(claude: LoopbackClaude, api: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.post(URL, json=body("[[cut=headers]]"))
    assert (claude.requests[0].outcome, claude.executions) == ("cut", 0)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_connection_is_cut_in_the_middle(
    claude: LoopbackClaude, api: aiohttp.ClientSession, stream: bool
) -> None:
    with pytest.raises(aiohttp.ClientError):
        async with api.post(URL, json=body("[[cut=4]]", stream=stream)) as response:
            await response.read()
    await claude.streams_open(0)
    assert (claude.requests[0].outcome, claude.requests[0].deltas) == ("cut", 4 if stream else 0)


async def test_a_stalled_stream_says_no_more_and_sees_its_caller_go(
    claude: LoopbackClaude, api: aiohttp.ClientSession
) -> None:
    response = await api.post(URL, json=body("[[stall=3]]", stream=True))
    deltas = 0
    async for name, _ in events(response):
        deltas += name == "content_block_delta"
        if deltas == 3:
            break
    assert await response.content.readline() == b"\n"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await response.content.read(1)
    response.close()
    (record,) = await claude.closed_by_client()
    assert record.deltas == 3


async def test_a_stall_ends_at_last(clock: JumpingClock) -> None:
    claude = LoopbackClaude(clock=clock)
    async with claude.serve() as address, aiohttp.ClientSession(address.base_url, headers=KEY) as api:
        with pytest.raises(aiohttp.ClientError):
            async with api.post(URL, json=body("[[stall=3]]", stream=True)) as response:
                await response.read()
    assert clock.now > 3_600
    assert claude.requests[0].outcome == "cut"


async def test_broken_json_in_a_stream_and_in_a_body(claude: LoopbackClaude, api: aiohttp.ClientSession) -> None:
    async with api.post(URL, json=body("[[bad=2]]", stream=True)) as response:
        seen = await all_events(response)
    assert [data is None for _, data in seen].count(True) == 1
    assert seen[-1][0] == "message_stop"
    async with api.post(URL, json=body("[[bad=2]]")) as response:
        with pytest.raises(json.JSONDecodeError):
            json.loads(await response.read())
    assert [record.outcome for record in claude.requests] == ["completed", "broken"]


async def test_an_error_event_in_a_stream_is_a_529_without_one(
    claude: LoopbackClaude, api: aiohttp.ClientSession
) -> None:
    async with api.post(URL, json=body("[[sse_error=2]]", stream=True)) as response:
        seen = await all_events(response)
    assert (seen[-1][0], seen[-1][1]["error"]["type"]) == ("error", "overloaded_error")
    async with api.post(URL, json=body("[[sse_error=2]]")) as response:
        assert response.status == 529
    assert [record.outcome for record in claude.requests] == ["broken", "refused"]


async def test_a_reply_begins_again_on_the_same_stream(api: aiohttp.ClientSession) -> None:
    async with api.post(URL, json=body('[[restart=2 exact="one two three"]]', stream=True)) as response:
        seen = await all_events(response)
    assert [name for name, _ in seen].count("message_start") == 2
    assert text_of(seen) == "one twoone two three"


async def test_headers_come_late(clock: JumpingClock) -> None:
    claude = LoopbackClaude(clock=clock)
    claude.faults.add(Fault("slow_headers", seconds=30))
    async with (
        claude.serve() as address,
        aiohttp.ClientSession(address.base_url, headers=KEY) as api,
        api.post(URL, json=body("hi", stream=True)) as response,
    ):
        assert clock.now >= 130
        assert (await all_events(response))[-1][0] == "message_stop"


async def test_a_fault_waits_for_the_question_it_is_meant_for(
    claude: LoopbackClaude, api: aiohttp.ClientSession
) -> None:
    claude.faults.add(Fault("overloaded_error", containing="tea"))
    statuses = []
    for question in ("coffee", "tea", "tea"):
        async with api.post(URL, json=body(question)) as response:
            statuses.append(response.status)
    assert statuses == [200, 529, 200]

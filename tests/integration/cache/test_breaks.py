"""Streams break, gateways die, the store forgets, the cache ends: the turn goes on."""

import asyncio
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from support.cache_lines import SECONDS, CacheBench, Line, Start, open_request

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import cache_pb2_grpc

SECRET = "aW50ZXJhY3Rpb24="
LEADING = pb.Have(state=pb.TURN_STATE_OPENED, source=pb.SOURCE_LEAD, attempt=1, offset=5)


async def _orphan(cache: CacheBench) -> pb.Orphan:
    watch = cache_pb2_grpc.TurnServiceStub(cache.channel).WatchOrphans(pb.WatchOrphansRequest(holder="gateway-2"))
    try:
        async with asyncio.timeout(SECONDS):
            async for response in watch:
                return response.orphan
    finally:
        watch.cancel()
    raise AssertionError("no orphan was offered")


async def test_a_broken_stream_is_opened_again_and_the_text_goes_on(cache: CacheBench) -> None:
    leader = await Line.opened(cache.channel, "1000")
    follower = await Line.opened(cache.channel, "1001")
    await leader.say("Hello")
    await follower.until_text("Hello")
    leader.call.cancel()
    again = await Line.opened(cache.channel, "1000", have=LEADING)
    opened = await again.until("opened")
    assert (opened.source, opened.attempt, opened.offset) == (pb.SOURCE_LEAD, 1, 5)
    await again.say(" there", offset=5)
    await again.finish()
    await follower.until("text_end")
    assert follower.text == "Hello there"


async def test_a_follower_that_lost_its_stream_reads_on_where_it_stood(cache: CacheBench) -> None:
    leader = await Line.opened(cache.channel, "1000")
    follower = await Line.opened(cache.channel, "1001")
    await leader.say("Hello")
    await follower.until_text("Hello")
    follower.call.cancel()
    await leader.say(" there", offset=5)
    had = pb.Have(state=pb.TURN_STATE_OPENED, source=pb.SOURCE_FOLLOW, attempt=1, offset=5)
    again = await Line.opened(cache.channel, "1001", have=had)
    again.text = "Hello"
    piece = await again.until("text")
    assert (piece.offset, piece.text) == (5, " there")


async def test_text_past_the_end_closes_the_stream_and_the_next_says_where_to_go_on(cache: CacheBench) -> None:
    leader = await Line.opened(cache.channel)
    await leader.say("Hello")
    await leader.say("there", offset=9)
    assert (await leader.status())[0] is grpc.StatusCode.OUT_OF_RANGE
    again = await Line.opened(cache.channel, have=LEADING)
    assert (await again.until("opened")).offset == 5


async def test_the_former_stream_of_a_reopened_turn_is_aborted(cache: CacheBench) -> None:
    former = await Line.opened(cache.channel)
    await former.until("opened")
    await (await Line.opened(cache.channel, have=LEADING)).until("opened")
    code, _ = await former.status()
    assert code is grpc.StatusCode.ABORTED


async def test_what_another_gateway_holds_is_aborted(cache: CacheBench) -> None:
    await (await Line.opened(cache.channel)).until("opened")
    thief = await Line.opened(cache.channel, holder="gateway-2", have=LEADING)
    assert (await thief.status())[0] is grpc.StatusCode.ABORTED


async def test_a_restarted_cache_gets_its_turns_back(start: Start) -> None:
    async with start() as first:
        leader = await Line.opened(first.channel, "1000")
        await leader.say("Hello")
        follower = await Line.opened(first.channel, "1001")
        await follower.until_text("Hello")
    assert (await leader.status())[0] in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
    async with start(settle=15.0) as second:
        had = pb.Have(state=pb.TURN_STATE_OPENED, source=pb.SOURCE_FOLLOW, attempt=1, offset=5)
        follower = await Line.opened(second.channel, "1001", have=had)
        assert (await follower.until("renewed")).number == 0
        leader = await Line.opened(second.channel, "1000", have=LEADING)
        opened = await leader.until("opened")
        assert (opened.source, opened.attempt, opened.offset) == (pb.SOURCE_LEAD, 1, 0)
        await leader.say("Hello there")
        await leader.renew(1)
        await second.clock.advance(6)
        assert (await follower.until("opened")).source == pb.SOURCE_FOLLOW
        await follower.until_text("Hello there")
        await leader.finish()
        await leader.end()
        assert await leader.over()


async def test_an_orphan_is_adopted_with_all_that_its_gateway_knew(cache: CacheBench) -> None:
    leader = await Line.opened(cache.channel, "1000", prompt="Tell me")
    await leader.say("half")
    posted = pb.Posted(kind=pb.POSTED_KIND_PAGE, index=0, message_id="5000")
    await leader.send(pb.HoldTurnRequest(posted=posted))
    await leader.renew(1)
    leader.call.cancel()
    await cache.pass_lease()
    orphan = await _orphan(cache)
    assert (orphan.open.prompt, orphan.state) == ("Tell me", pb.TURN_STATE_OPENED)
    assert list(orphan.open.have.posted) == [posted]
    adopted = await Line.adopted(cache.channel, orphan)
    opened = await adopted.until("opened")
    assert (opened.source, opened.attempt, list(opened.posted)) == (pb.SOURCE_LEAD, 2, [posted])
    late = await Line.adopted(cache.channel, orphan, holder="gateway-3")
    assert (await late.status())[0] is grpc.StatusCode.ABORTED


async def test_an_interactions_turn_is_adopted_with_its_token_which_nothing_logs(
    cache: CacheBench, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    request = open_request("1000")
    origin = request.open.origin
    origin.kind, origin.message_id, origin.interaction_token = pb.ORIGIN_KIND_INTERACTION, "", SECRET
    leader = Line(cache.channel)
    await leader.send(request)
    await leader.until("opened")
    leader.call.cancel()
    await cache.pass_lease()
    orphan = await _orphan(cache)
    assert orphan.open.origin == origin
    adopted = await Line.adopted(cache.channel, orphan)
    assert (await adopted.until("opened")).source == pb.SOURCE_LEAD
    await adopted.send(pb.HoldTurnRequest(text=pb.Text(attempt=0)))
    assert (await adopted.status())[0] is grpc.StatusCode.INVALID_ARGUMENT
    written = capsys.readouterr()
    assert SECRET not in caplog.text + written.out + written.err
    assert not [span.name for span in cache.service.spans if SECRET in span.to_json()]


async def test_a_token_that_is_worth_nothing_is_not_taken_back(cache: CacheBench) -> None:
    request = open_request("1000", have=LEADING)
    request.open.origin.interaction_token = SECRET
    request.open.origin.asked_at.FromDatetime(datetime.now(UTC) - timedelta(minutes=16))
    line = Line(cache.channel)
    await line.send(request)
    await line.until("opened")
    await line.send(pb.HoldTurnRequest(release=pb.Release()))
    assert await line.over()
    assert (await _orphan(cache)).open.origin.interaction_token == ""


async def test_a_release_hands_the_turn_over_at_once(cache: CacheBench) -> None:
    leader = await Line.opened(cache.channel)
    await leader.until("opened")
    await leader.send(pb.HoldTurnRequest(release=pb.Release()))
    assert await leader.over()
    adopted = await Line.adopted(cache.channel, await _orphan(cache))
    assert (await adopted.until("opened")).attempt == 2


async def test_a_follower_takes_over_from_a_dead_leader_and_the_text_begins_again(cache: CacheBench) -> None:
    leader, heir, other = [await Line.opened(cache.channel, str(1000 + n)) for n in range(3)]
    await leader.say("lost words")
    await other.until_text("lost words")
    leader.call.cancel()
    for number in range(1, 4):
        await cache.clock.advance(4.9)
        assert (await heir.renew(number)).number == (await other.renew(number)).number == number
    await cache.clock.advance(1)
    opened = await heir.until("opened")
    assert (opened.source, opened.attempt) == (pb.SOURCE_LEAD, 2)
    await heir.say("found", attempt=2)
    assert (await other.until("restarted")).attempt == 2
    await other.until_text("found")
    assert cache.service.sample("parley_cache_handovers_total", {"kind": "promoted"}) == 1


async def test_a_cancelled_stream_leaves_the_turn_to_its_lease(cache: CacheBench) -> None:
    leader = await Line.opened(cache.channel)
    await leader.until("opened")
    leader.call.cancel()
    await cache.clock.advance(10)
    assert cache.service.sample("parley_cache_turns", {"state": "orphaned"}) == 0
    await cache.clock.advance(6)
    assert cache.service.sample("parley_cache_turns", {"state": "orphaned"}) == 1


async def test_a_callers_deadline_ends_its_stream_and_not_the_turn(cache: CacheBench) -> None:
    line = Line(cache.channel, timeout=0.3)
    await line.send(open_request())
    await line.until("opened")
    assert (await line.status())[0] is grpc.StatusCode.DEADLINE_EXCEEDED
    again = await Line.opened(cache.channel, have=LEADING)
    assert (await again.until("opened")).attempt == 1


async def test_a_holder_that_says_nothing_for_two_leases_loses_its_stream(start: Start) -> None:
    async with start(lease=0.1) as cache:
        line = await Line.opened(cache.channel)
        assert (await line.status())[0] is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_a_drain_ends_watches_at_once_and_lets_open_turns_finish(start: Start) -> None:
    async with start(grace=10.0) as cache:
        stub = cache_pb2_grpc.TurnServiceStub(cache.channel)
        watch = stub.WatchOrphans(pb.WatchOrphansRequest(holder="gateway-1"))
        line = await Line.opened(cache.channel)
        await line.until("opened")
        await cache.clock.advance(1)
        ending = asyncio.ensure_future(_end_watch(watch))
        draining = asyncio.ensure_future(_finish_during_drain(line, ending))
    async with asyncio.timeout(SECONDS):
        assert await ending is grpc.StatusCode.UNAVAILABLE
        assert await draining


async def test_a_turn_that_outlasts_the_grace_is_broken_off_for_a_sibling(start: Start) -> None:
    async with start(grace=0.1) as cache:
        line = await Line.opened(cache.channel)
        await line.until("opened")
    assert (await line.status())[0] in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}


async def _end_watch(watch: "grpc.aio.UnaryStreamCall[pb.WatchOrphansRequest, pb.WatchOrphansResponse]") -> object:
    try:
        async for _ in watch:
            pass
    except grpc.aio.AioRpcError as error:
        return error.code()
    return await watch.code()


async def _finish_during_drain(line: Line, watch_ended: "asyncio.Future[object]") -> bool:
    await asyncio.wait([watch_ended])
    await line.say("Hello")
    await line.finish()
    await line.end()
    await line.until("committed")
    return await line.over()

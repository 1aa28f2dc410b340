"""What an operator sees of the cache."""

import asyncio
from collections.abc import Callable

import grpc
from support.cache_lines import SECONDS, CacheBench, Line, Start
from support.services import Running, running

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import replies_pb2, replies_pb2_grpc
from parley_kit import semconv
from parley_monitor.app import Monitor
from parley_monitor.app import build as build_monitor
from parley_monitor.model import Member, State
from parley_monitor.settings import MonitorSettings


async def _ended(line: Line) -> None:
    await line.end()
    await line.until("committed")
    assert await line.over()


async def test_each_new_turn_is_counted_once_by_what_became_of_it(cache: CacheBench) -> None:
    chat = pb.Conversation(id="chat")
    leader = await Line.opened(cache.channel, "1000")
    await leader.until("opened")
    follower = await Line.opened(cache.channel, "1001")
    await follower.until("opened")
    await (await Line.opened(cache.channel, "1000", holder="gateway-2")).until("duplicate")
    had = pb.Have(state=pb.TURN_STATE_OPENED, source=pb.SOURCE_LEAD, attempt=1)
    leader = await Line.opened(cache.channel, "1000", have=had)
    await leader.say("Hello")
    await leader.finish()
    await follower.until("text_end")
    await (await Line.opened(cache.channel, "1002")).until("text_end")
    for number in range(7):
        line = await Line.opened(cache.channel, str(2000 + number), prompt=str(number), conversation=chat)
        await line.until(["opened", *["queued"] * 5, "refused"][number])
    expected = {"lead": 2, "follow": 1, "hit": 1, "duplicate": 1, "refused": 1}
    for result, count in expected.items():
        assert cache.service.sample("parley_cache_requests_total", {"result": result}) == count, result


async def test_a_refusal_is_counted_with_its_reason_and_a_quota_by_name(start: Start) -> None:
    async with start(user_messages=1, guild_messages=2, queue=0, turns=3) as cache:

        async def ask(turn_id: str, author: str, conversation: str) -> Line:
            origin = pb.Origin(author_id=author)
            where = pb.Conversation(id=conversation)
            return await Line.opened(cache.channel, turn_id, prompt=turn_id, origin=origin, conversation=where)

        await (await ask("1000", "31", "a")).until("opened")
        await (await ask("1001", "31", "b")).until("refused")  # the member's messages
        await (await ask("1002", "32", "a")).until("refused")  # the conversation's queue
        await cache.clock.advance(1)
        assert (await (await ask("1003", "33", "c")).status())[0] is grpc.StatusCode.RESOURCE_EXHAUSTED
        sample = cache.service.sample
        counted = {reason: _refusals(cache, reason) for reason in ("quota", "queue_full", "stale", "full")}
        assert counted == {"quota": 1, "queue_full": 1, "stale": 0, "full": 1}
        quota = {"whose": "user", "kind": "messages"}
        assert sample("parley_cache_quota_refusals_total", quota) == 1
        assert sample("parley_cache_quota_refusals_total", quota | {"whose": "guild"}) == 0


def _refusals(cache: CacheBench, reason: str) -> float | None:
    return cache.service.sample("parley_cache_refusals_total", {"reason": reason})


async def test_it_is_told_why_stored_replies_went_and_what_they_saved(start: Start) -> None:
    async with start(reply_entries=2, reply_ttl=100.0, reply_ttl_least=10.0) as cache:
        for number in range(4):
            await _answered(cache, str(1000 + number))
        await _ended(await Line.opened(cache.channel, "2000", prompt="1003"))
        replies = replies_pb2_grpc.ReplyServiceStub(cache.channel)
        await replies.Purge(replies_pb2.PurgeRequest(turn_id="1003"), timeout=10)
        await cache.clock.advance(101)
        await cache.clock.advance(1)
        sample = cache.service.sample
        gone = {why: sample("parley_cache_replies_gone_total", {"reason": why}) for why in ("room", "age", "purge")}
        assert gone == {"room": 2, "age": 1, "purge": 1}
        assert sample("parley_cache_reply_ttl_seconds") == 100
        assert sample("parley_cache_saved_tokens_total") == 30
        assert sample("parley_cache_saved_seconds_total") is not None


async def _answered(cache: CacheBench, turn_id: str) -> None:
    line = await Line.opened(cache.channel, turn_id, prompt=turn_id)
    await line.say("Hello")
    await line.finish(usage=pb.Usage(input_tokens=10, output_tokens=20))
    await _ended(line)


async def test_the_figures_follow_the_store(cache: CacheBench) -> None:
    line = await Line.opened(cache.channel)
    await line.say("Hello")
    await line.finish()
    await line.renew(1)
    await cache.clock.advance(1)
    sample = cache.service.sample
    assert sample("parley_cache_turns", {"state": "all"}) == 1
    assert (sample("parley_cache_logs"), sample("parley_cache_log_bytes")) == (1, 5)
    assert (sample("parley_cache_stored_replies"), sample("parley_cache_stored_bytes")) == (1, 5)
    await _ended(line)
    await cache.clock.advance(1)
    assert sample("parley_cache_turns", {"state": "all"}) == 0


async def test_the_span_of_a_turn_names_it_and_tells_what_became_of_it_without_its_words(cache: CacheBench) -> None:
    line = await Line.opened(cache.channel, prompt="a secret question")
    await line.until("opened")
    await line.say("a secret answer")
    await line.finish()
    await _ended(line)
    (span,) = [span for span in cache.service.spans if span.name.endswith("HoldTurn")]
    assert span.attributes is not None
    assert span.attributes[semconv.TURN_ID] == "1000"
    assert span.attributes[semconv.CACHE_RESULT] == "lead"
    assert "secret" not in span.to_json()


async def test_the_monitor_hears_how_busy_the_cache_is_and_when_it_ends(start: Start) -> None:
    settings = MonitorSettings(listen="127.0.0.1:0", metrics_listen=None, drain_announce=0.0, grace=0.0, interval=0.05)
    async with running(settings, "parley-monitor", build_monitor) as monitor:
        heard = _caches(monitor)
        async with start(monitor=monitor.address, drain_announce=0.3, grace=5.0) as cache:
            line = await Line.opened(cache.channel)
            await line.until("opened")
            await cache.clock.advance(1)
            busy = await _until(heard, lambda member: member.report.in_flight == 1)
            assert (busy.state, busy.report.address) == (State.LIVE, cache.service.address)
            assert busy.report.memory_bytes > 0
            assert cache.service.bound.runtime.health.states["monitor"]
            leaving = asyncio.ensure_future(_until(heard, lambda member: member.state is State.DRAINING))
            ending = asyncio.ensure_future(_end_after(leaving, line))
        assert (await leaving).report.draining
        await ending
        assert heard() == []


def _caches(monitor: Running[MonitorSettings]) -> Callable[[], list[Member]]:
    service = monitor.bound.service
    assert isinstance(service, Monitor)
    fleet = service.assessor.fleet
    return lambda: [member for member in fleet.members() if member.report.service == "cache"]


async def _until(heard: Callable[[], list[Member]], wanted: Callable[[Member], bool]) -> Member:
    async with asyncio.timeout(SECONDS):
        while not (found := [one for one in heard() if wanted(one)]):  # noqa: ASYNC110 — a real monitor changes, unseen
            await asyncio.sleep(0.01)
    return found[0]


async def _end_after(leaving: asyncio.Future[Member], line: Line) -> None:
    await asyncio.wait([leaving])
    await line.finish()
    await _ended(line)


async def test_without_a_monitor_it_serves_and_says_that_none_is_set(cache: CacheBench) -> None:
    assert cache.service.bound.service.waits_for == "nothing; no monitor is set"
    assert cache.service.bound.runtime.health.states["parley.cache.v1.TurnService"]


async def test_a_monitor_that_is_away_hinders_nothing(start: Start) -> None:
    async with start(monitor="127.0.0.1:1") as cache:
        assert cache.service.bound.service.waits_for == "the monitor at 127.0.0.1:1"
        assert (await (await Line.opened(cache.channel)).until("opened")).attempt == 1

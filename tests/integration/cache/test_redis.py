"""Two caches on one Redis: who holds, who reads and who presses Stop may be anywhere, and a cache may die."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.trace import SpanKind
from support.cache_lines import SECONDS, Line
from support.redis_server import Server, redis_server
from support.services import Running, channel_to, running

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import cache_pb2_grpc, conversations_pb2, conversations_pb2_grpc
from parley_cache.app import build
from parley_cache.settings import CacheSettings
from parley_kit import semconv

LEADING = pb.Have(state=pb.TURN_STATE_OPENED, source=pb.SOURCE_LEAD, attempt=1, offset=5)
FOLLOWING = pb.Have(state=pb.TURN_STATE_OPENED, source=pb.SOURCE_FOLLOW, attempt=1, offset=5)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    with redis_server(tmp_path) as server:
        yield server


@contextlib.asynccontextmanager
async def _cache(redis: Server, **changes: Any) -> AsyncIterator[tuple[Running[CacheSettings], grpc.aio.Channel]]:
    plain = {"listen": "127.0.0.1:0", "metrics_listen": None, "drain_announce": 0.0, "grace": 0.2, "settle": 0.0}
    settings = CacheSettings(**(plain | {"redis_url": redis.url, "redis_patience": 2.0, "sweep": 0.05} | changes))
    async with running(settings, "parley-cache", build) as service, channel_to(service.address) as channel:
        async with asyncio.timeout(SECONDS):
            while not service.bound.runtime.health.states["parley.cache.v1.TurnService"]:  # noqa: ASYNC110 — unseen
                await asyncio.sleep(0.01)
        yield service, channel


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110 — a real server's state, unseen
            await asyncio.sleep(0.01)


async def _orphan(channel: grpc.aio.Channel) -> pb.Orphan:
    watch = cache_pb2_grpc.TurnServiceStub(channel).WatchOrphans(pb.WatchOrphansRequest(holder="gateway-2"))
    try:
        async with asyncio.timeout(SECONDS):
            async for response in watch:
                return response.orphan
    finally:
        watch.cancel()
    raise AssertionError("no orphan was offered")


async def test_holder_follower_and_stop_meet_over_two_caches(redis: Server) -> None:
    async with _cache(redis) as (_, first), _cache(redis) as (_, second):
        leader = await Line.opened(first, "1000")
        assert (await leader.until("opened")).source == pb.SOURCE_LEAD
        follower = await Line.opened(second, "1001")
        assert (await follower.until("opened")).source == pb.SOURCE_FOLLOW
        await leader.say("Hello")
        await follower.until_text("Hello")
        stub = cache_pb2_grpc.TurnServiceStub(second)
        await stub.StopTurn(pb.StopTurnRequest(turn_id="1000", by="77"))
        assert (await leader.until("stop_requested")).others_read
        await leader.say(" there", offset=5)
        await leader.finish()
        await follower.until("text_end")
        assert follower.text == "Hello there"
        late = await Line.opened(second, "1002")
        await late.until("text_end")
        assert late.text == "Hello there"


async def test_the_queue_of_a_conversation_moves_over_two_caches(redis: Server) -> None:
    chat = pb.Conversation(id="chat")
    async with _cache(redis) as (_, first), _cache(redis) as (_, second):
        one = await Line.opened(first, "1000", prompt="1", conversation=chat)
        await one.until("opened")
        two = await Line.opened(second, "1001", prompt="2", conversation=chat)
        assert (await two.until("queued")).position == 1
        await one.say("Hello")
        await one.finish()
        await one.end()
        opened = await two.until("opened")
        assert [message.text for message in opened.window] == ["1", "Hello"]


async def test_a_cache_that_ends_costs_nothing_its_turns_go_on_at_the_sibling(redis: Server) -> None:
    async with _cache(redis) as (_, second), contextlib.AsyncExitStack() as channels:
        async with _cache(redis) as (ending, _):
            first = await channels.enter_async_context(channel_to(ending.address))
            leader = await Line.opened(first, "1000")
            await leader.say("Hello")
            follower = await Line.opened(first, "1001")
            await follower.until_text("Hello")
        assert (await leader.status())[0] in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
        leader = await Line.opened(second, "1000", have=LEADING)
        opened = await leader.until("opened")
        assert (opened.source, opened.attempt, opened.offset) == (pb.SOURCE_LEAD, 1, 5)
        again = await Line.opened(second, "1001", have=FOLLOWING)
        again.text = "Hello"
        await leader.say(" there", offset=5)
        await leader.finish()
        await again.until("text_end")
        assert again.text == "Hello there"


async def test_an_orphan_of_one_cache_is_adopted_at_the_other(redis: Server) -> None:
    async with _cache(redis, lease=0.5) as (_, first), _cache(redis, lease=0.5) as (_, second):
        leader = await Line.opened(first, "1000", prompt="Tell me")
        await leader.until("opened")
        await leader.say("half")
        await leader.renew(1)
        leader.call.cancel()
        orphan = await _orphan(second)
        assert orphan.open.prompt == "Tell me"
        adopted = await Line.adopted(second, orphan)
        assert (await adopted.until("opened")).attempt == 2


async def test_redis_away_is_said_at_once_and_the_cache_lives_on(redis: Server) -> None:
    async with _cache(redis, redis_patience=0.1) as (service, channel):
        redis.kill()
        async with asyncio.timeout(SECONDS):
            while service.bound.runtime.health.states["redis"]:  # noqa: ASYNC110 — a real server ends, unseen
                await asyncio.sleep(0.01)
        code, _ = await (await Line.opened(channel)).status()
        assert code is grpc.StatusCode.UNAVAILABLE
        assert service.sample("parley_redis_up") == 0
        redis.start()
        async with asyncio.timeout(SECONDS):
            while not service.bound.runtime.health.states["redis"]:  # noqa: ASYNC110 — a real server starts, unseen
                await asyncio.sleep(0.01)
        assert (await (await Line.opened(channel)).until("opened")).source == pb.SOURCE_LEAD
        assert service.sample("parley_redis_up") == 1


def _bound_memory(redis: Server, spare: int) -> None:
    """Leave Redis so many bytes more than it uses; its own connections take some thousand now and then."""
    used = re.search(r"used_memory:(\d+)", redis.say("INFO", "memory"))
    assert used is not None
    assert redis.say("CONFIG", "SET", "maxmemory", str(int(used[1]) + spare)).startswith("+OK")


async def _say_much(leader: Line) -> None:
    for number in range(30):
        await leader.say(65_536 * "x", offset=number * 65_536)
        await leader.renew(number + 1)


async def _fill(leader: Line) -> None:
    """Say more and more, until there is no room for it."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _say_much(leader)
    assert (refused.value.code(), refused.value.details()) == (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "Redis has no room left; what is stored can still be read.",
    )


async def test_a_redis_without_room_refuses_what_is_new_serves_what_is_there_and_gets_room_again(redis: Server) -> None:
    async with _cache(redis, user_messages=0) as (service, channel):
        stored = await Line.opened(channel, "900", prompt="stored", conversation=pb.Conversation(id="chat"))
        await stored.say("text")
        await stored.finish()
        await stored.end(shown=4)
        assert await stored.over()
        _bound_memory(redis, 1 << 20)
        await _fill(await Line.opened(channel, "1000"))
        _bound_memory(redis, -(1 << 17))
        code, details = await (await Line.opened(channel, "1001", prompt="new")).status()
        assert (code, details) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "There is no room for another turn now.")
        reader = await Line.opened(channel, "1002", prompt="stored")
        await reader.until("text_end")
        assert reader.text == "text"
        chat = conversations_pb2.GetConversationRequest(conversation=pb.Conversation(id="chat"))
        assert (await conversations_pb2_grpc.ConversationServiceStub(channel).GetConversation(chat)).messages == 2
        leader = await Line.opened(channel, "1000", have=LEADING)
        await leader.renew(1)
        await leader.finish(stopped=pb.Stopped())
        await leader.end(pb.OUTCOME_ABANDONED, shown=0)
        assert await leader.over()
        assert (await (await Line.opened(channel, "1003", prompt="new")).until("opened")).source == pb.SOURCE_LEAD
        assert service.sample("parley_redis_up") == 1


async def test_two_caches_tell_the_same_of_their_store(redis: Server) -> None:
    async with _cache(redis, user_messages=1) as (one, first), _cache(redis) as (two, _):
        await (await Line.opened(first, "1000", prompt="1")).until("opened")
        await (await Line.opened(first, "1001", prompt="2")).until("refused")
        quota = {"whose": "user", "kind": "messages"}
        for service in (one, two):
            await _until(lambda service=service: service.sample("parley_cache_quota_refusals_total", quota) == 1)  # type: ignore[misc]  # bound now
            assert service.sample("parley_cache_reply_ttl_seconds") == 3600


async def test_a_redis_that_may_evict_turns_is_told_with_the_cure_and_served(
    redis: Server, caplog: pytest.LogCaptureFixture
) -> None:
    redis.say("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    redis.say("CONFIG", "SET", "maxmemory", "1gb")
    async with _cache(redis) as (service, channel):
        await _until(lambda: service.sample("parley_redis_eviction_policy", {"policy": "allkeys-lru"}) == 1)
        assert service.sample("parley_redis_memory_bytes", {"kind": "bound"}) == 1 << 30
        assert 0 < (service.sample("parley_redis_memory_bytes", {"kind": "used"}) or 0) < 1 << 30
        (warning,) = [record for record in caplog.records if record.getMessage() == "redis.evicts"]
        assert "noeviction" in warning.__dict__["cure"]
        await (await Line.opened(channel)).until("opened")


async def test_who_may_not_ask_for_the_policy_is_told_that_it_is_unknown(
    redis: Server, caplog: pytest.LogCaptureFixture
) -> None:
    allowed = ["on", ">pass", "~parley:*", "&parley:*", "+@all", "-@dangerous", "-@admin"]
    redis.say("ACL", "SETUSER", "cache", *allowed)
    async with _cache(redis, redis_url=redis.url.replace("://", "://cache:pass@")) as (service, channel):
        await _until(lambda: service.sample("parley_redis_eviction_policy", {"policy": "unknown"}) == 1)
        assert [record.getMessage() for record in caplog.records].count("redis.policy_unknown") == 1
        await (await Line.opened(channel)).until("opened")


async def test_the_trace_of_a_turn_reaches_redis_without_its_words(redis: Server) -> None:
    async with _cache(redis) as (service, channel):
        line = await Line.opened(channel, prompt="a secret question")
        await line.until("opened")
        await line.say("a secret answer")
        await line.finish()
        await line.end()
        await line.until("committed")
        assert await line.over()
        (turn,) = [span for span in service.spans if span.name.endswith("HoldTurn")]
        steps = [span for span in service.spans if span.parent and span.parent.span_id == turn.context.span_id]
        told = [dict(span.attributes or {}) for span in steps if span.kind is SpanKind.CLIENT]
        assert {one[semconv.DB_STORED_PROCEDURE_NAME] for one in told} == {"claim", "finish", "end"}
        assert {one[semconv.DB_SYSTEM_NAME] for one in told} == {"redis"}
        assert "secret" not in "".join(span.to_json() for span in service.spans)
        labels = {"db_operation_name": "EVALSHA", "db_stored_procedure_name": "claim", "error_type": ""}
        assert service.sample("db_client_operation_duration_seconds_count", labels) == 1


async def _refused(**settings: str) -> tuple[int | None, str]:
    environment = {"LISTEN": "127.0.0.1:0", "METRICS_LISTEN": "127.0.0.1:0", **settings}
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "parley_cache"),
        env={**os.environ, **{f"PARLEY_CACHE_{name}": value for name, value in environment.items()}},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        out, err = await started.communicate()
    return started.returncode, (out + err).decode()


async def test_an_unknown_schema_ends_the_cache_with_one_sentence(redis: Server) -> None:
    redis.say("SET", "parley:schema", "7")
    code, told = await _refused(REDIS_URL=redis.url)
    assert code == 2
    assert "schema '7'" in told


async def test_a_clusters_url_is_refused_before_anything_is_asked() -> None:
    code, told = await _refused(REDIS_URL="redis+cluster://user:hidden@127.0.0.1:6379")
    assert code == 2
    assert "change in one step" in told
    assert "hidden" not in told

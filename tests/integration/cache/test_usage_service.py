"""Quotas over real gRPC: refused with a time, shown with what is left."""

import time

import grpc
import pytest
from support.cache_lines import Line, Start

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import preferences_pb2, preferences_pb2_grpc, usage_pb2, usage_pb2_grpc
from parley_cache.settings import CacheSettings


async def test_a_member_over_the_quota_is_told_when_to_come_back(start: Start) -> None:
    async with start(user_messages=2) as cache:
        for number in range(2):
            await (await Line.opened(cache.channel, str(1000 + number), prompt=str(number))).until("opened")
        late = await Line.opened(cache.channel, "1002", prompt="late")
        refused = await late.until("refused")
        assert refused.reason == pb.REFUSAL_REASON_QUOTA
        assert refused.free_at.seconds == pytest.approx(time.time() + 30, abs=3)
        await late.end(pb.OUTCOME_REFUSED)
        await late.until("committed")
        await cache.clock.advance(31)
        await (await Line.opened(cache.channel, "1003", prompt="again")).until("opened")


async def test_what_was_used_and_what_is_left_is_told(start: Start) -> None:
    async with start(user_messages=20, user_tokens_month=1000, user_usd_day=0.01) as cache:
        stub = usage_pb2_grpc.UsageServiceStub(cache.channel)
        line = await Line.opened(cache.channel)
        await line.finish(usage=pb.Usage(input_tokens=300, output_tokens=100), cost_micro_usd=12_000)
        await line.end()
        assert await line.over()
        found = await stub.GetUsage(usage_pb2.GetUsageRequest(user_id="30"), timeout=10)
        assert (found.day.messages, found.day.answers, found.day.cost_micro_usd) == (1, 1, 12_000)
        assert (found.month.usage.input_tokens, found.month.usage.output_tokens) == (300, 100)
        assert found.day.since.seconds == pytest.approx(time.time(), abs=3)
        quotas = {quota.kind: quota for quota in found.quotas}
        assert quotas[usage_pb2.QUOTA_KIND_MESSAGES].left == 19
        assert quotas[usage_pb2.QUOTA_KIND_TOKENS_MONTH].limit == 1000
        assert quotas[usage_pb2.QUOTA_KIND_TOKENS_MONTH].left == 600
        cost = quotas[usage_pb2.QUOTA_KIND_COST_DAY]
        assert (cost.left, cost.period.seconds) == (0, 24 * 3600)
        assert cost.free_at.seconds == pytest.approx(time.time() + 2001 / 10_000 * 24 * 3600, abs=5)


async def test_by_default_the_twenty_first_message_of_a_minute_is_refused(start: Start) -> None:
    async with start(user_messages=CacheSettings().user_messages) as cache:
        for number in range(20):
            await (await Line.opened(cache.channel, str(1000 + number), prompt=str(number))).until("opened")
        refused = await (await Line.opened(cache.channel, "1020", prompt="late")).until("refused")
        assert refused.free_at.seconds == pytest.approx(time.time() + 3, abs=2)


@pytest.mark.parametrize("whose", ["user_id", "guild_id"])
@pytest.mark.parametrize("period", ["day", "month"])
async def test_what_the_operator_allows_can_be_lowered_but_not_raised(start: Start, whose: str, period: str) -> None:
    dollars, kind = f"{whose.removesuffix('_id')}_usd_{period}", f"cost_{period}_micro_usd"
    subject = {whose: "30" if whose == "user_id" else "10"}
    async with start(**{dollars: 1.0}) as cache:
        usage = usage_pb2_grpc.UsageServiceStub(cache.channel)
        settings = preferences_pb2_grpc.PreferencesServiceStub(cache.channel)
        allowed = []
        for version, wanted in enumerate((5_000_000, 400_000)):
            update = preferences_pb2.UpdatePreferencesRequest(
                subject=preferences_pb2.Subject(**subject),
                preferences=preferences_pb2.Preferences(limits=preferences_pb2.UsageLimits(**{kind: wanted})),
                expected_version=version,
            )
            await settings.UpdatePreferences(update, timeout=10)
            found = await usage.GetUsage(usage_pb2.GetUsageRequest(**subject), timeout=10)
            allowed += [quota.limit for quota in found.quotas]
        assert allowed == [1_000_000, 400_000]
        spender = await Line.opened(cache.channel)
        await spender.finish(cost_micro_usd=400_000)
        await spender.end()
        assert await spender.over()
        refused = await (await Line.opened(cache.channel, "1001", prompt="more")).until("refused")
        assert refused.HasField("free_at")


async def test_who_is_unknown_used_nothing_and_nobody_is_refused(channel: grpc.aio.Channel) -> None:
    stub = usage_pb2_grpc.UsageServiceStub(channel)
    found = await stub.GetUsage(usage_pb2.GetUsageRequest(guild_id="99"), timeout=10)
    assert (found.day.messages, found.day.HasField("since"), len(found.quotas)) == (0, False, 0)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.GetUsage(usage_pb2.GetUsageRequest(), timeout=10)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT

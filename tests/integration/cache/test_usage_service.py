"""Quotas over real gRPC: refused with a time, shown with what is left."""

import time

import grpc
import pytest
from support.cache_lines import Line, Start

from parley.cache.v1 import cache_pb2 as pb
from parley.cache.v1 import usage_pb2, usage_pb2_grpc


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
        found = await stub.GetUsage(usage_pb2.GetUsageRequest(user_id="30"), timeout=1)
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


async def test_who_is_unknown_used_nothing_and_nobody_is_refused(channel: grpc.aio.Channel) -> None:
    stub = usage_pb2_grpc.UsageServiceStub(channel)
    found = await stub.GetUsage(usage_pb2.GetUsageRequest(guild_id="99"), timeout=1)
    assert (found.day.messages, found.day.HasField("since"), len(found.quotas)) == (0, False, 0)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.GetUsage(usage_pb2.GetUsageRequest(), timeout=1)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT

"""Claude's limits and prices, as the executor's caller, its monitor and its metrics see them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
from support.executors import Stand, read
from support.reports import Reports

from parley.executor.v1 import executor_pb2 as pb
from parley_executor import pricing
from parley_kit import semconv
from parley_kit.faults import Fault as Refusal
from parley_kit.status import fault_of
from parley_sandbox.anthropic import Fault, Limits

Start = Callable[..., AbstractAsyncContextManager[Stand]]
MODEL = {"gen_ai_request_model": "claude-sonnet-5"}
OWN_PRICES = """
[models.claude-sonnet-5]
input = 1000
output = 0
cache_read = 0
cache_write = 0
"""


async def refusal(stand: Stand) -> Refusal:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await read(stand.execute("hello"))
    return fault_of(caught.value)


@pytest.mark.parametrize(
    ("fault", "reason", "asked"),
    [
        (Fault("rate_limit_error", retry_after=60), "RATE_LIMITED", 1),
        (Fault("overloaded_error", times=2, retry_after=0), "OVERLOADED", 2),
    ],
)
async def test_after_a_refusal_of_claudes_the_next_call_is_refused_without_asking(
    stand: Stand, fault: Fault, reason: str, asked: int
) -> None:
    stand.claude.faults.add(fault)
    assert (await refusal(stand)).reason == reason
    again = await refusal(stand)
    assert again.reason == reason
    assert again.retry_after is not None
    assert timedelta(0) < again.retry_after <= timedelta(seconds=72)
    assert len(stand.claude.requests) == asked
    assert stand.running.sample(semconv.UPSTREAM_REFUSALS, {"reason": reason}) == 1
    assert stand.running.sample(semconv.UPSTREAM_BREAKERS, {"state": "open"}) == 1


async def test_a_second_try_that_succeeds_keeps_nobody_away(stand: Stand) -> None:
    stand.claude.faults.add(Fault("overloaded_error"))
    await read(stand.execute("hello [[tokens=3]]"))
    await read(stand.execute("again [[tokens=3]]"))
    assert stand.running.sample(semconv.UPSTREAM_BREAKERS, {"state": "closed"}) == 1


async def test_the_monitor_learns_that_claude_is_not_to_be_asked_and_when_one_call_may_try(
    start: Start, monitor: Reports
) -> None:
    async with start(monitor=monitor.address) as stand:
        await monitor.until(lambda report: report.slots.total > 0)
        assert not monitor.got[-1].HasField("headroom")
        stand.claude.faults.add(Fault("rate_limit_error", retry_after=1))
        await refusal(stand)
        await monitor.until(lambda report: report.headroom.HasField("calls") and report.headroom.calls == 0)
        await monitor.until(lambda report: report.headroom.calls == 1)
        await read(stand.execute("hello [[tokens=3]]"))
        await monitor.until(lambda report: report.HasField("headroom") and not report.headroom.HasField("calls"))


async def test_the_monitor_learns_what_is_left_of_each_limit(start: Start, monitor: Reports) -> None:
    async with start(monitor=monitor.address) as stand:
        stand.claude.limits = Limits(requests=3, input_tokens=1_000_000, output_tokens=100)
        await read(stand.execute("hello [[tokens=90 tps=1000]]"))
        await read(stand.execute("hello [[tokens=3]]"))
        report = await monitor.until(lambda report: report.headroom.HasField("output_tokens"))
        headroom = report.headroom
        assert 0.05 <= headroom.output_tokens.share < 0.9
        assert timedelta(0) < headroom.output_tokens.full_in.ToTimedelta() < timedelta(seconds=60)
        assert headroom.requests.share < 1
        shown = stand.running.sample(semconv.UPSTREAM_HEADROOM, {**MODEL, "limit": "output_tokens"})
        assert shown is not None
        assert headroom.output_tokens.share <= shown < 1


async def test_a_reply_tells_its_cost(stand: Stand) -> None:
    system = [pb.SystemBlock(text="You are Parley. " * 1000)]
    await read(stand.execute("hello [[tokens=7]]", system=system))
    usage = (await read(stand.execute("hello [[tokens=7]]", system=system)))[-1].completed.usage
    assert usage.cache_read_tokens > 1000
    by_hand = 2 * usage.input_tokens + 10 * 7 + 0.2 * usage.cache_read_tokens + 2.5 * usage.cache_write_tokens
    assert usage.cost_micro_usd == pytest.approx(by_hand, abs=0.5)
    spans = [span for span in stand.running.spans if span.name.startswith("chat ")]
    costs = [span.attributes[semconv.EXECUTOR_COST] for span in spans if span.attributes]
    assert costs[-1] == pytest.approx(usage.cost_micro_usd / 1e6)
    assert stand.running.sample(semconv.COST, MODEL) == pytest.approx(sum(costs))  # type: ignore[arg-type]  # numbers
    assert stand.running.sample(semconv.UNPRICED_REPLIES, MODEL) == 0


async def test_an_operators_prices_count(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(OWN_PRICES)
    async with start(prices=file) as stand:
        usage = (await read(stand.execute("hello [[tokens=3]]")))[-1].completed.usage
        assert usage.cost_micro_usd == 1000 * usage.input_tokens


async def test_a_model_without_a_price_is_counted_and_its_cost_is_unknown_not_nothing(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pricing, "built_in", lambda: pricing.Prices({}))
    async with start() as stand:
        for _ in range(2):
            completed = (await read(stand.execute("hello [[tokens=3]]")))[-1].completed
            assert completed.usage.output_tokens == 3
            assert not completed.usage.HasField("cost_micro_usd")
        assert stand.running.sample(semconv.UNPRICED_REPLIES, MODEL) == 2
        assert stand.running.sample(semconv.COST, MODEL) == 0

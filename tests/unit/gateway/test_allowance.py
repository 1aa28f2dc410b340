from __future__ import annotations

import asyncio

import pytest

from parley_gateway.allowance import Allowance
from parley_gateway.pacer import RATE, Budget, Pacer, Route, Urgency, Wish
from parley_gateway.siblings import Siblings
from parley_kit.clock import ManualClock

FINAL = Wish(Route.EDIT, Urgency.FINAL, float("-inf"))


async def taken(allowance: Allowance, clock: ManualClock, starts: list[float]) -> None:
    await allowance.take()
    starts.append(clock.monotonic())


async def test_calls_start_no_faster_than_the_rate_and_in_the_order_they_came() -> None:
    clock = ManualClock()
    allowance, starts = Allowance(Budget(rate=10), clock), list[float]()
    began = clock.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(21):
            tasks.create_task(taken(allowance, clock, starts))
        await clock.advance(2.0 + 1e-6)
    assert [start - began for start in starts] == pytest.approx([number / 10 for number in range(21)])


async def test_a_final_edit_goes_before_calls_that_wait() -> None:
    clock, budget = ManualClock(), Budget(rate=10)
    allowance, pacer, starts = Allowance(budget, clock), Pacer(budget), list[float]()
    pacer.join("reply", lambda: None)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(taken(allowance, clock, starts))
        await clock.advance(0.05)
        assert pacer.delay("reply", FINAL, clock.monotonic()) == 0.0
        pacer.started("reply", clock.monotonic())
        await clock.advance(0.1)
        assert len(starts) == 1, "its place was taken"
        await clock.advance(0.5)
    assert len(starts) == 5


async def test_a_courtesy_is_left_out_while_others_wait() -> None:
    clock = ManualClock()
    allowance, starts = Allowance(Budget(rate=4), clock), list[float]()
    assert allowance.spare
    async with asyncio.TaskGroup() as tasks:
        for _ in range(6):
            tasks.create_task(taken(allowance, clock, starts))
        await clock.advance(0.1)
        assert not allowance.spare
        await clock.advance(1.0)
        assert allowance.spare, "one more would wait for less than a second"
        await clock.advance(1.0)


def test_gateways_that_live_share_the_rate_alike_and_a_blind_one_takes_half_at_most() -> None:
    one = Siblings("a")
    assert one.share(0) == 0.5
    one.update(["a", "b", "c", "d"])
    assert one.share(0) == 0.25
    one.lost(0)
    assert one.share(100) == 0.25, "four halves would be twice what there is"
    one.update(["b"])
    assert one.share(0) == 0.5, "it ends soon, but still works"
    one.update(["a"])
    one.lost(100)
    assert one.share(104) == 1
    assert one.share(106) == 0.5


@pytest.mark.parametrize("gateways", [1, 2, 3])
def test_all_gateways_together_stay_below_forty_calls_in_any_second(gateways: int) -> None:
    """However urgent: this is a second that begins after a silence, when the most may come at once."""
    calls = 0
    for _ in range(gateways):
        budget = Budget(RATE / gateways)
        for millisecond in range(1_000):
            while budget.earliest(Urgency.FINAL) <= millisecond / 1_000:
                budget.spend(millisecond / 1_000)
                calls += 1
    assert calls < 40 + gateways

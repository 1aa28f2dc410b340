from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fleet import executor, gateway, member

from parley_kit.clock import ManualClock
from parley_monitor.fleet import Fleet
from parley_monitor.model import Executor, Gateway, Headroom, Member, Report, Slots, State, Tier
from parley_monitor.saturation import Pool, assess, headroom, pool, saturation

slots = st.builds(Slots, st.integers(0, 50), st.integers(0, 60), st.integers(0, 60))
shares = st.none() | st.floats(0, 1)
headrooms = st.builds(Headroom, shares, shares, shares, st.none() | st.integers(0, 60))


@st.composite
def members(draw: st.DrawFn) -> list[Member]:
    names = draw(st.lists(st.integers(0, 30), unique=True, max_size=8))
    return [draw(_member(f"instance-{name}")) for name in names]


def _member(instance: str) -> st.SearchStrategy[Member]:
    report = st.builds(
        Report,
        service=st.sampled_from(["executor", "executor", "gateway", "cache"]),
        instance=st.just(instance),
        address=st.sampled_from(["", f"{instance}:1"]),
        draining=st.booleans(),
        slots=st.none() | slots,
        headroom=st.none() | headrooms,
        cpu_cores=st.floats(0, 2),
    )
    return st.builds(member, report, st.sampled_from([None, None, State.STALE]))


@given(members())
def test_no_executor_offers_more_than_it_reported(fleet: list[Member]) -> None:
    reported = {each.report.instance: each.report.slots or Slots(0, 0) for each in fleet}
    for each in assess(fleet).executors:
        said = reported[each.instance]
        assert 0 <= each.free <= max(0, said.total - said.busy)
        assert each.slots == said.total


@given(members())
def test_who_drains_or_is_silent_offers_nothing(fleet: list[Member]) -> None:
    assert all(each.free == 0 for each in assess(fleet).executors if each.draining or each.stale)


@given(members())
def test_only_executors_with_an_address_are_offered(fleet: list[Member]) -> None:
    callable_ones = {
        each.report.instance for each in fleet if each.report.service == "executor" and each.report.address
    }
    assert {each.instance for each in assess(fleet).executors} == callable_ones


@given(members())
def test_the_tier_says_what_the_slots_say(fleet: list[Member]) -> None:
    capacity = assess(fleet)
    some_free = any(each.free for each in capacity.executors)
    assert (capacity.tier is Tier.NORMAL) == some_free
    if capacity.tier is Tier.UNAVAILABLE:
        assert all(each.draining for each in capacity.executors)


@given(members())
def test_the_pool_has_every_slot_once(fleet: list[Member]) -> None:
    total = sum(each.report.slots.total for each in fleet if each.report.service == "executor" and each.report.slots)
    counted = pool(fleet)
    assert counted.total == total
    assert min(counted.free, counted.busy, counted.draining, counted.stale) >= 0


@given(reports=st.lists(st.integers(0, 8), min_size=1, max_size=6, unique=True), order=st.randoms())
def test_the_map_does_not_depend_on_the_order_of_reports(reports: list[int], order: object) -> None:
    said = [executor(f"executor-{n}", busy=n % 5) for n in reports] + [gateway(f"gateway-{n}") for n in reports]
    shuffled = list(said)
    order.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    def heard(these: list[Report]) -> object:
        fleet = Fleet(ManualClock(), interval=1.0, forget_after=30.0)
        for report in these:
            fleet.record(fleet.open_stream(), report)
        return assess(fleet.members())

    assert heard(said) == heard(shuffled)


def test_a_free_slot_is_told_with_its_executor() -> None:
    capacity = assess([member(executor(total=4, busy=1, version="1.2"))])
    assert capacity.tier is Tier.NORMAL
    assert capacity.executors == (
        Executor("executor-1", "executor-1.test:50053", "1.2", 4, 3, draining=False, stale=False),
    )


def test_a_slot_that_somebody_waits_for_is_not_offered() -> None:
    assert assess([member(executor(total=4, busy=3, waiting=1))]).tier is Tier.BUSY


def test_silence_is_saturation_and_not_absence() -> None:
    capacity = assess([member(executor(), State.STALE)])
    assert capacity.tier is Tier.BUSY
    assert capacity.executors[0].stale


def test_without_executors_nothing_is_available() -> None:
    assert assess([member(gateway())]).tier is Tier.UNAVAILABLE
    assert assess([member(executor(draining=True))]).tier is Tier.UNAVAILABLE


def test_silent_gateways_are_not_among_the_living() -> None:
    fleet = [member(gateway("a")), member(gateway("b"), State.STALE), member(gateway("c", draining=True))]
    assert assess(fleet).gateways == (Gateway("a", draining=False), Gateway("c", draining=True))


def test_an_estimate_is_told_only_while_turns_wait() -> None:
    guess = timedelta(seconds=10)
    assert assess([member(executor())], guess).estimate is None
    assert assess([member(executor(total=1, busy=1))], guess).estimate == guess


def test_the_pool_counts_taken_slots_of_the_live_and_all_of_the_others() -> None:
    fleet = [
        member(executor("a", total=4, busy=1)),
        member(executor("b", total=8, busy=2, draining=True)),
        member(executor("c", total=16, busy=0), State.STALE),
    ]
    assert pool(fleet) == Pool(free=3, busy=1, draining=8, stale=16)


def test_the_worst_resource_wins() -> None:
    busy_slots = member(executor(total=4, busy=3, cpu_cores=0.2))
    busy_core = member(executor(total=4, busy=1, cpu_cores=0.9))
    assert saturation([busy_slots]) == {"executor": 0.75}
    assert saturation([busy_core]) == {"executor": 0.9}


def test_a_pool_is_as_full_as_its_mean() -> None:
    fleet = [member(executor("a", total=4, busy=4)), member(executor("b", total=4, busy=0))]
    assert saturation(fleet) == {"executor": 0.5}


def test_load_that_leaves_with_its_instance_is_not_counted() -> None:
    fleet = [member(executor("a", busy=0)), member(executor("b", busy=4, draining=True))]
    assert saturation(fleet) == {"executor": 0.0}


def test_the_silent_are_full_in_everything() -> None:
    fleet = [member(executor("a", busy=0)), member(executor("b", busy=0), State.STALE)]
    assert saturation(fleet) == {"executor": 0.5}


def test_what_is_unknown_is_left_out_and_what_nobody_reports_has_no_figure() -> None:
    assert saturation([]) == {}
    assert saturation([member(gateway(cpu_cores=0.1, memory_share=0.6))]) == {"gateway": 0.6}
    assert saturation([member(executor(draining=True))]) == {}


def test_an_executor_without_slots_is_full() -> None:
    assert saturation([member(executor(total=0))]) == {"executor": 1.0}


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_in_the_pool(state: State) -> None:
    assert pool([member(executor(total=2), state)]).total == 2


def test_assessing_hundreds_of_executors_leaves_the_loop_free() -> None:
    fleet = [member(executor(f"executor-{n}")) for n in range(500)]
    loop = asyncio.new_event_loop()
    began = loop.time()
    assess(fleet)
    took = loop.time() - began
    loop.close()
    assert took < 0.25


@pytest.mark.parametrize(
    ("told", "free"),
    [
        (None, 3),
        (Headroom(), 3),
        (Headroom(requests=0.02, input_tokens=1.0, output_tokens=0.5), 3),
        (Headroom(requests=0.9, input_tokens=0.0), 0),
        (Headroom(output_tokens=0.019), 0),
        (Headroom(calls=0), 0),
        (Headroom(calls=1), 1),
        (Headroom(requests=0.9, calls=9), 3),
    ],
)
def test_no_more_is_offered_than_claude_would_give(told: Headroom | None, free: int) -> None:
    fleet = [member(executor(total=4, busy=1, headroom=told))]
    capacity = assess(fleet)
    (offered,) = capacity.executors
    assert (offered.slots, offered.free) == (4, free)
    assert capacity.tier is (Tier.NORMAL if free else Tier.BUSY)
    assert pool(fleet) == Pool(free=free, busy=1, blocked=3 - free)


def test_the_executor_with_the_least_left_tells_how_much_there_is() -> None:
    fleet = [
        member(executor("executor-1", headroom=Headroom(requests=0.5, input_tokens=0.9))),
        member(executor("executor-2", headroom=Headroom(requests=0.7, input_tokens=0.2))),
        member(executor("executor-3")),
    ]
    assert headroom(fleet) == {"requests": 0.5, "input_tokens": 0.2}
    assert headroom([member(executor())]) == {}

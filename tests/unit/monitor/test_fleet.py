from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fleet import executor, gateway

from parley_kit.clock import ManualClock
from parley_kit.faults import Exhausted
from parley_monitor import fleet as rooms
from parley_monitor.fleet import Fleet, SupersededError
from parley_monitor.model import State


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def fleet(clock: ManualClock) -> Fleet:
    return Fleet(clock, interval=1.0, forget_after=30.0)


def states(fleet: Fleet) -> dict[str, State]:
    return {member.report.instance: member.state for member in fleet.members()}


async def test_an_instance_is_live_until_it_was_silent_for_three_intervals(fleet: Fleet, clock: ManualClock) -> None:
    fleet.record(fleet.open_stream(), executor())
    await clock.advance(2.999)
    assert states(fleet) == {"executor-1": State.LIVE}
    await clock.advance(0.001)
    assert states(fleet) == {"executor-1": State.STALE}


async def test_a_report_ends_the_silence(fleet: Fleet, clock: ManualClock) -> None:
    stream = fleet.open_stream()
    fleet.record(stream, executor())
    await clock.advance(10)
    fleet.record(stream, executor())
    assert states(fleet) == {"executor-1": State.LIVE}


async def test_a_long_silence_is_forgotten(fleet: Fleet, clock: ManualClock) -> None:
    fleet.record(fleet.open_stream(), executor())
    await clock.advance(30)
    assert fleet.members() == ()
    assert fleet.next_change() is None


async def test_ages_are_those_of_the_receiver(fleet: Fleet, clock: ManualClock) -> None:
    fleet.record(fleet.open_stream(), executor())
    await clock.advance(1.5)
    assert [member.age for member in fleet.members()] == [1.5]


async def test_the_next_change_is_when_silence_turns_into_staleness_and_then_into_absence(
    fleet: Fleet, clock: ManualClock
) -> None:
    assert fleet.next_change() is None
    fleet.record(fleet.open_stream(), executor())
    await clock.advance(1)
    fleet.record(fleet.open_stream(), executor("executor-2"))
    assert fleet.next_change() == 2.0
    await clock.advance(4)
    assert fleet.next_change() == 25.0


@given(
    at=st.lists(st.floats(0, 40, allow_nan=False), min_size=1, max_size=6),
    start=st.floats(0, 1e6, allow_nan=False),
)
async def test_whoever_sleeps_until_the_next_change_always_gets_to_an_empty_fleet(
    at: list[float], start: float
) -> None:
    clock = ManualClock()
    fleet = Fleet(clock, interval=1.0, forget_after=30.0)
    await clock.advance(start)
    for number, moment in enumerate(sorted(at)):
        await clock.advance(max(0.0, start + moment - clock.monotonic()))
        fleet.record(fleet.open_stream(), executor(f"executor-{number}"))
    steps = 0
    while (wait := fleet.next_change()) is not None:
        await clock.advance(wait)
        steps += 1
    assert fleet.members() == ()
    assert steps <= 4 * len(at)


def test_draining_is_seen_at_once(fleet: Fleet) -> None:
    fleet.record(fleet.open_stream(), executor(draining=True))
    assert states(fleet) == {"executor-1": State.DRAINING}


def test_who_drained_and_ended_its_stream_is_gone(fleet: Fleet) -> None:
    stream = fleet.open_stream()
    fleet.record(stream, executor(draining=True))
    fleet.end_stream(stream)
    assert fleet.members() == ()


def test_who_ended_its_stream_without_draining_is_still_waited_for(fleet: Fleet) -> None:
    stream = fleet.open_stream()
    fleet.record(stream, executor())
    fleet.end_stream(stream)
    assert states(fleet) == {"executor-1": State.LIVE}


def test_of_several_streams_of_one_instance_the_newest_counts(fleet: Fleet) -> None:
    old, new = fleet.open_stream(), fleet.open_stream()
    fleet.record(old, executor(busy=1))
    fleet.record(new, executor(busy=2))
    with pytest.raises(SupersededError):
        fleet.record(old, executor(busy=3))
    fleet.end_stream(old)
    assert [member.report.slots for member in fleet.members()] == [executor(busy=2).slots]


def test_the_end_of_an_old_stream_forgets_nobody(fleet: Fleet) -> None:
    old, new = fleet.open_stream(), fleet.open_stream()
    fleet.record(old, executor(draining=True))
    fleet.record(new, executor(draining=True))
    fleet.end_stream(old)
    assert states(fleet) == {"executor-1": State.DRAINING}


def test_a_restarted_executor_takes_over_the_address_of_its_former_self(fleet: Fleet) -> None:
    before = executor("before")
    fleet.record(fleet.open_stream(), before)
    fleet.record(fleet.open_stream(), replace(before, instance="after"))
    assert states(fleet) == {"after": State.LIVE}


def test_two_that_claim_one_address_do_not_take_turns(fleet: Fleet) -> None:
    first, second = executor("first"), replace(executor("second"), address=executor("first").address)
    one, two = fleet.open_stream(), fleet.open_stream()
    for _ in range(3):
        fleet.record(one, first)
        fleet.record(two, second)
        fleet.record(one, first)
        assert states(fleet) == {"second": State.LIVE}


def test_instances_without_an_address_stand_beside_each_other(fleet: Fleet) -> None:
    fleet.record(fleet.open_stream(), gateway("gateway-1", address=""))
    fleet.record(fleet.open_stream(), gateway("gateway-2", address=""))
    assert set(states(fleet)) == {"gateway-1", "gateway-2"}


def test_a_full_fleet_refuses_newcomers_and_still_hears_its_own(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MAX_INSTANCES", 2)
    streams = [fleet.open_stream() for _ in range(3)]
    fleet.record(streams[0], executor("executor-0"))
    fleet.record(streams[1], executor("executor-1"))
    with pytest.raises(Exhausted):
        fleet.record(streams[2], executor("executor-2"))
    assert fleet.record(streams[0], executor("executor-0", busy=1)) == executor("executor-0")


async def test_the_forgotten_make_room(fleet: Fleet, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MAX_INSTANCES", 1)
    fleet.record(fleet.open_stream(), executor("executor-0"))
    await clock.advance(31)
    fleet.record(fleet.open_stream(), executor("executor-1"))
    assert set(states(fleet)) == {"executor-1"}

from __future__ import annotations

import asyncio

import pytest

from parley_gateway.admission import Admissions
from parley_gateway.capacity import Capacity, Slot, Wait
from parley_gateway.model import CapacityMap, Seat, Tier
from parley_kit.clock import ManualClock


def seats(*free: int) -> CapacityMap:
    found = tuple(Seat(f"e{number}", f"e{number}:1", 4, one) for number, one in enumerate(free))
    return CapacityMap(Tier.NORMAL if any(free) else Tier.BUSY, found, "00-map")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def admissions(clock: ManualClock) -> Admissions:
    made = Admissions(Capacity(), clock)
    made.update(seats(1))
    return made


async def test_who_comes_first_is_served_first(admissions: Admissions) -> None:
    with admissions.joined() as first:
        assert first.done()
        with admissions.joined() as second, admissions.joined() as third:
            assert admissions.waiting == 2
            admissions.update(seats(2))
            assert second.done()
            assert not third.done()


async def test_a_slot_that_comes_back_goes_to_the_next_in_line(admissions: Admissions) -> None:
    with admissions.joined() as first:
        assert first.done()
        second_place = admissions.joined()
        second = second_place.__enter__()
        assert not second.done()
    assert second.done()
    second_place.__exit__(None, None, None)
    assert admissions.capacity.in_use == 0


async def test_leaving_the_line_leaves_nothing_behind(admissions: Admissions) -> None:
    with admissions.joined():
        with admissions.joined():
            assert admissions.waiting == 1
        assert admissions.waiting == 0
    assert admissions.capacity.in_use == 0


async def test_who_avoids_the_free_executor_lets_the_next_pass(admissions: Admissions) -> None:
    with admissions.joined(avoid={"e0:1"}) as picky, admissions.joined() as next_one:
        assert not picky.done()
        assert next_one.done()


async def test_an_executor_that_is_still_offered_after_a_while_is_not_avoided_any_more(
    admissions: Admissions, clock: ManualClock
) -> None:
    watching = asyncio.create_task(admissions.watch())
    with admissions.joined(avoid={"e0:1"}) as picky:
        await clock.advance(4.5)
        assert not picky.done()
        await clock.advance(1.5)
        assert picky.done(), "it is well again, and there is no other"
    watching.cancel()
    await asyncio.wait({watching})


async def test_time_alone_serves_the_line_too(admissions: Admissions, clock: ManualClock) -> None:
    watching = asyncio.create_task(admissions.watch())
    with admissions.joined(), admissions.joined() as second:
        assert not second.done()
        await clock.advance(2.5)  # no map showed the first slot: it is believed to be in the last one
        assert second.done()
    watching.cancel()
    await asyncio.wait({watching})


async def test_looking_takes_nothing(admissions: Admissions) -> None:
    assert admissions.look() is None
    assert admissions.capacity.in_use == 0
    with admissions.joined() as slot:
        assert isinstance(slot.result(), Slot)
        assert isinstance(admissions.look(), Wait)

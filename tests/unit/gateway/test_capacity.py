from __future__ import annotations

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.capacity import Capacity, Limits, Slot, Wait
from parley_gateway.model import CapacityMap, Seat, Tier


def seat(name: str, free: int, slots: int = 4, **more: bool) -> Seat:
    return Seat(name, f"{name}:50053", slots, free, **more)


def capacity(*seats: Seat, tier: Tier = Tier.NORMAL, fallback: tuple[str, ...] = ()) -> Capacity:
    known = Capacity(Limits(), random.Random(1), fallback)
    if seats or tier is not Tier.NORMAL:
        known.update(CapacityMap(tier, seats, "00-trace", timedelta(seconds=7)))
    return known


def taken(got: Slot | Wait) -> Slot:
    assert isinstance(got, Slot)
    return got


def test_the_executor_with_the_largest_free_share_takes_the_turn() -> None:
    known = capacity(seat("small", 2, slots=2), seat("large", 3, slots=8))
    assert taken(known.take(0)).address == "small:50053"


def test_two_quick_turns_do_not_both_take_the_last_slot() -> None:
    known = capacity(seat("one", 1))
    taken(known.take(0))
    assert isinstance(known.take(0.001), Wait)


def test_a_slot_counts_once_when_the_map_shows_it() -> None:
    known = capacity(seat("one", 2, slots=2))
    taken(known.take(0))
    known.update(CapacityMap(Tier.NORMAL, (seat("one", 1, slots=2),)))
    assert isinstance(known.take(0.1), Slot), "the map and our own note are the same slot"


def test_a_slot_that_no_map_ever_shows_is_believed_to_be_in_it_after_a_while() -> None:
    known = capacity(seat("one", 1))
    taken(known.take(0))
    assert isinstance(known.take(1.4), Wait)
    assert isinstance(known.take(1.6), Slot)


def test_a_slot_given_back_is_free_at_once_and_twice_is_harmless() -> None:
    known = capacity(seat("one", 1))
    slot = taken(known.take(0))
    known.give_back(slot)
    known.give_back(slot)
    assert isinstance(known.take(0), Slot)
    assert known.in_use == 1


def test_draining_and_silent_executors_get_nothing() -> None:
    known = capacity(seat("ends", 4, draining=True), seat("silent", 4, stale=True))
    assert isinstance(known.take(0), Wait)


def test_an_executor_that_just_failed_is_avoided() -> None:
    known = capacity(seat("one", 4), seat("two", 1))
    assert taken(known.take(0, avoid={"one:50053"})).address == "two:50053"
    assert isinstance(known.take(0, avoid={"one:50053"}), Wait)


def test_waiting_tells_the_estimate_and_where_it_comes_from() -> None:
    wait = capacity(seat("one", 0)).take(0)
    assert wait == Wait(Tier.BUSY, timedelta(seconds=7), "00-trace")


def test_no_executor_at_all_is_told_apart_from_a_full_house() -> None:
    wait = capacity(tier=Tier.UNAVAILABLE).take(0)
    assert isinstance(wait, Wait)
    assert wait.tier is Tier.UNAVAILABLE


def test_without_a_monitor_a_small_cap_holds_round_robin() -> None:
    known = capacity(fallback=("a:1", "b:1"))
    given_away = [taken(known.take(0)).address for _ in range(8)]
    assert given_away == ["a:1", "b:1"] * 4
    assert isinstance(known.take(0), Wait)


def test_the_last_map_holds_for_a_while_when_the_monitor_goes_silent() -> None:
    known = capacity(seat("one", 1))
    known.lost(10.0)
    assert not known.blind(14.9)
    assert known.blind(15.1)
    slots = [known.take(15.1) for _ in range(5)]
    assert [isinstance(slot, Slot) for slot in slots] == [True] * 4 + [False], "our own small cap, not the old map"


def test_a_new_map_ends_the_guessing() -> None:
    known = capacity(seat("one", 1))
    known.lost(0)
    known.update(CapacityMap(Tier.BUSY, (seat("one", 0),)))
    assert not known.blind(100)


@given(
    free=st.lists(st.integers(0, 6), min_size=1, max_size=5),
    steps=st.lists(st.booleans(), max_size=40),
)
def test_without_news_no_more_is_given_away_than_the_map_has(free: list[int], steps: list[bool]) -> None:
    known = capacity(*(seat(f"e{number}", one, slots=6) for number, one in enumerate(free)))
    out: list[Slot] = []
    for takes in steps:
        if takes and isinstance(got := known.take(0), Slot):
            out.append(got)
        elif out:
            known.give_back(out.pop())
        for number, one in enumerate(free):
            assert sum(slot.address == f"e{number}:50053" for slot in out) <= one
    assert isinstance(known.take(0), Slot) == (len(out) < sum(free))

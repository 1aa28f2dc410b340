"""Stored replies over the tables: bounds, time, worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_cache import shelf
from parley_cache.limits import Limits
from parley_cache.retention import Saving
from parley_cache.shelf import Reply, Tune
from parley_cache.store.memory_tables import MemoryTables

LIMITS = Limits(reply_entries=20, reply_bytes=1000, reply_ttl=60.0, reply_ttl_least=10.0, reply_ttl_most=100.0)


def _room(limits: Limits = LIMITS) -> MemoryTables:
    return MemoryTables(limits)


def _put(room: MemoryTables, key: str, size: int = 10, saving: Saving | None = None) -> list[str]:
    """Store a reply whose log is named like its key."""
    return list(shelf.store(room, Reply(key.encode(), key, size, saving or Saving(5.0, 500))))


def _has(room: MemoryTables, key: str) -> bool:
    return shelf.keeps(room, key.encode(), key)


def test_a_big_reply_makes_room_by_bytes_and_a_bigger_one_is_not_stored() -> None:
    room = _room()
    _put(room, "a", 600)
    assert _put(room, "b", 500) == ["a"]
    assert _put(room, "c", 1001) == []
    assert [_has(room, key) for key in "abc"] == [False, True, False]
    assert room.total(shelf.BYTES) == 500


def test_a_newer_reply_takes_its_keys_place_and_time() -> None:
    room = _room()
    shelf.store(room, Reply(b"a", "old", 10))
    room.now = 30.0
    assert shelf.store(room, Reply(b"a", "new", 20)) == ["old"]
    room.now = 70.0
    stored = shelf.use(room, b"a")
    assert stored is not None
    assert stored.log == "new"
    room.now = 90.0
    assert shelf.use(room, b"a") is None
    assert shelf.take_stale(room, 10) == ["new"]
    assert room.total(shelf.ENTRIES) == room.total(shelf.BYTES) == 0


def test_a_reply_that_is_asked_for_outlives_any_number_that_are_not() -> None:
    room = _room()
    _put(room, "pays")
    for number in range(500):
        room.now += 0.01
        if number % 5 == 0:
            assert shelf.use(room, b"pays") is not None
        _put(room, f"once-{number}")
    assert _has(room, "pays")


def test_a_reply_that_saves_more_outlives_its_equals() -> None:
    limits = Limits(reply_entries=20, reply_ttl=1e6)
    room = _room(limits)
    for number in range(10):
        for kind, saving in (("dear", Saving(60.0, 8000)), ("cheap", Saving(1.0, 50))):
            room.now += 1
            _put(room, f"{kind}-{number}", saving=saving)
            shelf.use(room, f"{kind}-{number}".encode())
    for number in range(14):
        room.now += 1
        _put(room, f"new-{number}", saving=Saving(20.0, 2000))
    left = {kind: sum(_has(room, f"{kind}-{n}") for n in range(10)) for kind in ("dear", "cheap")}
    assert left["dear"] > 2 * left["cheap"]


def test_what_comes_back_soon_after_it_left_is_kept_better() -> None:
    room = _room()
    _put(room, "back")
    for number in range(20):
        room.now += 1
        _put(room, f"a-{number}")
    assert not _has(room, "back")
    room.now += 1
    _put(room, "back")
    for number in range(15):
        room.now += 1
        _put(room, f"b-{number}")
    assert _has(room, "back")


def test_a_tuned_time_to_live_holds_for_new_replies_and_stays_within_its_bounds() -> None:
    room = _room()
    _put(room, "before")
    assert shelf.tune(room, Tune(1, 0.5)) == 30.0
    _put(room, "after")
    room.now = 31.0
    assert shelf.take_stale(room, 10) == ["after"]
    assert shelf.tune(room, Tune(2, 100.0)) == 100.0
    assert shelf.tune(room, Tune(3, 0.0001)) == 10.0


def test_a_wish_that_was_done_or_is_older_than_one_that_was_changes_nothing() -> None:
    room = _room()
    assert shelf.tune(room, Tune(7, 0.5)) == 30.0
    assert shelf.tune(room, Tune(7, 0.5)) is None
    assert shelf.tune(room, Tune(6, 2.0)) is None
    assert shelf.time_to_live(room) == 30.0


@pytest.mark.parametrize("limits", [Limits(reply_entries=0), Limits(reply_bytes=0)])
def test_a_bound_of_nothing_stores_nothing(limits: Limits) -> None:
    room = _room(limits)
    assert _put(room, "a") == []
    assert not _has(room, "a")


STEPS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 300), st.floats(0, 20), st.integers(0, 3), st.floats(0, 100)),
    max_size=80,
)


@given(STEPS)
def test_bounds_hold_and_nothing_is_lost_from_sight(steps: list[tuple[int, int, float, int, float]]) -> None:
    room, stored = _room(), dict[str, tuple[bytes, int]]()
    for number, (name, size, seconds, uses, worth) in enumerate(steps):
        room.now += seconds
        key, log = str(name).encode(), f"log-{number}"
        gone = [*shelf.take_stale(room, 1000), *shelf.store(room, Reply(key, log, size, Saving(worth, 0)))]
        if shelf.keeps(room, key, log):
            stored[log] = key, size
        for lost in gone:
            del stored[lost]
        for _ in range(uses):
            used = shelf.use(room, key)
            assert used is None or stored[used.log][0] == key
        assert room.total(shelf.ENTRIES) == len(stored) <= LIMITS.reply_entries
        assert room.total(shelf.BYTES) == sum(size for _, size in stored.values()) <= LIMITS.reply_bytes
        assert all(shelf.keeps(room, key, log) for log, (key, _) in stored.items())
        queues = [room.lowest(order, 1000) for order in (shelf.SMALL, shelf.MAIN)]
        assert len({*queues[0], *queues[1]}) == len(queues[0]) + len(queues[1]) == len(stored)
        assert len(room.lowest(shelf.AGES, 1000)) == len(room.lowest(shelf.TIMES, 1000)) == len(stored)
        assert room.total(shelf.SMALL_ENTRIES) == len(queues[0])
        assert len(room.lowest(shelf.GHOSTS, 1000)) == room.total(shelf.GHOST_ENTRIES) <= LIMITS.reply_entries
    room.now = 1e9
    shelf.take_stale(room, 1000)
    assert [room.total(counter) for counter in (shelf.ENTRIES, shelf.WORTH, shelf.COST, shelf.SMALL_BYTES)] == [0] * 4

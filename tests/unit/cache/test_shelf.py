from hypothesis import given
from hypothesis import strategies as st

from parley_cache.limits import Limits
from parley_cache.store.shelf import Shelf

LIMITS = Limits(reply_entries=3, reply_bytes=100, reply_ttl=60.0)


def test_the_longest_unused_goes_first() -> None:
    shelf = Shelf(LIMITS)
    for key in (b"a", b"b", b"c"):
        assert shelf.put(key, key.decode(), 10, 0.0) == []
    assert shelf.get(b"a", 1.0) == "a"
    assert shelf.put(b"d", "d", 10, 2.0) == ["b"]


def test_a_big_reply_makes_room_by_bytes_and_a_bigger_one_is_not_stored() -> None:
    shelf = Shelf(LIMITS)
    shelf.put(b"a", "a", 60, 0.0)
    assert shelf.put(b"b", "b", 50, 0.0) == ["a"]
    assert shelf.put(b"c", "c", 101, 0.0) == []
    assert (shelf.get(b"b", 0.0), shelf.get(b"c", 0.0), shelf.size) == ("b", None, 50)


def test_a_newer_reply_takes_its_keys_place() -> None:
    shelf = Shelf(LIMITS)
    shelf.put(b"a", "old", 10, 0.0)
    assert shelf.put(b"a", "new", 20, 30.0) == ["old"]
    assert shelf.get(b"a", 70.0) == "new"
    assert shelf.take_stale(90.0) == ["new"]
    assert (len(shelf), shelf.size) == (0, 0)


@given(
    st.lists(
        st.tuples(st.sampled_from([b"a", b"b", b"c", b"d", b"e"]), st.integers(0, 120), st.integers(0, 40)),
        max_size=60,
    )
)
def test_bounds_hold_and_nothing_is_lost_from_sight(steps: list[tuple[bytes, int, int]]) -> None:
    shelf, now, stored = Shelf(LIMITS), 0.0, dict[str, int]()
    for number, (key, size, seconds) in enumerate(steps):
        now += seconds
        log = f"log-{number}"
        gone = [*shelf.take_stale(now), *shelf.put(key, log, size, now)]
        if log in shelf:
            stored[log] = size
        for lost in gone:
            del stored[lost]
        assert len(shelf) == len(stored) <= LIMITS.reply_entries
        assert shelf.size == sum(stored.values()) <= LIMITS.reply_bytes
        assert all(log in shelf for log in stored)

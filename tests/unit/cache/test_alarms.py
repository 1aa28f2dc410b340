from hypothesis import given
from hypothesis import strategies as st

from parley_cache.store.alarms import Alarms


def test_names_come_up_in_the_order_of_their_moments() -> None:
    alarms = Alarms()
    for name, at in (("c", 3.0), ("a", 1.0), ("b", 2.0), ("later", 9.0)):
        alarms.set(name, at)
    assert alarms.take_due(5.0, 10) == ["a", "b", "c"]
    assert alarms.take_due(5.0, 10) == []


def test_no_more_than_asked_for_come_at_once() -> None:
    alarms = Alarms()
    for name in "abc":
        alarms.set(name, 1.0)
    assert len(alarms.take_due(2.0, 2)) == 2
    assert len(alarms.take_due(2.0, 2)) == 1


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.one_of(st.none(), st.integers(0, 9))), max_size=40))
def test_only_the_last_moment_of_a_name_counts(changes: list[tuple[str, int | None]]) -> None:
    alarms, expected = Alarms(), dict[str, int]()
    for name, at in changes:
        if at is None:
            alarms.drop(name)
            expected.pop(name, None)
        else:
            alarms.set(name, float(at))
            expected[name] = at
    due = alarms.take_due(5.0, 100)
    assert sorted(due) == sorted(name for name, at in expected.items() if at <= 5)
    assert [expected[name] for name in due] == sorted(expected[name] for name in due)

from hypothesis import given
from hypothesis import strategies as st
from support.spans import span, trace

from parley_sandbox.otlp import critical_path


def test_of_two_children_at_once_the_later_end_counts() -> None:
    found = trace(
        span("root", end=10), span("short", "root", 1, 5), span("slow", "root", 2, 9), span("deep", "slow", 3, 9)
    )
    assert critical_path(found) == {"root", "slow", "deep"}


def test_children_one_after_the_other_all_count() -> None:
    found = trace(
        span("root", end=10), span("one", "root", 0, 3), span("two", "root", 3, 6), span("three", "root", 7, 10)
    )
    assert critical_path(found) == {"root", "one", "two", "three"}


def test_what_ran_inside_a_stream_held_open_counts_and_not_the_stream() -> None:
    found = trace(
        span("turn", end=100),
        span("HoldTurn", "turn", 1, 99),
        span("Execute", "turn", 5, 90),
        span("edit", "turn", 90, 98),
        span("serve", "HoldTurn", 2, 98),
    )
    assert critical_path(found) == {"turn", "Execute", "edit"}


def test_a_call_with_only_a_little_beside_it_counts_itself() -> None:
    found = trace(span("turn", end=100), span("HoldTurn", "turn", 1, 99), span("typing", "turn", 3, 10))
    assert critical_path(found) == {"turn", "HoldTurn"}


def test_a_child_that_outlives_its_parent_counts_up_to_its_parents_end() -> None:
    found = trace(
        span("root", end=10),
        span("child", "root", 1, 20),
        span("after", "child", 11, 19),
        span("before", "child", 2, 4),
    )
    assert critical_path(found) == {"root", "child", "before"}


def test_nothing_has_no_path() -> None:
    assert critical_path(trace()) == frozenset()


def test_the_longest_root_decides() -> None:
    assert critical_path(trace(span("stray", end=1), span("root", start=2, end=9), span("leaf", "root", 3, 4))) == {
        "root",
        "leaf",
    }


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 40), st.integers(0, 20)), min_size=1, max_size=20))
def test_the_path_is_a_connected_part_of_the_trace(spans: list[tuple[int, int, int]]) -> None:
    made = [
        span(str(at), str(parent) if parent < at else "", start, start + length)
        for at, (parent, start, length) in enumerate(spans)
    ]
    path = critical_path(trace(*made))
    parents = {each.span_id: each.parent_id for each in made}
    assert sum(parents[span_id] not in path for span_id in path) == 1

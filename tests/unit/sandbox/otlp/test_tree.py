from hypothesis import given
from hypothesis import strategies as st
from support.spans import span, trace

from parley_sandbox.otlp import Edge, edges, service_edges, tree


def test_children_stand_under_their_parent_by_start() -> None:
    shape = tree(
        trace(span("root", end=9), span("late", "root", 5), span("early", "root", 1), span("leaf", "early", 2))
    )
    assert [(depth, each.name) for depth, each in shape.walk()] == [(0, "root"), (1, "early"), (2, "leaf"), (1, "late")]
    assert shape.orphans == frozenset()


def test_a_span_without_its_parent_is_shown_as_an_orphan() -> None:
    shape = tree(trace(span("root"), span("lost", "elsewhere", 1), span("child", "lost", 2)))
    assert [(depth, each.name) for depth, each in shape.walk()] == [(0, "root"), (0, "lost"), (1, "child")]
    assert shape.orphans == {"lost"}


def test_a_circle_of_parents_is_opened_at_its_earliest_span() -> None:
    shape = tree(trace(span("a", "c", 3), span("b", "a", 1), span("c", "b", 2), span("tail", "a", 4)))
    assert [each.name for each in shape.roots] == ["b"]
    assert shape.orphans == {"b"}
    assert [each.name for _, each in shape.walk()] == ["b", "c", "a", "tail"]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 50)), max_size=25))
def test_every_span_is_shown_exactly_once_whatever_its_parents_are(spans: list[tuple[int, int]]) -> None:
    made = [
        span(str(at), "" if parent == 0 else str(parent - 1), start, start + 1)
        for at, (parent, start) in enumerate(spans)
    ]
    shown = [each.span_id for _, each in tree(trace(*made)).walk()]
    assert sorted(shown) == sorted(each.span_id for each in made)


def test_a_very_deep_trace_is_walked() -> None:
    made = [span(str(at), str(at - 1) if at else "", at) for at in range(5_000)]
    assert sum(1 for _ in tree(trace(*made)).walk()) == 5_000


def test_edges_tell_who_called_whom() -> None:
    found = trace(span("turn"), span("HoldTurn", "turn", 1), span("serve", "HoldTurn", 2, service="cache"))
    assert edges(found) == {
        Edge("gateway", "gateway", "turn", "HoldTurn"),
        Edge("gateway", "cache", "HoldTurn", "serve"),
    }
    assert service_edges(found) == {("gateway", "cache")}

import asyncio

import pytest
from support.spans import span

from parley_sandbox.otlp import Backlink, Link, TraceStore

MESSAGE = "discord.message.id"
TURN = "parley.turn.id"


def test_spans_of_a_trace_come_together_in_the_order_of_their_start() -> None:
    store = TraceStore()
    store.add([span("late", start=5, end=6)])
    store.add([span("early", start=1, end=2)])
    trace = store.trace("t1")
    assert trace is not None
    assert [each.name for each in trace.spans] == ["early", "late"]
    assert trace.end - trace.start == 5_000_000
    assert store.trace("t2") is None


def test_an_exporters_second_try_changes_nothing() -> None:
    store = TraceStore()
    store.add([span("root")])
    store.add([span("root")])
    assert len(store.recent()[0].spans) == 1


def test_the_traces_heard_of_last_are_kept() -> None:
    store = TraceStore(limit=3)
    for trace_id in ("a", "b", "c", "a", "d"):
        store.add([span(f"root {trace_id}", trace_id=trace_id, attributes={TURN: trace_id})])
    assert [trace.trace_id for trace in store.recent()] == ["d", "a", "c"]
    assert [trace.trace_id for trace in store.recent(1)] == ["d"]
    assert store.find(TURN, "b") == []
    assert store.find(TURN, "a") == ["a"]


def test_a_trace_keeps_its_first_spans_and_counts_the_rest() -> None:
    store = TraceStore(spans_each=2)
    store.add([span(str(at), start=at) for at in range(5)])
    (trace,) = store.recent()
    assert ([each.name for each in trace.spans], trace.dropped) == (["0", "1"], 3)


def test_a_trace_is_found_by_message_turn_or_any_other_attribute() -> None:
    store = TraceStore()
    store.add([span("one", trace_id="a", attributes={MESSAGE: "77", TURN: "9", "model": "m", "n": 3})])
    store.add([span("two", trace_id="b", attributes={MESSAGE: "77"})])
    assert store.find(MESSAGE, "77") == store.find(MESSAGE, 77) == ["b", "a"]
    assert store.find(TURN, "9") == ["a"]
    assert store.find("model", "m") == store.find("n", 3) == ["a"]
    assert store.find("model", "x") == store.find(TURN, "10") == []


def test_links_are_seen_from_both_ends_whichever_trace_came_first() -> None:
    store = TraceStore(limit=2)
    store.add([span("follower", trace_id="b", links=(Link("a", "leader", {}),))])
    store.add([span("leader", trace_id="a")])
    leader, follower = store.trace("a"), store.trace("b")
    assert leader is not None
    assert follower is not None
    assert leader.linked_from == (Backlink("b", "follower", "leader"),)
    assert follower.spans[0].links == (Link("a", "leader", {}),)
    store.add([span("other", trace_id="a")])
    store.add([span("third", trace_id="c")])
    leader = store.trace("a")
    assert leader is not None
    assert leader.linked_from == ()


async def test_a_watcher_hears_of_each_trace_that_changes() -> None:
    store = TraceStore()
    with store.subscribe() as queue:
        store.add([span("one"), span("two")])
        store.add([span("three", trace_id="b")])
        assert [queue.get_nowait(), queue.get_nowait()] == ["t1", "b"]
        assert queue.empty()
    store.add([span("four")])
    assert queue.empty()


async def test_a_watcher_that_sleeps_loses_the_oldest_and_blocks_nobody() -> None:
    store = TraceStore()
    with store.subscribe() as queue:
        for at in range(1_500):
            store.add([span("root", trace_id=str(at))])
        assert queue.qsize() == 1_000
        assert queue.get_nowait() == "500"


async def test_a_test_waits_for_a_trace() -> None:
    store = TraceStore()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(store.until(lambda: bool(store.find(TURN, "1"))))
        await asyncio.sleep(0)
        store.add([span("root")])
        await asyncio.sleep(0)
        assert not waiting.done()
        store.add([span("turn", attributes={TURN: "1"})])
    with pytest.raises(TimeoutError):
        await store.until(lambda: False, within=0.01)

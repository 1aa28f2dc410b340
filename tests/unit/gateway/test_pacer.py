from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.pacer import Budget, Pacer, Pacers, Route, Urgency, Wish

NOW = float("-inf")
GROWING = Wish(Route.EDIT, Urgency.GROWING, NOW)
SEALING = Wish(Route.EDIT, Urgency.SEALING, NOW)
FINAL = Wish(Route.EDIT, Urgency.FINAL, NOW)
CREATE = Wish(Route.CREATE, Urgency.SEALING, NOW)


def joined(*streams: str, budget: Budget | None = None) -> tuple[Pacer, list[str]]:
    pacer, woken = Pacer(budget or Budget(rate=1_000)), []
    for stream in streams:
        pacer.join(stream, lambda stream=stream: woken.append(stream))  # type: ignore[misc] # mypy: lambda defaults
    return pacer, woken


def go(pacer: Pacer, stream: str, now: float, wish: Wish = GROWING) -> None:
    assert pacer.delay(stream, wish, now) == 0.0
    pacer.started(stream, now)


def test_the_next_edit_starts_an_interval_after_the_last_start() -> None:
    pacer, _ = joined("a")
    go(pacer, "a", 10.0)
    pacer.finished(Route.EDIT, 10.0, 0.2)
    assert pacer.delay("a", GROWING, 10.5) == pytest.approx(0.6)
    assert pacer.delay("a", FINAL, 10.5) == pytest.approx(0.6)
    go(pacer, "a", 11.1 + 1e-9)


def test_the_interval_is_shared_by_all_replies_of_a_channel() -> None:
    pacer, _ = joined("a", "b")
    go(pacer, "a", 0.0)
    assert pacer.delay("b", GROWING, 0.1) == pytest.approx(1.0)


def test_new_messages_and_edits_do_not_wait_for_each_other() -> None:
    pacer, _ = joined("a", "b")
    go(pacer, "a", 0.0)
    go(pacer, "b", 0.1, CREATE)
    assert pacer.delay("a", CREATE, 0.2) == pytest.approx(1.0)


def test_a_message_that_was_just_created_grows_an_interval_later_and_ends_at_once() -> None:
    pacer, _ = joined("a", "b")
    go(pacer, "a", 0.0, CREATE)
    assert pacer.delay("a", GROWING, 0.1) == pytest.approx(1.0)
    assert pacer.delay("b", GROWING, 0.1) == 0.0, "another reply need not wait for it"
    pacer.withdraw("b")
    assert pacer.delay("a", FINAL, 0.1) == 0.0


def test_a_wish_for_later_waits_and_holds_up_nobody() -> None:
    pacer, _ = joined("a", "b")
    assert pacer.delay("a", Wish(Route.EDIT, Urgency.FINAL, 5.0), 1.0) == pytest.approx(4.0)
    go(pacer, "b", 1.0)


@pytest.mark.parametrize(("first", "second"), [(FINAL, SEALING), (FINAL, GROWING), (SEALING, GROWING)])
def test_the_more_urgent_edit_goes_first(first: Wish, second: Wish) -> None:
    pacer, _ = joined("a", "b")
    pacer.delay("b", first, 0.0)
    assert pacer.delay("a", second, 0.0) > 0
    go(pacer, "b", 0.0, first)


def test_streams_take_turns() -> None:
    pacer, _ = joined("a", "b", "c")
    order, now = [], 0.0
    for _ in range(9):
        for stream in "abc":
            pacer.delay(stream, GROWING, now)
        ready = [stream for stream in "abc" if pacer.delay(stream, GROWING, now) == 0.0]
        assert len(ready) == 1
        pacer.started(ready[0], now)
        order += ready
        now += 1.2
    assert "".join(order) == "abcabcabc"


def test_who_waits_is_woken_when_another_starts_or_leaves() -> None:
    pacer, woken = joined("a", "b")
    pacer.delay("b", GROWING, 0.0)
    go(pacer, "a", 0.0)
    assert woken == ["b"]
    pacer.delay("b", GROWING, 0.1)
    pacer.leave("a")
    assert woken == ["b", "b"]


def test_who_withdraws_lets_the_next_go() -> None:
    pacer, woken = joined("a", "b")
    pacer.delay("a", FINAL, 0.0)
    assert pacer.delay("b", GROWING, 0.0) > 0
    pacer.withdraw("a")
    assert woken == ["b"]
    go(pacer, "b", 0.0)


def test_a_limit_that_was_hit_widens_the_interval_and_it_decays_back() -> None:
    pacer, _ = joined("a")
    go(pacer, "a", 0.0)
    pacer.finished(Route.EDIT, 0.0, 4.0)
    assert pacer.delay("a", GROWING, 4.0) == pytest.approx(2.0)  # 1.5 x 4 s after the start
    now, intervals = 6.0, []
    for _ in range(6):
        go(pacer, "a", now)
        pacer.finished(Route.EDIT, now, 0.1)
        intervals.append(pacer.delay("a", GROWING, now))
        now += intervals[-1] + 1e-9
    assert intervals[0] == pytest.approx(6.0)
    assert intervals == sorted(intervals, reverse=True)
    assert intervals[-1] == pytest.approx(1.1)


def test_the_process_stays_under_its_rate_over_many_channels() -> None:
    budget = Budget(rate=30.0)
    pacers = [joined("a", budget=budget)[0] for _ in range(100)]
    starts, now = [], 0.0
    while now < 20.0:
        waits = [pacer.delay("a", GROWING, now) for pacer in pacers]
        if 0.0 in waits:
            pacers[waits.index(0.0)].started("a", now)
            starts.append(now)
        now += min(waits) + 1e-9
    for begin in range(1, 19):
        assert sum(begin <= start < begin + 1 for start in starts) <= 31
    assert len(starts) > 20 * 25


def test_an_edit_that_ends_a_reply_goes_before_the_growing_ones_of_other_channels() -> None:
    budget = Budget(rate=10.0)
    (one, _), (other, _) = joined("a", budget=budget), joined("b", budget=budget)
    go(one, "a", 0.0)
    assert other.delay("b", GROWING, 0.01) > 0
    go(other, "b", 0.01, FINAL)


def test_final_edits_alone_are_bounded_too() -> None:
    budget = Budget(rate=10.0)
    pacers = [joined("a", budget=budget)[0] for _ in range(100)]
    count = 0
    for pacer in pacers:
        if pacer.delay("a", FINAL, 0.0) == 0.0:
            pacer.started("a", 0.0)
            count += 1
    assert 1 < count <= 5


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([GROWING, SEALING, FINAL]), st.floats(0, 2)), max_size=60
    )
)
def test_no_two_edits_of_a_channel_start_within_the_interval(steps: list[tuple[str, Wish, float]]) -> None:
    pacer, _ = joined("a", "b", "c")
    now, starts = 0.0, []
    for stream, wish, wait in steps:
        now += wait
        if pacer.delay(stream, wish, now) == 0.0:
            pacer.started(stream, now)
            starts.append(now)
    assert all(later - earlier >= 1.1 - 1e-9 for earlier, later in itertools.pairwise(starts))


def test_a_channel_keeps_its_pace_between_two_replies() -> None:
    pacers = Pacers(Budget(rate=1_000))
    pacer = pacers.of("channel", 0.0)
    pacer.join("a", lambda: None)
    go(pacer, "a", 0.0)
    pacer.leave("a")
    again = pacers.of("channel", 0.5)
    again.join("b", lambda: None)
    assert again.delay("b", GROWING, 0.5) == pytest.approx(0.6)


def test_channels_that_rest_are_forgotten() -> None:
    pacers = Pacers()
    for number in range(10_000):
        pacers.of(str(number), float(number))
    assert len(pacers._pacers) <= 128


def test_two_replies_that_have_not_joined_yet_share_their_channels_pace_however_many_channels_there_are() -> None:
    pacers = Pacers()
    first = pacers.of("general", 0.0)
    for number in range(1_000):
        pacers.of(str(number), 0.0)
    assert pacers.of("general", 0.0) is first


def test_a_live_channel_is_never_forgotten() -> None:
    pacers = Pacers()
    pacer = pacers.of("live", 0.0)
    pacer.join("a", lambda: None)
    for number in range(1_000):
        pacers.of(str(number), 1e9)
    assert pacers.of("live", 1e9) is pacer

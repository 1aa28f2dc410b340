from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from parley_executor.engines.claude_cli.demand import Kind
from parley_executor.engines.claude_cli.launch import Key
from parley_executor.engines.claude_cli.pool import Limits, Pool, Seat, State, Why, Wish, most_processes
from parley_executor.sizing import MIB

KEY = Key("claude-sonnet-5", "", 4096)
OTHER = Key("claude-opus-5", "", 4096)
SYSTEM = ("You are Parley.",)
LIMITS = Limits(processes=3, spares=1, starts=1, idle=300.0, spare_age=1800.0, turns=50, resident_bytes=300 * MIB)


def wish(thread: bytes = b"new", key: Key = KEY, system: tuple[str, ...] = SYSTEM) -> Wish:
    return Wish(key, system, thread)


def pool(**limits: Any) -> Pool:
    return Pool(replace(LIMITS, **limits), KEY)


def spare(pool: Pool, now: float = 0.0, kind: Kind = Kind(KEY, None)) -> Seat:  # noqa: B008 — a frozen value
    seat = pool.open(kind, now)
    pool.ready(seat, now)
    return seat


def busy(pool: Pool, now: float = 0.0, **wished: Any) -> Seat:
    spare(pool, now, Kind(wished.get("key", KEY), None))
    seat = pool.claim(wish(**wished), now)
    assert seat is not None
    return seat


def kept(pool: Pool, thread: bytes, now: float = 0.0, **wished: Any) -> Seat:
    seat = busy(pool, now, **wished)
    pool.settle(seat, thread, now)
    pool.keep(seat, turns=1, resident_bytes=MIB, now=now)
    assert seat.state is State.KEPT
    return seat


def test_a_conversation_goes_on_in_its_process() -> None:
    stage = pool()
    seat = kept(stage, b"one")
    spare(stage)
    assert stage.claim(wish(b"one"), 1.0) is seat
    assert stage.claim(wish(b"one"), 1.0) is not seat, "a process answers one question at a time"


@pytest.mark.parametrize("other", [wish(b"two"), wish(b"one", key=OTHER)])
def test_another_conversation_or_other_parameters_never_get_it(other: Wish) -> None:
    stage = pool()
    kept(stage, b"one")
    assert stage.claim(other, 1.0) is None


def test_a_spare_that_knows_the_system_prompt_goes_first_and_one_with_another_never() -> None:
    stage = pool()
    spare(stage, kind=Kind(KEY, ("another",)))
    late, ahead = spare(stage), spare(stage, kind=Kind(KEY, SYSTEM))
    assert [stage.claim(wish(), 0.0) for _ in range(3)] == [ahead, late, None]


def test_a_process_that_nobody_used_is_there_again() -> None:
    stage = pool()
    known, fresh = kept(stage, b"one"), spare(stage)
    for wanted, seat in ((wish(), fresh), (wish(b"one"), known)):
        before = seat.state
        assert stage.claim(wanted, 1.0) is seat
        stage.unclaim(seat, 2.0)
        assert seat.state is before


def test_who_waits_for_a_reply_to_settle_gets_no_process_of_his_own() -> None:
    stage = pool(spares=0)
    stage.settle(busy(stage), b"one", 0.0)
    assert stage.claim(wish(b"one"), 0.0) is None
    assert stage.plan([wish(b"one")], 0.0).start == ()


def test_a_spare_is_started_as_soon_as_one_is_taken() -> None:
    stage = pool()
    assert stage.plan([], 0.0).start == (Kind(KEY, None),)
    busy(stage)
    assert stage.plan([], 0.0).start == (Kind(KEY, None),)


def test_processes_start_one_at_a_time() -> None:
    stage = pool(spares=3)
    (kind,) = stage.plan([], 0.0).start
    stage.open(kind, 0.0)
    assert stage.plan([], 0.0).start == ()
    assert stage.plan([wish(), wish()], 0.0).start == ()


def test_what_is_being_started_serves_one_who_waits() -> None:
    stage = pool(starts=3)
    stage.open(Kind(KEY, None), 0.0)
    assert stage.plan([wish()], 0.0).start == ()
    assert stage.plan([wish(), wish()], 0.0).start == (Kind(KEY, SYSTEM),)


def test_who_waits_comes_before_spares() -> None:
    assert pool(starts=5).plan([wish(key=OTHER)], 0.0).start == (Kind(OTHER, SYSTEM),)


def test_another_key_takes_the_place_of_the_least_recently_used() -> None:
    stage = pool()
    kept(stage, b"newer", 2.0)
    oldest = kept(stage, b"older", 1.0)
    busy(stage, 3.0)
    plan = stage.plan([wish(key=OTHER)], 4.0)
    assert (plan.start, plan.dismiss) == ((), (oldest,))
    stage.dismiss(oldest, Why.DISPLACED, 4.0)
    assert stage.plan([wish(key=OTHER)], 4.0).dismiss == (), "its place is on its way"
    stage.gone(oldest)
    assert stage.plan([wish(key=OTHER)], 4.0).start == (Kind(OTHER, SYSTEM),)


def test_where_all_are_busy_everybody_waits() -> None:
    stage = pool()
    for _ in range(3):
        busy(stage)
    plan = stage.plan([wish()], 1.0)
    assert (plan.start, plan.dismiss) == ((), ())


def test_kept_conversations_make_room_for_a_spare_but_never_the_last_one() -> None:
    stage = pool()
    oldest = kept(stage, b"1", 1.0)
    kept(stage, b"2", 2.0)
    kept(stage, b"3", 3.0)
    assert stage.plan([], 4.0).dismiss == (oldest,)
    alone = pool(processes=1)
    kept(alone, b"1")
    assert alone.plan([], 4.0) == replace(alone.plan([], 4.0), start=(), dismiss=())


def test_a_spare_that_nobody_asks_for_any_more_goes_first() -> None:
    stage = pool()
    kept(stage, b"1", 1.0, key=OTHER)
    kept(stage, b"2", 2.0, key=OTHER)
    unasked = spare(stage, 3.0)
    assert stage.plan([], 3.0).dismiss == (unasked,)


def test_processes_go_when_their_time_is_over() -> None:
    stage = pool()
    idle, waiting = kept(stage, b"1"), spare(stage)
    assert stage.due(1.0) == 300.0
    assert list(stage.expired(299.9)) == []
    assert list(stage.expired(300.0)) == [(idle, Why.IDLE)]
    stage.dismiss(idle, Why.IDLE, 300.0)
    assert stage.due(301.0) == 1800.0
    assert list(stage.expired(1800.0)) == [(waiting, Why.OLD)]


@pytest.mark.parametrize(("turns", "resident", "why"), [(49, 299, None), (50, 100, Why.TURNS), (1, 300, Why.MEMORY)])
def test_an_old_or_large_process_is_not_kept(turns: int, resident: int, why: Why | None) -> None:
    stage = pool()
    seat = busy(stage)
    stage.settle(seat, b"1", 0.0)
    stage.keep(seat, turns, resident * MIB, 0.0)
    assert (seat.state, seat.why) == (State.KEPT if why is None else State.ENDING, why)


def test_after_failures_spares_wait_longer_each_time_and_who_waits_does_not() -> None:
    stage = pool()
    for pause in (1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0):
        stage.fault(100.0)
        assert stage.due(100.0) == 100.0 + pause
        assert stage.plan([], 100.0 + pause - 0.1).start == ()
        assert stage.plan([], 100.0 + pause).start
        assert stage.plan([wish()], 100.0).start
    stage.settle(busy(stage), b"1", 200.0)
    stage.fault(200.0)
    assert stage.due(200.0) == 201.0


@pytest.mark.parametrize(
    ("wished", "cores", "memory", "most"),
    [
        (3, 2.0, None, 3),
        (100, 2.0, None, 24),
        (100, 8.0, 1024 * MIB, 4),
        (3, 0.05, 100 * MIB, 1),
    ],
)
def test_there_are_as_many_as_memory_and_cores_carry(wished: int, cores: float, memory: int | None, most: int) -> None:
    assert most_processes(wished, cores, memory) == most


KEYS = st.sampled_from([KEY, OTHER])
SYSTEMS = st.sampled_from([SYSTEM, ("another",)])


class AnyLife(RuleBasedStateMachine):
    """Whatever happens, in whatever order: the keeper's use of a pool."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.count = 0
        self.waiting: list[Wish] = []
        self.owners: dict[Seat, Wish] = {}
        self.threads: dict[bytes, Wish] = {}
        self.pool = pool()

    def act(self) -> None:
        for seat, why in list(self.pool.expired(self.now)):
            self.pool.dismiss(seat, why, self.now)
        for wanted in list(self.waiting):
            given = self.pool.claim(wanted, self.now)
            if given is not None:
                assert given.kind.key == wanted.key
                assert given.thread in {None, wanted.thread}, "two conversations met"
                assert given not in self.owners, "two requests met"
                self.waiting.remove(wanted)
                self.owners[given] = wanted
        plan = self.pool.plan(self.waiting, self.now)
        for seat in plan.dismiss:
            assert seat.state in {State.SPARE, State.KEPT}, "who is at work is left at it"
            self.pool.dismiss(seat, Why.DISPLACED, self.now)
        for kind in plan.start:
            self.pool.open(kind, self.now)

    def some(self, state: State) -> Seat:
        return next(seat for seat in self.pool.seats if seat.state is state)

    @rule(key=KEYS, system=SYSTEMS)
    def ask_first(self, key: Key, system: tuple[str, ...]) -> None:
        self.count += 1
        self.waiting.append(Wish(key, system, b"first %d" % self.count))
        self.act()

    @precondition(lambda self: self.threads)
    @rule(data=st.data())
    def ask_on(self, data: st.DataObject) -> None:
        thread = data.draw(st.sampled_from(sorted(self.threads)))
        self.waiting.append(replace(self.threads.pop(thread), thread=thread))
        self.act()

    @precondition(lambda self: self.waiting)
    @rule()
    def give_up(self) -> None:
        self.waiting.pop()
        self.act()

    @precondition(lambda self: self.pool.count(State.STARTING))
    @rule(well=st.booleans())
    def start(self, well: bool) -> None:
        seat = self.some(State.STARTING)
        if well:
            self.pool.ready(seat, self.now)
        else:
            self.pool.gone(seat)
            self.pool.fault(self.now)
        self.act()

    @precondition(lambda self: self.pool.count(State.BUSY))
    @rule(well=st.booleans())
    def answer(self, well: bool) -> None:
        seat = self.some(State.BUSY)
        wanted = self.owners.pop(seat)
        if well:
            self.count += 1
            thread = b"on %d" % self.count
            self.threads[thread] = wanted
            self.pool.settle(seat, thread, self.now)
        else:
            self.pool.dismiss(seat, Why.DISCARDED, self.now)
        self.act()

    @precondition(lambda self: self.pool.count(State.SETTLING))
    @rule(turns=st.integers(1, 60))
    def settle(self, turns: int) -> None:
        self.pool.keep(self.some(State.SETTLING), turns, MIB, self.now)
        self.act()

    @precondition(lambda self: self.pool.count(State.ENDING))
    @rule()
    def go(self) -> None:
        self.pool.gone(self.some(State.ENDING))
        self.act()

    @rule(seconds=st.floats(0, 2000))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.act()

    @invariant()
    def never_more_than_allowed(self) -> None:
        assert len(self.pool.seats) <= LIMITS.processes
        assert self.pool.count(State.STARTING) <= LIMITS.starts

    @invariant()
    def whoever_waits_has_a_reason_to(self) -> None:
        """Nobody waits while nothing is on its way and nobody is at work."""
        moving = (State.STARTING, State.BUSY, State.SETTLING, State.ENDING)
        assert not self.waiting or self.pool.count(*moving)


AnyLife.TestCase.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyLife = AnyLife.TestCase

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from support.caches import ScriptedStore

from parley_gateway.claims import (
    Adopt,
    Broke,
    Committed,
    Duplicate,
    End,
    Have,
    Open,
    Opened,
    Queued,
    Release,
    Renew,
    Restarted,
    Source,
    Text,
    TextEnd,
    TurnState,
    Whole,
)
from parley_gateway.model import Named, Outcome, Prompt
from parley_gateway.terms import Terms
from parley_gateway.turns.failures import Trouble
from parley_gateway.turns.hold import Hold, Lost, Piece, Turned, TurnedDown
from parley_kit.clock import ManualClock, settle
from parley_kit.faults import Conflict, Exhausted, Fault, InvalidInput, NotFound, OutOfRange, Unavailable

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PROMPT = Prompt("9", "20", "9", "10", "30", "Ada", "en-GB", "hello", Named("c"), NOW, NOW)
OPENING = Open(PROMPT, Terms("claude", "Be brief.", 100))
SOON = timedelta(seconds=5)
LEAD = Opened("c", Source.LEAD, 1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(clock: ManualClock) -> ScriptedStore:
    return ScriptedStore(clock, "a:1", "b:1")


@asynccontextmanager
async def held(store: ScriptedStore, clock: ManualClock, adopt: Adopt | None = None) -> AsyncIterator[Hold]:
    hold = Hold(store, OPENING, clock, adopt=adopt)
    running = asyncio.create_task(hold.run())
    await settle()
    yield hold
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled() or running.exception() is None
    assert all(call.closed for call in store.calls), "no stream is left open"


async def test_the_claim_comes_first_and_its_answer_makes_the_turn_ours(
    store: ScriptedStore, clock: ManualClock
) -> None:
    async with held(store, clock) as hold:
        assert store.calls[0].said == [OPENING]
        store.calls[0].grant()
        assert await hold.first_word()
        assert await hold.own()


async def test_a_cache_without_a_word_is_silent_after_150_ms(store: ScriptedStore, clock: ManualClock) -> None:
    async with held(store, clock) as hold:
        silent = asyncio.create_task(hold.first_word())
        await clock.advance(0.14)
        assert not silent.done()
        await clock.advance(0.05)
        assert not await silent


async def test_a_cache_that_talks_on_other_streams_is_busy_and_gets_a_second(
    store: ScriptedStore, clock: ManualClock
) -> None:
    async with held(store, clock) as hold:
        waiting = asyncio.create_task(hold.first_word())
        for _ in range(9):
            store.heard()
            await clock.advance(0.1)
        assert not waiting.done()
        store.calls[0].grant()
        await clock.advance(0.05)
        assert await waiting


async def test_a_claim_that_waits_in_a_crowd_gets_its_second_when_it_is_said(
    store: ScriptedStore, clock: ManualClock
) -> None:
    store.crowd.clear()
    async with held(store, clock) as hold:
        waiting = asyncio.create_task(hold.first_word())
        for turn in range(40):
            store.heard()
            await clock.advance(0.1)
            if turn == 30:
                assert not store.calls[0].said
                store.crowd.set()
        assert not waiting.done()
        store.heard()
        await clock.advance(0.2)
        assert not await waiting


async def test_a_crowd_before_a_silent_cache_does_not_wait_for_its_turn(
    store: ScriptedStore, clock: ManualClock
) -> None:
    store.crowd.clear()
    async with held(store, clock) as hold:
        silent = asyncio.create_task(hold.first_word())
        await clock.advance(0.2)
        assert not await silent


async def test_who_answers_alone_may_write_and_keeps_opening_with_what_it_has(
    store: ScriptedStore, clock: ManualClock
) -> None:
    store.away = True
    async with held(store, clock) as hold:
        hold.go_alone()
        hold.ledger.append("Hello", clock.monotonic())
        assert await hold.own()
        store.away = False
        await clock.advance(2.0)
        opening = store.calls[0].said[0]
        assert isinstance(opening, Open)
        assert opening.have == Have(TurnState.OPENED, Source.LEAD, 1, 5, ())
        store.calls[0].grant()
        store.calls[0].tell(LEAD)
        await settle()
        assert store.calls[0].said[1:] == [Text(1, 0, "Hello")]


async def test_a_broken_stream_is_opened_elsewhere_and_the_text_goes_on(
    store: ScriptedStore, clock: ManualClock
) -> None:
    async with held(store, clock) as hold:
        first = store.calls[0]
        first.grant()
        first.tell(LEAD)
        await settle()
        hold.ledger.append("Hello", clock.monotonic())
        hold.changed()
        await settle()
        assert first.said[1:] == [Text(1, 0, "Hello")]
        first.fail(Unavailable("UNAVAILABLE", "gone"))
        await clock.advance(0.1)
        second = store.calls[1]
        assert second.address != first.address
        second.grant()
        second.tell(Opened("c", Source.LEAD, 1, 2))
        await settle()
        assert second.said[1:] == [Text(1, 2, "llo")]
        news = [hold.news.get_nowait() for _ in range(hold.news.qsize())]
        assert news == [Turned(LEAD, anew=True), Turned(Opened("c", Source.LEAD, 1, 2), anew=False)]


async def test_text_past_the_logs_end_is_said_again_from_where_the_cache_is(
    store: ScriptedStore, clock: ManualClock
) -> None:
    async with held(store, clock):
        store.calls[0].grant()
        store.calls[0].fail(OutOfRange("TEXT_PAST_END", ""))
        await clock.advance(0.1)
        assert len(store.calls) == 2


async def test_renewals_keep_the_lease(store: ScriptedStore, clock: ManualClock) -> None:
    async with held(store, clock) as hold:
        store.calls[0].grant()
        for number in range(1, 6):
            await clock.advance(6.0)
            assert Renew(number) in store.calls[0].said
            store.calls[0].grant(number)
            await settle()
        assert hold.lease.valid(clock.monotonic())
        assert len(store.calls) == 1


async def test_a_renewal_without_an_answer_for_3_s_breaks_the_stream(store: ScriptedStore, clock: ManualClock) -> None:
    async with held(store, clock) as hold:
        store.calls[0].grant()
        await clock.advance(11.0)
        assert len(store.calls) == 2
        assert await hold.own(), "the lease still holds"


async def test_a_claim_without_an_answer_for_3_s_goes_to_every_other_cache(clock: ManualClock) -> None:
    store = ScriptedStore(clock, "a:1", "b:1", "c:1")
    async with held(store, clock):
        await clock.advance(9.0)
        assert [call.address for call in store.calls[:3]] == ["a:1", "b:1", "c:1"]
        store.calls[-1].grant()
        await settle()
        store.calls[-1].fail(Unavailable("UNAVAILABLE", "gone"))
        await clock.advance(1.0)
        assert store.calls[-1].address == "a:1", "what broke before the last good stream counts no more"


async def test_past_its_lease_the_holder_writes_nothing_until_it_has_it_back(
    store: ScriptedStore, clock: ManualClock
) -> None:
    async with held(store, clock) as hold:
        store.calls[0].grant()
        await settle()
        store.away = True
        store.calls[0].fail(Unavailable("UNAVAILABLE", "gone"))
        await clock.advance(16.0)
        writing = asyncio.create_task(hold.own())
        await settle()
        assert not writing.done()
        store.away = False
        await clock.advance(2.0)
        store.calls[-1].grant()
        await settle()
        assert await writing


async def test_a_turn_that_is_somebody_elses_is_lost(store: ScriptedStore, clock: ManualClock) -> None:
    async with held(store, clock) as hold:
        store.calls[0].tell(Duplicate(TurnState.OPENED))
        assert await hold.news.get() == Lost()
        assert not await hold.own()
        await clock.advance(5)
        assert len(store.calls) == 1


async def test_a_turn_that_was_taken_while_the_stream_was_broken_is_lost(
    store: ScriptedStore, clock: ManualClock
) -> None:
    async with held(store, clock) as hold:
        store.calls[0].grant()
        store.calls[0].fail(Unavailable("UNAVAILABLE", "gone"))
        await clock.advance(0.1)
        store.calls[1].fail(Conflict("HELD_ELSEWHERE", ""))
        await settle()
        assert await hold.news.get() == Lost()
        assert not await hold.own()


async def test_a_lease_that_was_replaced_is_asked_for_again_since_it_may_be_by_a_late_claim_of_ours(
    store: ScriptedStore, clock: ManualClock
) -> None:
    async with held(store, clock) as hold:
        store.calls[0].grant()
        store.calls[0].fail(Conflict("LEASE_LOST", ""))
        await clock.advance(0.1)
        store.calls[1].grant()
        await settle()
        assert await hold.own()
        assert hold.news.empty()


async def test_a_followed_log_with_a_gap_is_opened_again_where_we_are(store: ScriptedStore, clock: ManualClock) -> None:
    async with held(store, clock):
        store.calls[0].grant()
        store.calls[0].tell(Opened("c", Source.FOLLOW, 1), Text(1, 0, "Hello"), Text(1, 9, "re"))
        await clock.advance(0.1)
        again = store.calls[1].said[0]
        assert isinstance(again, Open)
        assert again.have is not None
        assert again.have.offset == 5


async def test_an_orphan_that_somebody_else_took_is_left(store: ScriptedStore, clock: ManualClock) -> None:
    async with held(store, clock, adopt=Adopt("9", "old")) as hold:
        assert store.calls[0].said == [Adopt("9", "old")]
        store.calls[0].fail(NotFound("NO_SUCH_TURN", ""))
        assert await hold.news.get() == Lost()


async def test_an_adopted_turn_is_opened_again_as_ones_own(store: ScriptedStore, clock: ManualClock) -> None:
    async with held(store, clock, adopt=Adopt("9", "old")):
        store.calls[0].grant()
        store.calls[0].tell(Opened("c", Source.LEAD, 2))
        await settle()
        store.calls[0].fail(Unavailable("UNAVAILABLE", "gone"))
        await clock.advance(0.1)
        opening = store.calls[1].said[0]
        assert isinstance(opening, Open)
        assert opening.have is not None
        assert opening.have.attempt == 2


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (InvalidInput("prompt", "long"), TurnedDown(Trouble.CACHE_REFUSES, Broke("INVALID_REQUEST"))),
        (Exhausted("STORE_FULL", "", retry_after=SOON), TurnedDown(Trouble.CACHE_FULL, Broke("POOL_FULL", True, SOON))),
    ],
)
async def test_a_turn_that_the_cache_does_not_take_is_not_answered_without_it(
    store: ScriptedStore, clock: ManualClock, fault: Fault, told: TurnedDown
) -> None:
    async with held(store, clock) as hold:
        store.calls[0].fail(fault)
        await clock.advance(0.1)
        assert await hold.first_word()
        assert hold.news.get_nowait() == told
        assert await hold.own(), "it can be told"
        await hold.told()
        assert len(store.calls) == 1, "it is not asked again"


async def test_a_cache_that_is_full_when_it_is_back_changes_nothing_for_a_turn_that_is_answered_without_it(
    store: ScriptedStore, clock: ManualClock
) -> None:
    async with held(store, clock) as hold:
        await clock.advance(0.2)
        hold.go_alone()
        store.calls[0].fail(Exhausted("STORE_FULL", ""))
        await clock.advance(2)
        assert hold.news.empty()
        assert len(store.calls) > 1


async def test_a_followed_log_is_heard_piece_by_piece_and_again_from_the_start(
    store: ScriptedStore, clock: ManualClock
) -> None:
    async with held(store, clock) as hold:
        call = store.calls[0]
        call.grant()
        followed = Opened("c", Source.FOLLOW, 1)
        call.tell(Queued(1), followed, Text(1, 0, "Hel"), Text(1, 0, "Hello"), Restarted(2), Text(2, 0, "New"))
        await settle()
        news = [hold.news.get_nowait() for _ in range(hold.news.qsize())]
        assert news == [Queued(1), Turned(followed, anew=True), Piece("Hel"), Piece("lo"), Restarted(2), Piece("New")]
        assert hold.ledger.text == "New"


async def test_the_stream_ends_well_when_all_is_told(store: ScriptedStore, clock: ManualClock) -> None:
    async with held(store, clock) as hold:
        call = store.calls[0]
        call.grant()
        call.tell(LEAD)
        await settle()
        hold.ledger.append("Hi", clock.monotonic())
        hold.ledger.close(TextEnd(1, Whole("end_turn")))
        hold.ledger.finish(End(Outcome.ANSWERED, 2))
        hold.changed()
        await settle()
        assert call.said[1:] == [Text(1, 0, "Hi"), TextEnd(1, Whole("end_turn")), End(Outcome.ANSWERED, 2)]
        call.tell(Committed())
        await settle()
        assert call.done
        call.end()
        await hold.told()
        await clock.advance(5)
        assert len(store.calls) == 1


async def test_a_cache_that_does_not_close_the_stream_is_waited_for_only_a_moment(
    store: ScriptedStore, clock: ManualClock
) -> None:
    async with held(store, clock) as hold:
        call = store.calls[0]
        call.grant()
        await settle()
        hold.ledger.release()
        hold.changed()
        await settle()
        assert call.said[-1] == Release()
        await clock.advance(1.1)
        await hold.told()

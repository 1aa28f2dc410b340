"""To answer again: once, from before a turn, in its place."""

from typing import Any

import pytest
from support.cache_turns import Gateway, Hold, StoreBench, exported

from parley_cache import recall
from parley_cache.model import Named, Outcome, PostedKind, RefusalReason, Source
from parley_cache.words import Committed, Opened, Queued, Refused, StopRequested

CHAT = Named("chat")


async def _ask(gateway: Gateway, number: int, **more: Any) -> Hold:
    return await gateway.open(str(1000 + number), prompt=f"q{number}", reference=CHAT, **more)


async def _talk(gateway: Gateway, count: int) -> None:
    for number in range(count):
        turn = await _ask(gateway, number)
        await turn.post(0, str(5000 + number))
        await turn.answer(f"a{number}")


async def _remembered(bench: StoreBench) -> list[str]:
    return [message.text for message in await exported(bench.store, CHAT)]


async def test_an_answer_is_given_again_in_place_of_the_last(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 2)
    again = await _ask(gateway, 9, rewind_to="1001", expected_revision=2)
    opened = await again.opened()
    assert [message.text for message in opened.window] == ["q0", "a0"]
    assert opened.revision == 4
    assert [posted.message_id for posted in opened.posted] == ["5001"]
    await again.answer("better")
    assert await _remembered(bench) == ["q0", "a0", "q9", "better"]


async def test_a_second_press_is_stale_from_whichever_gateway(gateway: Gateway, sibling: Gateway) -> None:
    await _talk(gateway, 2)
    await _ask(gateway, 8, rewind_to="1001", expected_revision=2)
    for revision in (2, 0, 3):
        number = 20 + revision
        late = await _ask(sibling, number, rewind_to="1001", expected_revision=revision)
        assert await late.heard(Refused) == [Refused(RefusalReason.STALE)]
        await late.end(Outcome.REFUSED)


async def test_what_was_said_since_makes_it_stale_but_not_if_any_revision_will_do(
    bench: StoreBench, gateway: Gateway
) -> None:
    await _talk(gateway, 3)
    late = await _ask(gateway, 8, rewind_to="1001", expected_revision=2)
    assert await late.heard(Refused) == [Refused(RefusalReason.STALE)]
    await late.end(Outcome.REFUSED)
    assert len(await _remembered(bench)) == 6
    edited = await _ask(gateway, 9, rewind_to="1001")
    assert [message.text for message in (await edited.opened()).window] == ["q0", "a0"]


async def test_a_running_turn_is_stopped_and_its_messages_pass_on_at_its_end(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    await _talk(gateway, 1)
    running = await _ask(gateway, 1)
    seen = (await running.opened()).revision
    await running.post(0, "6000")
    waiting = await _ask(gateway, 2)
    again = await _ask(sibling, 9, rewind_to="1001", expected_revision=seen)
    assert await again.heard(Queued) == [Queued(1)]
    assert (await waiting.last(Queued)).position == 2
    assert await running.heard(StopRequested) == [StopRequested("30", others_read=False)]
    await again.post(0, "7000", PostedKind.NOTICE)
    await running.post(1, "6001")
    await running.say("not to be remembered")
    await running.end(Outcome.STOPPED)
    opened = await again.opened()
    assert {posted.message_id for posted in opened.posted} == {"6000", "6001", "7000"}
    assert [message.text for message in opened.window] == ["q0", "a0"]
    await again.answer("again")
    assert [message.text for message in (await waiting.opened()).window] == ["q0", "a0", "q9", "again"]


async def test_a_running_turns_second_press_is_stale_too(gateway: Gateway) -> None:
    running = await _ask(gateway, 1)
    seen = (await running.opened()).revision
    await _ask(gateway, 8, rewind_to="1001", expected_revision=seen)
    late = await _ask(gateway, 9, rewind_to="1001", expected_revision=seen)
    assert await late.heard(Refused) == [Refused(RefusalReason.STALE)]


async def test_the_stopped_turns_followers_read_on(gateway: Gateway) -> None:
    running = await gateway.open("1000", prompt="popular", reference=CHAT)
    follower = await gateway.open("1001", prompt="popular", reference=Named("elsewhere"))
    again = await gateway.open("1002", prompt="afresh", reference=CHAT, rewind_to="1000")
    assert (await running.last(StopRequested)).others_read
    await running.end(Outcome.STOPPED)
    assert len(await again.heard(Opened)) == 1
    await running.say("for the others")
    await running.finish()
    assert await follower.text() == "for the others"


async def test_an_answer_that_failed_is_asked_for_again_once(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 1)
    failed = await _ask(gateway, 1)
    seen = (await failed.opened()).revision
    await failed.post(0, "6000", PostedKind.NOTICE)
    await failed.end(Outcome.FAILED)
    again = await _ask(gateway, 8, rewind_to="1001", expected_revision=seen)
    assert [posted.message_id for posted in (await again.opened()).posted] == ["6000"]
    late = await _ask(gateway, 9, rewind_to="1001", expected_revision=seen)
    assert await late.heard(Refused) == [Refused(RefusalReason.STALE)]
    await again.answer("it works")
    assert await _remembered(bench) == ["q0", "a0", "q8", "it works"]


@pytest.mark.parametrize(("outcome", "shown"), [(Outcome.FAILED, 3), (Outcome.STOPPED, 0), (Outcome.ABANDONED, 0)])
async def test_when_nothing_comes_in_its_place_the_former_answer_is_remembered(
    bench: StoreBench, gateway: Gateway, outcome: Outcome, shown: int
) -> None:
    await _talk(gateway, 2)
    again = await _ask(gateway, 9, rewind_to="1001", expected_revision=2)
    await again.say("not")
    await again.end(outcome, shown)
    assert await _remembered(bench) == ["q0", "a0", "q1", "a1"]
    opened = await (await _ask(gateway, 10)).opened()
    assert [message.text for message in opened.window] == ["q0", "a0", "q1", "a1"]


async def test_what_failed_to_come_in_its_place_is_tried_again_in_its_place(
    bench: StoreBench, gateway: Gateway
) -> None:
    await _talk(gateway, 2)
    failed = await _ask(gateway, 8, rewind_to="1001", expected_revision=2)
    seen = (await failed.opened()).revision
    await failed.end(Outcome.FAILED)
    again = await _ask(gateway, 9, rewind_to="1008", expected_revision=seen)
    opened = await again.opened()
    assert [message.text for message in opened.window] == ["q0", "a0"]
    assert [posted.message_id for posted in opened.posted] == ["5001"]
    await again.answer("it works")
    assert await _remembered(bench) == ["q0", "a0", "q9", "it works"]


async def test_all_that_an_edit_took_back_comes_back_if_it_fails(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 3)
    edited = await _ask(gateway, 9, rewind_to="1000")
    await edited.end(Outcome.FAILED)
    assert await _remembered(bench) == ["q0", "a0", "q1", "a1", "q2", "a2"]


async def test_what_was_forgotten_meanwhile_does_not_come_back(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 1)
    again = await _ask(gateway, 9, rewind_to="1000", expected_revision=1)
    await bench.store.apply("forget", lambda tables: recall.forget(tables, CHAT))
    await again.end(Outcome.FAILED)
    assert await _remembered(bench) == []


async def test_what_was_deleted_meanwhile_does_not_come_back(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 1)
    again = await _ask(gateway, 9, rewind_to="1000", expected_revision=1)
    await bench.store.apply("remove", lambda tables: recall.remove_turn(tables, "1000", "30"))
    await again.end(Outcome.FAILED)
    assert await _remembered(bench) == []


async def test_a_waiting_question_that_was_edited_goes_where_it_was(bench: StoreBench, gateway: Gateway) -> None:
    first, waiting, last = [await _ask(gateway, number) for number in range(3)]
    edited = await _ask(gateway, 9, rewind_to="1001")
    assert (await edited.last(Queued)).position == 2
    assert (await last.last(Queued)).position == 3
    await waiting.end(Outcome.ABANDONED)
    await first.answer("a0")
    await edited.answer("a9")
    assert [message.text for message in (await last.opened()).window] == ["q0", "a0", "q9", "a9"]


async def test_a_button_pressed_days_later_still_works(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 2)
    await bench.pass_time(3 * 24 * 3600.0)
    await bench.store.sweep(lapses=True)
    again = await gateway.open("1009", prompt="q9", rewind_to="1001", expected_revision=2)
    opened = await again.opened()
    assert opened.conversation_id == "chat"
    assert [posted.message_id for posted in opened.posted] == ["5001"]


async def test_a_rewind_of_what_the_store_forgot_begins_anew(gateway: Gateway) -> None:
    again = await _ask(gateway, 9, rewind_to="1001", expected_revision=7)
    assert (await again.opened()).window == ()


async def test_a_refused_rewind_changes_nothing(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 1)
    holds = [await _ask(gateway, number) for number in range(1, 7)]
    full = await _ask(gateway, 9, rewind_to="1001")
    assert await full.heard(Refused) == [Refused(RefusalReason.QUEUE_FULL)]
    assert await holds[0].heard(StopRequested) == []
    assert await _remembered(bench) == ["q0", "a0"]


async def test_opening_the_rewinding_turn_again_rewinds_no_further(gateway: Gateway) -> None:
    await _talk(gateway, 2)
    again = await _ask(gateway, 9, rewind_to="1001", expected_revision=2)
    revision = (await again.opened()).revision
    reopened = await _ask(gateway, 9, rewind_to="1001", expected_revision=2)
    opened = await reopened.opened()
    assert (opened.revision, len(opened.posted)) == (revision, 1)


async def test_an_answer_to_the_first_question_may_be_shared_when_given_again(gateway: Gateway) -> None:
    await _talk(gateway, 1)
    again = await _ask(gateway, 9, rewind_to="1000", expected_revision=1)
    await again.answer("shared")
    assert await (await gateway.open("2000", prompt="q9")).source() is Source.STORED


@pytest.mark.parametrize("outcome", [Outcome.ANSWERED, Outcome.STOPPED])
async def test_revisions_only_ever_grow(gateway: Gateway, outcome: Outcome) -> None:
    await _talk(gateway, 2)
    running = await _ask(gateway, 3)
    again = await _ask(gateway, 4, rewind_to="1003")
    await running.end(outcome)
    committed = (await running.heard(Committed))[0].revision
    assert 2 < committed < (await again.opened()).revision

"""A turn found again: what a button needs that is pressed at once, or days later."""

from typing import Any

import pytest
from support.cache_turns import Gateway, Hold, StoreBench

from parley_cache import finding, recall
from parley_cache.finding import Found
from parley_cache.model import (
    Attachment,
    Failed,
    Mode,
    Named,
    OriginKind,
    Outcome,
    Posted,
    PostedKind,
    RefusalReason,
    ReplyTo,
    Role,
    Source,
    State,
)
from parley_cache.words import Queued, Refused, StopRequested
from parley_kit.faults import NotFound

CHAT = Named("chat")
DAYS = 3 * 24 * 3600.0
PICTURE = Attachment("1001", "9", "a.png", "image/png", 5)


async def _ask(gateway: Gateway, number: int, **more: Any) -> Hold:
    asked: dict[str, Any] = {"prompt": f"q{number}", "reference": CHAT} | more
    return await gateway.open(str(1000 + number), **asked)


async def _talk(gateway: Gateway, count: int, **more: Any) -> None:
    for number in range(count):
        turn = await _ask(gateway, number, **more)
        await turn.post(0, str(5000 + number))
        await turn.answer(f"a{number}")


async def _fail(turn: Hold) -> None:
    await turn.finish(result=Failed("OVERLOADED", retryable=True, retry_after=None))
    await turn.end(Outcome.FAILED)


async def test_an_edit_that_failed_is_found_with_its_own_words_and_the_answer_that_stands(
    bench: StoreBench, gateway: Gateway
) -> None:
    await _talk(gateway, 1)
    edited = await _ask(gateway, 9, rewind_to="1000")
    await _fail(edited)
    found = await _find(bench, "1009")
    assert found.answer is not None
    assert (found.question.text, found.answer.text, found.last) == ("q9", "a0", True)


async def _find(bench: StoreBench, turn_id: str = "", message_id: str = "") -> Found:
    return await bench.store.apply("find", lambda tables: finding.turn(tables, turn_id, message_id))


async def _pass_days(bench: StoreBench) -> None:
    await bench.pass_time(DAYS)
    await bench.store.sweep(lapses=True)


def _pages(*message_ids: str) -> tuple[Posted, ...]:
    return tuple(Posted(PostedKind.PAGE, index, one) for index, one in enumerate(message_ids))


async def test_an_answered_turn_is_found_with_its_words(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 1)
    turn = await _ask(gateway, 1, attachments=(PICTURE,))
    await turn.post(0, "5001")
    await turn.answer("a1")
    found = await _find(bench, "1001")
    assert (found.conversation_id, found.revision, found.last, found.state) == ("chat", 2, True, State.ENDED)
    assert (found.question.text, found.question.author_id, found.question.attachments) == ("q1", "30", (PICTURE,))
    assert found.answer is not None
    assert (found.answer.role, found.answer.text) == (Role.ASSISTANT, "a1")
    assert (found.posted, found.model) == (_pages("5001"), "claude-sonnet-5")
    assert not (await _find(bench, "1000")).last


@pytest.mark.parametrize("by", [{"turn_id": "1001"}, {"message_id": "5001"}, {"turn_id": "1001", "message_id": "5001"}])
async def test_days_later_it_is_found_by_its_id_and_by_its_message(
    bench: StoreBench, gateway: Gateway, by: dict[str, str]
) -> None:
    await _talk(gateway, 2)
    await _pass_days(bench)
    found = await _find(bench, **by)
    assert (found.question.text, found.last, found.state, found.posted) == ("q1", True, State.ENDED, _pages("5001"))
    assert (found.revision, found.model) == (2, "")
    assert not (await _find(bench, message_id="5000")).last


async def test_what_left_the_window_is_found_as_well(bench: StoreBench, gateway: Gateway) -> None:
    for number in range(9):
        await (await _ask(gateway, number, prompt=f"{number}" + "q" * 30)).answer("a" * 30)
    assert (await _find(bench, "1000")).question.text.startswith("0")


async def test_it_is_the_last_only_if_no_question_waits_behind_it(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 1)
    running = await _ask(gateway, 1)
    assert [(await _find(bench, str(1000 + number))).last for number in range(2)] == [False, True]
    await _ask(gateway, 2)
    assert [(await _find(bench, str(1000 + number))).last for number in range(3)] == [False, False, True]
    waiting = await _find(bench, "1002")
    assert (waiting.state, waiting.question.text, waiting.answer) == (State.QUEUED, "q2", None)
    await running.answer("a1")
    assert [(await _find(bench, str(1000 + number))).last for number in range(3)] == [False, False, True]


async def test_a_running_turn_is_found_by_its_question_and_by_its_page(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 1)
    running = await _ask(gateway, 1)
    await running.post(0, "6000")
    found = await _find(bench, message_id="6000")
    assert (found.question.turn_id, found.state, found.posted) == ("1001", State.OPENED, _pages("6000"))
    assert await _find(bench, message_id="1001") == found
    again = await _ask(gateway, 9, rewind_to="1001", expected_revision=found.revision)
    assert await again.heard(Refused) == []


async def test_a_failed_question_keeps_its_words_so_that_it_can_be_asked_again(
    bench: StoreBench, gateway: Gateway
) -> None:
    await _talk(gateway, 1)
    failed = await _ask(gateway, 1, attachments=(PICTURE,))
    await failed.post(0, "6000", PostedKind.NOTICE)
    await _fail(failed)
    found = await _find(bench, "1001")
    assert (found.question.text, found.question.attachments, found.answer) == ("q1", (PICTURE,), None)
    assert (found.last, found.revision) == (True, 1)
    assert await _find(bench, message_id="6000") == found
    assert (await _find(bench, "1000")).last, "nothing of what failed is remembered"
    again = await _ask(gateway, 2, prompt=found.question.text, rewind_to="1001", expected_revision=found.revision)
    await again.answer("a1")
    with pytest.raises(NotFound):
        await _find(bench, "1001")
    assert (await _find(bench, message_id="6000")).question.turn_id == "1002"


async def test_a_failed_question_is_not_the_last_once_another_was_answered(bench: StoreBench, gateway: Gateway) -> None:
    await _fail(await _ask(gateway, 0))
    await (await _ask(gateway, 1)).answer("a1")
    found = await _find(bench, "1000")
    assert (found.question.text, found.last) == ("q0", False)


@pytest.mark.parametrize("later", [False, True])
async def test_a_question_that_was_answered_again_is_found_by_its_own_message_and_removed_with_that_answer(
    bench: StoreBench, gateway: Gateway, *, later: bool
) -> None:
    await _talk(gateway, 2)
    for number, former in ((7, "1001"), (8, "1007")):
        again = await _ask(gateway, number, rewind_to=former, kind=OriginKind.INTERACTION, message_id="1001")
        await again.answer(f"a{number}")
    if later:
        await _pass_days(bench)
    found = await _find(bench, message_id="1001")
    assert (found.question.turn_id, found.answer and found.answer.text, found.posted) == ("1008", "a8", _pages("5001"))
    removed = await bench.store.apply("remove", lambda tables: recall.remove_turn(tables, "1001", "30"))
    assert removed.posted == _pages("5001")
    assert (await _find(bench, "1000")).last
    with pytest.raises(NotFound):
        await _find(bench, message_id="1001")


async def test_removing_a_question_that_is_being_answered_again_stops_that(bench: StoreBench, gateway: Gateway) -> None:
    running = await _ask(gateway, 0)
    await running.post(0, "6000")
    again = await _ask(gateway, 1, rewind_to="1000")
    removed = await bench.store.apply("remove", lambda tables: recall.remove_turn(tables, "1000", "30"))
    assert removed.posted == _pages("6000")
    await running.end(Outcome.STOPPED)
    assert await again.heard(StopRequested)
    await again.answer("not to be remembered")
    with pytest.raises(NotFound):
        await _find(bench, message_id="1000")


@pytest.mark.parametrize("how", ["forget", "remove", "time"])
async def test_a_failed_questions_words_go_when_it_is_forgotten(bench: StoreBench, gateway: Gateway, how: str) -> None:
    await _fail(await _ask(gateway, 0))
    if how == "forget":
        await bench.store.apply("forget", lambda tables: recall.forget(tables, CHAT))
        assert (await _find(bench, "1000")).question.text == ""
        return
    if how == "remove":
        await bench.store.apply("remove", lambda tables: recall.remove_turn(tables, "1000", "30"))
    else:
        await _pass_days(bench)
    with pytest.raises(NotFound):
        await _find(bench, "1000")


async def test_what_nobody_knows_or_was_taken_back_is_not_found(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 2)
    await _ask(gateway, 9, rewind_to="1001", expected_revision=2)
    await bench.store.apply("forget", lambda tables: recall.forget(tables, CHAT))
    for by in ({"turn_id": "1000"}, {"turn_id": "1001"}, {"turn_id": "7"}, {"message_id": "7"}):
        with pytest.raises(NotFound):
            await _find(bench, **by)


# --- from the button to the new answer


@pytest.mark.parametrize("later", [False, True])
async def test_a_found_turn_is_answered_again_in_its_place(
    bench: StoreBench, gateway: Gateway, sibling: Gateway, *, later: bool
) -> None:
    await _talk(gateway, 2)
    if later:
        await _pass_days(bench)
    found = await _find(bench, "1001", "5001")
    press: dict[str, Any] = {
        "prompt": found.question.text,
        "reference": ReplyTo("5001"),
        "mode": Mode.REFRESH,
        "rewind_to": "1001",
        "expected_revision": found.revision,
    }
    again = await gateway.open("1008", **press)
    opened = await again.opened()
    assert (opened.conversation_id, [message.text for message in opened.window]) == ("chat", ["q0", "a0"])
    assert (opened.posted, opened.revision) == (_pages("5001"), found.revision + 2)
    late = await sibling.open("1009", **press)
    assert await late.heard(Refused) == [Refused(RefusalReason.STALE)]
    await again.answer("another")
    assert (await _find(bench, message_id="5001")).question.turn_id == "1008"


@pytest.mark.parametrize("later", [False, True])
async def test_only_the_newest_answer_is_given_again(bench: StoreBench, gateway: Gateway, *, later: bool) -> None:
    await _talk(gateway, 2)
    if later:
        await _pass_days(bench)
    seen = (await _find(bench, "1001")).revision
    older = await _ask(gateway, 7, rewind_to="1000", expected_revision=seen - 1)
    assert await older.heard(Refused) == [Refused(RefusalReason.STALE)]
    await older.end(Outcome.REFUSED)
    running = await _ask(gateway, 8)
    followed = await _ask(gateway, 9, rewind_to="1001", expected_revision=seen)
    assert await followed.heard(Refused) == [Refused(RefusalReason.STALE)]
    await running.answer("rests on a1")
    assert (await _find(bench, "1008")).last


async def test_what_failed_is_asked_again_behind_those_who_waited(bench: StoreBench, gateway: Gateway) -> None:
    failed = await _ask(gateway, 0)
    next_one = await _ask(gateway, 1)
    await _fail(failed)
    again = await _ask(gateway, 2, rewind_to="1000", expected_revision=1)
    assert await again.heard(Queued) == [Queued(1)]
    await next_one.answer("a1")
    assert [message.text for message in (await again.opened()).window] == ["q1", "a1"]


async def test_a_stored_answer_asked_afresh_is_another_and_stored_instead(gateway: Gateway) -> None:
    await _talk(gateway, 1, prompt="popular")
    served = await gateway.open("2000", prompt="popular")
    assert await served.source() is Source.STORED
    await served.end()
    again = await gateway.open("2001", prompt="popular", mode=Mode.REFRESH, rewind_to="2000", expected_revision=1)
    assert await again.source() is Source.LEAD
    await again.answer("fresh")
    assert await (await gateway.open("2002", prompt="popular")).text() == "fresh"


async def test_nobody_is_given_again_the_answer_that_was_to_be_another(gateway: Gateway) -> None:
    running = await _ask(gateway, 0, prompt="popular")
    follower = await gateway.open("2000", prompt="popular")
    again = await _ask(gateway, 1, prompt="popular", mode=Mode.REFRESH, rewind_to="1000", expected_revision=1)
    await running.end(Outcome.STOPPED)
    assert await again.source() is Source.LEAD
    await again.answer("another")
    await running.say("the first")
    await running.finish()
    assert await follower.text() == "the first"

"""A conversation seen, exported, forgotten; a turn removed."""

from datetime import timedelta

import pytest
from support.cache_turns import Gateway, Hold, StoreBench, exported

from parley_cache import recall
from parley_cache.model import Named, Outcome, Posted, PostedKind, Recent, Reference, ReplyTo
from parley_cache.recall import Forgotten, Recalled, Removed
from parley_cache.words import Committed, StopRequested
from parley_kit.faults import Conflict, NotFound

CHAT = Named("chat")


async def _ask(gateway: Gateway, number: int) -> Hold:
    return await gateway.open(str(1000 + number), prompt=f"q{number}", reference=CHAT)


async def _talk(gateway: Gateway, count: int) -> None:
    for number in range(count):
        turn = await _ask(gateway, number)
        await turn.post(0, str(5000 + number))
        await turn.answer(f"a{number}")


async def _view(bench: StoreBench, reference: Reference = CHAT) -> Recalled:
    return await bench.store.apply("get", lambda tables: recall.view(tables, reference))


async def _all(bench: StoreBench) -> list[str]:
    return [message.text for message in await exported(bench.store, CHAT)]


async def _forget(bench: StoreBench) -> Forgotten:
    return await bench.store.apply("forget", lambda tables: recall.forget(tables, CHAT))


async def _remove(bench: StoreBench, turn_id: str) -> Removed:
    return await bench.store.apply("remove", lambda tables: recall.remove_turn(tables, turn_id, "77"))


async def test_a_conversation_is_seen_as_claude_would_see_it(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 2)
    running, waiting = await _ask(gateway, 2), await _ask(gateway, 3)
    found = await _view(bench)
    assert (found.conversation.id, found.conversation.revision, found.conversation.length) == ("chat", 2, 4)
    assert [message.text for message in found.window] == ["q0", "a0", "q1", "a1"]
    assert (found.conversation.active, found.conversation.queue) == ((running.right.turn_id,), (waiting.right.turn_id,))


async def test_a_conversation_is_found_as_a_question_finds_it_but_never_begun(
    bench: StoreBench, gateway: Gateway
) -> None:
    lately = Recent("20", "30", timedelta(minutes=10))
    turn = await gateway.open("1000", reference=lately)
    await turn.answer("one")
    for reference in (lately, ReplyTo("1000")):
        assert (await _view(bench, reference)).conversation.length == 2
    for unknown in (Named("x"), ReplyTo("9"), Recent("20", "31", timedelta(minutes=10))):
        with pytest.raises(NotFound):
            await _view(bench, unknown)
    assert (await bench.store.figures()).conversations == 1


async def test_an_export_has_more_than_the_window(bench: StoreBench, gateway: Gateway) -> None:
    for number in range(9):
        await (await gateway.open(str(1000 + number), prompt="q" * 30, reference=CHAT)).answer("a" * 30)
    assert len((await _view(bench)).window) < 18
    assert len(await _all(bench)) == 18


async def test_an_export_of_what_changes_meanwhile_is_ended(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 2)
    first = await bench.store.apply("export", lambda tables: recall.page(tables, CHAT, None, 3))
    assert [message.text for message in first.messages] == ["q0", "a0", "q1"]
    rest = await bench.store.apply("export", lambda tables: recall.page(tables, CHAT, first.place, 3))
    assert ([message.text for message in rest.messages], rest.place.is_last) == (["a1"], True)
    await _remove(bench, "1000")
    with pytest.raises(Conflict):
        await bench.store.apply("export", lambda tables: recall.page(tables, CHAT, first.place, 3))


async def test_what_is_forgotten_is_gone_for_claude_and_for_an_export(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 2)
    assert await _forget(bench) == Forgotten("chat", 3, 4)
    assert await _all(bench) == []
    opened = await (await _ask(gateway, 2)).opened()
    assert (opened.window, opened.revision) == ((), 4)


async def test_a_running_answer_is_not_remembered_once_its_conversation_was_forgotten(
    bench: StoreBench, gateway: Gateway
) -> None:
    await _talk(gateway, 1)
    running, waiting = await _ask(gateway, 1), await _ask(gateway, 2)
    await _forget(bench)
    await running.answer("with all I know")
    assert (await waiting.opened()).window == ()
    await waiting.answer("fresh")
    assert await _all(bench) == ["q2", "fresh"]


async def test_a_removed_turn_was_never_there_and_says_what_it_left(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 3)
    removed = await _remove(bench, "1001")
    assert removed == Removed((Posted(PostedKind.PAGE, 0, "5001"),), 4)
    opened = await (await _ask(gateway, 3)).opened()
    assert [message.text for message in opened.window] == ["q0", "a0", "q2", "a2"]
    assert opened.revision == 5


async def test_removing_once_more_changes_nothing(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 2)
    assert await _remove(bench, "1001") == await _remove(bench, "1001")
    assert await _all(bench) == ["q0", "a0"]


async def test_days_later_a_removed_turn_still_says_what_it_left(bench: StoreBench, gateway: Gateway) -> None:
    await _talk(gateway, 2)
    await bench.pass_time(3 * 24 * 3600.0)
    await bench.store.sweep(lapses=True)
    removed = await _remove(bench, "1000")
    assert removed.posted == (Posted(PostedKind.PAGE, 0, "5000"),)
    assert await _all(bench) == ["q1", "a1"]


async def test_removing_a_running_turn_stops_it_and_nothing_of_it_is_remembered(
    bench: StoreBench, gateway: Gateway
) -> None:
    await _talk(gateway, 1)
    running = await _ask(gateway, 1)
    await running.say("half an ans")
    await running.post(0, "6000")
    removed = await _remove(bench, "1001")
    assert removed.posted == (Posted(PostedKind.PAGE, 0, "6000"),)
    assert await running.heard(StopRequested) == [StopRequested("77", others_read=False)]
    await running.end(Outcome.STOPPED)
    assert await running.heard(Committed) == [Committed(1)]
    assert await _all(bench) == ["q0", "a0"]


async def test_removing_what_nobody_knows_is_not_found(bench: StoreBench) -> None:
    with pytest.raises(NotFound):
        await _remove(bench, "9")


async def test_a_removed_turn_before_the_window_moves_its_start(bench: StoreBench, gateway: Gateway) -> None:
    for number in range(9):
        await (await gateway.open(str(1000 + number), prompt=f"{number:02}" + "q" * 28, reference=CHAT)).answer(
            "a" * 30
        )
    before = [message.text for message in (await _view(bench)).window]
    await _remove(bench, "1000")
    after = [message.text for message in (await _view(bench)).window]
    assert after[-4:] == before[-4:]
    assert sum(map(len, after)) <= 400


async def test_a_question_that_was_answered_once_more_is_removed_by_its_own_name_even_days_later(
    bench: StoreBench, gateway: Gateway
) -> None:
    await _talk(gateway, 2)
    again = await gateway.open("2001", prompt="q1", reference=CHAT, rewind_to="1001", expected_revision=2)
    await again.answer("better")
    await bench.pass_time(3 * 24 * 3600.0)
    await bench.store.sweep(lapses=True)
    removed = await _remove(bench, "1001")
    assert [posted.message_id for posted in removed.posted] == ["5001"]
    assert await _all(bench) == ["q0", "a0"]

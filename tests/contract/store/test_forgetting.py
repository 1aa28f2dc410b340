"""A member forgotten: everywhere, for good, and nobody else."""

from typing import Any

import pytest
from support.cache_turns import Gateway, Hold, StoreBench, exported

from parley_cache import finding, forgetting, metering, preferences, recall
from parley_cache.forgetting import Forgotten
from parley_cache.model import Finished, Mode, Named, Outcome, Source, TextEnd, Usage
from parley_cache.preferences import Preferences, Subject, SubjectKind, Versioned
from parley_cache.quotas import UsageLimits
from parley_kit.faults import NotFound

ADA, BOB = "30", "31"
CHAT, OTHER = Named("chat"), Named("other")


async def _ask(gateway: Gateway, number: int, author: str, chat: Named = CHAT, **more: Any) -> Hold:
    asked: dict[str, Any] = {"prompt": f"q{number}", "reference": chat, "author_id": author} | more
    return await gateway.open(str(1000 + number), **asked)


async def _said(gateway: Gateway, number: int, author: str, chat: Named = CHAT) -> None:
    await (await _ask(gateway, number, author, chat)).answer(f"a{number}")


async def _all(bench: StoreBench, chat: Named = CHAT) -> list[str]:
    return [message.text for message in await exported(bench.store, chat)]


async def _forget(bench: StoreBench, user_id: str = ADA) -> Forgotten:
    return await forgetting.member(bench.store, user_id)


async def _spoken(bench: StoreBench, user_id: str = ADA) -> list[str]:
    return list(await bench.store.apply("spoken", lambda tables: tables.conversations_of(user_id)))


async def test_what_a_member_began_goes_whole_and_of_others_conversations_what_the_member_said(
    bench: StoreBench, gateway: Gateway
) -> None:
    for number, author in enumerate((ADA, BOB)):
        await _said(gateway, number, author)
    for number, author in enumerate((BOB, ADA, BOB, ADA), 10):
        await _said(gateway, number, author, OTHER)
    assert await _forget(bench) == Forgotten(conversations=2, messages=8)
    assert await _all(bench) == []
    assert await _all(bench, OTHER) == ["q10", "a10", "q12", "a12"]
    opened = await (await _ask(gateway, 20, BOB, OTHER)).opened()
    assert [message.text for message in opened.window] == ["q10", "a10", "q12", "a12"]
    assert opened.revision == 6


async def test_what_somebody_else_has_answered_anew_does_not_come_back(bench: StoreBench, gateway: Gateway) -> None:
    await _said(gateway, 0, BOB, OTHER)
    await _said(gateway, 1, ADA, OTHER)
    again = await _ask(gateway, 9, BOB, OTHER, rewind_to="1001")
    await _forget(bench)
    await again.end(Outcome.FAILED)
    assert await _all(bench, OTHER) == ["q0", "a0"]


async def test_once_more_and_of_a_stranger_there_is_nothing_to_forget(bench: StoreBench, gateway: Gateway) -> None:
    await _said(gateway, 0, ADA)
    await _forget(bench)
    assert await _forget(bench) == await _forget(bench, "77") == Forgotten()
    await _said(gateway, 1, ADA)
    assert await _all(bench) == ["q1", "a1"], "who comes back is remembered again"
    assert await _forget(bench) == Forgotten(1, 2)


async def test_what_was_forgotten_belongs_to_whoever_asks_next(bench: StoreBench, gateway: Gateway) -> None:
    await _said(gateway, 0, ADA)
    await _forget(bench)
    turn = await _ask(gateway, 1, BOB)
    assert (await turn.opened()).started_by == BOB
    await turn.answer("a1")
    await _forget(bench)
    assert await _all(bench) == ["q1", "a1"]


async def test_what_is_being_answered_or_waits_is_answered_and_not_remembered(
    bench: StoreBench, gateway: Gateway
) -> None:
    await _said(gateway, 0, BOB)
    running, waiting, others = await _ask(gateway, 1, ADA), await _ask(gateway, 2, ADA), await _ask(gateway, 3, BOB)
    await _forget(bench)
    await running.answer("a1")
    assert [message.text for message in (await waiting.opened()).window] == ["q0", "a0"]
    await waiting.answer("a2")
    await others.answer("a3")
    assert await _all(bench) == ["q0", "a0", "q3", "a3"]


async def test_stored_replies_to_the_members_questions_go_and_others_stay(gateway: Gateway, bench: StoreBench) -> None:
    await (await gateway.open("1", prompt="hers", author_id=ADA)).answer("one")
    await (await gateway.open("2", prompt="his", author_id=BOB)).answer("two")
    running = await gateway.open("3", prompt="hers too", author_id=ADA)
    await _forget(bench)
    await running.answer("three")
    sources = [
        await (await gateway.open(str(10 + number), prompt=prompt, author_id=BOB)).source()
        for number, prompt in enumerate(("hers", "his", "hers too"))
    ]
    assert sources == [Source.LEAD, Source.STORED, Source.LEAD]


@pytest.mark.parametrize("began", [ADA, BOB])
async def test_a_failed_question_goes_too(bench: StoreBench, gateway: Gateway, began: str) -> None:
    await _said(gateway, 0, began)
    failed = await _ask(gateway, 1, ADA, mode=Mode.NEVER)
    await failed.end(Outcome.FAILED)
    await _forget(bench)
    found = await bench.store.apply("find", lambda tables: finding.turn(tables, "1001", ""))
    assert (found.question.text, found.question.author_name) == ("", "")


async def test_choices_go_but_limits_and_what_was_used_stay(bench: StoreBench, gateway: Gateway) -> None:
    ada, strict = Subject(SubjectKind.USER, ADA), UsageLimits(messages=5)
    chosen = Preferences(model="claude-haiku-5", language="ja", limits=strict)
    await bench.store.apply("update", lambda tables: preferences.update(tables, ada, chosen, 0))
    turn = await _ask(gateway, 0, ADA)
    await bench.store.finish(turn.right, TextEnd(1, Finished("end_turn"), Usage(10, 20)))
    await turn.end()
    await _forget(bench)
    (left,) = await bench.store.apply("get", lambda tables: preferences.get(tables, [ada]))
    assert left == Versioned(ada, Preferences(limits=strict), version=2, serial=2)
    used = await bench.store.apply("used", lambda tables: metering.used(tables, ada))
    assert (used.account.day.messages, used.account.day.usage) == (1, Usage(10, 20))
    await _forget(bench)
    changes = await bench.store.apply("watch", lambda tables: preferences.changes(tables, 1, 10))
    assert [one.version for one in changes.changed] == [2], "those who watch are told, once"


async def test_a_members_index_lives_as_long_as_the_conversations(bench: StoreBench, gateway: Gateway) -> None:
    await _said(gateway, 0, ADA)
    await _said(gateway, 1, ADA, OTHER)
    await bench.later(20 * 24 * 3600.0)
    await _said(gateway, 2, BOB)
    assert await _spoken(bench) == ["chat", "other"]
    await bench.later(20 * 24 * 3600.0)
    assert await _spoken(bench) == ["chat"]
    assert await _forget(bench) == Forgotten(1, 4)
    with pytest.raises(NotFound):
        await bench.store.apply("get", lambda tables: recall.view(tables, OTHER))

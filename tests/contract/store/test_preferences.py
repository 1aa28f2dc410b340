"""Settings: versioned, compared, watched."""

import asyncio

import pytest
from support.cache_turns import StoreBench

from parley_cache import preferences
from parley_cache.model import Scope
from parley_cache.preferences import Changes, MentionRule, Preferences, Subject, SubjectKind, Versioned
from parley_cache.quotas import UsageLimits
from parley_kit.faults import Conflict

GUILD = Subject(SubjectKind.GUILD, "10")
FULL = Preferences(
    model="claude-haiku-5",
    persona="You are a pirate. 🏴",
    mention_rule=MentionRule.EVERYTHING,
    language="ja",
    stored_answers=False,
    cache_scope=Scope.CHANNEL,
    numbering=True,
    limits=UsageLimits(1, 2, 3, 4, 5),
)


async def _set(bench: StoreBench, subject: Subject, wanted: Preferences, version: int) -> Versioned:
    return await bench.store.apply("update", lambda tables: preferences.update(tables, subject, wanted, version))


async def _get(bench: StoreBench, *subjects: Subject) -> list[Versioned]:
    return list(await bench.store.apply("get", lambda tables: preferences.get(tables, subjects)))


async def _changes(bench: StoreBench, after: int, limit: int = 10) -> Changes:
    return await bench.store.apply("watch", lambda tables: preferences.changes(tables, after, limit))


async def test_what_was_set_is_told_and_what_was_not_is_empty(bench: StoreBench) -> None:
    await _set(bench, GUILD, FULL, 0)
    channel = Subject(SubjectKind.CHANNEL, "10")
    found = await _get(bench, GUILD, channel)
    assert (found[0].preferences, found[0].version) == (FULL, 1)
    assert found[1] == Versioned(channel)


async def test_who_did_not_see_the_last_change_cannot_overwrite_it(bench: StoreBench) -> None:
    await _set(bench, GUILD, Preferences(model="one"), 0)
    for stale in (0, 2):
        with pytest.raises(Conflict):
            await _set(bench, GUILD, Preferences(model="two"), stale)
    assert (await _set(bench, GUILD, Preferences(), 1)).version == 2
    assert (await _get(bench, GUILD))[0].preferences == Preferences()


async def test_of_two_changes_at_once_one_wins(bench: StoreBench) -> None:
    wanted = [Preferences(model=str(number)) for number in range(5)]
    done = await asyncio.gather(*(_set(bench, GUILD, one, 0) for one in wanted), return_exceptions=True)
    assert sum(isinstance(one, Versioned) for one in done) == 1
    assert sum(isinstance(one, Conflict) for one in done) == 4


async def test_changes_come_oldest_first_and_each_subject_once(bench: StoreBench) -> None:
    subjects = [Subject(SubjectKind.USER, str(number)) for number in range(5)]
    for subject in subjects:
        await _set(bench, subject, Preferences(model="a"), 0)
    await _set(bench, subjects[0], Preferences(model="b"), 1)
    found = await _changes(bench, 0)
    assert [one.subject.id for one in found.changed] == ["1", "2", "3", "4", "0"]
    assert not found.more
    assert [one.subject.id for one in (await _changes(bench, found.upto - 2)).changed] == ["4", "0"]
    assert (await _changes(bench, found.upto)).changed == []


async def test_more_changes_than_are_read_at_once_are_told_of(bench: StoreBench) -> None:
    for number in range(5):
        await _set(bench, Subject(SubjectKind.USER, str(number)), Preferences(model="a"), 0)
    assert (await _changes(bench, 0, 3)).more
    assert not (await _changes(bench, 3, 3)).more


async def test_who_knows_more_than_the_store_hears_everything(bench: StoreBench) -> None:
    await _set(bench, GUILD, FULL, 0)
    assert len((await _changes(bench, 77)).changed) == 1


async def test_a_change_wakes_who_listens(bench: StoreBench) -> None:
    changes = bench.store.changes()
    await anext(changes)
    await _set(bench, GUILD, FULL, 0)
    async with asyncio.timeout(30):
        while preferences.SUBJECT not in await anext(changes):
            pass
    await changes.aclose()  # type: ignore[attr-defined]  # the port says iterator; every adapter is a generator

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.preference_stores import Store

from parley_gateway.preferences import MentionRule, Preferences, Subject, SubjectKind, UsageLimits
from parley_gateway.settings_panels import changes
from parley_gateway.settings_panels.changes import Aspect, Change, apply
from parley_gateway.terms import Sharing

GUILD = Subject(SubjectKind.GUILD, "10")
PREFERENCES = st.builds(
    Preferences,
    model=st.sampled_from(["", "a", "b"]),
    persona=st.text(max_size=5),
    mention_rule=st.none() | st.sampled_from(MentionRule),
    language=st.sampled_from(["", "ja"]),
    stored_answers=st.none() | st.booleans(),
    sharing=st.none() | st.sampled_from(Sharing),
    numbering=st.none() | st.booleans(),
    limits=st.builds(UsageLimits, messages=st.integers(0, 5)),
)
ASPECTS: list[Aspect[Any]] = [
    changes.MODEL,
    changes.PERSONA,
    changes.RULE,
    changes.LANGUAGE,
    changes.STORED,
    changes.NUMBERING,
    changes.LIMITS,
]


@given(before=PREFERENCES, wanted=PREFERENCES)
@pytest.mark.parametrize("aspect", ASPECTS)
def test_setting_one_thing_leaves_all_others(aspect: Aspect[Any], before: Preferences, wanted: Preferences) -> None:
    after = aspect.put(before, aspect.get(wanted))
    assert aspect.get(after) == aspect.get(wanted)
    assert all(other.get(after) == other.get(before) for other in ASPECTS if other is not aspect)


@given(before=PREFERENCES, wanted=PREFERENCES)
def test_everything_that_can_be_set_is_reached_by_an_aspect(before: Preferences, wanted: Preferences) -> None:
    for aspect in ASPECTS:
        before = aspect.put(before, aspect.get(wanted))
    assert before == wanted


async def test_the_same_change_twice_is_one() -> None:
    store = Store()
    for _ in range(2):
        assert await apply(store, GUILD, Change(changes.MODEL, "a"))
    assert (store.updates, store.known(GUILD).preferences) == (1, Preferences(model="a"))


async def test_a_sibling_that_was_faster_with_the_same_has_done_it() -> None:
    store = Store(lambda now: replace(now, model="a"))
    assert await apply(store, GUILD, Change(changes.MODEL, "a"))
    assert store.known(GUILD).version == 1


async def test_two_managers_who_set_different_things_at_once_both_get_theirs() -> None:
    store = Store(lambda now: replace(now, language="ja"), lambda now: replace(now, numbering=True))
    assert await apply(store, GUILD, Change(changes.MODEL, "a"))
    assert store.known(GUILD).preferences == Preferences(model="a", language="ja", numbering=True)


async def test_who_was_faster_to_set_the_same_thing_is_not_overwritten() -> None:
    store = Store(lambda now: replace(now, model="theirs"))
    assert not await apply(store, GUILD, Change(changes.MODEL, "ours"))
    assert store.known(GUILD).preferences.model == "theirs"


async def test_what_was_changed_while_a_form_was_open_is_not_overwritten() -> None:
    store = Store()
    seen = changes.PERSONA.digest(Preferences(persona="before"))
    store.change(GUILD, lambda now: replace(now, persona="theirs"))
    assert not await apply(store, GUILD, Change(changes.PERSONA, "ours", seen))
    assert store.known(GUILD).preferences.persona == "theirs"


async def test_what_else_was_changed_while_a_form_was_open_does_not_matter() -> None:
    store = Store()
    store.change(GUILD, lambda now: replace(now, model="theirs"))
    assert await apply(store, GUILD, Change(changes.PERSONA, "ours", changes.PERSONA.digest(Preferences())))
    assert store.known(GUILD).preferences == Preferences(model="theirs", persona="ours")

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.preference_book import PreferenceBook
from parley_gateway.preferences import (
    WIDER,
    Effective,
    MentionRule,
    Preferences,
    Subject,
    SubjectKind,
    Versioned,
    effective,
)
from parley_gateway.terms import Sharing

NOTHING = Preferences()
TEXT = st.sampled_from(["", "a", "b"])
PREFERENCES = st.builds(
    Preferences,
    model=TEXT,
    persona=TEXT,
    mention_rule=st.none() | st.sampled_from(MentionRule),
    language=TEXT,
    stored_answers=st.none() | st.booleans(),
    sharing=st.none() | st.sampled_from([Sharing.CHANNEL, Sharing.GUILD, Sharing.EVERYWHERE]),
    numbering=st.none() | st.booleans(),
)
OPERATORS = Effective("operator", language="en-US")


def of(kind: SubjectKind, name: str, version: int = 1, **chosen: object) -> Versioned:
    return Versioned(Subject(kind, name), replace(NOTHING, **chosen), version)  # type: ignore[arg-type]  # by name


def test_where_nothing_is_set_the_operator_decides() -> None:
    assert effective(OPERATORS, NOTHING, NOTHING, NOTHING) == OPERATORS


def test_a_member_chooses_the_model_over_the_channel_over_the_guild() -> None:
    guild, channel, user = (Preferences(model=name) for name in ("guild", "channel", "user"))
    assert effective(OPERATORS, guild, NOTHING, NOTHING).model == "guild"
    assert effective(OPERATORS, guild, channel, NOTHING).model == "channel"
    assert effective(OPERATORS, guild, channel, user).model == "user"


@given(guild=PREFERENCES, channel=PREFERENCES, user=PREFERENCES, operators=st.sampled_from(Sharing))
def test_nobody_shares_answers_with_more_than_the_operator_allows(
    guild: Preferences, channel: Preferences, user: Preferences, operators: Sharing
) -> None:
    found = effective(replace(OPERATORS, sharing=operators), guild, channel, user).sharing
    assert WIDER.index(found) <= WIDER.index(operators)
    if user.stored_answers is False:
        assert found is Sharing.NOBODY


@given(guild=PREFERENCES, channel=PREFERENCES, user=PREFERENCES)
def test_what_a_member_sets_changes_only_the_members_own_things(
    guild: Preferences, channel: Preferences, user: Preferences
) -> None:
    with_user, without = effective(OPERATORS, guild, channel, user), effective(OPERATORS, guild, channel, NOTHING)
    assert replace(with_user, model=without.model, own_language="", sharing=without.sharing) == without


def test_a_thread_follows_its_channel_until_something_is_set_for_it() -> None:
    book = PreferenceBook(OPERATORS, parent_of=lambda channel: {"thread": "channel"}.get(channel, ""))
    book.put(of(SubjectKind.CHANNEL, "channel", model="channel's"), "a")
    assert book.of("g", "thread", "u").model == "channel's"
    book.put(of(SubjectKind.CHANNEL, "thread", model="thread's"), "a")
    assert book.of("g", "thread", "u").model == "thread's"


def test_an_older_version_that_a_slow_cache_tells_changes_nothing() -> None:
    book = PreferenceBook(OPERATORS, parent_of=lambda _: "")
    book.put(of(SubjectKind.GUILD, "g", 3, model="new"), "a")
    book.put(of(SubjectKind.GUILD, "g", 2, model="old"), "b")
    assert book.of("g", "c", "u").model == "new"
    book.put(of(SubjectKind.GUILD, "g", 1, model="anew"), "a")
    assert book.of("g", "c", "u").model == "anew", "the cache has begun from nothing"

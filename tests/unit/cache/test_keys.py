import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cache_turns import opening

from parley_cache.keys import digest, key_of, normalise
from parley_cache.model import Attachment, Mode, Scope

PROSE = st.text(alphabet=st.characters(exclude_characters="`~", exclude_categories=["Cs"]), max_size=60)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
IDS = st.integers(0, 2**63).map(str)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("  What IS\n\ta  log? ", "what is a log?"),
        ("Explain `MyClass` NOW", "explain `MyClass` now"),
        ("Explain ``a `Tick` b`` NOW", "explain ``a `Tick` b`` now"),
        ("Fix\n```python\nclass  A:\n    X = 1\n```\nPLEASE", "fix ```python\nclass  A:\n    X = 1\n``` please"),
        ("Fix\n~~~\nA\n~~~ NOW", "fix ~~~\nA\n~~~ now"),
        ("Fix ```never Closed", "fix ```never Closed"),
        ("Read HTTPS://Example.org/Some/Path?Q=A now, Please", "read HTTPS://Example.org/Some/Path?Q=A now, please"),
        ("A stray ` tick STAYS plain", "a stray ` tick stays plain"),
        ("ÀÉ Ω ДА", "àé ω да"),
        ("", ""),
    ],
)
def test_prose_is_levelled_and_code_and_links_stay(written: str, normal: str) -> None:
    assert normalise(written) == normal


@given(PROSE, st.sampled_from(["", " ", "\n\n", "\t "]))
def test_white_space_around_and_case_never_make_another_key(prompt: str, around: str) -> None:
    assert key_of(opening(prompt=around + prompt + around)) == key_of(opening(prompt=prompt))


@given(PROSE)
def test_normalising_twice_changes_nothing(prompt: str) -> None:
    assert normalise(normalise(prompt)) == normalise(prompt)


@given(st.lists(st.binary(max_size=6), max_size=5), st.lists(st.binary(max_size=6), max_size=5))
def test_no_two_lists_of_parts_share_a_digest(one: list[bytes], other: list[bytes]) -> None:
    assert (digest(*one) == digest(*other)) == (one == other)


PARTS: dict[str, st.SearchStrategy[Any]] = {
    "locale": st.sampled_from(["en-GB", "en-US", "ja"]),
    "model": st.sampled_from(["a", "b", "ab"]),
    "system_prompt": NAMES,
    "max_output_tokens": st.integers(0, 2**32 - 1),
    "prompt": NAMES,
    "guild_id": IDS,
    "scope": st.sampled_from([Scope.GUILD, Scope.EVERYWHERE]),
}


@given(st.fixed_dictionaries(PARTS), st.fixed_dictionaries(PARTS))
def test_different_parts_have_different_keys(one: dict[str, Any], other: dict[str, Any]) -> None:
    def parts(of: dict[str, Any]) -> tuple[Any, ...]:
        scope = of["guild_id"] if of["scope"] is Scope.GUILD else None
        fixed = tuple(of[name] for name in ("locale", "model", "system_prompt", "max_output_tokens"))
        return (scope, normalise(of["prompt"]), *fixed)

    same = key_of(opening(**one)) == key_of(opening(**other))
    assert same == (parts(one) == parts(other))


@given(st.fixed_dictionaries(PARTS), st.sampled_from(list(PARTS)), st.data())
def test_one_changed_part_changes_the_key(parts: dict[str, Any], name: str, data: st.DataObject) -> None:
    changed = parts | {name: data.draw(PARTS[name].filter(lambda value: value != parts[name]))}
    same_words = name == "prompt" and normalise(changed["prompt"]) == normalise(parts["prompt"])
    unused = name == "guild_id" and parts["scope"] is Scope.EVERYWHERE
    assert (key_of(opening(**changed)) == key_of(opening(**parts))) == (same_words or unused)


@given(NAMES, NAMES, IDS, IDS)
def test_who_asks_is_no_part_of_the_key_in_a_guild(name: str, other_name: str, author: str, other: str) -> None:
    one = opening("1", author_name=name, author_id=author, traceparent="a", interaction_token="t")
    two = opening("2", author_name=other_name, author_id=other, traceparent="b")
    assert key_of(one) == key_of(two)


def test_in_a_direct_message_the_guilds_scope_is_the_member() -> None:
    keys = {key_of(opening(guild_id="", author_id=author)) for author in ("30", "31", "30")}
    assert len(keys) == 2


def test_a_channel_a_guild_and_a_member_with_one_id_share_nothing() -> None:
    same = {"channel_id": "7", "author_id": "7"}
    keys = {
        key_of(opening(guild_id="7", scope=Scope.GUILD, **same)),
        key_of(opening(guild_id="7", scope=Scope.CHANNEL, **same)),
        key_of(opening(guild_id="", scope=Scope.GUILD, **same)),
        key_of(opening(guild_id="7", scope=Scope.EVERYWHERE, **same)),
    }
    assert len(keys) == 4


def test_everywhere_is_the_same_in_every_guild() -> None:
    assert key_of(opening(guild_id="1", scope=Scope.EVERYWHERE)) == key_of(
        opening(guild_id="2", scope=Scope.EVERYWHERE)
    )


def test_who_asks_afresh_has_the_same_key_and_who_never_shares_has_none() -> None:
    assert key_of(opening(mode=Mode.REFRESH)) == key_of(opening(mode=Mode.USE)) is not None
    assert key_of(opening(mode=Mode.NEVER)) is None


def test_a_question_with_a_file_has_no_key() -> None:
    file = Attachment("1", "2", "a.txt", "text/plain", 3)
    assert key_of(dataclasses.replace(opening(), attachments=(file,))) is None

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.ranking import ranked

MEMBERS = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8, unique=True)
KEYS = st.text(max_size=20)


@given(KEYS, MEMBERS, st.randoms())
def test_everyone_who_knows_the_same_members_agrees(key: str, members: list[str], lot: object) -> None:
    shuffled = members + members
    lot.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's own Random
    assert ranked(key, shuffled) == ranked(key, members)


@given(KEYS, MEMBERS)
def test_each_member_has_one_rank(key: str, members: list[str]) -> None:
    order = ranked(key, members)
    assert sorted(order) == sorted(members)


@given(KEYS, MEMBERS, st.integers(min_value=0))
def test_who_goes_moves_nobody_elses_keys(key: str, members: list[str], which: int) -> None:
    gone = members[which % len(members)]
    left = [member for member in members if member != gone]
    assert ranked(key, left) == tuple(member for member in ranked(key, members) if member != gone)


@given(KEYS, MEMBERS, st.text(min_size=1, max_size=12))
def test_who_comes_takes_keys_only_for_itself(key: str, members: list[str], fresh: str) -> None:
    before, after = ranked(key, members)[0], ranked(key, [*members, fresh])[0]
    assert after in (before, fresh)


def test_channels_are_spread_evenly() -> None:
    members = [f"gateway-{number}" for number in range(4)]
    firsts = Counter(ranked(str(10**18 + key * 4_194_304), members)[0] for key in range(4000))
    assert all(850 < firsts[member] < 1150 for member in members)


def test_nobody_is_first_among_nobody() -> None:
    assert ranked("c", []) == ()

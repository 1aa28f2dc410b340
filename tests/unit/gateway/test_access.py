from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.access import Access, Asker, DirectMessages, Lists
from parley_gateway.settings import ids_of

IDS = st.frozensets(st.sampled_from("123"), max_size=2)
LISTS = st.builds(Lists, IDS, IDS, IDS, IDS)
ONE = st.sampled_from("123")
ASKERS = st.builds(Asker, st.sampled_from(["", "1", "2", "3"]), ONE, ONE, IDS, st.sampled_from(["", "1", "2"]))
MEMBER = Asker(guild_id="1", channel_id="2", user_id="3", role_ids=frozenset({"4"}), parent_id="5")
ALONE = Asker(guild_id="", channel_id="2", user_id="3")


def one(identity: str) -> frozenset[str]:
    return frozenset({identity})


def test_without_any_rule_everybody_is_answered_everywhere() -> None:
    assert Access().may(MEMBER)
    assert Access().may(ALONE)


@pytest.mark.parametrize(
    "lists",
    [
        Lists(guilds=one("1")),
        Lists(channels=one("2")),
        Lists(channels=one("5")),
        Lists(roles=one("4")),
        Lists(users=one("3")),
    ],
)
def test_each_list_allows_what_it_names_and_denies_what_it_names(lists: Lists) -> None:
    assert Access(allow=lists).may(MEMBER)
    assert not Access(deny=lists).may(MEMBER)
    assert not Access(allow=lists, deny=lists).may(MEMBER), "deny wins"


@pytest.mark.parametrize(
    "lists", [Lists(guilds=one("9")), Lists(channels=one("9")), Lists(roles=one("9")), Lists(users=one("9"))]
)
def test_who_is_not_on_a_list_is_not_answered_and_not_denied(lists: Lists) -> None:
    assert not Access(allow=lists).may(MEMBER)
    assert Access(deny=lists).may(MEMBER)


def test_a_user_or_a_role_is_enough() -> None:
    assert Access(allow=Lists(roles=one("4"), users=one("9"))).may(MEMBER)
    assert Access(allow=Lists(roles=one("9"), users=one("3"))).may(MEMBER)


@pytest.mark.parametrize(
    ("direct", "may"),
    [(DirectMessages.EVERYBODY, True), (DirectMessages.NOBODY, False), (DirectMessages.LISTED, False)],
)
def test_direct_messages_have_a_rule_of_their_own(direct: DirectMessages, may: bool) -> None:
    assert Access(direct=direct).may(ALONE) == may
    assert Access(direct=direct).may(MEMBER), "it says nothing of guilds"


def test_a_listed_user_may_write_alone_where_only_listed_ones_may() -> None:
    assert Access(allow=Lists(users=one("3")), direct=DirectMessages.LISTED).may(ALONE)


def test_lists_of_guilds_and_channels_say_nothing_of_direct_messages() -> None:
    assert Access(allow=Lists(guilds=one("9"), channels=one("9"))).may(ALONE)


@given(allow=LISTS, deny=LISTS, asker=ASKERS, direct=st.sampled_from(DirectMessages))
def test_to_deny_more_never_lets_anybody_in(allow: Lists, deny: Lists, asker: Asker, direct: DirectMessages) -> None:
    if Access(allow, deny, direct).may(asker):
        assert Access(allow, Lists(), direct).may(asker)


def test_ids_are_read_with_their_commas_and_nothing_else_passes() -> None:
    assert ids_of(" 12, 34 ,") == {"12", "34"}
    with pytest.raises(ValueError, match="Sam"):
        ids_of("12,Sam")

"""Expectation 15: fair limits a member and a guild, shown as "again in so long"."""

from __future__ import annotations

import re

import pytest
from support.members import SET_UPS, SHORT, Members, SetUp, members

pytestmark = pytest.mark.asyncio(loop_scope="module")
AGAIN = re.compile(r"<t:\d+:R>")


async def test_who_asks_more_than_20_in_a_minute_is_refused_with_the_time_from_which_one_may_ask_again(
    members: Members,
) -> None:
    (person,) = members.parley.newcomers(1)
    # one more is allowed every 3 s: thirty are too many also where asking takes some seconds
    questions = [members.ask(f"Quick one {number} {SHORT}", members.room(), person=person) for number in range(30)]
    replies = await members.parley.replies(questions)
    refused = [reply for reply in replies if reply.outcome != "answered"]
    assert {(reply.outcome, reply.turn["reason"]) for reply in refused} == {("refused", "QUOTA")}
    assert 1 <= len(refused) <= 10, "twenty at least are answered"
    assert all(AGAIN.search(reply.text) for reply in refused)


async def test_others_are_answered_meanwhile(members: Members) -> None:
    assert (await members.answered(f"And me? {SHORT}", members.room(), person="Noor")).outcome == "answered"


@pytest.mark.parametrize("set_up", SET_UPS, ids=[one.name for one in SET_UPS])
async def test_a_guild_whose_budget_is_spent_is_told_when_it_comes_back(set_up: SetUp) -> None:
    async with members(set_up, environment={"PARLEY_CACHE_GUILD_USD_DAY": "0.000001"}) as present:
        assert (await present.answered(f"The first {SHORT}", present.room())).outcome == "answered"
        refused = await present.answered(f"The second {SHORT}", present.room(), person="Noor")
        assert (refused.outcome, refused.turn["reason"]) == ("refused", "QUOTA")
        assert AGAIN.search(refused.text)
        elsewhere = await present.answered(f"The third {SHORT}", present.room("Workshop"))
        assert elsewhere.outcome == "answered", "another guild has its own"

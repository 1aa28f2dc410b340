"""Expectation 14: the operator's lists say who is answered where; a message gets silence, a command the reason."""

from __future__ import annotations

import pytest
from support.members import SET_UPS, SHORT, Members, SetUp, members
from support.private_panels import PrivatePanel

from parley_sandbox.discord.default import default_world

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize("set_up", SET_UPS, ids=[one.name for one in SET_UPS]),
]
WORLD = default_world()
PEOPLE = {one.name: one.id for one in WORLD.people.values()}
GUILDS = {one["name"]: one["id"] for one in WORLD.guilds.values()}
NOT_HERE = "whoever runs this bot has set it so"


async def silent(present: Members, question: str, where: str) -> None:
    """Check that a question got nothing, once a later one in the same channel was answered."""
    assert (await present.answered(f"Somebody else asks {SHORT}", where, person="Noor")).outcome == "answered"
    assert not present.replies(question)


async def test_a_denied_member_gets_silence_for_a_message_and_a_sentence_for_a_command(set_up: SetUp) -> None:
    async with members(set_up, environment={"PARLEY_GATEWAY_DENY_USERS": PEOPLE["Sam"]}) as present:
        where = present.room()
        await silent(present, present.ask(f"Anybody there {SHORT}", where), where)
        told = PrivatePanel(present, where, "Sam")
        await told.use("ask", prompt="Anybody there")
        assert NOT_HERE in told.text
        await told.use("model")
        assert NOT_HERE in told.text
        await told.use("help")
        assert NOT_HERE not in told.text


async def test_only_the_guilds_that_are_allowed_are_answered(set_up: SetUp) -> None:
    async with members(set_up, environment={"PARLEY_GATEWAY_ALLOW_GUILDS": GUILDS["Orchard"]}) as present:
        foreign = present.ask(f"In the workshop {SHORT}", present.room("Workshop"))
        assert (await present.answered(f"In the orchard {SHORT}", present.room())).outcome == "answered"
        assert not present.replies(foreign)


async def test_direct_messages_may_be_for_those_who_are_listed(set_up: SetUp) -> None:
    lists = {
        "PARLEY_GATEWAY_ALLOW_USERS": f"{PEOPLE['Noor']},{PEOPLE['Sam']}",
        "PARLEY_GATEWAY_DENY_USERS": PEOPLE["Sam"],
    }
    async with members(set_up, environment=lists | {"PARLEY_GATEWAY_DIRECT_MESSAGES": "listed"}) as present:
        refused = [present.say(f"Me too {SHORT}", present.direct(name), person=name) for name in ("Sam", "Mika")]
        allowed = present.say(f"And me {SHORT}", present.direct("Noor"), person="Noor")
        assert (await present.answer(allowed)).outcome == "answered"
        assert not any(present.replies(question) for question in refused)

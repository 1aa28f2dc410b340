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
ORCHARD = next(one for one in WORLD.guilds.values() if one["name"] == "Orchard")
ROLES = {one["name"]: str(one["id"]) for one in ORCHARD["roles"]}
CHANNELS = {one["name"]: str(one["id"]) for one in WORLD.channels.values() if one.get("guild_id") == ORCHARD["id"]}
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


async def test_a_denied_role_and_a_denied_channel_with_its_threads_get_no_answer(set_up: SetUp) -> None:
    lists = {"PARLEY_GATEWAY_DENY_ROLES": ROLES["Gardeners"], "PARLEY_GATEWAY_DENY_CHANNELS": CHANNELS["help"]}
    async with members(set_up, environment=lists) as present:
        where, denied = present.room(), CHANNELS["help"]
        thread = present.people.begin_thread(PEOPLE["Sam"], denied, "Help!")["id"]
        refused = [
            present.ask(f"Of a denied role {SHORT}", where, person="Mika"),
            present.ask(f"In a denied channel {SHORT}", denied),
            present.ask(f"In a thread of it {SHORT}", thread),
        ]
        elsewhere = present.ask(f"The role is of the other server {SHORT}", present.room("Workshop"), person="Mika")
        assert (await present.answer(elsewhere)).outcome == "answered"
        await silent(present, refused[0], where)
        assert not any(present.replies(question) for question in refused)
        told = PrivatePanel(present, thread, "Sam")
        await told.use("ask", prompt="Anybody there")
        assert NOT_HERE in told.text


async def test_direct_messages_may_be_for_nobody(set_up: SetUp) -> None:
    async with members(set_up, environment={"PARLEY_GATEWAY_DIRECT_MESSAGES": "nobody"}) as present:
        refused = present.say(f"Anybody there {SHORT}", present.direct())
        await silent(present, refused, present.room())


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

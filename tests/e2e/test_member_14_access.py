"""Expectation 14: whom the operator's lists leave out gets no answer; deny wins, direct messages have a rule of their own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.members import SET_UPS, SHORT, Members, SetUp, members

from parley_gateway.texts import Key, Texts
from parley_sandbox.discord.default import default_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORLD = default_world()
"""Its ids are the same at every start."""


def person(name: str) -> str:
    """Return somebody's id before the system is there."""
    return next(one.id for one in WORLD.people.values() if one.name == name)


def guild(name: str) -> str:
    """Return a guild's id."""
    return str(next(one["id"] for one in WORLD.guilds.values() if one["name"] == name))


def channel(name: str, home: str = "Orchard") -> str:
    """Return a channel's id."""
    here = (one for one in WORLD.channels.values() if (one.get("name"), one.get("guild_id")) == (name, guild(home)))
    return str(next(here)["id"])


def role(name: str) -> str:
    """Return the id of a role of Orchard."""
    return str(next(one["id"] for one in WORLD.guild(guild("Orchard"))["roles"] if one["name"] == name))


async def only(present: Members, answered: Sequence[str], unanswered: Sequence[str]) -> None:
    """Wait for the answers; none of the other questions, which were asked before them, is taken up."""
    assert {reply.outcome for reply in await present.parley.replies(answered)} == {"answered"}
    for question in unanswered:
        assert not present.replies(question)
        assert not await present.parley.turn(question)
    assert len(present.parley.executions()) == len(answered)


@pytest.mark.parametrize("set_up", SET_UPS, ids=[one.name for one in SET_UPS])
async def test_who_is_denied_gets_no_answer_and_commands_say_why(set_up: SetUp) -> None:
    denied = {"USERS": person("Noor"), "CHANNELS": channel("help"), "ROLES": role("Gardeners")}
    environment = {f"PARLEY_GATEWAY_DENY_{kind}": listed for kind, listed in denied.items()}
    async with members(set_up, environment=environment) as present:
        room, thread = (
            present.room(),
            present.people.begin_thread(present.person("Sam"), channel("help"), "Help!")["id"],
        )
        unanswered = [
            present.ask(f"A denied user {SHORT}", room, person="Noor"),
            present.say(f"A denied user, alone {SHORT}", present.direct("Noor"), person="Noor"),
            present.ask(f"A denied role {SHORT}", room, person="Mika"),
            present.ask(f"A denied channel {SHORT}", channel("help")),
            present.ask(f"A thread of a denied channel {SHORT}", thread),
        ]
        answered = [
            present.ask(f"Anybody else {SHORT}", room),
            present.ask(f"The role is of another server {SHORT}", present.room("Workshop"), person="Mika"),
        ]
        await only(present, answered, unanswered)
        for who, where in (("Noor", room), ("Mika", room), ("Sam", channel("help")), ("Sam", thread)):
            refused = await present.used("ask", where, person=who, prompt="And so?")
            texts = Texts("ja" if who == "Mika" else "en-US")
            assert present.message(refused)["content"] == texts.render(Key.TOLD_NOT_HERE)
        assert len(present.parley.executions()) == len(answered)


@pytest.mark.parametrize("set_up", SET_UPS, ids=[one.name for one in SET_UPS])
async def test_only_who_is_allowed_is_answered_and_deny_wins(set_up: SetUp) -> None:
    environment = {
        "PARLEY_GATEWAY_ALLOW_GUILDS": guild("Orchard"),
        "PARLEY_GATEWAY_ALLOW_USERS": f"{person('Sam')},{person('Noor')}",
        "PARLEY_GATEWAY_ALLOW_ROLES": role("Gardeners"),
        "PARLEY_GATEWAY_DENY_USERS": person("Noor"),
        "PARLEY_GATEWAY_DIRECT_MESSAGES": "listed",
    }
    async with members(set_up, environment=environment) as present:
        room, (stranger,) = present.room(), present.parley.newcomers(1)
        unanswered = [
            present.ask(f"Of no list {SHORT}", room, person=stranger),
            present.ask(f"Denied as well {SHORT}", room, person="Noor"),
            present.ask(f"Another server {SHORT}", present.room("Workshop")),
            present.say(f"Listed by a role only {SHORT}", present.direct("Mika"), person="Mika"),
        ]
        answered = [
            present.ask(f"A listed user {SHORT}", room),
            present.ask(f"A listed role {SHORT}", room, person="Mika"),
            present.say(f"A listed user, alone {SHORT}", present.direct()),
        ]
        await only(present, answered, unanswered)


async def test_nobody_is_answered_alone_where_direct_messages_are_off() -> None:
    async with members(SET_UPS[0], environment={"PARLEY_GATEWAY_DIRECT_MESSAGES": "nobody"}) as present:
        unanswered = [present.say(f"Anybody there {SHORT}", present.direct())]
        await only(present, [present.ask(f"In a channel then {SHORT}", present.room())], unanswered)

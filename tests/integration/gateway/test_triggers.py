"""What makes the bot listen, by real events of the loopback Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from support.gateways import World, world

from parley_gateway.model import Named
from parley_gateway.preferences import MentionRule, Preferences, Subject, SubjectKind, Versioned

STREAM = "[[tps=400 text=words:12]]"


@pytest.fixture
async def open_ears() -> AsyncIterator[World]:
    """One of each; the bot may read everything."""
    async with world() as parley:
        await parley.start_monitor()
        await parley.start_cache()
        await parley.start_executor()
        await parley.start_gateway(message_content=True)
        await parley.settled()
        yield parley


def say(parley: World, person: str, text: str, reply_to: str | None = None, channel: str = "general") -> str:
    """Say something to nobody in particular."""
    where = parley.cast.channel("Orchard", channel)
    return str(parley.discord.people.say(parley.cast.person(person), where, text, reply_to=reply_to)["id"])


def set_rule(parley: World, rule: MentionRule, channel: str = "general") -> None:
    subject = Subject(SubjectKind.CHANNEL, parley.cast.channel("Orchard", channel))
    parley.service(0).policies.preferences.put(Versioned(subject, Preferences(mention_rule=rule), 1), "test")


def asked_of_claude(parley: World) -> str:
    """Return all that Claude was told with the newest request."""
    return str(parley.executions()[-1].messages)


async def test_a_channel_of_free_talk_is_one_conversation_of_all(open_ears: World) -> None:
    set_rule(open_ears, MentionRule.EVERYTHING)
    first = say(open_ears, "Sam", f"I like apples {STREAM}")
    await open_ears.ended(first)
    second = say(open_ears, "Noor", f"And I like pears {STREAM}")
    await open_ears.ended(second)
    assert len(open_ears.executions()) == 2
    here = Named(f"channel:{open_ears.cast.channel('Orchard', 'general')}")
    remembered = await open_ears.service(0).peers.conversations.get(here)
    assert [said.text.split(" [[")[0] for said in remembered.window if not said.by_claude] == [
        "I like apples",
        "And I like pears",
    ]


async def test_a_reply_without_a_ping_goes_on(open_ears: World) -> None:
    question = open_ears.ask(f"What is a log? {STREAM}")
    await open_ears.ended(question)
    further = say(open_ears, "Noor", f"And a journal? {STREAM}", reply_to=open_ears.replies(question)[0])
    assert await open_ears.ended(further)


async def test_without_the_intent_free_talk_is_off_and_a_mention_is_answered(parley: World) -> None:
    set_rule(parley, MentionRule.EVERYTHING)
    unheard = say(parley, "Sam", "I like apples")
    heard = parley.ask(f"And I like pears {STREAM}")
    await parley.ended(heard)
    assert not parley.replies(unheard)
    assert [trigger.value for trigger in parley.service(0).policies.unread] == ["reply", "thread", "free"]


async def test_where_only_commands_count_a_mention_is_not_answered(parley: World) -> None:
    set_rule(parley, MentionRule.COMMANDS)
    unheard = parley.ask("hello")
    heard = parley.ask(f"hello {STREAM}", channel=_another(parley))
    await parley.ended(heard)
    assert not parley.replies(unheard)


def _another(parley: World) -> str:
    channels = parley.discord.world.channels_of(parley.cast.guild("Orchard"))
    return next(str(one["name"]) for one in channels if one["name"] != "general" and one["type"] == 0)


async def test_the_message_that_is_asked_about_is_quoted(parley: World) -> None:
    said = say(parley, "Noor", "The moon is made of cheese.")
    question = parley.ask(f"Is this true? {STREAM}", person="Sam", reply_to=said)
    await parley.ended(question)
    assert "> The moon is made of cheese." in asked_of_claude(parley)


async def test_what_was_asked_while_no_gateway_lived_is_answered_once() -> None:
    async with world() as parley:
        await parley.start_monitor()
        await parley.start_cache()
        await parley.start_executor()
        asked = parley.ask(f"Is anybody there? {STREAM}")
        await parley.start_gateway()
        await parley.ended(asked)
        await parley.gateway_stacks[0].aclose()
        later = parley.ask(f"And now? {STREAM}")
        parley.gateways.clear()
        await parley.start_gateway()
        await parley.ended(later)
        assert len(parley.replies(asked)) == len(parley.replies(later)) == 1
        assert len(parley.executions()) == 2


async def test_a_direct_message_while_no_gateway_lived_is_answered_too(parley: World) -> None:
    channel, sam = parley.cast.direct("Sam"), parley.cast.person("Sam")
    await parley.ended(str(parley.discord.people.say(sam, channel, f"Hello {STREAM}")["id"]))
    await parley.gateway_stacks[0].aclose()
    parley.gateways.clear()
    later = str(parley.discord.people.say(sam, channel, f"Are you there? {STREAM}")["id"])
    await parley.start_gateway()
    await parley.ended(later)
    assert len(parley.replies(later)) == 1

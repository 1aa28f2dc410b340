"""What is set reaches every gateway and counts for the next question, with a real cache between."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.gateways import World

from parley_gateway.clients.preferences import PreferenceClient
from parley_gateway.preferences import MentionRule, Preferences, Subject, SubjectKind, UsageLimits, Versioned
from parley_gateway.terms import Sharing
from parley_kit.faults import Conflict

ALL = Preferences(
    model="claude-haiku-4-5",
    persona="You are a gardener.",
    mention_rule=MentionRule.EVERYTHING,
    language="ja",
    stored_answers=False,
    sharing=Sharing.CHANNEL,
    numbering=True,
    limits=UsageLimits(1, 2, 3, 4, 5),
)


def store(parley: World, number: int = 0) -> PreferenceClient:
    return parley.service(number).peers.preferences


async def test_what_is_set_is_read_back_whole(parley: World) -> None:
    for kind in SubjectKind:
        done = await store(parley).update(Versioned(Subject(kind, "77"), ALL))
        assert done == await store(parley).get(Subject(kind, "77")) == Versioned(Subject(kind, "77"), ALL, 1)


async def test_two_who_change_the_same_at_once_do_not_overwrite_each_other(parley: World) -> None:
    guild = Subject(SubjectKind.GUILD, "77")
    first = await store(parley).update(Versioned(guild, ALL))
    with pytest.raises(Conflict):
        await store(parley).update(Versioned(guild, Preferences(model="other")))
    assert (await store(parley).update(replace(first, preferences=Preferences()))).version == 2


async def test_a_change_at_one_gateway_counts_at_the_other(pair: World) -> None:
    subject = Subject(SubjectKind.GUILD, "77")
    await store(pair, 0).update(Versioned(subject, ALL))
    await pair.until(lambda: pair.service(1).policies.preferences.of("77", "1", "2").persona == ALL.persona)


async def test_the_chosen_model_and_persona_are_what_claude_is_asked_with(parley: World) -> None:
    guild = parley.discord.world.guild_of(parley.cast.channel("Orchard", "general")) or ""
    await store(parley).update(
        Versioned(Subject(SubjectKind.GUILD, guild), Preferences(model="claude-haiku-4-5", persona="Rhyme always."))
    )
    await parley.ended(parley.ask("Hello"))
    (asked,) = parley.executions()
    assert asked.model == "claude-haiku-4-5"
    assert "Rhyme always." in str(asked.system)


async def test_the_models_are_those_of_the_executors(parley: World) -> None:
    known = await parley.service(0).peers.models.list()
    assert "claude-haiku-5-5" in {model.id for model in known}
    assert all(model.name for model in known)

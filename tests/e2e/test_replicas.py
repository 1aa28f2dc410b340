"""Two of each: what dies, ends or starts in the middle costs no member anything."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from support.crowd import CHANNELS, GATEWAYS, channels, idle, messages_of_the_bot, said, standing
from support.redis_server import needed
from support.replies import spoken
from support.system import System, system

SAME = "How do I centre a div? [[ttft=0.5 tps=30 tokens=150]]"
ENDLESS = "[[ttft=0.1 tps=40 tokens=4000]]"


@dataclass(frozen=True, slots=True)
class Store:
    """What the turns are kept in."""

    caches: int
    redis: str


@pytest.fixture(params=[Store(1, ""), Store(2, "local")], ids=lambda store: f"{store.caches}-{store.redis or 'memory'}")
def store(request: pytest.FixtureRequest) -> Store:
    """Each store that the same must hold for."""
    found = request.param
    assert isinstance(found, Store)
    if found.redis:
        needed()
    return found


@asynccontextmanager
async def replicas(store: Store, **environment: str) -> AsyncIterator[System]:
    """Two gateways, a lease of five seconds, and slots for everybody."""
    patient = {"PARLEY_GATEWAY_CACHE_SILENCE": "2", "PARLEY_GATEWAY_CACHE_FIRST_WORD": "10"}
    short = {"PARLEY_CACHE_LEASE": "5", **patient, **environment}
    async with system(gateways=2, slots=32, caches=store.caches, redis=store.redis, environment=short) as parley:
        yield parley


async def only(parley: System, name: str, metric: str) -> str:
    """Return the only child of a service that counts something."""
    children = [child for child in parley.stack.children if child.split("-")[0] == name]
    counted = {child: await parley.metric(child, metric) for child in children}
    (found,) = (child for child, count in counted.items() if count)
    return found


async def test_the_leaders_gateway_dies_under_32_readers_and_every_reply_is_whole_once(store: Store) -> None:
    async with replicas(store) as parley:
        rooms = channels(parley)
        questions = [
            parley.ask(SAME, person=person, channel=rooms[at % CHANNELS])
            for at, person in enumerate(parley.newcomers(32))
        ]
        await parley.until(lambda: sum(map(bool, standing(parley).values())) >= 8)
        assert len(parley.executions()) == 1
        leader = await only(parley, "gateway", "parley_admission_decisions_total")
        await parley.stack.children[leader].kill()
        replies = await parley.replies(questions)
        assert {(reply.outcome, reply.turn["reason"] or "") for reply in replies} == {("answered", "")}
        assert len(parley.executions()) == 2, "the leader's, and one of a follower that was promoted"
        whole = said(parley.executions()[-1:])
        stands = standing(parley)
        assert {question: len(stands[question]) for question in questions} == dict.fromkeys(questions, 1)
        assert {tuple(spoken(stands[question][0]).split()) for question in questions} == whole
        assert messages_of_the_bot(parley, rooms) == 32, "nothing else stands there"


async def test_stop_pressed_through_the_other_gateway_stops_the_turn(store: Store) -> None:
    async with replicas(store) as parley:
        question = parley.ask(ENDLESS)
        message = await parley.streaming(question, 40)
        holder = await only(parley, "gateway", "parley_gateway_turns_held")
        other = next(name for name in GATEWAYS if name != holder)
        hub = parley.stack.discord.gateway
        hub.settings = replace(hub.settings, interactions_to_every_session=False)
        await parley.stack.children[other].restart()  # so that its session is the newest, which hears the click
        world = parley.stack.discord.world
        rows: Any = world.message(parley.channel(), message)["components"]
        parley.stack.discord.people.click(parley.person("Sam"), message, rows[0]["components"][0]["custom_id"])
        reply = await parley.reply(question)
        assert reply.outcome == "stopped"
        await parley.quiet()
        assert len(parley.executions()) == 1
        assert await parley.metric(holder, "parley_gateway_turns_held") == 0
        heard = await parley.metric(other, "discord_gateway_events_total")
        assert heard > 0, "it was the other one that heard the click"


async def test_gateways_restart_one_after_the_other_and_no_question_is_lost_or_answered_twice(store: Store) -> None:
    announced = {"PARLEY_GATEWAY_DRAIN_ANNOUNCE": "1"}
    async with replicas(store, **announced) as parley:
        rooms, questions = channels(parley), list[str]()

        async def ask() -> None:
            for number, person in enumerate(parley.newcomers(75)):
                text = f"Question {number} [[ttft=0.2 tps=60 tokens=40]]"
                questions.append(parley.ask(text, person=person, channel=rooms[number % CHANNELS]))
                await asyncio.sleep(0.2)

        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(ask())
            for name in GATEWAYS:
                await parley.stack.children[name].restart(grace=30)
            assert not asking.done(), "both were replaced while questions came"
        await parley.until(lambda: len(standing(parley)) == 75)
        await idle(parley)
        stands = standing(parley)
        assert Counter(len(stands[question]) for question in questions) == {1: 75}
        assert {tuple(spoken(stands[question][0]).split()) for question in questions} <= said(parley.executions())
        assert messages_of_the_bot(parley, rooms) == 75

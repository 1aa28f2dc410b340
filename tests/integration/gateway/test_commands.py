"""Commands over the wire: registered once, acknowledged at once, answered where they were used."""

from __future__ import annotations

from support.commands import answer, use, use_at
from support.gateways import World, world
from support.members import ENDLESS, SHORT

from parley_gateway.texts import Key, Texts

EPHEMERAL, LOADING = 1 << 6, 1 << 7
WORDS = "[[ttft=0.05 tps=400 text=words:12]] How tall is a pear tree?"
PAGES = "[[ttft=0.05 tps=2000 tokens=1200]]"


def registrations(parley: World) -> list[str]:
    return [one.method for one in parley.discord.recorder.requests if one.route.endswith("/commands")]


def done(parley: World, interaction: object) -> bool:
    shown = answer(parley, interaction)  # type: ignore[arg-type]  # an interaction of the sandbox
    return bool(shown) and not shown["flags"] & LOADING


async def test_commands_are_registered_once_and_not_again_by_the_next_gateway(parley: World) -> None:
    await parley.until(lambda: registrations(parley) == ["GET", "PUT"])
    names = {one["name"] for one in parley.discord.world.commands[""]}
    assert {
        "ask",
        "Ask Claude",
        "stop",
        "new",
        "context",
        "forget",
        "usage",
        "status",
        "model",
        "settings",
        "help",
    } == names
    await parley.start_gateway()
    await parley.gateway_stacks[0].aclose()
    await parley.until(lambda: len(registrations(parley)) > 2, within=40)
    assert registrations(parley)[2:] == ["GET"]


async def test_ask_is_answered_under_the_command(parley: World) -> None:
    asked = use(parley, "ask", prompt=WORDS)
    await parley.until(lambda: done(parley, asked) and not parley.working)
    shown = answer(parley, asked)
    assert len(shown["content"].split()) >= 12
    assert not shown["flags"] & EPHEMERAL
    assert asked.answered == 5
    assert not [one for one in parley.discord.recorder.requests if one.route.endswith("/typing")]


async def test_a_reply_to_its_answer_goes_on_with_it(parley: World) -> None:
    asked = use(parley, "ask", prompt=WORDS)
    await parley.until(lambda: done(parley, asked) and not parley.working)
    question = parley.ask(f"{SHORT} And a plum tree?", reply_to=answer(parley, asked)["id"])
    await parley.until(lambda: bool(parley.reply(question)) and not parley.working)
    told = parley.executions()[-1].messages
    assert len(told) == 3


async def test_two_gateways_answer_a_command_once(pair: World) -> None:
    asked = use(pair, "ask", prompt=WORDS)
    await pair.until(lambda: done(pair, asked) and not pair.working)
    assert len(pair.executions()) == 1
    callbacks = [one.status for one in pair.discord.recorder.requests if one.route.endswith("/callback")]
    assert sorted(callbacks) in ([200], [200, 400])


async def test_a_long_answer_goes_on_in_the_channel(parley: World) -> None:
    asked = use(parley, "ask", prompt=PAGES)
    await parley.until(lambda: done(parley, asked) and not parley.working, within=40)
    where = parley.discord.world.messages[asked.channel_id].values()
    ours = [one for one in where if one["author"]["id"] == parley.cast.bot]
    assert len(ours) >= 2


async def test_ask_claude_answers_the_message_that_it_was_chosen_at(parley: World) -> None:
    channel = parley.cast.channel("Orchard", "general")
    said = parley.discord.people.say(parley.cast.person("Mika"), channel, WORDS)
    asked = use_at(parley, "Ask Claude", str(said["id"]))
    await parley.until(lambda: done(parley, asked) and not parley.working)
    assert "pear tree" in str(parley.executions()[-1].messages[-1])


async def test_stop_ends_the_answer_that_is_being_written(parley: World) -> None:
    question = parley.ask(ENDLESS)
    await parley.streaming(question)
    stopped = use(parley, "stop")
    await parley.until(lambda: done(parley, stopped) and not parley.working)
    assert answer(parley, stopped)["flags"] & EPHEMERAL
    assert "⏹" in parley.reply(question)
    again = use(parley, "stop")
    await parley.until(lambda: done(parley, again))
    assert answer(parley, again)["content"] != answer(parley, stopped)["content"]


async def test_what_is_remembered_is_shown_and_forgotten(parley: World) -> None:
    question = parley.ask(WORDS)
    await parley.until(lambda: bool(parley.reply(question)) and not parley.working)
    shown = use(parley, "context")
    await parley.until(lambda: done(parley, shown))
    assert "pear tree" in answer(parley, shown)["content"]
    begun = use(parley, "new")
    await parley.until(lambda: done(parley, begun))
    emptied = use(parley, "context")
    await parley.until(lambda: done(parley, emptied))
    assert "pear tree" not in answer(parley, emptied)["content"]


async def test_forget_asks_first(parley: World) -> None:
    question = parley.ask(WORDS)
    await parley.until(lambda: bool(parley.reply(question)) and not parley.working)
    sure = use(parley, "forget")
    await parley.until(lambda: done(parley, sure))
    before = answer(parley, sure)
    parley.discord.people.click(parley.cast.person("Sam"), before["id"], "v1:forget:all")
    await parley.until(lambda: answer(parley, sure)["content"] != before["content"])
    assert not answer(parley, sure)["components"]
    shown = use(parley, "context")
    await parley.until(lambda: done(parley, shown))
    assert "pear tree" not in answer(parley, shown)["content"]


async def test_usage_status_and_help_are_told_to_the_member_alone(parley: World) -> None:
    for name in ("usage", "status", "help"):
        used = use(parley, name)
        await parley.until(lambda used=used: done(parley, used))  # type: ignore[misc]  # bound now
        assert answer(parley, used)["flags"] & EPHEMERAL
        assert answer(parley, used)["content"]


async def test_a_denied_channel_is_denied_in_its_threads_though_no_event_told_of_them() -> None:
    async with world() as parley:
        general, sam, people = (
            parley.cast.channel("Orchard", "general"),
            parley.cast.person("Sam"),
            parley.discord.people,
        )
        thread = str(people.begin_thread(sam, general, "of old")["id"])
        people.change_thread(sam, thread, archived=True)
        await parley.start_gateway(deny_channels=general)
        await parley.until(lambda: "ask" in {one["name"] for one in people.commands(sam, thread)})
        people.command(sam, thread, "ask", {"prompt": "May I?"})
        told = Texts("en").render(Key.TOLD_NOT_HERE)
        await parley.until(lambda: told in str(parley.discord.world.messages.get(thread)))

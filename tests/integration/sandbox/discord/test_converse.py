"""An unmodified hikari bot holds a conversation."""

import asyncio
from typing import Any

import aiohttp
import hikari
import pytest
from support.hikari_bots import RunBot
from support.loopback import Cast

from parley_sandbox.discord import Address, Fault, LoopbackDiscord, queries
from parley_sandbox.discord.faults import Kind


async def soon(queue: "asyncio.Queue[Any]") -> Any:
    async with asyncio.timeout(30):
        return await queue.get()


async def test_a_mention_is_answered_by_typing_a_reply_and_edits(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast
) -> None:
    channel, done = cast.channel("Orchard", "general"), asyncio.Queue[hikari.Message]()

    async def answer(event: hikari.GuildMessageCreateEvent) -> None:
        if event.is_bot:
            return
        rest = bot.rest
        await rest.trigger_typing(event.channel_id)
        row = rest.build_message_action_row().add_interactive_button(hikari.ButtonStyle.DANGER, "stop:1", label="Stop")
        sent = await rest.create_message(event.channel_id, "He", reply=event.message, component=row, nonce="n1")
        for text in ("Hello", "Hello Mika"):
            await rest.edit_message(event.channel_id, sent, text)
        await rest.add_reaction(event.channel_id, sent, "👍")
        done.put_nowait(await rest.edit_message(event.channel_id, sent, "Hello Mika!", components=[]))

    with discord.subscribe() as happenings:
        async with run_bot((hikari.GuildMessageCreateEvent, answer)) as bot:
            question = discord.people.say(cast.person("Mika"), channel, f"<@{cast.bot}> hello")
            final = await soon(done)
    assert final.content == "Hello Mika!"
    (reply,) = queries.creates_by_question(discord.recorder.requests)[question["id"]]
    assert queries.texts(discord.recorder.requests, reply) == ["He", "Hello", "Hello Mika", "Hello Mika!"]
    seen = discord.people.messages(cast.person("Noor"), channel)[-1]
    assert seen["referenced_message"]["id"] == question["id"]
    assert seen["components"] == []
    assert seen["reactions"][0]["emoji"]["name"] == "👍"
    kinds = [happenings.get_nowait().kind for _ in range(happenings.qsize())]
    assert [kind for kind in kinds if kind not in ("request", "presence")] == [
        *(
            "message_create",
            "typing",
            "message_create",
            "message_update",
            "message_update",
            "reaction",
            "message_update",
        )
    ]
    assert kinds.count("request") == len(discord.recorder.requests)


async def test_a_button_is_acknowledged_and_the_answer_edited(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast
) -> None:
    clicks = asyncio.Queue[hikari.ComponentInteraction]()

    async def click(event: hikari.InteractionCreateEvent) -> None:
        assert isinstance(event.interaction, hikari.ComponentInteraction)
        await event.interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_UPDATE)
        await event.interaction.edit_initial_response("stopped", components=[])
        follow_up = await event.interaction.execute("by the way")
        await event.interaction.edit_message(follow_up, "by the way!")
        clicks.put_nowait(event.interaction)

    async with run_bot((hikari.InteractionCreateEvent, click)) as bot:
        row = bot.rest.build_message_action_row().add_interactive_button(
            hikari.ButtonStyle.DANGER, "stop:1", label="Stop"
        )
        sent = await bot.rest.create_message(int(cast.channel("Orchard", "general")), "working", component=row)
        discord.people.click(cast.person("Mika"), str(sent.id), "stop:1")
        interaction = await soon(clicks)
        again = await bot.rest.fetch_message(sent.channel_id, sent.id)
    assert (interaction.custom_id, interaction.locale, str(interaction.user.id)) == (
        "stop:1",
        "ja",
        cast.person("Mika"),
    )
    assert interaction.member.permissions & hikari.Permissions.MANAGE_GUILD
    assert (again.content, list(again.components)) == ("stopped", [])
    assert discord.people.messages(cast.person("Sam"), str(sent.channel_id))[-1]["content"] == "by the way!"
    assert len(queries.acknowledgements(discord.recorder.requests)) == 1
    assert interaction.token not in repr(discord.recorder.requests)


async def test_an_ephemeral_answer_is_seen_by_who_pressed_only(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast
) -> None:
    answered = asyncio.Queue[hikari.Message]()

    async def click(event: hikari.InteractionCreateEvent) -> None:
        assert isinstance(event.interaction, hikari.ComponentInteraction)
        flags = hikari.MessageFlag.EPHEMERAL
        await event.interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE, flags=flags)
        await event.interaction.edit_initial_response("just for you")
        answered.put_nowait(await event.interaction.fetch_initial_response())

    channel = cast.channel("Workshop", "lab")
    async with run_bot((hikari.InteractionCreateEvent, click)) as bot:
        row = bot.rest.build_message_action_row().add_interactive_button(
            hikari.ButtonStyle.PRIMARY, "why", label="Why?"
        )
        sent = await bot.rest.create_message(int(channel), "busy", component=row)
        discord.people.click(cast.person("Noor"), str(sent.id), "why")
        assert (await soon(answered)).content == "just for you"
        history = [message.content async for message in bot.rest.fetch_messages(int(channel), after=0)]
    assert discord.people.messages(cast.person("Noor"), channel)[-1]["content"] == "just for you"
    assert discord.people.messages(cast.person("Mika"), channel)[-1]["content"] == "busy"
    assert history == ["busy"]


async def test_a_direct_message_goes_both_ways(discord: LoopbackDiscord, run_bot: RunBot, cast: Cast) -> None:
    got = asyncio.Queue[hikari.DMMessageCreateEvent]()
    async with run_bot((hikari.DMMessageCreateEvent, got.put)) as bot:
        discord.people.say(cast.person("Sam"), cast.direct("Sam"), "psst")
        event = await soon(got)
        channel = await bot.rest.create_dm_channel(int(cast.person("Sam")))
        await bot.rest.create_message(channel, "yes?")
    assert event.content == "psst"
    assert str(channel.id) == cast.direct("Sam")
    assert discord.people.messages(cast.person("Sam"), cast.direct("Sam"))[-1]["content"] == "yes?"


async def test_files_go_up_and_come_down(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast, address: Address
) -> None:
    got, channel = asyncio.Queue[hikari.GuildMessageCreateEvent](), cast.channel("Orchard", "help")
    async with run_bot((hikari.GuildMessageCreateEvent, got.put)) as bot:
        discord.people.say(cast.person("Mika"), channel, "read this", files=[("日本語.txt", "こんにちは".encode())])
        (attachment,) = (await soon(got)).message.attachments
        assert (await attachment.read()).decode() == "こんにちは"
        answer = await bot.rest.create_message(int(channel), "here", attachment=hikari.Bytes(b"# all", "answer.md"))
        assert await answer.attachments[0].read() == b"# all"
        edited = await bot.rest.edit_message(int(channel), answer, attachment=hikari.Bytes(b"b", "b.md"))
    assert [each.filename for each in edited.attachments] == ["b.md"]
    assert [each.files for each in queries.of(discord.recorder.requests, queries.CREATE)] == [(("answer.md", 5),)]
    async with aiohttp.ClientSession() as http, http.get(f"{address.base_url}/cdn/attachments/1/2/x") as missing:
        assert missing.status == 404


async def test_a_link_to_a_file_is_good_for_a_time_and_the_api_gives_a_new_one(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast
) -> None:
    channel, now = cast.channel("Orchard", "help"), discord.clock.now
    said = discord.people.say(cast.person("Mika"), channel, "read", files=[("a.txt", b"a")])
    link = said["attachments"][0]["url"]
    discord.faults.add(Fault(Kind.EXPIRED_FILE))
    async with run_bot() as bot, aiohttp.ClientSession() as http:
        fetched = (await bot.rest.fetch_message(int(channel), int(said["id"]))).attachments[0]
        with pytest.raises(hikari.NotFoundError):
            await fetched.read()
        assert await fetched.read() == b"a"
        for broken in (link.split("?")[0], link.replace("ex=", "ex=1"), link.replace("hm=", "hm=0")):
            async with http.get(broken) as refused:
                assert refused.status == 404
        discord.world.links.now = lambda: now() + discord.world.links.life
        with pytest.raises(hikari.NotFoundError):
            await fetched.read()
        again = await bot.rest.fetch_message(int(channel), int(said["id"]))
        assert await again.attachments[0].read() == b"a"


async def test_commands_history_and_places_read_as_hikari_expects(
    discord: LoopbackDiscord, run_bot: RunBot, cast: Cast
) -> None:
    channel = int(cast.channel("Orchard", "general"))
    said = [discord.people.say(cast.person("Mika"), str(channel), f"line {number}")["id"] for number in range(130)]
    async with run_bot() as bot:
        rest = bot.rest
        assert bot.token_id is not None
        command = rest.slash_command_builder("ask", "Ask a question")
        registered = await rest.set_application_commands(bot.token_id, [command])
        assert [each.id for each in await rest.fetch_application_commands(bot.token_id)] == [registered[0].id]
        fetched = [message.content async for message in rest.fetch_messages(channel, after=int(said[9]))]
        assert fetched == [f"line {number}" for number in range(10, 130)]
        assert [m.content async for m in rest.fetch_messages(channel).limit(2)] == ["line 129", "line 128"]
        assert (await rest.fetch_my_user()).username == "Parley"
        assert (await rest.fetch_application()).id == bot.token_id
        assert (await rest.fetch_guild(int(cast.guild("Orchard")))).name == "Orchard"
        assert (await rest.fetch_channel(channel)).name == "general"
        member = await rest.fetch_member(int(cast.guild("Orchard")), int(cast.person("Mika")))
        assert member.display_name == "Mika"
        mine = await rest.create_message(channel, "bye")
        await rest.delete_message(channel, mine)
    assert discord.people.messages(cast.person("Mika"), str(channel))[-1]["content"] == "line 129"

"""Commands, completions, lists, forms and threads, as a real hikari hears and answers them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import hikari
import pytest
from support.hikari_bots import lean_bot, running
from support.loopback import Cast

from parley_sandbox.discord import LoopbackDiscord, Permission
from parley_sandbox.discord.errors import ApiError

EPHEMERAL = 1 << 6


class Stage:
    """A bot that notes what it hears, and people before it."""

    def __init__(self, discord: LoopbackDiscord, bot: hikari.GatewayBot) -> None:
        self.discord, self.bot, self.cast = discord, bot, Cast(discord)
        self.heard: asyncio.Queue[Any] = asyncio.Queue()
        self.channel = self.cast.channel("Orchard", "general")
        self.sam = self.cast.person("Sam")

    async def hear(self) -> Any:
        async with asyncio.timeout(30):
            return await self.heard.get()

    async def register(self) -> None:
        rest, build = self.bot.rest, self.bot.rest.slash_command_builder("ask", "Ask something")
        build.set_name_localizations({"ja": "質問"})
        build.add_option(
            hikari.CommandOption(type=hikari.OptionType.STRING, name="prompt", description="What", is_required=True)
        )
        build.add_option(
            hikari.CommandOption(type=hikari.OptionType.STRING, name="model", description="Which", autocomplete=True)
        )
        build.add_option(hikari.CommandOption(type=hikari.OptionType.ATTACHMENT, name="file", description="A file"))
        menu = rest.context_menu_command_builder(hikari.CommandType.MESSAGE, "Ask Claude")
        manage = rest.slash_command_builder("settings", "Settings")
        manage.set_default_member_permissions(hikari.Permissions.MANAGE_GUILD)
        await rest.set_application_commands(int(self.cast.bot), [build, menu, manage])


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    discord = LoopbackDiscord()
    async with discord.serve() as address:
        bot = lean_bot(discord.token, address)
        present = Stage(discord, bot)

        async def hear(event: hikari.InteractionCreateEvent) -> None:
            present.heard.put_nowait(event.interaction)

        async with running(bot, (hikari.InteractionCreateEvent, hear)):
            await present.register()
            yield present


async def test_a_command_comes_with_its_options_and_its_file_and_is_answered_by_its_original() -> None:
    async with stage() as here:
        here.discord.people.command(
            here.sam, here.channel, "ask", {"prompt": "why?", "file": 0}, files=[("note.txt", b"hello")]
        )
        command = await here.hear()
        assert isinstance(command, hikari.CommandInteraction)
        assert command.command_name == "ask"
        assert next((option.name, option.value) for option in command.options or ()) == ("prompt", "why?")
        assert command.resolved is not None
        (attachment,) = command.resolved.attachments.values()
        assert (attachment.filename, attachment.size) == ("note.txt", 5)
        await command.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)
        (thinking,) = here.discord.people.messages(here.sam, here.channel)
        assert thinking["flags"] & 128
        await command.edit_initial_response("because")
        (shown,) = here.discord.people.messages(here.sam, here.channel)
        assert (shown["content"], shown["interaction"]["name"]) == ("because", "ask")


async def test_what_only_one_may_see_nobody_else_sees() -> None:
    async with stage() as here:
        here.discord.people.command(here.sam, here.channel, "ask", {"prompt": "why?"})
        await (await here.hear()).create_initial_response(
            hikari.ResponseType.MESSAGE_CREATE, "psst", flags=hikari.MessageFlag.EPHEMERAL
        )
        assert [one["content"] for one in here.discord.people.messages(here.sam, here.channel)] == ["psst"]
        assert not here.discord.people.messages(here.cast.person("Noor"), here.channel)


@pytest.mark.parametrize("options", [{}, {"prompt": 3}, {"prompt": "x", "other": 1}, {"prompt": "x", "file": 1}])
async def test_a_command_that_is_typed_wrongly_never_reaches_the_bot(options: dict[str, Any]) -> None:
    async with stage() as here:
        with pytest.raises(ApiError):
            here.discord.people.command(here.sam, here.channel, "ask", options)
        assert here.heard.empty()


async def test_an_option_is_completed_by_the_bot() -> None:
    async with stage() as here:
        asked = here.discord.people.complete(here.sam, here.channel, "ask", option="model", typed="ha")
        completing = await here.hear()
        assert isinstance(completing, hikari.AutocompleteInteraction)
        assert [option.value for option in completing.options if option.is_focused] == ["ha"]
        await completing.create_response([hikari.impl.AutocompleteChoiceBuilder("Haiku", "haiku")])
        assert asked.choices == [{"name": "Haiku", "value": "haiku"}]


async def test_a_message_is_what_its_menu_is_about() -> None:
    async with stage() as here:
        said = here.discord.people.say(here.cast.person("Noor"), here.channel, "Is this so?")
        here.discord.people.command(here.sam, here.channel, "Ask Claude", target=said["id"])
        command = await here.hear()
        (target,) = command.resolved.messages.values()
        assert (str(command.target_id), target.content) == (said["id"], "Is this so?")


async def test_a_user_is_what_their_menu_is_about() -> None:
    async with stage() as here:
        menu = here.bot.rest.context_menu_command_builder(hikari.CommandType.USER, "Who is this?")
        await here.bot.rest.set_application_commands(int(here.cast.bot), [menu])
        noor = here.cast.person("Noor")
        here.discord.people.command(here.sam, here.channel, "Who is this?", target=noor)
        command = await here.hear()
        assert str(command.target_id) == noor
        assert command.resolved.members[int(noor)].permissions & hikari.Permissions.SEND_MESSAGES


async def test_every_type_of_option_arrives_with_what_it_names() -> None:
    async with stage() as here:
        noor, role = here.cast.person("Noor"), here.discord.world.guild(here.cast.guild("Orchard"))["roles"][-1]["id"]
        given: dict[hikari.OptionType, object] = {
            hikari.OptionType.STRING: "text",
            hikari.OptionType.INTEGER: 7,
            hikari.OptionType.BOOLEAN: True,
            hikari.OptionType.USER: noor,
            hikari.OptionType.CHANNEL: here.channel,
            hikari.OptionType.ROLE: role,
            hikari.OptionType.MENTIONABLE: noor,
            hikari.OptionType.FLOAT: 0.5,
        }
        build = here.bot.rest.slash_command_builder("all", "All of them")
        for kind in given:
            build.add_option(hikari.CommandOption(type=kind, name=f"o{int(kind)}", description="One"))
        await here.bot.rest.set_application_commands(int(here.cast.bot), [build])
        values = {f"o{int(kind)}": value for kind, value in given.items()}
        here.discord.people.command(here.sam, here.channel, "all", values)
        command = await here.hear()
        assert {option.name: str(option.value) for option in command.options} == {
            name: str(value) for name, value in values.items()
        }
        resolved = command.resolved
        assert [str(one) for one in (*resolved.members, *resolved.channels, *resolved.roles)] == [
            noor,
            here.channel,
            role,
        ]
        for name, wrong in {"o6": "1", "o7": here.cast.channel("Workshop", "lab"), "o8": "1", "o4": 1 << 53}.items():
            with pytest.raises(ApiError):
                here.discord.people.command(here.sam, here.channel, "all", {name: wrong})


async def test_what_the_bot_leaves_unanswered_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley_sandbox.discord.acts.interactions.ACKNOWLEDGE_WITHIN", 0.2)
    async with stage() as here:
        with here.discord.subscribe() as happenings:
            here.discord.people.command(here.sam, here.channel, "ask", {"prompt": "why?"})
            command = await here.hear()
            states = []
            async with asyncio.timeout(30):
                while "failed" not in states:
                    happening = await happenings.get()
                    states += [happening.payload["state"]] if happening.kind == "interaction" else []
        assert states == ["created", "failed"]
        with pytest.raises(hikari.NotFoundError):
            await command.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)


async def test_a_command_for_those_who_manage_the_server_is_offered_to_nobody_else() -> None:
    async with stage() as here:
        people = here.discord.people
        offered = {
            name: {one["name"] for one in people.commands(here.cast.person(name), here.channel)}
            for name in ("Mika", "Sam")
        }
        assert offered["Mika"] - offered["Sam"] == {"settings"}
        with pytest.raises(ApiError):
            people.command(here.sam, here.channel, "settings")


async def test_lists_and_forms_go_back_and_forth() -> None:
    async with stage() as here:
        people = here.discord.people
        row = hikari.impl.MessageActionRowBuilder()
        row.add_text_menu("v1:pick", max_values=2).add_option("One", "1").add_option("Two", "2").add_option(
            "Three", "3"
        )
        channels = hikari.impl.MessageActionRowBuilder().add_channel_menu("v1:where", max_values=3)
        message = await here.bot.rest.create_message(int(here.channel), "choose", components=[row, channels])
        people.select(here.sam, str(message.id), "v1:pick", ["1", "3"])
        picked = await here.hear()
        assert tuple(picked.values) == ("1", "3")
        with pytest.raises(ApiError):
            people.select(here.sam, str(message.id), "v1:pick", ["4"])
        field = hikari.impl.ModalActionRowBuilder().add_text_input("persona", "Who am I?", max_length=10)
        await picked.create_modal_response("Persona", "v1:form", components=[field])
        (opened,) = people.forms(here.sam)
        with pytest.raises(ApiError):
            people.submit(here.sam, opened.id, {"persona": "far too long a persona"})
        people.submit(here.sam, opened.id, {"persona": "a poet"})
        sent = await here.hear()
        assert isinstance(sent, hikari.ModalInteraction)
        assert [child.value for row in sent.components for child in row] == ["a poet"]
        people.select(here.sam, str(message.id), "v1:where", [here.channel])
        assert [str(one) for one in (await here.hear()).values] == [here.channel]


async def test_threads_are_heard_of_and_written_in() -> None:
    async with stage() as here:
        made: asyncio.Queue[Any] = asyncio.Queue()
        written: asyncio.Queue[Any] = asyncio.Queue()

        async def note(event: hikari.GuildThreadCreateEvent) -> None:
            made.put_nowait(event)

        async def read(event: hikari.GuildMessageCreateEvent) -> None:
            written.put_nowait(event)

        here.bot.subscribe(hikari.GuildThreadCreateEvent, note)
        here.bot.subscribe(hikari.GuildMessageCreateEvent, read)
        people = here.discord.people
        question = people.say(here.sam, here.channel, "let us talk")
        thread = people.begin_thread(here.sam, here.channel, "Talk", question["id"])
        async with asyncio.timeout(30):
            assert str((await made.get()).thread.id) == thread["id"] == question["id"]
            await written.get()
            people.say(here.sam, thread["id"], f"<@{here.cast.bot}> come in")
            assert str((await written.get()).channel_id) == thread["id"]
        assert here.cast.bot in here.discord.world.thread_members[thread["id"]], "who is mentioned is in it"
        people.change_thread(here.sam, thread["id"], archived=True)
        await here.bot.rest.create_message(int(thread["id"]), "I am here")
        assert not here.discord.world.channels[thread["id"]]["thread_metadata"]["archived"], "a message opens it"
        begun = await here.bot.rest.create_thread(int(here.channel), hikari.ChannelType.GUILD_PUBLIC_THREAD, "Mine")
        assert str(begun.parent_id) == here.channel


async def test_a_thread_tells_of_itself_and_goes_with_what_is_in_it() -> None:
    async with stage() as here:
        heard: asyncio.Queue[Any] = asyncio.Queue()

        async def hear(event: Any) -> None:
            heard.put_nowait(event)

        for kind in (hikari.GuildMessageCreateEvent, hikari.GuildThreadUpdateEvent, hikari.GuildThreadDeleteEvent):
            here.bot.subscribe(kind, hear)
        people, world = here.discord.people, here.discord.world

        async def next_event() -> Any:
            async with asyncio.timeout(30):
                return await heard.get()

        question = people.say(here.sam, here.channel, "let us talk")
        assert (await next_event()).content == "let us talk"
        thread = people.begin_thread(here.sam, here.channel, "Talk", question["id"])["id"]
        starter = (await next_event()).message
        assert (starter.type, str(starter.channel_id)) == (hikari.MessageType.THREAD_STARTER_MESSAGE, thread)
        assert starter.referenced_message.content == "let us talk"
        people.begin_thread(here.sam, here.channel, "Apart")
        told = (await next_event()).message
        assert (told.type, told.content) == (hikari.MessageType.THREAD_CREATED, "Apart")
        assert world.channel(thread)["message_count"] == 0, "what Discord itself writes does not count"
        people.change_thread(here.sam, thread, archived=True)
        assert (await next_event()).thread.metadata.is_archived
        with pytest.raises(ApiError, match="Missing Permissions"):
            people.change_thread(here.cast.person("Noor"), thread, name="Mine")
        world.overwrite(here.channel, allow=Permission.MANAGE_THREADS)
        await here.bot.rest.delete_channel(int(thread))
        assert str((await next_event()).thread_id) == thread
        with pytest.raises(ApiError, match="Unknown Channel"):
            people.messages(here.sam, thread)


async def test_a_locked_thread_is_for_those_who_manage_threads() -> None:
    async with stage() as here:
        people, world = here.discord.people, here.discord.world
        thread = people.begin_thread(here.sam, here.channel, "Talk")["id"]
        with pytest.raises(ApiError, match="Missing Permissions"):
            people.change_thread(here.sam, thread, locked=True)
        world.overwrite(here.channel, user_id=here.cast.person("Mika"), allow=Permission.MANAGE_THREADS)
        people.change_thread(here.cast.person("Mika"), thread, locked=True)
        with pytest.raises(ApiError, match="locked"):
            people.say(here.sam, thread, "still here?")
        world.overwrite(here.channel, deny=Permission.SEND_MESSAGES_IN_THREADS)
        with pytest.raises(hikari.ForbiddenError):
            await here.bot.rest.create_message(int(thread), "nor I")

"""Commands, lists, forms: what a person does with what the bot offers."""

import asyncio
from typing import Any, Final

from aiohttp import web
from pydantic import Field

from parley_sandbox.discord.acts.interactions import Interaction
from parley_sandbox.web.server.answers import Body, RefusedError, answer, body_of
from parley_sandbox.web.server.keys import loopback
from parley_sandbox.web.server.offers import command_view
from parley_sandbox.web.server.uploads import sent

routes = web.RouteTableDef()
_COMPLETED_WITHIN: Final = 3.0
"""Seconds that Discord waits for completions."""


class Used(Body):
    """A command that is used. command: its id or registered name; an attachment by its number among the files."""

    person: str
    command: str
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)
    target_message: str | None = None
    target_user: str | None = None


class Typed(Body):
    """A command that is being typed: the option that is to be completed, and what stands there."""

    person: str
    command: str
    option: str
    value: str = ""
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)


class Picked(Body):
    """What was chosen in a list."""

    person: str
    custom_id: str
    values: list[str]


class Filled(Body):
    """A form that is sent. interaction: whose answer it is."""

    person: str
    interaction: str
    values: dict[str, str]


@routes.get("/api/commands")
async def commands(request: web.Request) -> web.Response:
    """The commands that a person may use in a channel, in the person's language."""
    discord = loopback(request).discord
    person = discord.world.person(request.query.get("person", ""))
    usable = discord.people.commands(person.id, request.query.get("channel", ""))
    return answer([command_view(command, person.locale) for command in usable])


@routes.post("/api/channels/{channel}/commands")
async def use(request: web.Request) -> web.Response:
    """Use a command; with files as multipart."""
    used, files = await sent(request, Used)
    begun = loopback(request).discord.people.command(
        used.person,
        request.match_info["channel"],
        used.command,
        used.options,
        target=used.target_message or used.target_user,
        files=files,
    )
    return answer({"interaction": begun["id"]}, 202)


@routes.post("/api/channels/{channel}/complete")
async def complete(request: web.Request) -> web.Response:
    """Wait for what the bot offers to complete an option with."""
    discord, typed = loopback(request).discord, await body_of(request, Typed)
    with discord.subscribe() as happenings:
        asked = discord.people.complete(
            typed.person,
            request.match_info["channel"],
            typed.command,
            option=typed.option,
            typed=typed.value,
            options=typed.options,
        )
        return answer({"choices": await _choices(asked, happenings)})


@routes.post("/api/messages/{message}/select")
async def select(request: web.Request) -> web.Response:
    """Choose in a list."""
    picked = await body_of(request, Picked)
    begun = loopback(request).discord.people.select(
        picked.person, request.match_info["message"], picked.custom_id, picked.values
    )
    return answer({"interaction": begun["id"]}, 202)


@routes.post("/api/modals")
async def submit(request: web.Request) -> web.Response:
    """Send a form."""
    filled = await body_of(request, Filled)
    begun = loopback(request).discord.people.submit(filled.person, filled.interaction, filled.values)
    return answer({"interaction": begun["id"]}, 202)


async def _choices(asked: Interaction, happenings: asyncio.Queue[Any]) -> list[dict[str, Any]]:
    try:
        async with asyncio.timeout(_COMPLETED_WITHIN):
            while asked.choices is None:
                await happenings.get()
    except TimeoutError:
        raise RefusedError(504, "the bot did not answer in time") from None
    return asked.choices

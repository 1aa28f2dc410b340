"""The first thing a page asks for, and the stream of everything after it."""

from typing import Any, Final

from aiohttp import web

from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.world import World
from parley_sandbox.web.server.answers import answer
from parley_sandbox.web.server.keys import SANDBOX
from parley_sandbox.web.server.sandbox import Sandbox
from parley_sandbox.web.server.sse import stream
from parley_sandbox.web.server.view import channel_view, presence_view, shown_name, thread_view

routes = web.RouteTableDef()
_LANGUAGES: Final = ("en", "ja")


@routes.get("/api/state")
async def state(request: web.Request) -> web.Response:
    """Everything that is there before anybody says anything, as one person sees it."""
    sandbox = request.app[SANDBOX]
    world = sandbox.discord.world
    person = request.query.get("person", "")
    if person not in world.people:
        person = next(iter(world.people))
    told = _world(world, person)
    told["bot"]["presence"] = presence_view(sandbox.discord.gateway.presences)
    return answer({"person": person, "place": sandbox.feed.place, **told, **_system(sandbox)})


@routes.get("/api/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events for one person; Last-Event-ID (or ?after=) resumes."""
    return await stream(request, request.app[SANDBOX].feed, request.query.get("person", ""))


def _world(world: World, person: str) -> dict[str, Any]:
    direct = world.direct_channel(person)
    return {
        "bot": {"id": world.bot["id"], "name": shown_name(world.bot)},
        "persons": [
            {
                "id": each.id,
                "name": each.name,
                "locale": each.locale,
                "manages": _managed(world, each.id),
                "guilds": [guild for guild, members in world.members.items() if each.id in members],
            }
            for each in world.people.values()
        ],
        "guilds": [
            {
                "id": guild_id,
                "name": guild["name"],
                "channels": [_channel(world, channel) for channel in world.channels_of(guild_id)],
                "roles": [{"id": role["id"], "name": role["name"]} for role in guild["roles"]],
            }
            for guild_id, guild in world.guilds.items()
            if person in world.members[guild_id]
        ],
        "direct": direct["id"] if direct else None,
    }


def _channel(world: World, channel: dict[str, Any]) -> dict[str, Any]:
    """A channel with its threads, those that are archived last."""
    everything = [*world.threads_of(channel["guild_id"]), *world.threads_of(channel["guild_id"], archived=True)]
    threads = [thread_view(thread) for thread in everything if thread["parent_id"] == channel["id"]]
    return {**channel_view(channel), "threads": threads}


def _system(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "sources": sandbox.sources,
        "capacity": sandbox.capacity.now,
        "turns": sandbox.turns.newest_first(),
        "languages": _LANGUAGES,
    }


def _managed(world: World, person: str) -> list[str]:
    return [guild["name"] for guild_id, guild in world.guilds.items() if _manages(world, guild_id, person)]


def _manages(world: World, guild_id: str, person: str) -> bool:
    channels = list(world.channels_of(guild_id))
    return bool(channels) and Permission.MANAGE_GUILD in world.permissions_of(person, channels[0]["id"])

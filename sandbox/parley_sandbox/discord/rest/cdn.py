"""Files that were sent, served where their attachments point to, as long as the link is good."""

from aiohttp import web

from parley_sandbox.discord.faults import Faults, Kind
from parley_sandbox.discord.world import World

PREFIX = "/cdn"


class Cdn:
    """Serves a world's files."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults

    def bind(self, app: web.Application) -> None:
        """Add the route of attachments."""
        app.router.add_get(PREFIX + "/attachments/{channel_id}/{file_id}/{name}", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        place = f"{request.match_info['channel_id']}/{request.match_info['file_id']}"
        stored = self._world.files.get(place)
        good = self._world.links.good(request.path, request.query)
        if stored is None or stored.name != request.match_info["name"] or not good:
            raise _gone()
        if self._faults.strikes(Kind.EXPIRED_FILE):
            raise _gone()
        return web.Response(body=stored.content, headers={"Content-Type": stored.content_type})


def _gone() -> web.HTTPNotFound:
    return web.HTTPNotFound(text="This content is no longer available.")

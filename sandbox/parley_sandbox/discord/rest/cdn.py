"""Files that were sent, served where their attachments point to. Expiring links come with the CDN's own issue."""

from aiohttp import web

from parley_sandbox.discord.world import World

PREFIX = "/cdn"


class Cdn:
    """Serves a world's files."""

    def __init__(self, world: World) -> None:
        self._world = world

    def bind(self, app: web.Application) -> None:
        """Add the route of attachments."""
        app.router.add_get(PREFIX + "/attachments/{channel_id}/{file_id}/{name}", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        place = f"{request.match_info['channel_id']}/{request.match_info['file_id']}"
        stored = self._world.files.get(place)
        if stored is None or stored.name != request.match_info["name"]:
            raise web.HTTPNotFound(text="This content is no longer available.")
        return web.Response(body=stored.content, headers={"Content-Type": stored.content_type})

"""The page's own files."""

from pathlib import Path
from typing import Final

from aiohttp import web

STATIC: Final = Path(__file__).parent.parent / "static"


async def index(_request: web.Request) -> web.StreamResponse:
    """The page; the state in its address is read by its script."""
    return web.FileResponse(STATIC / "index.html")


async def revalidate(request: web.Request, response: web.StreamResponse) -> None:
    """The browser asks each time whether a file changed, so that an update is seen at the next reload."""
    if not request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-cache")


def file_routes() -> list[web.AbstractRouteDef]:
    """The page at /, everything that it loads under /static."""
    return [web.get("/", index), web.static("/static", STATIC)]

"""Threads, and files of the loopback under the page's own address."""

from aiohttp import web

from parley_sandbox.web.server.answers import Body, RefusedError, answer, body_of
from parley_sandbox.web.server.keys import loopback
from parley_sandbox.web.server.view import thread_view

routes = web.RouteTableDef()


class Begun(Body):
    """A thread to begin, at a message or without one."""

    person: str
    name: str
    message_id: str | None = None


class Archived(Body):
    """Whether a thread is archived."""

    person: str
    archived: bool


@routes.post("/api/channels/{channel}/threads")
async def begin(request: web.Request) -> web.Response:
    """Begin a thread."""
    begun = await body_of(request, Begun)
    people = loopback(request).discord.people
    thread = people.begin_thread(begun.person, request.match_info["channel"], begun.name, begun.message_id)
    return answer(thread_view(thread), 201)


@routes.patch("/api/channels/{channel}")
async def change(request: web.Request) -> web.Response:
    """Archive a thread, or open it again."""
    changed = await body_of(request, Archived)
    people = loopback(request).discord.people
    thread = people.change_thread(changed.person, request.match_info["channel"], archived=changed.archived)
    return answer(thread_view(thread))


@routes.get("/api/files/{channel}/{file}/{name}")
async def download(request: web.Request) -> web.Response:
    """A file that was sent; never shown as a page of its own."""
    files, place = (
        loopback(request).discord.world.files,
        f"{request.match_info['channel']}/{request.match_info['file']}",
    )
    if place not in files:
        raise RefusedError(404, "there is no such file")
    stored = files[place]
    headers = {"Content-Type": stored.content_type, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return web.Response(body=stored.content, headers=headers)

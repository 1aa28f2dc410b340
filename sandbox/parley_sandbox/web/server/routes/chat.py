"""Talking: channels, messages, and what a person does with them."""

from aiohttp import web

from parley_sandbox.web.server.answers import Body, RefusedError, answer, body_of
from parley_sandbox.web.server.keys import loopback
from parley_sandbox.web.server.sandbox import Sandbox
from parley_sandbox.web.server.uploads import sent
from parley_sandbox.web.server.view import as_sent, message_view, names_here


class Said(Body):
    """A message to write."""

    person: str
    content: str
    reply_to: str | None = None


class Changed(Body):
    """A message's new text."""

    person: str
    content: str


class Clicked(Body):
    """A button that was pressed."""

    person: str
    custom_id: str


class Present(Body):
    """Somebody, and nothing more."""

    person: str


routes = web.RouteTableDef()


@routes.get("/api/channels/{channel}/messages")
async def messages(request: web.Request) -> web.Response:
    """What one person sees of a channel, oldest first."""
    sandbox, channel = loopback(request), request.match_info["channel"]
    seen = sandbox.discord.people.messages(request.query.get("person", ""), channel)
    return answer({"messages": [message_view(message, sandbox.discord.world) for message in seen]})


@routes.post("/api/channels/{channel}/messages")
async def say(request: web.Request) -> web.Response:
    """Write as a person; `@Name` and `#channel` become mentions. Files come as multipart."""
    sandbox, channel = loopback(request), request.match_info["channel"]
    said, files = await sent(request, Said)
    content = as_sent(said.content, names_here(sandbox.discord.world, channel))
    message = sandbox.discord.people.say(said.person, channel, content, reply_to=said.reply_to, files=files)
    return answer(message_view(message, sandbox.discord.world), 201)


@routes.post("/api/channels/{channel}/typing")
async def typing(request: web.Request) -> web.Response:
    """Let the others see that a person types."""
    present = await body_of(request, Present)
    loopback(request).discord.people.typing(present.person, request.match_info["channel"])
    return answer({})


@routes.patch("/api/messages/{message}")
async def change(request: web.Request) -> web.Response:
    """Edit one's own message."""
    sandbox, changed, message_id = loopback(request), await body_of(request, Changed), request.match_info["message"]
    content = as_sent(changed.content, names_here(sandbox.discord.world, _home(sandbox, message_id)))
    message = sandbox.discord.people.edit(changed.person, message_id, content)
    return answer(message_view(message, sandbox.discord.world))


@routes.delete("/api/messages/{message}")
async def delete(request: web.Request) -> web.Response:
    """Delete one's own message."""
    sandbox = loopback(request)
    sandbox.discord.people.delete(request.query.get("person", ""), request.match_info["message"])
    return answer({})


@routes.post("/api/messages/{message}/click")
async def click(request: web.Request) -> web.Response:
    """Press a button."""
    sandbox, clicked = loopback(request), await body_of(request, Clicked)
    begun = sandbox.discord.people.click(clicked.person, request.match_info["message"], clicked.custom_id)
    return answer({"interaction": begun["id"]}, 202)


def _home(sandbox: Sandbox, message_id: str) -> str:
    home = sandbox.discord.world.homes.get(message_id)
    if home is None:
        raise RefusedError(404, f"there is no message {message_id}")
    return home

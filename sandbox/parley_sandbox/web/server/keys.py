"""Where the application keeps the sandbox."""

from typing import Final

from aiohttp import web

from parley_sandbox.web.server.answers import RefusedError
from parley_sandbox.web.server.sandbox import Sandbox

SANDBOX: Final = web.AppKey("sandbox", Sandbox)


def loopback(request: web.Request) -> Sandbox:
    """Return the sandbox of a request that acts in the loopback Discord; refused while the bot is in the real one."""
    sandbox = request.app[SANDBOX]
    if sandbox.discord_is_real:
        raise RefusedError(409, "the bot is in the real Discord; talk to it there")
    return sandbox

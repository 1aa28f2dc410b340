"""Where the application keeps the sandbox."""

from typing import Final

from aiohttp import web

from parley_sandbox.web.server.sandbox import Sandbox

SANDBOX: Final = web.AppKey("sandbox", Sandbox)

"""The page's web server."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from parley_sandbox.discord.rest.bodies import LARGEST
from parley_sandbox.web.server.answers import plain_refusals
from parley_sandbox.web.server.files import file_routes, revalidate
from parley_sandbox.web.server.guard import add_headers, same_site_only
from parley_sandbox.web.server.keys import SANDBOX
from parley_sandbox.web.server.pump import pump
from parley_sandbox.web.server.routes import chat, faults, requests, state, threads, turns, uses
from parley_sandbox.web.server.sandbox import Sandbox

_SHUTDOWN: Final = 0.5
"""Seconds that requests in flight get at the end; the streams have been closed by then."""


def application(sandbox: Sandbox) -> web.Application:
    """The routes over one sandbox."""
    app = web.Application(middlewares=[plain_refusals, same_site_only], client_max_size=LARGEST)
    app[SANDBOX] = sandbox
    for each in (state, chat, uses, threads, turns, requests, faults):
        app.add_routes(each.routes)
    app.add_routes(file_routes())
    app.on_response_prepare.append(add_headers)
    app.on_response_prepare.append(revalidate)
    return app


@contextlib.asynccontextmanager
async def serve_page(sandbox: Sandbox, bound: socket.socket) -> AsyncIterator[str]:
    """Serve on a bound socket, which this closes, and give the page's address."""
    runner = web.AppRunner(application(sandbox), access_log=None, shutdown_timeout=_SHUTDOWN)
    await runner.setup()
    pumping = asyncio.create_task(pump(sandbox), name="page events")
    try:
        await web.SockSite(runner, bound).start()
        host, port = bound.getsockname()[:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        sandbox.feed.close()
        pumping.cancel()
        await runner.cleanup()
        with contextlib.suppress(asyncio.CancelledError):
            await pumping

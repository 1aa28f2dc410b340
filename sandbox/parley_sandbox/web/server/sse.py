"""Server-sent events: the wire format, and the route that speaks it."""

import contextlib
from typing import Final

from aiohttp import web

from parley_sandbox.web.server.feed import Entry, Feed, MissedTooMuchError

BEAT: Final = 15.0
"""Seconds of silence after which a comment shows that the stream lives."""
_PREAMBLE: Final = b"retry: 1000\n\n"
_COMMENT: Final = b": still here\n\n"


def encoded(entry: Entry, place: str) -> bytes:
    """One event as it goes over the wire; JSON holds no line break, so one data line is enough."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (place.encode(), entry.kind.encode(), entry.body)


async def stream(request: web.Request, feed: Feed, person: str) -> web.StreamResponse:
    """All events that this person may see, from the place that the request names or from now on."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    # A page that is closed just goes.
    with contextlib.suppress(ConnectionResetError):
        await response.write(_PREAMBLE)
        await _follow(response, feed, await _begin(request, response, feed), person)
    return response


async def _follow(response: web.StreamResponse, feed: Feed, number: int, person: str) -> None:
    while not feed.closed:
        chunk = b""
        for entry in feed.after(number):
            number = entry.number
            if entry.audience in {None, person}:
                chunk += encoded(entry, feed.id_of(number))
        if chunk:
            await response.write(chunk)
        if not await feed.more_than(number, BEAT):
            await response.write(_COMMENT)


async def _begin(request: web.Request, response: web.StreamResponse, feed: Feed) -> int:
    wanted = request.headers.get("Last-Event-ID") or request.query.get("after") or feed.place
    try:
        return feed.number_of(wanted)
    except MissedTooMuchError:
        # The page asks for the whole state anew when it reads this.
        await response.write(b"id: %b\nevent: reset\ndata: {}\n\n" % feed.place.encode())
        return feed.number_of(feed.place)

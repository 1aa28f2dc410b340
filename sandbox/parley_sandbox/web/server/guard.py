"""Headers and checks that keep other sites out: the page may hold a real bot's conversation."""

from typing import Final

from aiohttp import web

from parley_sandbox.web.server.answers import Handler, RefusedError

_CONTENT_SECURITY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types parley"
)
_HEADERS: Final = {
    "Content-Security-Policy": _CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_READING: Final = frozenset({"GET", "HEAD"})


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """A signal of aiohttp's: called before any response is sent."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)


@web.middleware
async def same_site_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a foreign name for this host (DNS rebinding), and changes that another site's page asks for."""
    bound = request.transport.get_extra_info("sockname")[0] if request.transport else ""
    if bound in _LOCAL and _hostname(request) not in _LOCAL:
        raise RefusedError(421, "the sandbox answers to 127.0.0.1 and localhost only")
    foreign = request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}
    if foreign and request.method not in _READING:
        raise RefusedError(403, "only the sandbox's own page may do this")
    return await handler(request)


def _hostname(request: web.Request) -> str:
    return str(request.url.host or "")

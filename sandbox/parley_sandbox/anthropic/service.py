"""The wire of the loopback Claude: routes, ids, rate-limit headers, errors."""

from aiohttp import web
from aiohttp.typedefs import Handler

from . import models, validation
from .errors import ApiError
from .exchange import Exchange, body_of
from .state import ClaudeState
from .wire import Prompt

LARGEST = 32 << 20
"""Bytes of the largest request that Anthropic takes."""

STATE = web.AppKey("state", ClaudeState)
REQUEST_ID = web.RequestKey("request_id", str)


def application(state: ClaudeState) -> web.Application:
    """Return the Messages API over this state."""
    app = web.Application(client_max_size=LARGEST, middlewares=[_frame])
    app[STATE] = state
    app.on_response_prepare.append(_add_headers)
    app.router.add_post("/v1/messages", _messages)
    app.router.add_post("/v1/messages/count_tokens", _count_tokens)
    app.router.add_get("/v1/models", _list_models)
    app.router.add_get("/v1/models/{id}", _model)
    app.router.add_route("HEAD", "/", _alive)
    return app


async def _messages(http: web.Request) -> web.StreamResponse:
    return await Exchange(http.app[STATE], http).answer()


async def _count_tokens(http: web.Request) -> web.Response:
    raw = await body_of(http)
    validation.check_headers(http.headers)
    prompt = validation.parse(Prompt, raw, beta="anthropic-beta" in http.headers)
    accepted = validation.check_prompt(prompt)
    return web.json_response({"input_tokens": sum(block.tokens for block in accepted.blocks)})


async def _list_models(http: web.Request) -> web.Response:
    """List models, newest first, in pages by `limit` and `after_id`."""
    validation.check_headers(http.headers)
    limit = http.query.get("limit", "20")
    if not limit.isdecimal() or not 1 <= int(limit) <= 1_000:  # noqa: PLR2004  # Anthropic's bounds
        raise ApiError(400, "limit: Input should be between 1 and 1000")
    ids = [model.id for model in models.MODELS]
    after = http.query.get("after_id")
    if after is not None and after not in ids:
        raise ApiError(400, f"after_id: {after} is not the id of a model")
    begin = ids.index(after) + 1 if after else 0
    page = models.MODELS[begin : begin + int(limit)]
    return web.json_response(
        {
            "data": [model.as_json() for model in page],
            "has_more": begin + len(page) < len(ids),
            "first_id": page[0].id if page else None,
            "last_id": page[-1].id if page else None,
        }
    )


async def _model(http: web.Request) -> web.Response:
    validation.check_headers(http.headers)
    return web.json_response(models.find(http.match_info["id"]).as_json())


async def _alive(_: web.Request) -> web.Response:
    """The CLI asks so whether anybody is there."""
    return web.Response()


async def _add_headers(http: web.Request, response: web.StreamResponse) -> None:
    response.headers["request-id"] = http[REQUEST_ID]
    response.headers.update(http.app[STATE].rate_limits.headers())


@web.middleware
async def _frame(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request its id, and errors Anthropic's shape."""
    request_id = request[REQUEST_ID] = request.app[STATE].next_request_id()
    try:
        return await handler(request)
    except ApiError as error:
        return _error(error, request_id)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
        return _error(ApiError(error.status, f"{request.method} {request.path}: {error.reason}"), request_id)


def _error(error: ApiError, request_id: str) -> web.Response:
    return web.json_response(error.body(request_id), status=error.status, headers=error.headers)

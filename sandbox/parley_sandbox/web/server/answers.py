"""What every route shares: bodies that are checked, answers in JSON, refusals in plain words."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from parley_sandbox.discord.errors import ApiError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Asked = TypeVar("Asked", bound=BaseModel)


class Body(BaseModel):
    """A body of a request; a field that nobody knows is a mistake worth telling."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RefusedError(Exception):
    """A request that cannot be done, with its HTTP status and a sentence for the person."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def answer(content: Any, status: int = 200) -> web.Response:
    """JSON."""
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json", headers=headers)


async def body_of(request: web.Request, kind: type[Asked]) -> Asked:
    """The body as a checked value."""
    return kind.model_validate_json(await request.read())


@web.middleware
async def plain_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal is {"error": sentence}."""
    try:
        return await handler(request)
    except RefusedError as error:
        return answer({"error": str(error)}, error.status)
    except ApiError as error:
        return answer({"error": error.message, "code": int(error.code)}, error.status)
    except ValidationError as error:
        return answer({"error": _faults(error)}, 400)
    except web.HTTPException as error:
        return answer({"error": error.reason}, error.status)


def _faults(error: ValidationError) -> str:
    told = (f"{'.'.join(map(str, fault['loc'])) or 'the body'}: {fault['msg']}" for fault in error.errors())
    return "; ".join(told)

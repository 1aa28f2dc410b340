"""Breaking things on purpose: the faults of both loopbacks in one list."""

from dataclasses import asdict, fields
from typing import Any, Final, Literal

from aiohttp import web
from pydantic import Field, TypeAdapter, ValidationError

from parley_sandbox.anthropic import Fault as ClaudeFault
from parley_sandbox.discord.faults import Fault as DiscordFault
from parley_sandbox.web.server.answers import Body, RefusedError, answer, body_of
from parley_sandbox.web.server.keys import SANDBOX
from parley_sandbox.web.server.sandbox import Sandbox

routes = web.RouteTableDef()
_FAULTS: Final = {"discord": DiscordFault, "claude": ClaudeFault}
_SHAPES: Final[dict[str, TypeAdapter[Any]]] = {source: TypeAdapter(fault) for source, fault in _FAULTS.items()}


class Wanted(Body):
    """A fault to add; `options` are the fields of that loopback's Fault, such as times or seconds."""

    source: Literal["discord", "claude"]
    kind: str
    options: dict[str, Any] = Field(default_factory=dict)


@routes.get("/api/faults")
async def listed(request: web.Request) -> web.Response:
    """What there is, and what waits for its moment."""
    return answer(faults_view(request.app[SANDBOX]))


@routes.post("/api/faults")
async def add(request: web.Request) -> web.Response:
    """Add one."""
    sandbox, wanted = request.app[SANDBOX], await body_of(request, Wanted)
    if sandbox.sources[wanted.source] == "real":
        raise RefusedError(409, f"{wanted.source} is the real one; only a loopback can be broken")
    faults: Any = getattr(sandbox, wanted.source).faults
    if wanted.kind not in faults.kinds:
        raise RefusedError(400, f"{wanted.source} has no fault {wanted.kind!r}; it has {', '.join(faults.kinds)}")
    _check_names(wanted)
    try:
        added = faults.add(_SHAPES[wanted.source].validate_python({**wanted.options, "kind": wanted.kind}))
    except ValidationError:
        raise  # told field by field
    except ValueError as error:
        raise RefusedError(400, str(error)) from error
    _tell(sandbox)
    return answer(_active(wanted.source, added), 201)


def _check_names(wanted: Wanted) -> None:
    known = {field.name for field in fields(_FAULTS[wanted.source])} - {"kind", "id"}
    unknown = wanted.options.keys() - known
    if unknown:
        raise RefusedError(400, f"a fault has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")


@routes.delete("/api/faults")
async def clear(request: web.Request) -> web.Response:
    """Remove all."""
    sandbox = request.app[SANDBOX]
    sandbox.discord.faults.clear()
    sandbox.claude.faults.clear()
    _tell(sandbox)
    return answer(faults_view(sandbox))


@routes.delete("/api/faults/{fault}")
async def remove(request: web.Request) -> web.Response:
    """Remove one."""
    sandbox, fault = request.app[SANDBOX], request.match_info["fault"]
    if not _removed(sandbox, fault):
        raise RefusedError(404, f"there is no fault {fault}")
    _tell(sandbox)
    return answer(faults_view(sandbox))


def _removed(sandbox: Sandbox, fault: str) -> bool:
    source, _, number = fault.partition("-")
    if source == "claude":
        return sandbox.claude.faults.remove(fault)
    try:
        sandbox.discord.faults.clear(int(number))
    except (LookupError, ValueError):
        return False
    return True


def faults_view(sandbox: Sandbox) -> dict[str, Any]:
    """Kinds with what they do, and the faults that wait."""
    sources: dict[str, Any] = {"discord": sandbox.discord.faults, "claude": sandbox.claude.faults}
    return {
        "kinds": [
            {"source": source, "kind": kind, "description": description}
            for source, faults in sources.items()
            if sandbox.sources[source] == "loopback"
            for kind, description in faults.kinds.items()
        ],
        "active": [_active(source, fault) for source, faults in sources.items() for fault in faults.list()],
    }


def _active(source: str, fault: ClaudeFault | DiscordFault) -> dict[str, Any]:
    return {**asdict(fault), "source": source, "id": f"{source}-{str(fault.id).removeprefix(f'{source}-')}"}


def _tell(sandbox: Sandbox) -> None:
    sandbox.feed.add("faults", {})

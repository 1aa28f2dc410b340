"""One request for a reply, from its body to its last byte."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from . import directives, events, script, thinking, validation
from .directives import Directive
from .entry import Entry
from .errors import ApiError
from .faults import STATUSES, Fault
from .prompt_cache import Writes
from .replies import Reply, compose
from .script import Ending, Stream
from .state import ClaudeState
from .validation import Accepted
from .wire import Request

STALL_SECONDS = 3_600.0
"""A connection that a fault has silenced is closed after this long."""

SSE_HEADERS = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Execution:
    """A reply about to be given: its stream, the faults in it, what the prompt cache keeps once it has begun."""

    stream: Stream
    faults: Sequence[Fault]
    writes: Writes

    def fault(self, kind: str) -> Fault | None:
        """Return the fault of this kind, if it meets one."""
        return next((fault for fault in self.faults if fault.kind == kind), None)


async def body_of(http: web.Request) -> bytes:
    """Return the body, unless it is larger than Anthropic takes."""
    try:
        return await http.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise ApiError(413, "Request exceeds the maximum allowed number of bytes.") from error


class Exchange:
    """A request on its way through the loopback Claude."""

    def __init__(self, state: ClaudeState, http: web.Request) -> None:
        self._state = state
        self._http = http
        self._entry = Entry(state.journal, state.clock, http.path, http.headers)

    async def answer(self) -> web.StreamResponse:
        """Answer; what goes wrong on purpose is an ApiError or a broken connection."""
        try:
            return await self._answer()
        except ApiError as error:
            self._entry.end("refused", status=error.status)
            raise
        except (ConnectionError, asyncio.CancelledError):
            self._entry.end("shut_down" if self._state.stopping else "closed_by_client")
            raise

    async def _answer(self) -> web.StreamResponse:
        request, accepted = await self._accept()
        self._state.rate_limits.admit()
        question = self._entry.record.question
        directive = directives.read(question)
        faults = self._state.strike(accepted.model.id, question, directive)
        self._entry.amend(faults=tuple(fault.kind for fault in faults))
        if await self._fails_early(faults):
            return web.Response()
        execution = self._begin(request, accepted, directive, faults)
        with self._under_way(execution):
            return await (self._stream(execution) if request.stream else self._whole(execution))

    async def _accept(self) -> tuple[Request, Accepted]:
        """Return the request if it is one that Claude would take."""
        raw = await body_of(self._http)
        self._entry.arrived(raw)
        validation.check_headers(self._http.headers)
        request = validation.parse(Request, raw, beta="anthropic-beta" in self._http.headers)
        self._entry.understood(request)
        return request, validation.check_request(request)

    async def _fails_early(self, faults: Sequence[Fault]) -> bool:
        """Meet the faults that come before the headers; True when the connection is cut."""
        for fault in faults:
            if fault.kind == "slow_headers":
                await self._wait(fault.seconds)
            elif fault.kind == "cut_before_headers":
                self._cut()
                return True
            elif fault.kind in STATUSES:
                raise _http_error(fault)
        return False

    def _begin(self, request: Request, accepted: Accepted, directive: Directive, faults: Sequence[Fault]) -> Execution:
        """Compose the reply and do the sums."""
        state, model = self._state, accepted.model
        number = state.journal.next_execution()
        now = state.clock.monotonic()
        usage, writes = state.prompt_cache.account(model.id, model.least_prefix, accepted.blocks, now)
        state.rate_limits.spend(input_tokens=usage.input_tokens + usage.created)
        shown = thinking.display(request, model)
        reply = compose(request, directive, execution=number, seed=state.seed, thinking=shown)
        self._entry.amend(execution=number, status=200, usage=usage.as_json())
        pace = directive.pace(state.pace)
        stream = Stream(f"msg_loopback_{number:08d}", request.model, usage.as_json(), reply, pace)
        return Execution(stream, faults, writes)

    @contextmanager
    def _under_way(self, execution: Execution) -> Iterator[None]:
        """Count the reply as live, and its tokens when it is over."""
        self._state.journal.opened()
        try:
            yield
        finally:
            written = len(self._entry.texts) + execution.stream.reply.thought
            self._state.rate_limits.spend(output_tokens=written)
            self._entry.amend(usage=execution.stream.usage | {"output_tokens": written})
            self._state.journal.closed()

    async def _stream(self, execution: Execution) -> web.StreamResponse:
        """Play the script of server-sent events."""
        response = web.StreamResponse(headers=SSE_HEADERS)
        await response.prepare(self._http)
        self._keep(execution)
        for step in script.steps(execution.stream, execution.faults):
            await self._wait(step.due)
            await response.write(step.payload)
            if step.text is not None:
                self._entry.said(step.text)
            if step.ending:
                await self._break_off(step.ending)
                return response
        await response.write_eof()
        self._entry.end("completed")
        return response

    async def _whole(self, execution: Execution) -> web.StreamResponse:
        """Answer with one JSON body at the time at which a stream would have ended."""
        if execution.fault("sse_error"):
            raise ApiError(529, "Overloaded")
        stream = execution.stream
        ending = next((fault for fault in execution.faults if fault.kind in {"cut", "stall"}), None)
        count = min(ending.after, len(stream.reply.deltas)) if ending else len(stream.reply.deltas)
        await self._wait(stream.due(max(0, count - 1)))
        self._keep(execution)
        if ending:
            await self._break_off("cut" if ending.kind == "cut" else "stall")
            return web.Response()
        self._entry.texts.extend(stream.reply.deltas)
        body = orjson.dumps(_message(stream, stream.reply))
        broken = execution.fault("broken_json") is not None
        self._entry.end("broken" if broken else "completed")
        return web.Response(body=body[: len(body) // 2] if broken else body, content_type="application/json")

    async def _break_off(self, ending: Ending) -> None:
        """End as the fault demands."""
        if ending == "sse_error":
            self._entry.end("broken")
            return
        if ending == "stall":
            await self._state.clock.sleep_until(self._state.clock.monotonic() + STALL_SECONDS)
        self._cut()

    def _keep(self, execution: Execution) -> None:
        self._state.prompt_cache.keep(execution.writes, self._state.clock.monotonic())

    def _cut(self) -> None:
        self._entry.end("cut")
        if self._http.transport is not None:
            self._http.transport.abort()

    async def _wait(self, seconds: float) -> None:
        """Wait until so many seconds after the request came."""
        await self._state.clock.sleep_until(self._entry.record.started + seconds)


def _message(stream: Stream, reply: Reply) -> dict[str, Any]:
    return events.message(stream.message_id, stream.model, stream.usage, reply=reply)


def _http_error(fault: Fault) -> ApiError:
    headers = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
    if fault.kind == "rate_limit_error":
        headers = {"retry-after": "1"} | headers
    return ApiError(STATUSES[fault.kind], f"(loopback Claude) {fault.kind} on command", headers)

"""The server's half: each call is a span of the caller's trace, and a fault becomes a status.

A streamed answer is written with `context.write` in the handler's own task whatever its style, so that the span
is current all the way and no generator is closed in another context.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import structlog
from opentelemetry import trace
from typing_extensions import override

from parley_kit.faults import Fault
from parley_kit.interceptors.recording import Recording
from parley_kit.metrics import Metrics
from parley_kit.status import code_of, to_status
from parley_kit.telemetry import PROPAGATOR, trace_id_of

SILENT = ("/grpc.health.v1.Health/", "/grpc.reflection.")
"""Probes come every few seconds and tell nothing."""

DEADLINE_SLACK = 0.25
"""A caller's clock runs out before ours, by as long as its request was on the way; then its reset comes first."""

Handler = Callable[[Any, Any], Any]


class ServerInstrumentation(grpc.aio.ServerInterceptor):
    """Records every call and maps its faults."""

    def __init__(self, tracer: trace.Tracer, metrics: Metrics) -> None:
        self._tracer = tracer
        self._metrics = metrics
        self._log = structlog.stdlib.get_logger("parley_kit.server")

    @override
    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler = await continuation(handler_call_details)
        if handler is None or handler_call_details.method.startswith(SILENT):
            return handler
        return self._wrap(handler, handler_call_details.method)

    def _wrap(self, handler: grpc.RpcMethodHandler[Any, Any], method: str) -> grpc.RpcMethodHandler[Any, Any]:
        inward = "stream" if handler.request_streaming else "unary"
        outward = "stream" if handler.response_streaming else "unary"
        behaviour = getattr(handler, f"{inward}_{outward}")
        make = getattr(grpc, f"{inward}_{outward}_rpc_method_handler")
        answer = _stream if handler.response_streaming else _unary

        async def serve(request: Any, context: Any) -> Any:
            return await self._serve(method, answer, behaviour, request, context)

        wrapped: grpc.RpcMethodHandler[Any, Any] = make(
            serve,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )
        return wrapped

    async def _serve(self, method: str, answer: Any, behaviour: Handler, request: Any, context: Any) -> Any:
        parent = PROPAGATOR.extract(dict(context.invocation_metadata() or ()))
        recording = Recording(self._tracer, self._metrics, "server", method, parent=parent)
        code, result = grpc.StatusCode.OK, None
        try:
            with trace.use_span(recording.span, record_exception=False, set_status_on_exception=False):
                result = await answer(behaviour, request, context)
            code = _code_set(context)
        except asyncio.CancelledError:
            code = _why_cancelled(context)
            raise
        except Fault as fault:
            code = code_of(fault)
            await context.abort_with_status(to_status(fault))
        except grpc.aio.AbortError:
            code = _code_set(context, otherwise=grpc.StatusCode.UNKNOWN)
            raise
        except grpc.aio.InternalError:
            code = _why_cancelled(context)  # the wire refused a word: the caller left while we wrote
        except Exception:  # noqa: BLE001 — the last line of defence: an unknown mistake must not leak its text
            code = grpc.StatusCode.INTERNAL
            await self._mistake(method, recording, context)
        finally:
            recording.end(code)
        return result

    async def _mistake(self, method: str, recording: Recording, context: Any) -> None:
        """Answer a mistake of ours without its text, which may hold a member's words; the log has the stack."""
        with trace.use_span(recording.span):
            self._log.exception("rpc.mistake", rpc_method=method)
        reference = trace_id_of(recording.span)
        await context.abort(grpc.StatusCode.INTERNAL, f"An internal mistake; reference {reference}.")


async def _unary(behaviour: Handler, request: Any, context: Any) -> Any:
    return await behaviour(request, context)


async def _stream(behaviour: Handler, request: Any, context: Any) -> None:
    answer = behaviour(request, context)
    if inspect.isawaitable(answer):  # the handler writes by itself
        await answer
        return
    try:
        async for message in answer:
            await context.write(message)
    finally:
        if inspect.isasyncgen(answer):
            await answer.aclose()


def _code_set(context: Any, otherwise: grpc.StatusCode = grpc.StatusCode.OK) -> grpc.StatusCode:
    """Return the status that the handler set on the context; grpc.aio gives it as a number or as a code."""
    code = context.code()
    if isinstance(code, grpc.StatusCode):
        return code
    return next((known for known in grpc.StatusCode if code and known.value[0] == code), otherwise)


def _why_cancelled(context: Any) -> grpc.StatusCode:
    left = context.time_remaining()
    late = left is not None and left <= DEADLINE_SLACK
    return grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.CANCELLED

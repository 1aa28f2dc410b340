"""Structured logs: JSON for collectors or coloured lines for people, each with its trace, never with message text."""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, Processor

from parley_kit import semconv


def add_trace(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Add the ids of the current span."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
        event["span_id"] = trace.format_span_id(context.span_id)
    return event


def add_stack(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and its places in the code.

    Neither its words nor the frames' variables are kept: both may hold what a member wrote, or a secret.
    """
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event[semconv.ERROR_TYPE] = type(error).__qualname__
        frames = traceback.extract_tb(error.__traceback__)
        # not `stack`: structlog's renderer for people takes that name for a text of its own
        event["error.stack"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def loop_failed(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """Log what nobody caught in an event loop.

    asyncio's own report shows all that it is given: the arguments of a callback, the payload of an event of Discord's
    that could not be read, which is what a member wrote.
    """
    what = str(context.get("message", "")).partition("(")[0]
    structlog.stdlib.get_logger("parley_kit.loop").error("loop.failed", what=what, exc_info=context.get("exception"))


def configure(service: str, instance: str, *, level: str, console: bool) -> structlog.stdlib.BoundLogger:
    """Send structlog's and the standard library's records to stdout in one form; return the service's logger."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_trace,
        add_stack,
    ]
    if not console:
        shared.append(_resource(service, instance))
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_render(console=console))
    )
    logging.raiseExceptions = False  # a reader that closed our stdout is no reason for stacks on stderr
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(service)
    return logger


def _resource(service: str, instance: str) -> Processor:
    def add(_logger: Any, _method: str, event: EventDict) -> EventDict:
        return {semconv.SERVICE_NAME: service, semconv.SERVICE_INSTANCE_ID: instance, **event}

    return add


def _render(*, console: bool) -> list[Processor]:
    if console:
        renderer: Processor = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
        return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.EventRenamer(semconv.EVENT_NAME),
        structlog.processors.JSONRenderer(),
    ]

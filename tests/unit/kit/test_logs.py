from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import format_trace_id

from parley_kit import logs

WORDS = "what a member wrote"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail(words: str) -> None:
    prompt = words
    raise ZeroDivisionError(prompt)


def written(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    (line,) = capsys.readouterr().out.splitlines()
    record: dict[str, object] = json.loads(line)
    return record


def test_a_line_for_collectors_names_its_service_and_its_event(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("toy", "toy-1", level="info", console=False).info("toy.started", serves="127.0.0.1:1")
    record = written(capsys)
    assert record["event.name"] == "toy.started"
    assert record["serves"] == "127.0.0.1:1"
    assert (record["service.name"], record["service.instance.id"], record["level"]) == ("toy", "toy-1", "info")


def test_a_line_within_a_span_leads_to_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    log = logs.configure("toy", "toy-1", level="info", console=False)
    with TracerProvider(shutdown_on_exit=False).get_tracer("toy").start_as_current_span("work") as span:
        log.info("toy.worked")
    assert written(capsys)["trace_id"] == format_trace_id(span.get_span_context().trace_id)


def test_what_is_less_severe_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    log = logs.configure("toy", "toy-1", level="warning", console=False)
    log.info("toy.detail")
    assert capsys.readouterr().out == ""


def test_libraries_write_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("toy", "toy-1", level="info", console=False)
    logging.getLogger("some.library").warning("it said %s", "so")
    record = written(capsys)
    assert (record["event.name"], record["service.name"], record["level"]) == ("it said so", "toy", "warning")


@pytest.mark.parametrize("console", [True, False])
@pytest.mark.parametrize("library", [True, False])
def test_a_mistake_is_written_with_its_stack_and_without_what_was_worked_on(
    capsys: pytest.CaptureFixture[str], *, console: bool, library: bool
) -> None:
    log = logs.configure("toy", "toy-1", level="info", console=console)
    try:
        fail(WORDS)
    except ZeroDivisionError:
        (logging.getLogger("some.library") if library else log).exception("toy.mistake")
    told = capsys.readouterr().out
    assert "ZeroDivisionError" in told
    assert "test_logs.py" in told
    assert WORDS not in told


async def test_what_nobody_caught_is_written_without_what_it_was_about(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("toy", "toy-1", level="info", console=False)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(logs.loop_failed)
    loop.call_exception_handler(
        {"message": "Exception in raw dispatch", "payload": {"content": WORDS}, "exception": KeyError(WORDS)}
    )
    loop.call_soon(fail, WORDS)
    await asyncio.sleep(0)
    out = capsys.readouterr().out
    assert WORDS not in out
    first, second = map(json.loads, out.splitlines())
    assert (first["event.name"], first["what"], first["error.type"]) == (
        "loop.failed",
        "Exception in raw dispatch",
        "KeyError",
    )
    assert (second["what"], second["error.type"]) == ("Exception in callback fail", "ZeroDivisionError")

"""How the settings make the engine on the claude program."""

from __future__ import annotations

import tempfile
from pathlib import Path

import structlog

from parley_executor.engines.claude_cli.engine import ClaudeCli
from parley_executor.engines.claude_cli.keeper import Keeper
from parley_executor.engines.claude_cli.launch import Key, Launch, found_program
from parley_executor.engines.claude_cli.pool import Limits, Pool, most_processes
from parley_executor.engines.claude_cli.telemetry import PoolTelemetry
from parley_executor.engines.port import EngineError
from parley_executor.model import Effort
from parley_executor.offers import split_aliases
from parley_executor.settings import ExecutorSettings
from parley_executor.sizing import MIB
from parley_kit.faults import Precondition
from parley_kit.machine import Machine
from parley_kit.metrics import Metrics

CORES_A_START = 2
"""Processes start one at a time for each two cores: measured, more at once only make all of them late."""


def processes(settings: ExecutorSettings, machine: Machine) -> int:
    """Return how many processes there may be."""
    return most_processes(settings.claude_processes, machine.cores, machine.memory_bytes)


def made(
    settings: ExecutorSettings,
    machine: Machine,
    metrics: Metrics,
    log: structlog.stdlib.BoundLogger,
    proxy: str | None,
) -> ClaudeCli:
    """Return the engine. Raises Precondition where there is no claude program."""
    first = _expected(settings)
    pool = Pool(_limits(settings, machine), first)
    return ClaudeCli(Keeper(_launch(settings, proxy), pool, first, PoolTelemetry(metrics, log, pool)))


def _expected(settings: ExecutorSettings) -> Key:
    """Return what a request asks for that names nothing."""
    model = split_aliases(settings.model_aliases).get(settings.model, settings.model)
    return Key(model, Effort[settings.effort.upper()].value, settings.max_output_tokens)


def _limits(settings: ExecutorSettings, machine: Machine) -> Limits:
    return Limits(
        processes=processes(settings, machine),
        spares=settings.claude_spares,
        starts=max(1, int(machine.cores / CORES_A_START)),
        idle=settings.claude_idle,
        spare_age=settings.claude_spare_age,
        turns=settings.claude_turns,
        resident_bytes=settings.claude_memory * MIB,
    )


def _program(settings: ExecutorSettings) -> Path:
    try:
        return found_program(settings.claude_program)
    except EngineError as error:
        raise Precondition(error.reason.value, f"{error.__cause__}") from None


def _launch(settings: ExecutorSettings, proxy: str | None) -> Launch:
    return Launch(
        program=_program(settings),
        root=settings.claude_directory or Path(tempfile.gettempdir()),
        base_url=settings.anthropic_base_url,
        api_key=settings.anthropic_api_key.get_secret_value(),
        sign_in=settings.claude_sign_in.get_secret_value(),
        start_limit=settings.claude_start_timeout,
        headers_limit=settings.headers_timeout,
        proxy=proxy or "",
    )

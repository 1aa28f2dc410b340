"""How much of the machine others used while a benchmark ran; figures from a busy machine are worth less."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")

PATIENCE = {
    "PARLEY_GATEWAY_CACHE_SILENCE": "2",
    "PARLEY_GATEWAY_CACHE_FIRST_WORD": "10",
    "PARLEY_CACHE_REDIS_PATIENCE": "2",
}
"""For benchmarks whose question is not an outage: on a machine that others fill, a cache that gets no processor for
0.15 s would pass for one that is gone, and turns would rightly go on without it.
"""


def family(parent: int) -> list[int]:
    """Return a process and all that it began."""
    members = [parent]
    for pid in members:
        with contextlib.suppress(OSError):
            members += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return members


def worked(pid: int) -> float:
    """Return the CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _busy() -> float:
    """Return the seconds that all cores worked since boot: everything but idle and waiting for a disk."""
    user, nice, system, _idle, _iowait, irq, softirq, *_ = Path("/proc/stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, irq, softirq))) / TICKS


def _total() -> float:
    return sum(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])) / TICKS


def _ours() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


class ForeignLoad:
    """Measures around a block whose child processes end within it; `share` is of all cores, 0 to 1.

    `kin`: seconds that processes of ours worked that are nobody's children any more.
    """

    def __init__(self) -> None:
        self.share = 0.0
        self.kin = 0.0

    def __enter__(self) -> Self:
        self._start = (_busy(), _total(), _ours())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        busy, total, ours = (now - then for now, then in zip((_busy(), _total(), _ours()), self._start, strict=True))
        self.share = max(0.0, busy - ours - self.kin) / max(total, 1e-9)

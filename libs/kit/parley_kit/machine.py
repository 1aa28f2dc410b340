"""What this process may use: the machine's, or less where its control group says so."""

from __future__ import annotations

import os
from dataclasses import dataclass

from parley_kit.cgroup import ControlGroup


@dataclass(frozen=True, slots=True)
class Machine:
    """cores: as many as may be used, 0.5 is half of one; memory_bytes: None where the system does not tell."""

    cores: float
    memory_bytes: int | None


def machine(group: ControlGroup | None = None) -> Machine:
    """Return what there is for this process."""
    group = group or ControlGroup()
    cores = [_present_cores(), group.cpu_limit()]
    memory = [_physical_bytes(), group.memory_limit_bytes()]
    return Machine(
        cores=min(each for each in cores if each is not None),
        memory_bytes=min((each for each in memory if each is not None), default=None),
    )


def _present_cores() -> float:
    """Cores that the scheduler may give to this process; not every system tells that apart from all there are."""
    return float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def _physical_bytes() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None

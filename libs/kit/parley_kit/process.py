"""What this process uses of the machine, as its load report tells it."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
STATM = Path("/proc/self/statm")


YOUNG_OBJECTS = 10_000
"""So many more objects made than dropped before the youngest are looked through; CPython's own 700 suits short programs.

Measured with 1 000 live turns on two gateways: the collector took 18 % of a gateway's processor and stopped it for 0.22 s
at a time; with what was loaded at the start left out, and this, 2 % and 0.09 s.
"""


def settle() -> None:
    """Spare the collector what was loaded at the start, and bother it less often. For the owner of a process, once."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


def resident_bytes() -> int:
    """Return the resident set in bytes; 0 where the system does not tell (no /proc)."""
    try:
        return int(STATM.read_text().split()[1]) * PAGE
    except OSError:
        return 0


class CpuMeter:
    """Cores used between two readings; 1.0 is one core."""

    def __init__(self) -> None:
        self._used = time.process_time()
        self._at = time.monotonic()

    def cores(self) -> float:
        """Return the mean since the last reading."""
        used, at = time.process_time(), time.monotonic()
        cores = (used - self._used) / max(at - self._at, 1e-6)
        self._used, self._at = used, at
        return cores

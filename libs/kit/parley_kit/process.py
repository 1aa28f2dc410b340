"""What this process uses of the machine, as its load report tells it."""

from __future__ import annotations

import os
import time
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
STATM = Path("/proc/self/statm")


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

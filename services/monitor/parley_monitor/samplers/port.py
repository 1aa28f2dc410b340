"""The port that samplers fulfil."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sample:
    """Figures of one moment; None where the system does not tell, never 0 instead.

    Memory in bytes; `memory_limit_bytes` None also where there is no limit; `cpu_cores` 1.0 is one core;
    `memory_stall` is the share of the last ten seconds (0 to 1) in which something waited for memory.
    """

    memory_bytes: int | None = None
    memory_limit_bytes: int | None = None
    cpu_cores: float | None = None
    memory_stall: float | None = None

    @property
    def memory_share(self) -> float | None:
        """Memory used of what is allowed; None where either is unknown."""
        if self.memory_bytes is None or not self.memory_limit_bytes:
            return None
        return self.memory_bytes / self.memory_limit_bytes


class Sampler(Protocol):
    """Reads the present figures; quick enough for the event loop (files of the kernel, no waiting)."""

    def sample(self) -> Sample: ...

"""When each delta is due."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds to the first token after the request came, then tokens a second; 0 tokens/s means as fast as can be."""

    ttft: float = 0.4
    tps: float = 60.0

    def __post_init__(self) -> None:
        if self.ttft < 0 or self.tps < 0:
            raise ValueError("ttft and tps must not be negative")

    def due(self, delta: int) -> float:
        """Seconds after the request at which this delta (from 0) is due: a schedule, so lateness never adds up."""
        return self.ttft + (delta / self.tps if self.tps else 0.0)

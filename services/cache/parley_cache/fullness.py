"""Whether the store has room for another turn. Pure.

Judged by the figures of the last sweep and what was let in since: so it costs a claim nothing, and several caches on
one store may together let in a little more than the bound. What is held goes on, whatever the figures say.
"""

from __future__ import annotations

from parley_cache.limits import Limits
from parley_cache.store.port import Figures


class Fullness:
    """Counts what was let in between two sweeps."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns = 0
        self._log_bytes = 0

    def note(self, figures: Figures) -> None:
        """Take the figures of a sweep."""
        self._turns, self._log_bytes = figures.turns, figures.log_bytes

    @property
    def is_reached(self) -> bool:
        """Whether a bound is reached."""
        return self._turns >= self._limits.turns or self._log_bytes >= self._limits.log_bytes

    def let_in(self) -> None:
        """Count a new turn."""
        self._turns += 1

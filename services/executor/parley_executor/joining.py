"""Which pieces of text leave together: the first at once, later ones joined for a moment. Pure.

A message to the gateway costs about as much as everything else that a token costs, and nobody reads faster than
the gateway edits, so pieces that come within the window of the last one that left go as one.
"""

from __future__ import annotations


class Joiner:
    """Collects pieces. window: the least time between two that leave, in seconds; size: when it is full."""

    def __init__(self, window: float, size: int) -> None:
        self._window = window
        self._size = size
        self._pieces: list[str] = []
        self._length = 0
        self._due = 0.0

    def __bool__(self) -> bool:
        return bool(self._pieces)

    @property
    def full(self) -> bool:
        """Whether so many characters wait that nothing should be added."""
        return self._length >= self._size

    @property
    def due(self) -> float:
        """When the collected text may leave; the first may at any time."""
        return self._due

    def add(self, piece: str) -> None:
        """Collect a piece."""
        self._pieces.append(piece)
        self._length += len(piece)

    def take(self, now: float) -> str:
        """Return what was collected, and begin the next window."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        self._due = now + self._window
        return text

"""How old text is when a member first sees it. Pure."""

from __future__ import annotations

from collections import deque


class Ages:
    """Notes when text came, and tells the age of the oldest that an edit made visible."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[int, float]] = deque()
        self._length = 0

    def fed(self, text: str, now: float) -> None:
        """Note that text came."""
        self._length += len(text)
        self._pieces.append((self._length, now))

    def restart(self) -> None:
        """Begin another attempt."""
        self._pieces.clear()
        self._length = 0

    def shown(self, covers: int, now: float) -> float | None:
        """Return the age in seconds of the oldest text that is newly visible up to `covers`; None: none is."""
        oldest: float | None = None
        while self._pieces and self._pieces[0][0] <= covers:
            came = self._pieces.popleft()[1]
            oldest = came if oldest is None else oldest
        return None if oldest is None else now - oldest

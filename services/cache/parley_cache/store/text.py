"""A growing text that many read at their own places: pieces and where each begins. Pure."""

from __future__ import annotations

from bisect import bisect_right


class Text:
    """Append and read by offset, in code points; neither costs more as the text grows."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self.length = 0

    def append(self, piece: str) -> None:
        """Add at the end."""
        if piece:
            self._pieces.append(piece)
            self._starts.append(self.length)
            self.length += len(piece)

    def read(self, start: int, stop: int) -> str:
        """Return [start, stop), clipped to what is there."""
        if start >= min(stop, self.length):
            return ""
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, stop - 1)
        begin = self._starts[first]
        return "".join(self._pieces[first:last])[start - begin : stop - begin]

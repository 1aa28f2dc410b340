"""What a turn's calls of Claude have used, known before the executor tells it at a reply's end.

A reply that is stopped, or that breaks, has no such end, and Claude bills it nonetheless. Its input is what Claude counted
when it began; its output is reckoned by the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from parley_gateway.model import Started, Usage

BYTES_A_TOKEN = 4
"""Of UTF-8: a rule of thumb, by which an English token has four letters and a Japanese character is three quarters of one."""
MILLION = 1_000_000


@dataclass(slots=True)
class Meter:
    """Of one turn, over all its calls."""

    _before: Usage = field(default_factory=Usage)
    _begun: Usage = field(default_factory=Usage)
    _price: int = 0
    _bytes: int = 0

    def started(self, event: Started) -> None:
        """Begin another call; what the one before it used stays used."""
        self._before = self.used
        self._begun, self._price, self._bytes = event.usage, event.output_price, 0

    def said(self, text: str) -> None:
        """Take a piece of text."""
        self._bytes += len(text.encode())

    def completed(self, usage: Usage) -> None:
        """Take what the executor tells of the whole call."""
        self._begun, self._bytes = usage, 0

    @property
    def used(self) -> Usage:
        """What was used until now."""
        tokens = self._bytes // BYTES_A_TOKEN
        return self._before + self._begun + Usage(output_tokens=tokens, cost=tokens * self._price // MILLION)

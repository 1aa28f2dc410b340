"""When a cache that has said no word yet counts as silent. Pure.

Silence is counted in looks, each as long as it was meant to be, not by the clock alone: a gateway that was kept from
running for half a second, by a crowd or by its neighbours on the machine, has not listened to a silent cache for half a
second. What the cache said meanwhile lies unread beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

LOOKS = 4
"""How often it looks within the time that it takes to be sure of silence."""
SHORTEST = 0.005
"""A look's length at least, in seconds."""
LATE = 1.5
"""A look that lasted longer counts as so many."""


@dataclass(slots=True)
class Silence:
    """Of one claim. Seconds of listening that make sure. quiet: without a word from any stream; first_word: without one
    about our claim. now, heard_at (any stream's last word): monotonic seconds of the last look.
    """

    quiet: float
    first_word: float
    now: float
    heard_at: float
    _quiet_for: float = 0.0
    _claimed_for: float = 0.0

    @property
    def look(self) -> float:
        """How long to wait until the next look."""
        return max(self.quiet / LOOKS, SHORTEST)

    @property
    def is_sure(self) -> bool:
        """Whether the cache is silent."""
        return self._quiet_for >= self.quiet or self._claimed_for >= self.first_word

    def looked(self, now: float, heard_at: float, *, claiming: bool) -> None:
        """Note a look. claiming: our claim is said, it does not wait in a crowd any more."""
        counted = min(now - self.now, LATE * self.look)
        self._quiet_for = 0.0 if heard_at > self.heard_at else self._quiet_for + counted
        self._claimed_for += counted if claiming else 0.0
        self.now, self.heard_at = now, heard_at

"""Which turns a member began lately in a channel, as every gateway hears of them. Pure."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence

MEMBERS, TURNS = 2000, 8
"""So many members, in each channel, and so many of the newest turns of each are remembered."""


class Asked:
    """The newest questions, whoever answers them."""

    def __init__(self, members: int = MEMBERS) -> None:
        self._members = members
        self._turns: OrderedDict[tuple[str, str], deque[str]] = OrderedDict()

    def note(self, channel_id: str, author_id: str, turn_id: str) -> None:
        """Note a question; once more changes nothing."""
        turns = self._turns.setdefault((channel_id, author_id), deque(maxlen=TURNS))
        self._turns.move_to_end((channel_id, author_id))
        if turn_id not in turns:
            turns.append(turn_id)
        while len(self._turns) > self._members:
            self._turns.popitem(last=False)

    def newest_first(self, channel_id: str, author_id: str) -> Sequence[str]:
        """Return a member's turns in a channel; most of them have ended."""
        return tuple(reversed(self._turns.get((channel_id, author_id), ())))

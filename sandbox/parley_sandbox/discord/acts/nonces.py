"""Nonces of the last minutes, so that a request that is sent twice writes one message."""

from collections import OrderedDict

from parley_sandbox.discord.clock import Clock

WINDOW = 300.0
"""Seconds for which a nonce is remembered. Discord: "the past few minutes"."""


class Nonces:
    """Which message was written with which nonce, by author."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[float, str]] = OrderedDict()

    def message(self, author_id: str, nonce: str) -> str | None:
        """Return the message that this author wrote with this nonce, if it was lately."""
        self._forget()
        found = self._known.get((author_id, nonce))
        return found[1] if found else None

    def remember(self, author_id: str, nonce: str, message_id: str) -> None:
        """Note that a message was written."""
        self._known.pop((author_id, nonce), None)
        self._known[author_id, nonce] = (self._clock.now() + WINDOW, message_id)

    def _forget(self) -> None:
        while self._known and next(iter(self._known.values()))[0] <= self._clock.now():
            self._known.popitem(last=False)

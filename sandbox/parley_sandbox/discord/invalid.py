"""Discord bans an address that sends too many invalid requests: 401, 403, and 429 other than of scope shared."""

from collections import deque
from dataclasses import dataclass, field

_INVALID = frozenset({401, 403, 429})


@dataclass(slots=True)
class InvalidRequests:
    """Counts invalid requests; Discord's figures are 10 000 in 10 minutes. Tests scale them down."""

    most: int = 10_000
    window: float = 600.0
    """Seconds over which they are counted."""
    ban: float = 3600.0
    """Seconds for which the address is then refused."""
    total: int = 0
    """All so far."""
    banned_until: float = 0.0
    _times: deque[float] = field(default_factory=deque)

    def count(self, status: int, scope: str | None, now: float) -> None:
        """Note an answer."""
        if status not in _INVALID or (status == 429 and scope == "shared"):  # noqa: PLR2004  # the status it is about
            return
        self.total += 1
        self._times.append(now)
        while self._times[0] <= now - self.window:
            self._times.popleft()
        if len(self._times) >= self.most:
            self.banned_until = now + self.ban
            self._times.clear()

    def banned_for(self, now: float) -> float:
        """Return for how many seconds from now the address is banned; 0 if it is not."""
        return max(self.banned_until - now, 0.0)

"""Links to files as Discord signs them: good for a day, then the same file needs a new link from the API."""

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

LIFE = 86_400
"""Seconds for which a link is good (Discord's documentation does not say; links were seen to last a day)."""


@dataclass(slots=True)
class Links:
    """Signs and checks; `now` is seconds of Unix time."""

    now: Callable[[], float] = time.time
    life: int = LIFE
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def signed(self, url: str) -> str:
        """Return a file's address with when it was signed (is), until when it is good (ex), and the signature (hm)."""
        begun = int(self.now())
        until = f"{begun + self.life:x}"
        return f"{url}?ex={until}&is={begun:x}&hm={self._signature(_place(url), until, f'{begun:x}')}&"

    def good(self, path: str, query: Mapping[str, str]) -> bool:
        """Whether a path's query is one of ours and its time is not over."""
        until, begun = query.get("ex", ""), query.get("is", "")
        if not hmac.compare_digest(query.get("hm", "").encode(), self._signature(_place(path), until, begun).encode()):
            return False
        return self.now() < int(until, 16)

    def _signature(self, place: str, until: str, begun: str) -> str:
        return hmac.new(self._secret, f"{place}?{until}&{begun}".encode(), "sha256").hexdigest()


def _place(url: str) -> str:
    """Return what a signature covers: the file's channel and id."""
    return "/".join(url.split("/")[-3:-1])

"""Which Redis keeps everything, as it was told. Pure: who keeps everything here never loads what speaks to Redis."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

DEFAULT_PORT = 6379

NO_CLUSTER = (
    "Redis Cluster is not supported: a turn, its log and its usage change in one step, and a cluster spreads them over"
    " servers. Name one server, or Sentinels."
)


@dataclass(frozen=True, slots=True)
class Target:
    """A Redis by URL; with `sentinels`, the URL gives user, password, database and TLS, and they give the server.

    `username` and `password` stand for what the URL leaves out.
    """

    url: str = field(repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    sentinels: tuple[tuple[str, int], ...] = ()
    master: str = ""
    sentinel_password: str | None = field(default=None, repr=False)

    @property
    def server(self) -> str:
        """Where it is, for people and spans, without any secret."""
        if self.sentinels:
            return self.master
        at = urlsplit(self.url)
        return f"{at.hostname}:{at.port or DEFAULT_PORT}" if at.hostname else at.path


def check_url(url: str) -> None:
    """Raise ValueError with one sentence when a URL names nothing that can be used."""
    scheme, _, rest = url.partition("://")
    if "cluster" in scheme or "," in rest.partition("/")[0].rpartition("@")[2]:
        raise ValueError(NO_CLUSTER)
    if scheme not in {"redis", "rediss", "unix"}:
        raise ValueError("expected a URL that begins with redis://, rediss:// or unix://")

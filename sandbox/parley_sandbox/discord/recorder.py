"""What the bot asked of the REST interface, kept for tests and for the page."""

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

KEPT = 20_000
"""How many requests are kept; older ones are forgotten."""
REDACTED = "<token>"
_SECRET = re.compile(r"(?<=/)(webhooks|interactions)/(\d+)/[^/?]+")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request and its answer. Tokens in paths are redacted."""

    number: int
    at: float
    """When it arrived, seconds of Unix time by the server's clock."""
    method: str
    route: str
    """Method and template, such as "PATCH /channels/{channel_id}/messages/{message_id}"."""
    path: str
    """The path below the API's version, with its query."""
    body: Any
    """The JSON body, of a multipart request its payload_json; None when there is none."""
    files: tuple[tuple[str, int], ...]
    """Names and sizes in bytes of the files that came with it."""
    status: int
    """The answer's status; 0 when the connection was broken instead."""
    raw_response: bytes
    """The answer's body as sent (or as it would have been)."""
    ratelimit: Mapping[str, str]
    """The answer's rate-limit headers."""
    took: float
    """Seconds until the answer."""
    channel_id: str | None = None
    message_id: str | None = None
    """The message it was about, `@original` resolved; of a create the new one."""
    faults: tuple[str, ...] = ()
    """The kinds of the injected faults that it met."""

    @property
    def response(self) -> Any:
        """The answer's JSON, or None."""
        return orjson.loads(self.raw_response) if self.raw_response[:1] in (b"{", b"[") else None

    @property
    def accepted(self) -> bool:
        """Whether it was answered with success."""
        return 200 <= self.status < 300  # noqa: PLR2004  # what HTTP calls success


@dataclass(slots=True)
class Recorder:
    """Keeps requests in the order in which they were answered."""

    kept: int = KEPT
    count: int = 0
    """All so far, forgotten ones too."""
    _requests: deque[Recorded] = field(init=False)
    _listeners: list[Callable[[Recorded], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._requests = deque(maxlen=self.kept)

    @property
    def requests(self) -> Sequence[Recorded]:
        """All that are kept, oldest first."""
        return tuple(self._requests)

    def clear(self) -> None:
        """Forget what was recorded; numbers go on."""
        self._requests.clear()

    def listen(self, listener: Callable[[Recorded], None]) -> None:
        """Call `listener` with every request from now on."""
        self._listeners.append(listener)

    def number(self) -> int:
        """Return the next request's number."""
        self.count += 1
        return self.count

    def add(self, recorded: Recorded) -> None:
        """Keep a request."""
        self._requests.append(recorded)
        for listener in self._listeners:
            listener(recorded)


def redacted(path: str) -> str:
    """Return a path without the token of an interaction or webhook."""
    return _SECRET.sub(rf"\1/\2/{REDACTED}", path)

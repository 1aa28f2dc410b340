"""What can go wrong between services, as exceptions that answer "what now?".

Pure: a core raises these, the wire turns them into statuses (`parley_kit.status`).
"""

from __future__ import annotations

from datetime import timedelta

from typing_extensions import override


class Fault(Exception):  # noqa: N818 — the house's word; an error is what a program has, a fault is what it says
    """Something a caller can act on.

    reason: an UPPER_SNAKE word that programs compare; message: one plain sentence for people, without user text
    or secrets; retry_after: how long to wait before the same call may succeed, where known; field: the name of
    the offending field, for bad input.
    """

    def __init__(
        self, reason: str, message: str, *, retry_after: timedelta | None = None, field: str | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
        self.field = field

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.reason!r}, {self.message!r})"


class InvalidInput(Fault):
    """The request itself is wrong; the same request will never succeed."""

    def __init__(self, field: str, message: str, *, reason: str = "INVALID_REQUEST") -> None:
        super().__init__(reason, f"{field}: {message}", field=field)


class NotFound(Fault):
    """What the request names does not exist."""


class Conflict(Fault):
    """Somebody else holds what the request wants."""


class OutOfRange(Fault):
    """The request goes on at a place that does not exist yet."""


class Precondition(Fault):
    """The system is not set up for this; an operator must act."""


class Exhausted(Fault):
    """A limit is reached; later it may succeed."""


class Unavailable(Fault):
    """The service, or what it depends on, does not answer now; another instance or a later try may."""


class TimedOut(Fault):
    """The deadline passed."""


class Internal(Fault):
    """A mistake of ours."""

"""Faults that the loopback Claude plays on command: what there is, and which of them strike a request."""

from dataclasses import dataclass, replace

KINDS: dict[str, str] = {
    "invalid_request_error": "answers 400: Claude says that the request is malformed",
    "authentication_error": "answers 401: the API key is not accepted",
    "billing_error": "answers 402: the account has no credit left",
    "permission_error": "answers 403: the key may not use this model",
    "not_found_error": "answers 404: the model does not exist",
    "timeout_error": "answers 408: Claude took too long to begin",
    "request_too_large": "answers 413: the request is larger than 32 MiB",
    "rate_limit_error": "answers 429 with retry-after: the account's limit is used up",
    "api_error": "answers 500: something broke inside Claude",
    "overloaded_error": "answers 529: Claude has no capacity at the moment",
    "cut_before_headers": "closes the connection before any answer",
    "slow_headers": "waits before the response headers",
    "cut": "closes the connection in the middle of the reply",
    "stall": "goes silent in the middle of the reply and keeps the connection open",
    "broken_json": "sends one event whose JSON is broken off, then goes on",
    "sse_error": "sends an overloaded_error event in the middle of the reply and ends",
    "restart": "begins the reply again on the same stream: a second message_start",
}
"""Every kind with what it does, in words for a person."""

STATUSES: dict[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "timeout_error": 408,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "overloaded_error": 529,
}
"""The kinds that are a plain HTTP error."""

KIND_OF_STATUS = {status: kind for kind, status in STATUSES.items()}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and when it strikes.

    times: how many requests it strikes, None for all until it is removed.
    after: deltas that are sent before `cut`, `stall`, `broken_json`, `sse_error` or `restart` happens.
    seconds: how long `slow_headers` waits.   retry_after: seconds to put into that header of an HTTP error.
    model, containing: only requests for this model id, or whose last user message contains this text.
    """

    kind: str
    times: int | None = 1
    after: int = 3
    seconds: float = 2.0
    retry_after: float | None = None
    model: str | None = None
    containing: str = ""
    id: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault {self.kind!r}; there are {', '.join(KINDS)}")
        if self.times is not None and self.times < 1:
            raise ValueError("times must be at least 1, or None for all requests")
        if self.after < 0 or self.seconds < 0 or (self.retry_after or 0) < 0:
            raise ValueError("after, seconds and retry_after must not be negative")

    def suits(self, model: str, question: str) -> bool:
        """Whether a request for this model with this last user message is one that it strikes."""
        return self.model in {None, model} and self.containing in question


class FaultList:
    """The faults that wait for a request, in the order in which they were added."""

    kinds = KINDS

    def __init__(self) -> None:
        self._waiting: dict[str, Fault] = {}
        self._added = 0

    def add(self, fault: Fault) -> Fault:
        """Take a fault in and return it with its id."""
        self._added += 1
        known = replace(fault, id=f"claude-{self._added}")
        self._waiting[known.id] = known
        return known

    def list(self) -> tuple[Fault, ...]:
        """Return what waits; `times` is what is left."""
        return tuple(self._waiting.values())

    def remove(self, fault_id: str) -> bool:
        """Remove one; False when there is none of this id."""
        return self._waiting.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Remove all."""
        self._waiting.clear()

    def strike(self, model: str, question: str) -> tuple[Fault, ...]:
        """Return the faults that strike this request, and count them down."""
        struck = tuple(fault for fault in self._waiting.values() if fault.suits(model, question))
        for fault in struck:
            self._count_down(fault)
        return struck

    def _count_down(self, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times == 1:
            del self._waiting[fault.id]
        else:
            self._waiting[fault.id] = replace(fault, times=fault.times - 1)

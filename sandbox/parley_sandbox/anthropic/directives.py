"""Directives in the last user message: `[[ttft=0.2 tps=50 tokens=400 error=529 times=1]]`."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .errors import ApiError
from .faults import KIND_OF_STATUS, Fault
from .pace import Pace

_FOUND = re.compile(r"\[\[\s*([a-z_]+=(?![\s=]).*?)\]\]", re.DOTALL)
_TEXT = re.compile(r"fence|list|table|quote|prose|long|words:[1-9]\d{0,5}")
STOPS = {"end_turn", "max_tokens", "stop_sequence", "refusal", "pause_turn", "model_context_window_exceeded"}


@dataclass(frozen=True, slots=True)
class Directive:
    """What a question demands of its reply; None is the server's own setting. `raw` is the text as it stood there.

    ttft, headers, retry_after: seconds.   tps: tokens a second.   tokens: deltas in the reply.
    thinking: tokens that are thought before it, where the request lets Claude think; else none are.
    cut, stall, bad, sse_error, restart: deltas sent before it happens; cut="headers" is before any answer.
    times: only the first so many requests with this very directive meet its faults.
    exact: this text and nothing else.   seed: the same text every time.
    """

    raw: str = ""
    ttft: float | None = None
    tps: float | None = None
    tokens: int | None = None
    thinking: int = 0
    error: int | None = None
    times: int | None = None
    retry_after: float | None = None
    cut: int | str | None = None
    stall: int | None = None
    bad: int | None = None
    sse_error: int | None = None
    restart: int | None = None
    headers: float | None = None
    stop: str | None = None
    text: str | None = None
    exact: str | None = None
    seed: int | None = None

    def pace(self, usual: Pace) -> Pace:
        """Return the pace of this reply."""
        return Pace(
            ttft=usual.ttft if self.ttft is None else self.ttft, tps=usual.tps if self.tps is None else self.tps
        )

    def faults(self) -> tuple[Fault, ...]:
        """Return the faults that it asks for."""
        found = [
            Fault(kind, after=after)
            for kind, after in (
                ("stall", self.stall),
                ("broken_json", self.bad),
                ("sse_error", self.sse_error),
                ("restart", self.restart),
            )
            if after is not None
        ]
        if self.error is not None:
            found.append(Fault(KIND_OF_STATUS[self.error], retry_after=self.retry_after))
        if self.headers is not None:
            found.append(Fault("slow_headers", seconds=self.headers))
        if self.cut is not None:
            early = self.cut == "headers"
            found.append(Fault("cut_before_headers") if early else Fault("cut", after=int(self.cut)))
        return tuple(found)


def read(question: str) -> Directive:
    """Return the directives in a question; ApiError 400 names what is not understood.

    Double brackets that do not begin with `word=` are somebody's text (a shell test, a nested list).
    """
    directive = Directive()
    raws = _FOUND.findall(question)
    for raw in raws:
        directive = replace(directive, **_settings(raw))
    return replace(directive, raw=" ".join(raw.strip() for raw in raws))


def without(text: str) -> str:
    """Return a text without the directives in it."""
    return _FOUND.sub("", text).strip()


def _settings(raw: str) -> dict[str, Any]:
    try:
        items = [item.partition("=") for item in shlex.split(raw)]
    except ValueError as error:
        raise ApiError(400, f"directive: [[{raw}]]: {error}") from error
    unknown = [key for key, _, _ in items if key not in _READERS]
    if unknown:
        raise ApiError(400, f"directive: unknown {', '.join(unknown)}; there are {', '.join(_READERS)}")
    return {key: _setting(key, value) for key, _, value in items}


def _setting(key: str, value: str) -> Any:
    try:
        return _READERS[key](value)
    except ValueError as error:
        raise ApiError(400, f"directive: {key}={value}: {error}") from error


def _number(value: str) -> float:
    number = float(value)
    if not 0 <= number < float("inf"):
        raise ValueError("must be a number that is not negative")
    return number


def _count(value: str) -> int:
    if not value.isdecimal():
        raise ValueError("must be a whole number that is not negative")
    return int(value)


def _positive(value: str) -> int:
    if _count(value) == 0:
        raise ValueError("must be at least 1")
    return int(value)


def _status(value: str) -> int:
    status = _count(value)
    if status not in KIND_OF_STATUS:
        raise ValueError(f"must be one of {', '.join(map(str, KIND_OF_STATUS))}")
    return status


def _cut(value: str) -> int | str:
    return value if value == "headers" else _count(value)


def _one_of(known: set[str]) -> Callable[[str], str]:
    def choose(value: str) -> str:
        if value not in known:
            raise ValueError(f"must be one of {', '.join(sorted(known))}")
        return value

    return choose


def _shape(value: str) -> str:
    if not _TEXT.fullmatch(value):
        raise ValueError("must be fence, list, table, quote, prose, long or words:N")
    return value


_READERS: dict[str, Callable[[str], Any]] = {
    "ttft": _number,
    "tps": _number,
    "tokens": _positive,
    "thinking": _count,
    "error": _status,
    "times": _positive,
    "retry_after": _number,
    "cut": _cut,
    "stall": _count,
    "bad": _count,
    "sse_error": _count,
    "restart": _count,
    "headers": _number,
    "stop": _one_of(STOPS),
    "text": _shape,
    "exact": str,
    "seed": _count,
}

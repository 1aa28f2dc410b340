"""What a holder says about its turn, after Open or Adopt, as frozen values. `TextEnd` and `Posted` are in `model`."""

from __future__ import annotations

from dataclasses import dataclass

from parley_cache.model import Outcome, Posted, TextEnd


@dataclass(frozen=True, slots=True)
class Renew:
    """Keeps the lease."""

    number: int


@dataclass(frozen=True, slots=True)
class Produced:
    """A piece of the leader's text; `offset` in code points of that attempt."""

    attempt: int
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class End:
    """The last edit stands."""

    outcome: Outcome
    shown: int


@dataclass(frozen=True, slots=True)
class Release:
    """The lease ends now."""


Step = Renew | Produced | TextEnd | Posted | End | Release

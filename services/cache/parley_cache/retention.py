"""Which complete replies stay. Pure.

S3-FIFO (Yang et al., SOSP 2023): a new reply enters a small queue; only one that was asked for there moves on to the
main one, where each use buys it another round. What left the small queue is remembered for a while, without its
text, and enters the main queue at once if it comes back. A use writes a small number, and nothing once the reply has
all the credit that it can have; so popular answers cost several caches no quarrel.

A use is worth what it saves: `grade` compares the seconds and tokens of a reply, for the room it takes, with the
mean of all stored ones. With equal replies this is S3-FIFO itself. `benchmarks/cache_retention.py` has the rivals.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from parley_cache.limits import Limits

SMALL_SHARE = 0.1
"""The small queue's share of the bounds, as the paper has it."""

LOOK = 16
"""Replies of each queue that one eviction looks at; so it costs the same however many are stored."""

LOOK_MOST = 256
"""The same for a reply so big that many must go for it."""

ADMITTED = 2
"""The credit that opens the main queue; a use of a reply of mean worth gives as much."""

USES = 3
"""So many uses count at most, as the paper has it."""

RICH = 2.0
"""From so many times the mean worth on, a use counts twice; below its inverse, half."""

TOKENS_A_SECOND = 100.0
"""How many tokens weigh as much as a second of waiting: about what Claude says in one."""


@dataclass(frozen=True, slots=True)
class Saving:
    """What a use of a reply saves: the seconds that it took, and tokens of Claude."""

    seconds: float = 0.0
    tokens: int = 0

    @property
    def worth(self) -> float:
        """Both as one number; never nothing."""
        return max(0.01, self.seconds + self.tokens / TOKENS_A_SECOND)


@dataclass(frozen=True, slots=True)
class Stored:
    """A complete reply that is stored.

    `size` in bytes, times in the store's seconds; `groups`: the orders in which a purge finds it; `credit` is what
    its uses bought, `main` the queue that it stands in.
    """

    log: str
    size: int
    at: float
    until: float
    saving: Saving
    grade: int = ADMITTED
    groups: tuple[str, ...] = ()
    credit: int = 0
    main: bool = False


Named = tuple[str, Stored]


def used(stored: Stored) -> Stored:
    """Return the reply after one more use."""
    credit = min(USES * stored.grade, stored.credit + stored.grade)
    return stored if credit == stored.credit else replace(stored, credit=credit)


def cost(limits: Limits, size: int) -> float:
    """Return the share of the bounds that a reply takes."""
    return max(1 / max(1, limits.reply_entries), size / max(1, limits.reply_bytes))


def grade(density: float, mean: float) -> int:
    """Return the credit that one use gives: by worth for the room, against the mean of all (0: there is none)."""
    if mean <= 0 or 1 / RICH < density / mean < RICH:
        return ADMITTED
    return 2 * ADMITTED if density > mean else ADMITTED // 2


@dataclass(slots=True)
class Space:
    """How much is taken, the new reply included."""

    entries: int
    size: int
    small_entries: int
    small_size: int

    def is_over(self, limits: Limits) -> bool:
        """Tell whether something must go."""
        return self.entries > limits.reply_entries or self.size > limits.reply_bytes

    def small_is_full(self, limits: Limits) -> bool:
        """Tell whether the small queue has its share."""
        share = SMALL_SHARE
        return self.small_entries > share * limits.reply_entries or self.small_size > share * limits.reply_bytes


@dataclass(slots=True)
class Plan:
    """What an eviction does: `gone` as it stood; `promoted` to the main queue and `kept` in it as they will stand."""

    gone: dict[str, Stored] = field(default_factory=dict)
    promoted: dict[str, Stored] = field(default_factory=dict)
    kept: dict[str, Stored] = field(default_factory=dict)


def look(limits: Limits, size: int) -> int:
    """Return how many candidates of each queue a plan for a reply of that size needs."""
    return min(LOOK_MOST, LOOK + 2 * size * limits.reply_entries // max(1, limits.reply_bytes))


def plan(limits: Limits, space: Space, small: list[Named], main: list[Named]) -> Plan | None:
    """Decide what goes until `space` is within the limits. None: what was looked at is not enough, nothing goes.

    `small` and `main`: the first of each queue, the next to go first.
    """
    return _Eviction(limits, space, small, main).plan()


class _Eviction:
    def __init__(self, limits: Limits, space: Space, small: list[Named], main: list[Named]) -> None:
        self._limits = limits
        self._space = space
        self._small = deque(small)
        self._main = deque(main)
        self._as_they_stood = dict(small + main)
        self._plan = Plan()

    def plan(self) -> Plan | None:
        while self._space.is_over(self._limits):
            if self._small and (self._space.small_is_full(self._limits) or not self._main):
                self._judge_small(*self._small.popleft())
            elif self._main:
                self._judge_main(*self._main.popleft())
            elif not self._force():
                return None
        return self._plan

    def _judge_small(self, name: str, stored: Stored) -> None:
        self._space.small_entries -= 1
        self._space.small_size -= stored.size
        if stored.credit >= ADMITTED:
            self._plan.promoted[name] = replace(stored, main=True, credit=0)
        else:
            self._let_go(name)

    def _judge_main(self, name: str, stored: Stored) -> None:
        if stored.credit:
            self._plan.kept[name] = replace(stored, credit=max(0, stored.credit - ADMITTED))
        else:
            self._let_go(name)

    def _force(self) -> bool:
        """All that was looked at has credit: the one with the least of it goes; False: nothing is left."""
        spared = self._plan.kept | self._plan.promoted
        if not spared:
            return False
        name = min(spared, key=lambda one: spared[one].credit)
        self._plan.kept.pop(name, None)
        self._plan.promoted.pop(name, None)
        self._let_go(name)
        return True

    def _let_go(self, name: str) -> None:
        stored = self._as_they_stood[name]
        self._plan.gone[name] = stored
        self._space.entries -= 1
        self._space.size -= stored.size


def tuned(ttl: float, factor: float, limits: Limits) -> float:
    """Return the time to live, in seconds, after a directive to multiply it, within the bounds that are set.

    A low hit rate wants a longer one, short memory a shorter one; who asks knows which (the monitor).
    """
    return min(max(ttl * factor, limits.reply_ttl_least), max(limits.reply_ttl_most, limits.reply_ttl_least))

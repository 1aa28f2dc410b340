"""Token buckets: what may be used, what is left, when it is free again. Pure; times in the store's seconds.

What was used comes back evenly over the period. Messages are paid in advance, tokens and cost afterwards, when they
are known: so a bucket may be in debt, and who has one waits until it is paid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from functools import lru_cache
from types import MappingProxyType

from parley_cache.model import Usage

DAY = 24 * 3600.0
MONTH = 30 * DAY


class Kind(Enum):
    """What a quota limits; tokens and cost (millionths of a US dollar) over 24 hours and 30 days."""

    MESSAGES = "messages"
    TOKENS_DAY = "tokens_day"
    TOKENS_MONTH = "tokens_month"
    COST_DAY = "cost_day"
    COST_MONTH = "cost_month"


@dataclass(frozen=True, slots=True)
class UsageLimits:
    """What may be used, by kind; 0: not limited. Cost in millionths of a US dollar."""

    messages: int = 0
    tokens_day: int = 0
    tokens_month: int = 0
    cost_day: int = 0
    cost_month: int = 0

    def stricter(self, other: UsageLimits) -> UsageLimits:
        """Return the lower of both, kind by kind."""
        pairs = [(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)]
        return UsageLimits(*(min(pair) if all(pair) else max(pair) for pair in pairs))


@dataclass(frozen=True, slots=True)
class Rate:
    """So much may be used at once, and comes back over a period, in seconds."""

    amount: int
    period: float


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was left at a time."""

    level: float
    at: float


Rates = Mapping[Kind, Rate]


@lru_cache(maxsize=256)
def rates(limits: UsageLimits, message_period: float) -> Rates:
    """Return the rates of what is limited; for most members and guilds they are the operator's, and the same."""
    periods = {Kind.MESSAGES: message_period, Kind.TOKENS_DAY: DAY, Kind.COST_DAY: DAY}
    amounts = {kind: getattr(limits, kind.value) for kind in Kind}
    return MappingProxyType(
        {kind: Rate(amount, periods.get(kind, MONTH)) for kind, amount in amounts.items() if amount}
    )


def level(bucket: Bucket | None, rate: Rate, now: float) -> float:
    """Return what is left; a bucket that nobody used is full."""
    if bucket is None:
        return float(rate.amount)
    return min(float(rate.amount), bucket.level + max(0.0, now - bucket.at) * rate.amount / rate.period)


def wait(bucket: Bucket | None, rate: Rate, now: float, needed: float) -> float:
    """Return the seconds until so much is left; 0: it is."""
    return max(0.0, (min(needed, rate.amount) - level(bucket, rate, now)) * rate.period / rate.amount)


@dataclass(frozen=True, slots=True)
class Use:
    """What is charged at once: messages when they come; answers of Claude's, their tokens and cost, when they end."""

    messages: int = 0
    answers: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: int = 0

    def of(self, kind: Kind) -> int:
        """Return how much of what a quota limits this is."""
        if kind is Kind.MESSAGES:
            return self.messages
        return self.usage.worked if kind in {Kind.TOKENS_DAY, Kind.TOKENS_MONTH} else self.cost


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used since a time. Cost in millionths of a US dollar."""

    since: float
    messages: int = 0
    answers: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: int = 0

    def plus(self, use: Use) -> Spent:
        """Return it with more."""
        return Spent(
            self.since,
            self.messages + use.messages,
            self.answers + use.answers,
            self.usage.plus(use.usage),
            self.cost + use.cost,
        )


@dataclass(frozen=True, slots=True)
class Account:
    """What a member or guild used, and what is left in the buckets of those kinds that are limited."""

    day: Spent
    month: Spent
    buckets: tuple[tuple[Kind, Bucket], ...] = ()


def current(account: Account | None, now: float) -> Account:
    """Return the account with a new day or month begun where the former is over."""
    if account is None:
        return Account(Spent(now), Spent(now))
    day = account.day if now < account.day.since + DAY else Spent(now)
    month = account.month if now < account.month.since + MONTH else Spent(now)
    return replace(account, day=day, month=month)


def waits(account: Account | None, limits: Rates, now: float) -> Iterator[tuple[Kind, float]]:
    """Yield the seconds until a limit lets a turn in; 0: now. One message is needed, of the others anything at all."""
    buckets = dict(account.buckets) if account is not None else {}
    for kind, rate in limits.items():
        yield kind, wait(buckets.get(kind), rate, now, 1.0)


def charged(account: Account | None, limits: Rates, now: float, use: Use) -> Account:
    """Return the account after this was used."""
    account = current(account, now)
    former = dict(account.buckets)
    buckets = {kind: Bucket(level(former.get(kind), rate, now) - use.of(kind), now) for kind, rate in limits.items()}
    return Account(account.day.plus(use), account.month.plus(use), tuple(buckets.items()))

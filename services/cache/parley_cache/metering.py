"""Whether a turn may be claimed, and what it used: accounts of members and guilds. Rules over `Tables`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parley_cache import quotas
from parley_cache.model import Origin, TextEnd, Usage
from parley_cache.preferences import Subject, SubjectKind, Versioned
from parley_cache.quotas import Account, Bucket, Kind, Rate, Rates, UsageLimits, Use
from parley_cache.store.tables import Tables

KEPT = 2 * quotas.MONTH
"""How long an account is kept after its last use, in seconds: until all buckets are full again and more."""


def subjects(origin: Origin) -> list[Subject]:
    """Return whose usage a turn is: that of the member who wants it, and its guild's."""
    member = Subject(SubjectKind.USER, origin.charged_id)
    return [member, Subject(SubjectKind.GUILD, origin.guild_id)] if origin.guild_id else [member]


def needs(origin: Origin) -> Iterator[tuple[type[object], str]]:
    """Yield the records that a claim reads unless the guild is limited."""
    for subject in subjects(origin):
        yield Versioned, subject.name
    yield Account, subjects(origin)[0].name


def _rates(tables: Tables, whose: Sequence[Subject]) -> list[Rates]:
    """Return what is limited for each: what the operator allows, or less if its own settings say so."""
    settings = tables.records(Versioned, [subject.name for subject in whose])
    own = [one.preferences.limits if one is not None else None for one in settings]
    limits, period = tables.limits, tables.limits.message_period
    allowed = {SubjectKind.USER: limits.user, SubjectKind.GUILD: limits.guild}
    pairs = zip(whose, own, strict=True)
    return [quotas.rates(_stricter(allowed[subject.kind], less), period) for subject, less in pairs]


def _stricter(allowed: UsageLimits, own: UsageLimits | None) -> UsageLimits:
    return allowed if own is None else allowed.stricter(own)


def _accounts(tables: Tables, whose: Sequence[Subject], rates: Sequence[Rates]) -> Iterator[_Counted]:
    records = tables.records(Account, [subject.name for subject in whose])
    return map(_Counted, whose, rates, records)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A member or guild with what is limited for it and what it used."""

    subject: Subject
    rates: Rates
    account: Account | None


def _at_claim(tables: Tables, origin: Origin) -> list[_Counted]:
    """Return the accounts that a claim is about: its member's, and its guild's only where that is limited.

    A guild's account is one record for all its members; so that many can ask at once, it is left alone if it can be.
    """
    whose = subjects(origin)
    rates = _rates(tables, whose)
    needed = [(one, limited) for one, limited in zip(whose, rates, strict=True) if _is_met(one, limited)]
    return list(_accounts(tables, [one for one, _ in needed], [limited for _, limited in needed]))


def _is_met(subject: Subject, rates: Rates) -> bool:
    return bool(rates) or subject.kind is SubjectKind.USER


@dataclass(frozen=True, slots=True)
class Blocked:
    """Nothing is left of a limit until a time, in the store's seconds."""

    whose: SubjectKind
    kind: Kind
    until: float


def refusals(whose: SubjectKind, kind: Kind) -> str:
    """Name the counter of turns that were refused for a limit, as in `quotas.refused.user.messages`."""
    return f"quotas.refused.{whose.value}.{kind.value}"


def blocked(tables: Tables, origin: Origin) -> Blocked | None:
    """Return what keeps this member from a turn here for longest; None: nothing does."""
    found = [
        Blocked(one.subject.kind, kind, tables.now + seconds)
        for one in _at_claim(tables, origin)
        for kind, seconds in quotas.waits(one.account, one.rates, tables.now)
        if seconds > 0
    ]
    return max(found, key=lambda one: one.until, default=None)


def count_refusal(tables: Tables, refused: Blocked) -> None:
    """A turn is refused for a quota."""
    tables.add(refusals(refused.whose, refused.kind), 1)


def charge(tables: Tables, origin: Origin) -> None:
    """Charge one message."""
    for one in _at_claim(tables, origin):
        if one.subject.kind is SubjectKind.USER or Kind.MESSAGES in one.rates:
            _put(tables, one, Use(messages=1))


def book(tables: Tables, origin: Origin, end: TextEnd) -> None:
    """Charge what an answer of Claude's used."""
    if end.usage is None and not end.cost:
        return
    whose = subjects(origin)
    for one in _accounts(tables, whose, _rates(tables, whose)):
        _put(tables, one, Use(answers=1, usage=end.usage or Usage(), cost=end.cost))


def _put(tables: Tables, one: _Counted, use: Use) -> None:
    account = quotas.charged(one.account, one.rates, tables.now, use)
    tables.put_record(one.subject.name, account, tables.now + KEPT)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a limit; `free_in`: the seconds until a turn may be claimed, 0: now."""

    kind: Kind
    rate: Rate
    left: int
    free_in: float


@dataclass(frozen=True, slots=True)
class Used:
    """What somebody used; `now` is the store's time of the answer."""

    account: Account
    left: tuple[Left, ...]
    now: float


def used(tables: Tables, subject: Subject) -> Used:
    """Return what a member or guild used, and what is left."""
    (rates,) = _rates(tables, [subject])
    account = quotas.current(tables.record(Account, subject.name), tables.now)
    buckets = dict(account.buckets)
    left = tuple(_left(kind, rate, buckets.get(kind), tables.now) for kind, rate in rates.items())
    return Used(account, left, tables.now)


def _left(kind: Kind, rate: Rate, bucket: Bucket | None, now: float) -> Left:
    level = max(0, int(quotas.level(bucket, rate, now)))
    return Left(kind, rate, level, quotas.wait(bucket, rate, now, 1.0))

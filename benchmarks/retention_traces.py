"""Seeded requests for the retention benchmark: when, which question, and what its answer weighs and saves."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

REQUESTS = 100_000
KEYS = 20_000
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Request:
    """A question at a time, in seconds."""

    at: float
    key: int


@dataclass(frozen=True, slots=True)
class Trace:
    """Requests of one kind."""

    name: str
    requests: Sequence[Request]


def _times(chance: random.Random, rate: float) -> Iterator[float]:
    return itertools.accumulate(chance.expovariate(rate) for _ in range(REQUESTS))


def zipf(name: str, *, seed: int, rate: float, drift: float = 0.0, noise: float = 0.0) -> Trace:
    """Zipf 0.9 over 20 000 questions at `rate`/s.

    drift: share of the ranking that changes each hour, popular ones more often; noise: share of questions that come
    once only.
    """
    chance = random.Random(seed)
    weights = list(itertools.accumulate(rank**-0.9 for rank in range(1, KEYS + 1)))
    ranks = chance.choices(range(KEYS), cum_weights=weights, k=REQUESTS)
    keys, hour, fresh, requests = list(range(KEYS)), 0, itertools.count(KEYS), []
    for at, rank in zip(_times(chance, rate), ranks, strict=True):
        if drift and int(at // HOUR) != hour:
            hour = int(at // HOUR)
            _shuffle(chance, keys, int(KEYS * drift))
        requests.append(Request(at, next(fresh) if chance.random() < noise else keys[rank]))
    return Trace(name, requests)


def _shuffle(chance: random.Random, keys: list[int], count: int) -> None:
    for _ in range(count):
        one, other = int(KEYS * chance.random() ** 2), chance.randrange(KEYS)
        keys[one], keys[other] = keys[other], keys[one]


def recency(name: str, *, seed: int, rate: float) -> Trace:
    """What was asked lately is asked again: 93 of 100 requests repeat one of the last some hundred."""
    chance = random.Random(seed)
    fresh, asked, requests = itertools.count(), [0], []
    for at in _times(chance, rate):
        back = 1 + int(chance.expovariate(1 / 1500))
        asked.append(asked[-back] if chance.random() < 0.93 and back <= len(asked) else next(fresh))
        requests.append(Request(at, asked[-1]))
    return Trace(name, requests)


def all_traces() -> list[Trace]:
    """Those of row C4."""
    return [
        zipf("Zipf 0.9, stationary, 5/s", seed=1, rate=5),
        zipf("Zipf 0.9, 10 % of ranks change per hour, 5/s", seed=2, rate=5, drift=0.1),
        zipf("Zipf 0.9, 30 % asked once, drift, 50/s", seed=3, rate=50, drift=0.1, noise=0.3),
        recency("recency-heavy, 5/s", seed=4, rate=5),
    ]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question's answer is: bytes, the seconds and the tokens that it took."""

    size: int
    seconds: float
    tokens: int


def answer(key: int) -> Answer:
    """An answer whose length is log-normal around 300 tokens, as chat answers are: many short ones, few very long."""
    tokens = int(min(8000, random.Random(key).lognormvariate(5.7, 1.2))) + 5
    return Answer(tokens * 4, 0.7 + tokens / 80, tokens)

"""Prompt caching by Anthropic's rules (platform.claude.com, read 2026-11-22): what a prompt reads, writes and pays.

A prompt is a row of blocks: tools, then system, then messages. A breakpoint on a block asks to keep the prefix up to
it. A prefix shorter than the model's least is silently not kept. A request reads the longest kept prefix that ends at
a breakpoint or at most 19 blocks before one, and writes the prefixes of the breakpoints behind that. What is written
can be read once the reply has begun; it lives 5 minutes (or an hour) from its last use.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LOOKBACK = 20
"""Blocks looked at for each breakpoint, its own block included."""

MOST_BREAKPOINTS = 4
TTLS: dict[str, float] = {"5m": 300.0, "1h": 3600.0}


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a prompt: its bytes without `cache_control`, its tokens, and "5m" or "1h" if a breakpoint is on it."""

    content: bytes
    tokens: int
    ttl: str | None = None


@dataclass(frozen=True, slots=True)
class InputUsage:
    """How a prompt's tokens were paid for; the sum of all is the prompt."""

    input_tokens: int
    cache_read: int = 0
    created_5m: int = 0
    created_1h: int = 0

    @property
    def created(self) -> int:
        """Tokens written into the cache."""
        return self.created_5m + self.created_1h

    def as_json(self) -> dict[str, Any]:
        """Return the input side of Anthropic's `usage`."""
        return {
            "input_tokens": self.input_tokens,
            "cache_creation_input_tokens": self.created,
            "cache_read_input_tokens": self.cache_read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.created_5m,
                "ephemeral_1h_input_tokens": self.created_1h,
            },
        }


@dataclass(frozen=True, slots=True)
class Writes:
    """Prefixes to keep once the reply has begun: digest and seconds to live."""

    prefixes: tuple[tuple[bytes, float], ...]


@dataclass(frozen=True, slots=True)
class _Prefix:
    digest: bytes
    tokens: int
    ttl: str | None


class PromptCache:
    """The prefixes kept at the moment, with the instant at which each is forgotten."""

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[float, float]] = {}

    def account(self, model: str, least: int, blocks: Sequence[Block], now: float) -> tuple[InputUsage, Writes]:
        """Return what this prompt costs at `now` and what it will leave behind; refreshes what it reads.

        `least` is the model's shortest cacheable prefix in tokens, `now` monotonic seconds.
        """
        prefixes = _prefixes(model, blocks)
        points = [at for at, prefix in enumerate(prefixes) if prefix.ttl]
        read_at = self._longest_kept(prefixes, points, now)
        for prefix in prefixes[: read_at + 1]:
            self._refresh(prefix.digest, now)
        written = [prefixes[at] for at in points if at > read_at and prefixes[at].tokens >= least]
        read = prefixes[read_at].tokens if read_at >= 0 else 0
        total = prefixes[-1].tokens if prefixes else 0
        return _usage(total, read, written), Writes(tuple((each.digest, TTLS[each.ttl or "5m"]) for each in written))

    def keep(self, writes: Writes, now: float) -> None:
        """Keep the prefixes of a prompt whose reply begins now, and forget what has lived too long."""
        self._kept = {digest: entry for digest, entry in self._kept.items() if entry[0] > now}
        for digest, ttl in writes.prefixes:
            self._kept[digest] = (now + ttl, ttl)

    def __len__(self) -> int:
        return len(self._kept)

    def _longest_kept(self, prefixes: Sequence[_Prefix], points: Sequence[int], now: float) -> int:
        """Return the index of the longest kept prefix within reach of a breakpoint, or -1."""
        reach = {at for point in points for at in range(max(0, point - LOOKBACK + 1), point + 1)}
        return max((at for at in reach if self._lives(prefixes[at].digest, now)), default=-1)

    def _lives(self, digest: bytes, now: float) -> bool:
        return digest in self._kept and self._kept[digest][0] > now

    def _refresh(self, digest: bytes, now: float) -> None:
        if self._lives(digest, now):
            ttl = self._kept[digest][1]
            self._kept[digest] = (now + ttl, ttl)


def _prefixes(model: str, blocks: Sequence[Block]) -> list[_Prefix]:
    digest, tokens = hashlib.sha256(model.encode()).digest(), 0
    found: list[_Prefix] = []
    for block in blocks:
        digest = hashlib.sha256(digest + block.content).digest()
        tokens += block.tokens
        found.append(_Prefix(digest, tokens, block.ttl))
    return found


def _usage(total: int, read: int, written: Sequence[_Prefix]) -> InputUsage:
    hour = max((each.tokens for each in written if each.ttl == "1h"), default=read)
    reached = max((each.tokens for each in written), default=read)
    return InputUsage(
        input_tokens=total - reached, cache_read=read, created_1h=hour - read, created_5m=reached - max(hour, read)
    )

"""Who goes first: rendezvous hashing, so that all who know the same members agree without a word. Pure.

Each member has a rank for each key that depends on the two alone: when one goes, only the keys move where it was
first, and they move to whoever was second.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b


def ranked(key: str, members: Iterable[str]) -> tuple[str, ...]:
    """Return the members, each once, the first one for this key first."""
    return tuple(sorted(set(members), key=lambda member: _weight(key, member), reverse=True))


def _weight(key: str, member: str) -> tuple[bytes, str]:
    """Return a member's weight for a key; the key's length is hashed too, so that no two pairs are alike."""
    return blake2b(f"{len(key)}:{key}{member}".encode(), digest_size=8).digest(), member

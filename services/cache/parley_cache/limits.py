"""The bounds of everything that the store keeps; each is a setting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds, sizes in the unit that the name tells; docs/configuration.md lists them."""

    lease: float = 15.0
    queue: int = 5
    attempts: int = 3
    done_for: float = 24 * 3600.0
    reply_ttl: float = 3600.0
    reply_ttl_least: float = 600.0
    reply_ttl_most: float = 24 * 3600.0
    reply_entries: int = 1000
    reply_bytes: int = 64 * 1024 * 1024
    log_characters: int = 2 * 1024 * 1024
    window_tokens: int = 24_000
    conversation_ttl: float = 30 * 24 * 3600.0
    conversations: int = 100_000

    @property
    def renewal(self) -> float:
        """How often a holder renews: thrice in a lease, so that two may be lost."""
        return self.lease / 3

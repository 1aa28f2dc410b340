"""The bounds of everything that the store keeps; each is a setting."""

from __future__ import annotations

from dataclasses import dataclass

from parley_cache.quotas import UsageLimits

MICRO_USD = 1_000_000
"""Cost is counted in millionths of a US dollar."""


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
    turns: int = 20_000
    log_bytes: int = 512 * 1024 * 1024
    log_characters: int = 2 * 1024 * 1024
    window_tokens: int = 24_000
    conversation_ttl: float = 30 * 24 * 3600.0
    conversations: int = 100_000
    conversation_messages: int = 10_000
    message_period: float = 60.0
    user_messages: int = 20
    user_tokens_day: int = 0
    user_tokens_month: int = 0
    user_usd_day: float = 0.0
    user_usd_month: float = 0.0
    guild_messages: int = 0
    guild_tokens_day: int = 0
    guild_tokens_month: int = 0
    guild_usd_day: float = 0.0
    guild_usd_month: float = 0.0

    @property
    def user(self) -> UsageLimits:
        """What each member may use."""
        cost_day, cost_month = (round(usd * MICRO_USD) for usd in (self.user_usd_day, self.user_usd_month))
        return UsageLimits(self.user_messages, self.user_tokens_day, self.user_tokens_month, cost_day, cost_month)

    @property
    def guild(self) -> UsageLimits:
        """What all members of a guild may use together."""
        cost_day, cost_month = (round(usd * MICRO_USD) for usd in (self.guild_usd_day, self.guild_usd_month))
        return UsageLimits(self.guild_messages, self.guild_tokens_day, self.guild_tokens_month, cost_day, cost_month)

    @property
    def renewal(self) -> float:
        """How often a holder renews: thrice in a lease, so that two may be lost."""
        return self.lease / 3

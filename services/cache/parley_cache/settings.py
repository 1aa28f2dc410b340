"""What can be set about the cache."""

from __future__ import annotations

from pydantic import Field

from parley_cache.limits import Limits
from parley_kit.settings import Address, ServiceSettings, Targets


class CacheSettings(ServiceSettings, env_prefix="PARLEY_CACHE_"):
    """The cache's settings."""

    listen: Address = Field(
        "127.0.0.1:50052", description="Where its gRPC server listens, host:port; port 0 takes a free one."
    )
    metrics_listen: Address | None = Field(
        "127.0.0.1:9092", description="Where Prometheus finds /metrics, host:port; port 0 takes a free one."
    )
    monitor: Targets | None = Field(
        None, description="The monitors that get load reports, host:port, several separated by commas; unset: none."
    )
    lease: float = Field(
        15.0, gt=0, le=600, description="How long a gateway holds a turn after its last sign of life, in seconds."
    )
    settle: float | None = Field(
        None,
        ge=0,
        le=600,
        description="How long after its start the cache offers no orphans and promotes no follower; unset: one lease, in seconds.",
    )
    sweep: float = Field(0.5, ge=0.01, le=60, description="How often leases that ran out are looked for, in seconds.")
    queue: int = Field(5, ge=0, le=100, description="How many turns may wait in one conversation, a number.")
    attempts: int = Field(
        3, ge=1, le=10, description="How often one reply is begun before it fails with a named error, a number."
    )
    done_for: float = Field(
        24 * 3600.0,
        gt=0,
        description="How long an ended turn is remembered, so that none is answered twice, in seconds.",
    )
    reply_ttl: float = Field(3600.0, gt=0, description="How long a stored reply serves, in seconds.")
    reply_entries: int = Field(1000, ge=0, description="How many replies are stored at most, a number.")
    reply_bytes: int = Field(64 * 1024 * 1024, ge=0, description="How much text of stored replies is kept, in bytes.")
    log_characters: int = Field(2 * 1024 * 1024, ge=1, description="How long one reply may be, in characters.")
    window_tokens: int = Field(
        24_000, ge=100, description="How much of a conversation Claude sees, in tokens of about four bytes."
    )
    conversation_ttl: float = Field(
        30 * 24 * 3600.0, gt=0, description="How long a conversation is kept after its last turn, in seconds."
    )
    conversations: int = Field(100_000, ge=1, description="How many conversations are kept at most, a number.")
    grace: float = Field(10.0, ge=0, le=600, description="How long open calls may go on after a drain, in seconds.")

    @property
    def limits(self) -> Limits:
        """The bounds of the store."""
        return Limits(
            lease=self.lease,
            queue=self.queue,
            attempts=self.attempts,
            done_for=self.done_for,
            reply_ttl=self.reply_ttl,
            reply_entries=self.reply_entries,
            reply_bytes=self.reply_bytes,
            log_characters=self.log_characters,
            window_tokens=self.window_tokens,
            conversation_ttl=self.conversation_ttl,
            conversations=self.conversations,
        )

"""What can be set about the cache."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator

from parley_cache.limits import Limits
from parley_cache.store.target import Target, check_url
from parley_kit.settings import Address, ServiceSettings, Targets, split_address, split_targets

DAY = 24 * 3600.0
"""In seconds."""


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
    redis_url: SecretStr | None = Field(
        None,
        description="redis://, rediss:// (TLS) or unix:// URL with user, password and database; unset: everything is kept in this process, and there may be one cache only.",
    )
    redis_username: str | None = Field(
        None, description="Redis's ACL user, where the URL names none; unset: the default user."
    )
    redis_password: SecretStr | None = Field(
        None, description="Redis's password, where the URL holds none; it needs no escaping here. A secret."
    )
    redis_ca_file: str | None = Field(
        None, description="File of the authority that Redis's certificate is checked against; unset: the system's."
    )
    redis_sentinels: Targets | None = Field(
        None, description="Sentinels that name the Redis, host:port with commas between; unset: the URL's host is it."
    )
    redis_master: str = Field("mymaster", description="The name under which the Sentinels know the Redis.")
    redis_sentinel_password: SecretStr | None = Field(
        None, description="The Sentinels' own password; unset: they have none."
    )
    redis_patience: float = Field(
        0.1,
        gt=0,
        le=10,
        description="How long Redis may be silent while it is asked something before calls fail, in seconds.",
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
    reply_ttl_least: float = Field(
        600.0, gt=0, description="How short tuning may make a stored reply's time to live, in seconds."
    )
    reply_ttl_most: float = Field(
        24 * 3600.0, gt=0, description="How long tuning may make a stored reply's time to live, in seconds."
    )
    reply_entries: int = Field(1000, ge=0, description="How many replies are stored at most, a number.")
    reply_bytes: int = Field(64 * 1024 * 1024, ge=0, description="How much text of stored replies is kept, in bytes.")
    turns: int = Field(
        20_000, ge=1, description="How many turns may be under way before new ones are refused, a number."
    )
    log_bytes: int = Field(
        512 * 1024 * 1024,
        ge=1,
        description="How much text of replies may be kept before new turns are refused, in bytes.",
    )
    log_characters: int = Field(2 * 1024 * 1024, ge=1, description="How long one reply may be, in characters.")
    window_tokens: int = Field(
        24_000, ge=100, description="How much of a conversation Claude sees, in tokens of about four bytes."
    )
    conversation_days: float = Field(
        30.0, gt=0, description="How long a conversation is kept after its last turn, in days."
    )
    conversations: int = Field(100_000, ge=1, description="How many conversations are kept at most, a number.")
    conversation_messages: int = Field(
        10_000,
        ge=2,
        description="How many messages of one conversation are kept; beyond, the older half goes, a number.",
    )
    message_period: float = Field(
        60.0, gt=0, description="The time in which a member or guild may send so many messages, in seconds."
    )
    user_messages: int = Field(
        20, ge=0, description="How many messages a member may send in the message period, a number; 0: no limit."
    )
    user_tokens_day: int = Field(
        0, ge=0, description="How many tokens a member may use in 24 hours, a number; 0: no limit."
    )
    user_tokens_month: int = Field(
        0, ge=0, description="How many tokens a member may use in 30 days, a number; 0: no limit."
    )
    user_usd_day: float = Field(
        0.0, ge=0, description="What the answers for a member may cost in 24 hours, in US dollars; 0: no limit."
    )
    user_usd_month: float = Field(
        0.0, ge=0, description="What the answers for a member may cost in 30 days, in US dollars; 0: no limit."
    )
    guild_messages: int = Field(
        0,
        ge=0,
        description="How many messages a guild, all members together, may send in the message period, a number; 0: no limit.",
    )
    guild_tokens_day: int = Field(
        0,
        ge=0,
        description="How many tokens a guild, all members together, may use in 24 hours, a number; 0: no limit.",
    )
    guild_tokens_month: int = Field(
        0, ge=0, description="How many tokens a guild, all members together, may use in 30 days, a number; 0: no limit."
    )
    guild_usd_day: float = Field(
        0.0,
        ge=0,
        description="What the answers for a guild, all members together, may cost in 24 hours, in US dollars; 0: no limit.",
    )
    guild_usd_month: float = Field(
        0.0,
        ge=0,
        description="What the answers for a guild, all members together, may cost in 30 days, in US dollars; 0: no limit.",
    )
    grace: float = Field(10.0, ge=0, le=600, description="How long open calls may go on after a drain, in seconds.")

    @field_validator("redis_url")
    @classmethod
    def _check_url(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            check_url(url.get_secret_value())
        return url

    @property
    def redis(self) -> Target | None:
        """Which Redis keeps everything; None: this process does."""
        if self.redis_url is None:
            return None
        return Target(
            url=self.redis_url.get_secret_value(),
            username=self.redis_username,
            password=_revealed(self.redis_password),
            ca_file=self.redis_ca_file,
            sentinels=self._sentinels,
            master=self.redis_master,
            sentinel_password=_revealed(self.redis_sentinel_password),
        )

    @property
    def _sentinels(self) -> tuple[tuple[str, int], ...]:
        if self.redis_sentinels is None:
            return ()
        return tuple(split_address(address) for address in split_targets(self.redis_sentinels))

    @property
    def limits(self) -> Limits:
        """The bounds of the store."""
        return Limits(
            lease=self.lease,
            queue=self.queue,
            attempts=self.attempts,
            done_for=self.done_for,
            reply_ttl=self.reply_ttl,
            reply_ttl_least=self.reply_ttl_least,
            reply_ttl_most=self.reply_ttl_most,
            reply_entries=self.reply_entries,
            reply_bytes=self.reply_bytes,
            turns=self.turns,
            log_bytes=self.log_bytes,
            log_characters=self.log_characters,
            window_tokens=self.window_tokens,
            conversation_ttl=self.conversation_days * DAY,
            conversations=self.conversations,
            conversation_messages=self.conversation_messages,
            message_period=self.message_period,
            user_messages=self.user_messages,
            user_tokens_day=self.user_tokens_day,
            user_tokens_month=self.user_tokens_month,
            user_usd_day=self.user_usd_day,
            user_usd_month=self.user_usd_month,
            guild_messages=self.guild_messages,
            guild_tokens_day=self.guild_tokens_day,
            guild_tokens_month=self.guild_tokens_month,
            guild_usd_day=self.guild_usd_day,
            guild_usd_month=self.guild_usd_month,
        )


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()

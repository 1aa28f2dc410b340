"""What can be set about the gateway."""

from __future__ import annotations

import socket
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from parley_gateway.access import DirectMessages
from parley_gateway.shards import held, ordinal
from parley_gateway.terms import Sharing
from parley_kit.settings import Address, ServiceSettings, Targets


def ids_of(listed: str) -> frozenset[str]:
    """Return the ids of a list with commas. Raises ValueError when one is no id."""
    ids = frozenset(one for one in (part.strip() for part in listed.split(",")) if one)
    if wrong := next((one for one in ids if not (one.isascii() and one.isdigit())), None):
        raise ValueError(f"expected ids of Discord with commas between them, not {wrong}")
    return ids


def _check_ids(listed: str) -> str:
    return ",".join(sorted(ids_of(listed)))


Ids = Annotated[str, AfterValidator(_check_ids)]
"""Ids of Discord, separated by commas."""


class GatewaySettings(ServiceSettings, env_prefix="PARLEY_GATEWAY_"):
    """The gateway's settings."""

    @property
    def held_shards(self) -> tuple[int, ...] | None:
        """The shards that this gateway holds; None: all there are."""
        if self.shard_sets == 1:
            return None
        index = self.shard_index if self.shard_index is not None else ordinal(socket.gethostname())
        return tuple(held(self.shards, self.shard_sets, index or 0))

    @model_validator(mode="after")
    def _enough_shards(self) -> Self:
        """Every gateway must know the same number of shards, and each set needs one."""
        if self.shard_sets > max(self.shards, 1):
            raise ValueError("PARLEY_GATEWAY_SHARD_SETS needs PARLEY_GATEWAY_SHARDS to be as many or more")
        if self.shard_sets > 1 and self.shard_index is None and ordinal(socket.gethostname()) is None:
            raise ValueError(
                "PARLEY_GATEWAY_SHARD_SETS needs PARLEY_GATEWAY_SHARD_INDEX: the host name ends in no number"
            )
        return self

    listen: Address = Field(
        "127.0.0.1:50051", description="Where its gRPC server listens, host:port; port 0 takes a free one."
    )
    metrics_listen: Address | None = Field(
        "127.0.0.1:9091", description="Where Prometheus finds /metrics, host:port; port 0 takes a free one."
    )
    discord_token: SecretStr = Field(
        min_length=1, description="The bot's token from Discord's developer portal; a secret."
    )
    discord_rest_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/]+",
        description="Where Discord's REST interface is, an http or https URL with its version; unset: Discord's own.",
    )
    message_content: bool = Field(
        False,
        description="Whether to ask for Discord's message content intent, without which replies without a ping, threads and "
        "free talk are not read; it must be allowed in the developer portal too.",
    )
    discord_connections: int = Field(
        10, ge=1, le=100, description="HTTP connections to Discord at most, reused by all calls, a number."
    )
    discord_idle: float = Field(
        300.0, gt=0, le=3600, description="How long an idle HTTP connection to Discord stays open, in seconds."
    )
    shards: int = Field(
        0,
        ge=0,
        description="How many shards the bot has over all gateways, a number; 0: as many as Discord recommends.",
    )
    shard_sets: int = Field(
        1,
        ge=1,
        description="Into how many sets the shards are cut, of which a gateway holds one; 1: every gateway holds them all.",
    )
    shard_index: int | None = Field(
        None,
        ge=0,
        description="Which set this gateway holds, counted over all sets again and again; unset: the number at the end of "
        "its host name, as pods of a StatefulSet have it.",
    )
    identify_spacing: float = Field(
        5.5,
        ge=0,
        le=60,
        description="Between two starts of shards over all gateways, spaced by the cache, in seconds; 0: not spaced.",
    )
    cache: Targets = Field(
        "127.0.0.1:50052", description="The caches that keep the turns, host:port, several separated by commas."
    )
    monitor: Targets = Field(
        "127.0.0.1:50054", description="The monitors that tell free slots, host:port, several separated by commas."
    )
    executors: Targets | None = Field(
        None,
        description="Executors for while no monitor tells of any, host:port, several separated by commas; unset: none.",
    )
    model: str = Field(
        "claude-sonnet-5", min_length=1, max_length=100, description="The model that answers, as Claude's API names it."
    )
    max_output_tokens: int = Field(4096, ge=1, description="The length of a reply, in tokens at most.")
    shared_answers: Sharing = Field(
        Sharing.GUILD,
        description="Who may be given the answer that another member got to the same question: nobody, channel, guild or "
        "everywhere; only answers without earlier messages are shared.",
    )
    default_locale: str = Field(
        "en-US", min_length=2, max_length=10, description="The language of notices where none is known, a locale."
    )
    allow_guilds: Ids = Field("", description="Guilds whose members are answered, ids with commas; unset: all.")
    allow_channels: Ids = Field(
        "", description="Channels in which is answered, their threads included, ids with commas; unset: all."
    )
    allow_roles: Ids = Field(
        "",
        description="Roles whose members are answered, ids with commas; unset, and no users either: everybody. Direct "
        "messages know no roles: with roles and no users nobody is answered there.",
    )
    allow_users: Ids = Field(
        "", description="Users who are answered, ids with commas; unset, and no roles either: everybody."
    )
    deny_guilds: Ids = Field("", description="Guilds whose members are not answered, ids with commas.")
    deny_channels: Ids = Field(
        "", description="Channels in which is not answered, their threads included, ids with commas."
    )
    deny_roles: Ids = Field(
        "",
        description="Roles whose members are not answered in guilds, ids with commas; direct messages know no roles.",
    )
    deny_users: Ids = Field("", description="Users who are never answered, ids with commas.")
    direct_messages: DirectMessages = Field(
        DirectMessages.EVERYBODY,
        description="Who may write to the bot alone: everybody, nobody, or listed (users of the allow list).",
    )
    recent: float = Field(
        600.0,
        ge=0,
        le=86400,
        description="How old a member's own conversation in a channel may be for a mention to go on with it, in seconds.",
    )
    inbound_queue: int = Field(1000, ge=1, description="How many addressed messages wait to be taken up, a number.")
    live_turns: int = Field(500, ge=1, description="How many turns are worked on at once, a number.")
    local_slots: int = Field(4, ge=1, description="Turns at once per executor while the monitor is silent, a number.")
    cache_silence: float = Field(
        0.15, gt=0, le=10, description="Without a word from the cache for so long a turn goes on without, in seconds."
    )
    cache_first_word: float = Field(
        1.0, gt=0, le=30, description="How long a busy cache may take for its first word about a turn, in seconds."
    )
    slot_notice: float = Field(
        3.0, ge=0, le=60, description="How long a turn waits for a slot before its member is told, in seconds."
    )
    slot_wait: float = Field(
        120.0, ge=0, le=3600, description="How long a turn waits for a slot before it is given up, in seconds."
    )
    first_text_timeout: float = Field(
        30.0, gt=0, le=600, description="How long Claude's first text may take, in seconds."
    )
    gap_timeout: float = Field(120.0, gt=0, le=600, description="How long Claude may fall silent, in seconds.")
    reply_timeout: float = Field(600.0, gt=0, le=3600, description="How long a whole reply may take, in seconds.")
    edit_interval: float = Field(
        1.1, ge=0.1, le=60, description="Between the starts of two edits in a channel, in seconds."
    )
    rest_rate: float = Field(
        36.0,
        gt=0,
        le=500,
        description="REST calls to Discord of all gateways together, of which each takes its share, in calls per second; "
        "Discord allows 50 to a bot, to very large ones more.",
    )
    answer_pages: int = Field(4, ge=0, le=50, description="A longer answer ends as a file, in messages; 0: none does.")
    notify_after: float = Field(
        20.0,
        ge=0,
        le=3600,
        description="An answer that took longer ends with a message that notifies who asked, in seconds; 0: none does.",
    )
    grace: float = Field(
        75.0,
        ge=0,
        le=3600,
        description="How long live replies may still take after the announcement of a drain, in seconds.",
    )

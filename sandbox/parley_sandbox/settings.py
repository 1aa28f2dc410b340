"""What can be set about the sandbox, read once at the root."""

import re
from typing import Final, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_PORT: Final = 8010
LOCAL: Final = "local"
_TARGETS: Final = r"^([^\s,:]+:\d+(,[^\s,:]+:\d+)*)?$"
_REDIS: Final = re.compile(r"rediss?://\S+|unix://\S+")


class SandboxSettings(BaseModel):
    """Everything about one sandbox; tests make it by hand, so that no environment of a developer reaches them."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="The address that the page, the loopbacks and the services bind.")
    advertise: str = Field(
        "", description="The host by which others reach the loopbacks; unset: the address they bind."
    )
    gateway_addresses: str = Field(
        "",
        pattern=_TARGETS,
        description="Gateways that run elsewhere, host:port, several separated by commas; then no service is started here.",
    )
    monitor_address: str = Field(
        "", validate_default=True, pattern=_TARGETS, description="The monitor that runs elsewhere, host:port."
    )
    otlp_forward: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+.*)?$",
        description="Base URL of an OTLP/HTTP receiver that gets every span too; unset: none.",
    )
    port: int = Field(DEFAULT_PORT, ge=0, le=65535, description="The page's port; 0 takes a free one.")
    discord_port: int = Field(0, ge=0, le=65535, description="The loopback Discord's port; 0 takes a free one.")
    claude_port: int = Field(0, ge=0, le=65535, description="The loopback Claude's port; 0 takes a free one.")
    otlp_port: int = Field(0, ge=0, le=65535, description="The span receiver's port; 0 takes a free one.")
    gateway_port: int = Field(0, ge=0, le=65535, description="The first gateway's gRPC port; 0 takes a free one.")
    cache_port: int = Field(0, ge=0, le=65535, description="The first cache's gRPC port; 0 takes a free one.")
    executor_port: int = Field(0, ge=0, le=65535, description="The first executor's gRPC port; 0 takes a free one.")
    monitor_port: int = Field(0, ge=0, le=65535, description="The monitor's gRPC port; 0 takes a free one.")
    gateways: int = Field(1, ge=1, le=8, description="How many gateways run.")
    caches: int = Field(1, ge=1, le=8, description="How many caches run; more than one need a Redis.")
    redis: SecretStr = Field(
        SecretStr(""),
        validate_default=True,
        description="The Redis that the caches share: its URL, or local for one that the sandbox starts; unset: none.",
    )
    executors: int = Field(1, ge=1, le=16, description="How many executors run.")
    engine: Literal["messages_api", "claude_cli"] = Field(
        "messages_api", description="What the executors run Claude with."
    )
    slots: int = Field(4, ge=1, le=256, description="How many replies an executor writes at a time.")
    guests: int = Field(
        0, ge=0, le=1000, description="How many more members both guilds have, Guest 1 and so on, a number; for load."
    )
    identify_window: float = Field(
        0.0,
        ge=0,
        le=60,
        description="Seconds in which the loopback Discord takes one identify of a shard and refuses the next; Discord's are 5.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What the services log.")
    log_format: Literal["console", "json"] = Field("console", description="How the services write their log.")
    ready_within: float = Field(60.0, gt=0, description="Seconds that a service may need to become ready.")
    grace: float = Field(4.0, gt=0, description="Seconds between asking a service to end and ending it.")
    discord_token: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("DISCORD_TOKEN"),
        description="A bot's token: the bot then logs into the real Discord.",
    )
    anthropic_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("ANTHROPIC_API_KEY"),
        description="A key of Anthropic's API: the answers are then Claude's.",
    )

    @property
    def elsewhere(self) -> bool:
        """Whether the services run elsewhere."""
        return bool(self.gateway_addresses)

    @field_validator("monitor_address")
    @classmethod
    def _together(cls, monitor: str, others: ValidationInfo) -> str:
        if bool(monitor) is not bool(others.data.get("gateway_addresses")):
            raise ValueError("gateway_addresses and monitor_address are set together or not at all")
        return monitor

    @field_validator("redis")
    @classmethod
    def _shared(cls, redis: SecretStr, others: ValidationInfo) -> SecretStr:
        url, caches = redis.get_secret_value(), others.data.get("caches", 1)
        if url not in {"", LOCAL} and not _REDIS.fullmatch(url):
            raise ValueError("expected local, or a URL that begins with redis://, rediss:// or unix://")
        if caches > 1 and not url:
            raise ValueError(
                f"{caches} caches without a Redis would each remember only their own turns, so that a question could "
                "be answered twice; make run REDIS=1 starts one, make run REDIS_URL=… uses yours"
            )
        return redis


class EnvironmentSettings(SandboxSettings, BaseSettings):
    """The same, read from the environment: PARLEY_SANDBOX_PORT and so on, DISCORD_TOKEN and ANTHROPIC_API_KEY."""

    model_config = SettingsConfigDict(
        env_prefix="PARLEY_SANDBOX_",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        validate_by_name=True,
        hide_input_in_errors=True,
    )

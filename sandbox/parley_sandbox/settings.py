"""What can be set about the sandbox, read once at the root."""

from typing import Final, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_PORT: Final = 8010


class SandboxSettings(BaseModel):
    """Everything about one sandbox; tests make it by hand, so that no environment of a developer reaches them."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    host: str = Field("127.0.0.1", description="The address that the page, the loopbacks and the services bind.")
    port: int = Field(DEFAULT_PORT, ge=0, le=65535, description="The page's port; 0 takes a free one.")
    discord_port: int = Field(0, ge=0, le=65535, description="The loopback Discord's port; 0 takes a free one.")
    claude_port: int = Field(0, ge=0, le=65535, description="The loopback Claude's port; 0 takes a free one.")
    otlp_port: int = Field(0, ge=0, le=65535, description="The span receiver's port; 0 takes a free one.")
    gateway_port: int = Field(0, ge=0, le=65535, description="The first gateway's gRPC port; 0 takes a free one.")
    cache_port: int = Field(0, ge=0, le=65535, description="The cache's gRPC port; 0 takes a free one.")
    executor_port: int = Field(0, ge=0, le=65535, description="The first executor's gRPC port; 0 takes a free one.")
    monitor_port: int = Field(0, ge=0, le=65535, description="The monitor's gRPC port; 0 takes a free one.")
    gateways: int = Field(1, ge=1, le=8, description="How many gateways run.")
    executors: int = Field(1, ge=1, le=16, description="How many executors run.")
    slots: int = Field(4, ge=1, le=256, description="How many replies an executor writes at a time.")
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


class EnvironmentSettings(SandboxSettings, BaseSettings):
    """The same, read from the environment: PARLEY_SANDBOX_PORT and so on, DISCORD_TOKEN and ANTHROPIC_API_KEY."""

    model_config = SettingsConfigDict(
        env_prefix="PARLEY_SANDBOX_", frozen=True, extra="ignore", env_ignore_empty=True, validate_by_name=True
    )

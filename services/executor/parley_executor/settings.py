"""What can be set about the executor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from parley_executor import pricing
from parley_executor.offers import split_aliases
from parley_kit.settings import Address, ServiceSettings, Targets


def _check_aliases(text: str) -> str:
    split_aliases(text)
    return text


def _check_prices(file: Path) -> Path:
    pricing.load(file)
    return file


class ExecutorSettings(ServiceSettings, env_prefix="PARLEY_EXECUTOR_"):
    """The executor's settings."""

    listen: Address = Field(
        "127.0.0.1:50053", description="Where its gRPC server listens, host:port; port 0 takes a free one."
    )
    metrics_listen: Address | None = Field(
        "127.0.0.1:9093", description="Where Prometheus finds /metrics, host:port; port 0 takes a free one."
    )
    engine: Literal["messages_api", "claude_cli"] = Field(
        "messages_api",
        description="What runs Claude: its API, or the claude program, a process for each conversation.",
    )
    claude_sign_in: SecretStr = Field(
        SecretStr(""),
        description="With claude_cli, the token of `claude setup-token` instead of a key, for one's own use: Anthropic's "
        "terms want an API key where other people are served; a secret.",
    )
    anthropic_api_key: SecretStr = Field(
        SecretStr(""),
        validate_default=True,
        validation_alias=AliasChoices("ANTHROPIC_API_KEY", "anthropic_api_key"),
        description="The key for Claude's API, from https://platform.claude.com; a secret; required unless claude_cli "
        "signs in otherwise.",
    )
    anthropic_base_url: str = Field(
        "https://api.anthropic.com",
        pattern=r"^https?://[^\s/]+",
        validation_alias=AliasChoices("ANTHROPIC_BASE_URL", "anthropic_base_url"),
        description="Where Claude's API is, an http or https URL.",
    )
    proxy: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("HTTPS_PROXY", "https_proxy", "proxy"),
        description="The proxy on the way to an https ANTHROPIC_BASE_URL, an http URL; unset: none.",
    )
    no_proxy: str = Field(
        "",
        validation_alias=AliasChoices("NO_PROXY", "no_proxy"),
        description="Hosts that are reached without the proxy, by commas.",
    )
    monitor: Targets | None = Field(
        None, description="The monitors that learn of its load, host:port, several separated by commas; unset: none."
    )
    slots: int = Field(
        16, ge=1, le=4096, description="How many replies run at once as far as memory and cores go, a number."
    )
    queue: int = Field(32, ge=0, le=65536, description="How many calls may wait for a slot, a number.")
    slot_wait: float = Field(
        2.0, ge=0, le=600, description="How long a call waits for a slot before it is refused, in seconds."
    )
    model: str = Field(
        "claude-sonnet-5",
        min_length=1,
        max_length=256,
        description="The model for requests that name none, as Claude's API or an alias names it.",
    )
    model_aliases: Annotated[str, AfterValidator(_check_aliases)] = Field(
        "", description="Further names for models, alias=model, several separated by commas."
    )
    max_output_tokens: int = Field(
        4096,
        ge=1,
        description="The length of replies whose request names none, in tokens at most, thinking included.",
    )
    effort: Literal["off", "low", "medium", "high", "xhigh", "max"] = Field(
        "off",
        description="How much Claude thinks before it answers, for requests that do not say; off: not at all, or as "
        "little as the model can.",
    )
    retries: int = Field(
        1, ge=0, le=5, description="How often a call of Claude that failed before its first text is tried again."
    )
    prices: Annotated[Path, AfterValidator(_check_prices)] | None = Field(
        None,
        description="A file of prices of models, of the form of parley_executor/prices.toml, which it adds to or overrides; "
        "unset: none.",
    )
    headers_timeout: float = Field(
        20.0, gt=0, le=600, description="How long Claude's API may take to begin its answer, in seconds."
    )
    first_text_timeout: float = Field(
        30.0, gt=0, le=600, description="How long the first text may take once there is a slot, in seconds."
    )
    gap_timeout: float = Field(
        120.0, gt=0, le=600, description="How long Claude may fall silent in a reply, in seconds."
    )
    reply_timeout: float = Field(600.0, gt=0, le=3600, description="How long a whole reply may take, in seconds.")
    join: float = Field(
        0.04, ge=0, le=1, description="The least time between two pieces of text after the first, in seconds."
    )
    claude_program: Path | None = Field(
        None, description="The claude program; unset: that of the package claude-agent-sdk, else the one on PATH."
    )
    claude_directory: Path | None = Field(
        None,
        description="Where each claude process gets a directory of its own, best a tmpfs; unset: the system's one for "
        "temporary files.",
    )
    claude_processes: int = Field(
        3, ge=1, le=1024, description="How many claude processes there are at most, as far as memory and cores go."
    )
    claude_spares: int = Field(
        1, ge=0, le=64, description="How many of them wait ready for the next conversation, a number."
    )
    claude_idle: float = Field(
        300.0, gt=0, le=86400, description="How long a claude process is kept for its conversation, in seconds."
    )
    claude_spare_age: float = Field(
        1800.0, gt=0, le=86400, description="How old a spare becomes before a new one takes its place, in seconds."
    )
    claude_turns: int = Field(50, ge=1, description="After how many replies a claude process is replaced, a number.")
    claude_memory: int = Field(
        300, ge=200, description="From how much memory on a claude process is replaced after its reply, in MiB."
    )
    claude_start_timeout: float = Field(
        10.0, gt=0, le=600, description="How long a claude process may take to become ready, in seconds."
    )
    grace: float = Field(
        600.0,
        ge=0,
        le=3600,
        description="How long replies may still take after the announcement of a drain, in seconds.",
    )

    @field_validator("anthropic_api_key")
    @classmethod
    def _credential(cls, key: SecretStr, others: ValidationInfo) -> SecretStr:
        signed_in = others.data.get("engine") == "claude_cli" and others.data.get("claude_sign_in")
        if not key and not signed_in:
            raise PydanticCustomError("missing", "is not set")
        return key

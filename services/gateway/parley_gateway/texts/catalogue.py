"""Message catalogues: one TOML file a language, English where a language has none."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from math import ceil
from typing import Any

LANGUAGES = ("en", "ja")
FALLBACK = "en"


class Key(StrEnum):
    """Every sentence by its place in the catalogues: table, then name."""

    STOP_BUTTON = "reply.stop_button"
    REGENERATE_BUTTON = "reply.regenerate_button"
    AFRESH_BUTTON = "reply.afresh_button"
    CONTINUE_BUTTON = "reply.continue_button"
    RETRY_BUTTON = "reply.retry_button"
    ANEW_BUTTON = "reply.anew_button"
    STOPPED = "reply.stopped"
    STOPPED_ALONE = "reply.stopped_alone"
    INTERRUPTED = "reply.interrupted"
    INTERRUPTED_ALONE = "reply.interrupted_alone"
    MAX_TOKENS = "reply.max_tokens"
    MAX_TOKENS_ALONE = "reply.max_tokens_alone"
    REFUSAL = "reply.refusal"
    REFUSAL_ALONE = "reply.refusal_alone"
    EMPTY = "reply.empty"
    MEMORY_SILENT = "reply.memory_silent"
    REST_FOLLOWS = "reply.rest_follows"
    WHOLE_IN_FILE = "reply.whole_in_file"
    READY = "reply.ready"
    STORED = "reply.stored"
    SHARED = "reply.shared"
    REWORDED = "reply.reworded"

    QUEUED_NEXT = "wait.queued_next"
    QUEUED = "wait.queued"
    BUSY = "wait.busy"
    BUSY_UNTIL = "wait.busy_until"

    STOP_NOT_YOURS = "click.stop_not_yours"
    STOP_TOO_LATE = "click.stop_too_late"
    STOP_FAILED = "click.stop_failed"
    NOT_YOURS = "click.not_yours"
    ACT_FAILED = "click.failed"
    FORGOTTEN = "click.forgotten"
    GONE_ON = "click.gone_on"

    NO_WRITING = "alone.no_writing"

    FAILED = "failure.alone"
    FAILED_PARTLY = "failure.partly"
    TRY_AGAIN_AT = "failure.try_again_at"

    OVERLOADED = "error.overloaded"
    RATE_LIMITED = "error.rate_limited"
    UPSTREAM_AUTH = "error.upstream_auth"
    BILLING = "error.billing"
    MODEL_NOT_FOUND = "error.model_not_found"
    PROMPT_TOO_LONG = "error.prompt_too_long"
    INVALID_REQUEST = "error.invalid_request"
    STREAM_BROKEN = "error.stream_broken"
    TIMED_OUT = "error.timed_out"
    POOL_FULL = "error.pool_full"
    NO_EXECUTOR = "error.no_executor"
    UNREACHABLE = "error.unreachable"
    DRAINING = "error.draining"
    QUEUE_FULL = "error.queue_full"
    QUOTA = "error.quota"
    QUOTA_UNTIL = "error.quota_until"
    STALE = "error.stale"
    REJECTED = "error.rejected"
    INTERNAL = "error.internal"


class Texts:
    """The sentences in a member's language. locale: as Discord names it, such as en-GB or ja."""

    def __init__(self, locale: str) -> None:
        language = locale.partition("-")[0].lower()
        self.language = language if language in LANGUAGES else FALLBACK
        self._sentences = catalogue(self.language)

    def render(self, key: Key, **placeholders: object) -> str:
        """Return a sentence. A datetime shows as Discord's relative time, in the reader's own zone and language."""
        values = {name: _relative(value) for name, value in placeholders.items()}
        return self._sentences[key].format_map(values)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return a language's sentences by key, `table.name`."""
    tables: dict[str, dict[str, Any]] = tomllib.loads(
        files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    )
    return {f"{table}.{name}": str(text) for table, texts in tables.items() for name, text in texts.items()}


def _relative(value: object) -> object:
    """Show a time as Discord does; never before it has come, since a member may act on it."""
    return f"<t:{ceil(value.timestamp())}:R>" if isinstance(value, datetime) else value

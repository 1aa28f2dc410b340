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

    SETTINGS_TITLE_GUILD = "settings.title_guild"
    SETTINGS_TITLE_CHANNEL = "settings.title_channel"
    SETTINGS_LINE = "settings.line"
    SETTINGS_OPTION = "settings.option"
    SETTINGS_AT_ONCE = "settings.at_once"
    SETTINGS_STORED = "settings.stored"
    SETTINGS_FASTER = "settings.faster"
    SETTINGS_FAILED = "settings.failed"
    SETTINGS_NOT_YOURS = "settings.not_yours"
    UNSET_GUILD = "settings.unset_guild"
    UNSET_CHANNEL = "settings.unset_channel"
    PLACE_GUILD = "settings.place_guild"
    PLACE_CHANNEL = "settings.place_channel"
    PERSONA_BUTTON = "settings.persona_button"
    LIMITS_BUTTON = "settings.limits_button"
    MORE_BUTTON = "settings.more_button"
    BACK_BUTTON = "settings.back_button"
    SETTING_MODEL = "setting.model"
    SETTING_PERSONA = "setting.persona"
    SETTING_RULE = "setting.rule"
    SETTING_FREE = "setting.free"
    SETTING_LANGUAGE = "setting.language"
    SETTING_STORED = "setting.stored"
    SETTING_NUMBERING = "setting.numbering"
    SETTING_LIMITS = "setting.limits"
    SETTING_NONE = "setting.none"
    RULE_MENTION = "setting.rule_mention"
    RULE_EVERYTHING = "setting.rule_everything"
    RULE_COMMANDS = "setting.rule_commands"
    FREE_NOWHERE = "setting.free_nowhere"
    FREE_PLACEHOLDER = "setting.free_placeholder"
    FREE_NEEDS_CONTENT = "setting.free_needs_content"
    LANGUAGE_EN = "setting.language_en"
    LANGUAGE_JA = "setting.language_ja"
    STORED_NOBODY = "setting.stored_nobody"
    STORED_CHANNEL = "setting.stored_channel"
    STORED_GUILD = "setting.stored_guild"
    STORED_EVERYWHERE = "setting.stored_everywhere"
    NUMBERING_ON = "setting.numbering_on"
    NUMBERING_OFF = "setting.numbering_off"
    PERSONA_TITLE = "form.persona_title"
    PERSONA_LABEL = "form.persona_label"
    PERSONA_PLACEHOLDER = "form.persona_placeholder"
    LIMITS_TITLE = "form.limits_title"
    LIMIT_PLACEHOLDER = "form.limit_placeholder"
    LIMIT_MESSAGES_LABEL = "form.messages_label"
    LIMIT_TOKENS_DAY_LABEL = "form.tokens_day_label"
    LIMIT_TOKENS_MONTH_LABEL = "form.tokens_month_label"
    LIMIT_COST_DAY_LABEL = "form.cost_day_label"
    LIMIT_COST_MONTH_LABEL = "form.cost_month_label"
    LIMIT_MESSAGES = "limit.messages"
    LIMIT_TOKENS_DAY = "limit.tokens_day"
    LIMIT_TOKENS_MONTH = "limit.tokens_month"
    LIMIT_COST_DAY = "limit.cost_day"
    LIMIT_COST_MONTH = "limit.cost_month"
    LIMIT_EXCEEDED = "limit.exceeded"
    LIMIT_UNREADABLE = "limit.unreadable"
    MODEL_OWN = "model.own"
    MODEL_SERVERS = "model.servers"
    MODEL_SERVERS_SHORT = "model.servers_short"
    MODEL_EVERYWHERE = "model.everywhere"
    MODEL_UNKNOWN = "model.unknown"

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

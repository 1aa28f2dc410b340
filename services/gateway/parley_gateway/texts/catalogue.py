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

    LEFT_OUT = "file.left_out"
    FILE_KIND = "file.kind"
    FILE_LARGE = "file.large"
    FILE_MANY = "file.many"
    FILE_PICTURES = "file.pictures"
    FILE_TOGETHER = "file.together"
    FILE_UNREADABLE = "file.unreadable"
    FILE_GONE = "file.gone"
    FILE_UNREACHABLE = "file.unreachable"

    QUEUED_NEXT = "wait.queued_next"
    QUEUED_NEXT_UNTIL = "wait.queued_next_until"
    QUEUED = "wait.queued"
    QUEUED_UNTIL = "wait.queued_until"
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
    LIMITS_LISTED = "limit.listed"
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
    REJECTED = "error.rejected"
    INTERNAL = "error.internal"

    COMMAND_ASK_NAME = "command.ask_name"
    COMMAND_ASK_ABOUT = "command.ask_about"
    COMMAND_ASK_PROMPT_NAME = "command.ask_prompt_name"
    COMMAND_ASK_PROMPT_ABOUT = "command.ask_prompt_about"
    COMMAND_ASK_MODEL_NAME = "command.ask_model_name"
    COMMAND_ASK_MODEL_ABOUT = "command.ask_model_about"
    COMMAND_ASK_FILE_NAME = "command.ask_file_name"
    COMMAND_ASK_FILE_ABOUT = "command.ask_file_about"
    COMMAND_STOP_NAME = "command.stop_name"
    COMMAND_STOP_ABOUT = "command.stop_about"
    COMMAND_NEW_NAME = "command.new_name"
    COMMAND_NEW_ABOUT = "command.new_about"
    COMMAND_CONTEXT_NAME = "command.context_name"
    COMMAND_CONTEXT_ABOUT = "command.context_about"
    COMMAND_FORGET_NAME = "command.forget_name"
    COMMAND_FORGET_ABOUT = "command.forget_about"
    COMMAND_USAGE_NAME = "command.usage_name"
    COMMAND_USAGE_ABOUT = "command.usage_about"
    COMMAND_STATUS_NAME = "command.status_name"
    COMMAND_STATUS_ABOUT = "command.status_about"
    COMMAND_MODEL_NAME = "command.model_name"
    COMMAND_MODEL_ABOUT = "command.model_about"
    COMMAND_MODEL_CHOICE_NAME = "command.model_choice_name"
    COMMAND_MODEL_CHOICE_ABOUT = "command.model_choice_about"
    COMMAND_SETTINGS_NAME = "command.settings_name"
    COMMAND_SETTINGS_ABOUT = "command.settings_about"
    COMMAND_HELP_NAME = "command.help_name"
    COMMAND_HELP_ABOUT = "command.help_about"
    COMMAND_ASK_CLAUDE_NAME = "command.ask_claude_name"

    TOLD_FAILED = "told.failed"
    TOLD_NOT_HERE = "told.not_here"
    TOLD_QUEUE_FULL = "told.queue_full"
    TOLD_WORDLESS = "told.wordless"
    TOLD_STOPPED = "told.stopped"
    TOLD_STOP_FAILED = "told.stop_failed"
    TOLD_NOTHING_TO_STOP = "told.nothing_to_stop"
    TOLD_NEW_BEGUN = "told.new_begun"
    TOLD_CONTEXT_EMPTY = "told.context_empty"
    TOLD_CONTEXT_HEAD = "told.context_head"
    TOLD_CONTEXT_LINE = "told.context_line"
    TOLD_CONTEXT_CLAUDE = "told.context_claude"
    TOLD_CONTEXT_MORE = "told.context_more"
    TOLD_CONTEXT_FOOT = "told.context_foot"
    TOLD_FORGET_SURE = "told.forget_sure"
    TOLD_FORGET_BUTTON = "told.forget_button"
    TOLD_FORGOTTEN = "told.forgotten"
    TOLD_USAGE_HEAD = "told.usage_head"
    TOLD_USAGE_GUILD = "told.usage_guild"
    TOLD_USAGE_DAY = "told.usage_day"
    TOLD_USAGE_MONTH = "told.usage_month"
    TOLD_USAGE_GUILD_DAY = "told.usage_guild_day"
    TOLD_USAGE_GUILD_MONTH = "told.usage_guild_month"
    TOLD_LEFT_MESSAGES = "told.left_messages"
    TOLD_LEFT_TOKENS_DAY = "told.left_tokens_day"
    TOLD_LEFT_TOKENS_MONTH = "told.left_tokens_month"
    TOLD_LEFT_COST_DAY = "told.left_cost_day"
    TOLD_LEFT_COST_MONTH = "told.left_cost_month"
    TOLD_LEFT_AGAIN = "told.left_again"
    TOLD_HELP_TALK = "told.help_talk"
    TOLD_HELP_GOES_ON = "told.help_goes_on"
    TOLD_HELP_BUTTONS = "told.help_buttons"
    TOLD_HELP_MEMORY = "told.help_memory"

    STATUS_NORMAL = "status.normal"
    STATUS_BUSY = "status.busy"
    STATUS_BUSY_UNTIL = "status.busy_until"
    STATUS_DEGRADED = "status.degraded"
    STATUS_NO_CACHE = "status.no_cache"
    STATUS_NO_MONITOR = "status.no_monitor"
    STATUS_NO_EXECUTOR = "status.no_executor"
    STATUS_NO_CONTENT = "status.no_content"
    STATUS_PRESENCE_NORMAL = "status.presence_normal"
    STATUS_PRESENCE_BUSY = "status.presence_busy"
    STATUS_PRESENCE_DEGRADED = "status.presence_degraded"


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

"""Settings from protobuf, each field within its bound, and back. Raises InvalidInput with the field's name."""

from __future__ import annotations

from parley.cache.v1 import preferences_pb2 as pb
from parley.cache.v1.cache_pb2 import CACHE_SCOPE_UNSPECIFIED
from parley_cache.preferences import MentionRule, Preferences, Versioned
from parley_cache.quotas import UsageLimits
from parley_cache.service import bounds, enums, subjects

RULES: dict[int, MentionRule] = {
    pb.MENTION_RULE_MENTION: MentionRule.MENTION,
    pb.MENTION_RULE_EVERYTHING: MentionRule.EVERYTHING,
    pb.MENTION_RULE_COMMANDS: MentionRule.COMMANDS,
}
RULE_NUMBERS: dict[MentionRule | None, pb.MentionRule.ValueType] = {
    None: pb.MENTION_RULE_UNSPECIFIED,
    MentionRule.MENTION: pb.MENTION_RULE_MENTION,
    MentionRule.EVERYTHING: pb.MENTION_RULE_EVERYTHING,
    MentionRule.COMMANDS: pb.MENTION_RULE_COMMANDS,
}


def read(message: pb.Preferences) -> Preferences:
    """Read what shall be set."""
    field, rule, scope = "preferences", message.mention_rule, message.cache_scope
    return Preferences(
        model=bounds.text(f"{field}.model", message.model, bounds.MODEL),
        persona=bounds.text(f"{field}.persona", message.persona, bounds.PERSONA),
        mention_rule=bounds.choice(f"{field}.mention_rule", RULES, rule) if rule else None,
        language=bounds.text(f"{field}.language", message.language, bounds.LOCALE),
        stored_answers=message.stored_answers if message.HasField("stored_answers") else None,
        cache_scope=bounds.choice(f"{field}.cache_scope", enums.SCOPES, scope) if scope else None,
        numbering=message.numbering if message.HasField("numbering") else None,
        limits=_limits(message.limits),
    )


def _limits(message: pb.UsageLimits) -> UsageLimits:
    def amount(field: str) -> int:
        return bounds.count(f"preferences.limits.{field}", getattr(message, field), bounds.AMOUNT)

    names = ("messages", "tokens_day", "tokens_month", "cost_day_micro_usd", "cost_month_micro_usd")
    return UsageLimits(*map(amount, names))


def write(versioned: Versioned) -> pb.VersionedPreferences:
    """Write what is set for a subject."""
    return pb.VersionedPreferences(
        subject=subjects.write(versioned.subject),
        preferences=_write(versioned.preferences) if versioned.version else None,
        version=versioned.version,
    )


def _write(preferences: Preferences) -> pb.Preferences:
    limits, scope = preferences.limits, preferences.cache_scope
    return pb.Preferences(
        model=preferences.model,
        persona=preferences.persona,
        mention_rule=RULE_NUMBERS[preferences.mention_rule],
        language=preferences.language,
        stored_answers=preferences.stored_answers,
        cache_scope=enums.SCOPE_NUMBERS[scope] if scope is not None else CACHE_SCOPE_UNSPECIFIED,
        numbering=preferences.numbering,
        limits=_write_limits(limits) if limits != UsageLimits() else None,
    )


def _write_limits(limits: UsageLimits) -> pb.UsageLimits:
    return pb.UsageLimits(
        messages=limits.messages,
        tokens_day=limits.tokens_day,
        tokens_month=limits.tokens_month,
        cost_day_micro_usd=limits.cost_day,
        cost_month_micro_usd=limits.cost_month,
    )

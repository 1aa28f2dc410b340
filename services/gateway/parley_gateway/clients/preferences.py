"""What is set in Discord, over gRPC: a near copy that the caches keep fresh, and changes."""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import override

from parley.cache.v1 import cache_pb2
from parley.cache.v1 import preferences_pb2 as pb
from parley.cache.v1.preferences_pb2_grpc import PreferencesServiceStub
from parley_gateway.clients.cache_codes import SCOPES, SHARING_OF
from parley_gateway.clients.caches import Caches
from parley_gateway.ports import PreferenceStore
from parley_gateway.preferences import MentionRule, Preferences, Subject, SubjectKind, UsageLimits, Versioned
from parley_gateway.terms import Sharing
from parley_kit.channel import attach
from parley_kit.clock import Clock

RULES: dict[MentionRule, pb.MentionRule.ValueType] = {
    MentionRule.MENTION: pb.MENTION_RULE_MENTION,
    MentionRule.EVERYTHING: pb.MENTION_RULE_EVERYTHING,
    MentionRule.COMMANDS: pb.MENTION_RULE_COMMANDS,
}
_RULE_OF = {code: rule for rule, code in RULES.items()}


class PreferenceClient(PreferenceStore):
    """Asks the caches. put: hears what they tell, and which of them."""

    def __init__(self, caches: Caches, clock: Clock, put: Callable[[Versioned, str], None]) -> None:
        self._caches, self._clock, self._put = caches, clock, put

    async def watch(self) -> None:
        """Keep the near copy fresh, until cancelled; without a cache it stays as it was."""

        async def body(address: str) -> None:
            stub = PreferencesServiceStub(self._caches.channel(address))
            call = stub.WatchPreferences(pb.WatchPreferencesRequest())
            try:
                async for response in call:
                    self._take(response.preferences, address)
            finally:
                call.cancel()

        await attach(self._caches.endpoints, body, clock=self._clock, what="cache")

    @override
    async def get(self, subject: Subject) -> Versioned:
        asked = pb.GetPreferencesRequest(subjects=[_subject(subject)])
        found = await self._caches.ask(
            subject.id, lambda channel: PreferencesServiceStub(channel).GetPreferences(asked)
        )
        return next((_versioned(one) for one in found.preferences), Versioned(subject))

    @override
    async def update(self, fresh: Versioned) -> Versioned:
        asked = pb.UpdatePreferencesRequest(
            subject=_subject(fresh.subject),
            preferences=_preferences(fresh.preferences),
            expected_version=fresh.version,
        )
        done = await self._caches.ask(
            fresh.subject.id, lambda channel: PreferencesServiceStub(channel).UpdatePreferences(asked)
        )
        self._take(done.preferences, "")
        return _versioned(done.preferences)

    def _take(self, told: pb.VersionedPreferences, source: str) -> None:
        if told.subject.WhichOneof("kind") is not None:  # else of a kind that only a newer cache knows
            self._put(_versioned(told), source)


def _subject(subject: Subject) -> pb.Subject:
    match subject.kind:
        case SubjectKind.GUILD:
            return pb.Subject(guild_id=subject.id)
        case SubjectKind.CHANNEL:
            return pb.Subject(channel_id=subject.id)
        case SubjectKind.USER:
            return pb.Subject(user_id=subject.id)


def _subject_of(subject: pb.Subject) -> Subject:
    match subject.WhichOneof("kind"):
        case "guild_id":
            return Subject(SubjectKind.GUILD, subject.guild_id)
        case "channel_id":
            return Subject(SubjectKind.CHANNEL, subject.channel_id)
        case _:
            return Subject(SubjectKind.USER, subject.user_id)


def _preferences(chosen: Preferences) -> pb.Preferences:
    limits = chosen.limits
    return pb.Preferences(
        model=chosen.model,
        persona=chosen.persona,
        mention_rule=RULES[chosen.mention_rule] if chosen.mention_rule else pb.MENTION_RULE_UNSPECIFIED,
        language=chosen.language,
        stored_answers=chosen.stored_answers,
        cache_scope=_scope(chosen),
        numbering=chosen.numbering,
        limits=pb.UsageLimits(
            messages=limits.messages,
            tokens_day=limits.tokens_day,
            tokens_month=limits.tokens_month,
            cost_day_micro_usd=limits.cost_day,
            cost_month_micro_usd=limits.cost_month,
        ),
    )


def _scope(chosen: Preferences) -> cache_pb2.CacheScope.ValueType:
    """Return among whom answers are shared; nobody is said by `stored_answers`."""
    return SCOPES.get(chosen.sharing or Sharing.NOBODY, cache_pb2.CACHE_SCOPE_UNSPECIFIED)


def _versioned(told: pb.VersionedPreferences) -> Versioned:
    return Versioned(_subject_of(told.subject), _preferences_of(told.preferences), told.version)


def _preferences_of(told: pb.Preferences) -> Preferences:
    limits = told.limits
    return Preferences(
        told.model,
        told.persona,
        _RULE_OF.get(told.mention_rule),
        told.language,
        told.stored_answers if told.HasField("stored_answers") else None,
        SHARING_OF.get(told.cache_scope),
        told.numbering if told.HasField("numbering") else None,
        UsageLimits(
            limits.messages,
            limits.tokens_day,
            limits.tokens_month,
            limits.cost_day_micro_usd,
            limits.cost_month_micro_usd,
        ),
    )

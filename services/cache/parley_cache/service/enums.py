"""The numbers of the wire's enums and the core's own values."""

from __future__ import annotations

from typing import Any

from parley.cache.v1 import cache_pb2 as pb
from parley_cache.model import (
    Mode,
    OriginKind,
    Outcome,
    PostedKind,
    RefusalReason,
    Role,
    Scope,
    Source,
    State,
)


def _inverse(table: dict[int, Any]) -> dict[Any, Any]:
    return {value: number for number, value in table.items()}


STATES: dict[int, State] = {
    pb.TURN_STATE_QUEUED: State.QUEUED,
    pb.TURN_STATE_OPENED: State.OPENED,
    pb.TURN_STATE_REFUSED: State.REFUSED,
    pb.TURN_STATE_ENDED: State.ENDED,
}
SOURCES: dict[int, Source] = {
    pb.SOURCE_LEAD: Source.LEAD,
    pb.SOURCE_FOLLOW: Source.FOLLOW,
    pb.SOURCE_STORED: Source.STORED,
}
OUTCOMES: dict[int, Outcome] = {
    pb.OUTCOME_ANSWERED: Outcome.ANSWERED,
    pb.OUTCOME_STOPPED: Outcome.STOPPED,
    pb.OUTCOME_FAILED: Outcome.FAILED,
    pb.OUTCOME_REFUSED: Outcome.REFUSED,
    pb.OUTCOME_ABANDONED: Outcome.ABANDONED,
}
ORIGINS: dict[int, OriginKind] = {
    pb.ORIGIN_KIND_MESSAGE: OriginKind.MESSAGE,
    pb.ORIGIN_KIND_INTERACTION: OriginKind.INTERACTION,
}
MODES: dict[int, Mode] = {
    pb.CACHE_MODE_UNSPECIFIED: Mode.NEVER,
    pb.CACHE_MODE_USE: Mode.USE,
    pb.CACHE_MODE_REFRESH: Mode.REFRESH,
    pb.CACHE_MODE_NEVER: Mode.NEVER,
}
SCOPES: dict[int, Scope] = {
    pb.CACHE_SCOPE_UNSPECIFIED: Scope.GUILD,
    pb.CACHE_SCOPE_CHANNEL: Scope.CHANNEL,
    pb.CACHE_SCOPE_GUILD: Scope.GUILD,
    pb.CACHE_SCOPE_EVERYWHERE: Scope.EVERYWHERE,
}
KINDS: dict[int, PostedKind] = {
    pb.POSTED_KIND_NOTICE: PostedKind.NOTICE,
    pb.POSTED_KIND_PAGE: PostedKind.PAGE,
    pb.POSTED_KIND_FILE: PostedKind.FILE,
    pb.POSTED_KIND_NOTIFICATION: PostedKind.NOTIFICATION,
}
ROLES: dict[int, Role] = {pb.ROLE_USER: Role.USER, pb.ROLE_ASSISTANT: Role.ASSISTANT}

STATE_NUMBERS: dict[State, pb.TurnState.ValueType] = _inverse(STATES)
SOURCE_NUMBERS: dict[Source | None, pb.Source.ValueType] = {**_inverse(SOURCES), None: pb.SOURCE_UNSPECIFIED}
ORIGIN_NUMBERS: dict[OriginKind, pb.OriginKind.ValueType] = _inverse(ORIGINS)
MODE_NUMBERS: dict[Mode, pb.CacheMode.ValueType] = {
    Mode.USE: pb.CACHE_MODE_USE,
    Mode.REFRESH: pb.CACHE_MODE_REFRESH,
    Mode.NEVER: pb.CACHE_MODE_NEVER,
}
SCOPE_NUMBERS: dict[Scope, pb.CacheScope.ValueType] = {
    Scope.CHANNEL: pb.CACHE_SCOPE_CHANNEL,
    Scope.GUILD: pb.CACHE_SCOPE_GUILD,
    Scope.EVERYWHERE: pb.CACHE_SCOPE_EVERYWHERE,
}
KIND_NUMBERS: dict[PostedKind, pb.PostedKind.ValueType] = _inverse(KINDS)
ROLE_NUMBERS: dict[Role, pb.Role.ValueType] = _inverse(ROLES)
REASON_NUMBERS: dict[RefusalReason, pb.RefusalReason.ValueType] = {
    RefusalReason.QUOTA: pb.REFUSAL_REASON_QUOTA,
    RefusalReason.QUEUE_FULL: pb.REFUSAL_REASON_QUEUE_FULL,
    RefusalReason.STALE: pb.REFUSAL_REASON_STALE,
    RefusalReason.FORGOTTEN: pb.REFUSAL_REASON_UNSPECIFIED,
}

"""The cache's enums <-> the gateway's."""

from __future__ import annotations

from parley.cache.v1 import cache_pb2 as pb
from parley_gateway.claims import PostedKind, Source, TurnState
from parley_gateway.model import Outcome
from parley_gateway.terms import Sharing, Terms

STATES: dict[TurnState, pb.TurnState.ValueType] = {
    TurnState.UNKNOWN: pb.TURN_STATE_UNSPECIFIED,
    TurnState.QUEUED: pb.TURN_STATE_QUEUED,
    TurnState.OPENED: pb.TURN_STATE_OPENED,
    TurnState.REFUSED: pb.TURN_STATE_REFUSED,
    TurnState.ENDED: pb.TURN_STATE_ENDED,
}
SOURCES: dict[Source, pb.Source.ValueType] = {
    Source.UNKNOWN: pb.SOURCE_UNSPECIFIED,
    Source.LEAD: pb.SOURCE_LEAD,
    Source.FOLLOW: pb.SOURCE_FOLLOW,
    Source.STORED: pb.SOURCE_STORED,
}
KINDS: dict[PostedKind, pb.PostedKind.ValueType] = {
    PostedKind.NOTICE: pb.POSTED_KIND_NOTICE,
    PostedKind.PAGE: pb.POSTED_KIND_PAGE,
    PostedKind.FILE: pb.POSTED_KIND_FILE,
    PostedKind.NOTIFICATION: pb.POSTED_KIND_NOTIFICATION,
}
OUTCOMES: dict[Outcome, pb.Outcome.ValueType] = {
    Outcome.ANSWERED: pb.OUTCOME_ANSWERED,
    Outcome.STOPPED: pb.OUTCOME_STOPPED,
    Outcome.FAILED: pb.OUTCOME_FAILED,
    Outcome.REFUSED: pb.OUTCOME_REFUSED,
    Outcome.ABANDONED: pb.OUTCOME_ABANDONED,
}
SCOPES: dict[Sharing, pb.CacheScope.ValueType] = {
    Sharing.CHANNEL: pb.CACHE_SCOPE_CHANNEL,
    Sharing.GUILD: pb.CACHE_SCOPE_GUILD,
    Sharing.EVERYWHERE: pb.CACHE_SCOPE_EVERYWHERE,
}
_STATE_OF = {code: state for state, code in STATES.items()}
_SOURCE_OF = {code: source for source, code in SOURCES.items()}
_KIND_OF = {code: kind for kind, code in KINDS.items()}
SHARING_OF = {code: sharing for sharing, code in SCOPES.items()}


def state_of(code: pb.TurnState.ValueType) -> TurnState:
    """Return a state; one of a newer cache counts as unknown."""
    return _STATE_OF.get(code, TurnState.UNKNOWN)


def source_of(code: pb.Source.ValueType) -> Source:
    """Return a source; one of a newer cache counts as unknown."""
    return _SOURCE_OF.get(code, Source.UNKNOWN)


def policy_of(terms: Terms) -> pb.CachePolicy:
    """Return who may share the answer, and whether a stored one will do."""
    if terms.sharing is Sharing.NOBODY:
        return pb.CachePolicy(mode=pb.CACHE_MODE_NEVER, scope=pb.CACHE_SCOPE_GUILD)
    mode = pb.CACHE_MODE_REFRESH if terms.afresh else pb.CACHE_MODE_USE
    return pb.CachePolicy(mode=mode, scope=SCOPES[terms.sharing])


def sharing_of(policy: pb.CachePolicy) -> Sharing:
    """Return among whom an answer is shared; nobody where a newer cache tells of more than is known here."""
    if policy.mode not in (pb.CACHE_MODE_USE, pb.CACHE_MODE_REFRESH):
        return Sharing.NOBODY
    return SHARING_OF.get(policy.scope, Sharing.NOBODY)


def kind_of(code: pb.PostedKind.ValueType) -> PostedKind | None:
    """Return a kind of message; None for one of a newer cache."""
    return _KIND_OF.get(code)

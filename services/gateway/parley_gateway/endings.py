"""How a reply ends, in the member's words: outcomes and reasons to the lines that stand in Discord."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from parley_gateway.edits import Ending, EndKind
from parley_gateway.texts import Key, Texts

CAUSES: dict[str, Key] = {
    "OVERLOADED": Key.OVERLOADED,
    "UPSTREAM_5XX": Key.UNREACHABLE,
    "CONNECT": Key.UNREACHABLE,
    "NO_HEADERS": Key.UNREACHABLE,
    "START_FAILED": Key.UNREACHABLE,
    "RATE_LIMITED": Key.RATE_LIMITED,
    "UPSTREAM_AUTH": Key.UPSTREAM_AUTH,
    "BILLING": Key.BILLING,
    "MODEL_NOT_FOUND": Key.MODEL_NOT_FOUND,
    "PROMPT_TOO_LONG": Key.PROMPT_TOO_LONG,
    "INVALID_REQUEST": Key.INVALID_REQUEST,
    "STREAM_BROKEN": Key.STREAM_BROKEN,
    "ATTEMPTS_EXHAUSTED": Key.STREAM_BROKEN,
    "CHILD_DIED": Key.STREAM_BROKEN,
    "TIMED_OUT": Key.TIMED_OUT,
    "POOL_FULL": Key.POOL_FULL,
    "NO_EXECUTOR": Key.NO_EXECUTOR,
    "DRAINING": Key.DRAINING,
    "QUEUE_FULL": Key.QUEUE_FULL,
    "QUOTA": Key.QUOTA,
    "STALE": Key.GONE_ON,
    "REJECTED": Key.REJECTED,
    "INTERNAL": Key.INTERNAL,
}
"""Why a turn failed or was refused, in the words of the executor, the cache or the gateway; others are INTERNAL."""


@dataclass(frozen=True, slots=True)
class Endings:
    """The endings of one turn. reference: its trace id, shown with every error."""

    texts: Texts
    reference: str

    def complete(self, stop_reason: str = "end_turn", notes: Sequence[Key] = ()) -> Ending:
        """Claude ended by itself, such as by end_turn, max_tokens or refusal, as its API names them. notes: more small
        print.
        """
        note, alone = {
            "max_tokens": (Key.MAX_TOKENS, Key.MAX_TOKENS_ALONE),
            "model_context_window_exceeded": (Key.MAX_TOKENS, Key.MAX_TOKENS_ALONE),
            "refusal": (Key.REFUSAL, Key.REFUSAL_ALONE),
        }.get(stop_reason, (None, Key.EMPTY))
        lines = [self.texts.render(key) for key in (note, *notes) if key is not None]
        return Ending(EndKind.COMPLETE, "\n".join(lines), self.texts.render(alone))

    def stopped(self) -> Ending:
        """A member stopped it."""
        return Ending(EndKind.STOPPED, self.texts.render(Key.STOPPED), self.texts.render(Key.STOPPED_ALONE))

    def failed(self, reason: str, again: datetime | None = None) -> Ending:
        """It failed or was refused; again: when it may work, where known."""
        cause = self.cause(reason, again)
        note = self.texts.render(Key.FAILED_PARTLY, cause=cause, reference=self.reference)
        return Ending(EndKind.FAILED, note, self.texts.render(Key.FAILED, cause=cause, reference=self.reference))

    def cause(self, reason: str, again: datetime | None = None) -> str:
        """Return why, and what to do."""
        if again is not None and reason == "QUOTA":
            return self.texts.render(Key.QUOTA_UNTIL, again=again)
        cause = self.texts.render(CAUSES.get(reason, Key.INTERNAL))
        return self.texts.render(Key.TRY_AGAIN_AT, cause=cause, again=again) if again is not None else cause

    def rest_follows(self) -> str:
        """Return what stands under the first pages of a very long answer while it grows."""
        return self.texts.render(Key.REST_FOLLOWS)

    def whole_in_file(self) -> str:
        """Return what stands by the file of a very long answer."""
        return self.texts.render(Key.WHOLE_IN_FILE)

    def rejected(self) -> Ending:
        """Discord refuses the text itself."""
        return self.failed("REJECTED")

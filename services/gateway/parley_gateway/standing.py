"""How it stands with the bot as members are told: normal, busy, degraded, and what is missing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from parley_gateway.model import Tier
from parley_gateway.texts import Key, Texts

MISSING = {"cache": Key.STATUS_NO_CACHE, "monitor": Key.STATUS_NO_MONITOR, "executor": Key.STATUS_NO_EXECUTOR}


@dataclass(frozen=True, slots=True)
class Standing:
    """peers: whether each kind of them answers. free: slots that may be taken, None: not known. estimate: how long a
    turn without a slot waits at a guess. message_content: whether Discord tells what nobody addressed to the bot.
    """

    peers: Mapping[str, bool]
    tier: Tier
    free: int | None
    estimate: timedelta | None
    message_content: bool

    @property
    def missing(self) -> tuple[Key, ...]:
        """What is told to be missing."""
        return tuple(key for peer, key in MISSING.items() if not self.peers.get(peer, False))

    @property
    def busy(self) -> bool:
        """Whether an answer would wait."""
        return self.tier is not Tier.NORMAL or self.free == 0


def status_text(standing: Standing, texts: Texts, now: datetime) -> str:
    """Return what `/status` shows."""
    if standing.missing:
        lines = [Key.STATUS_DEGRADED, *standing.missing]
    elif standing.busy and standing.estimate is None:
        lines = [Key.STATUS_BUSY]
    else:
        lines = [] if standing.busy else [Key.STATUS_NORMAL]
    shown = [texts.render(key) for key in lines]
    if not shown and standing.estimate is not None:
        shown = [texts.render(Key.STATUS_BUSY_UNTIL, ready=now + standing.estimate)]
    if not standing.message_content:
        shown.append(texts.render(Key.STATUS_NO_CONTENT))
    return "\n".join(shown)


def presence_text(standing: Standing, texts: Texts) -> str:
    """Return what stands under the bot's name."""
    if standing.missing:
        return texts.render(Key.STATUS_PRESENCE_DEGRADED)
    return texts.render(Key.STATUS_PRESENCE_BUSY if standing.busy else Key.STATUS_PRESENCE_NORMAL)

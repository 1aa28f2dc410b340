"""The channels of a guild in which every message is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from parley_gateway.ports import Guilds, PreferenceStore
from parley_gateway.preferences import MentionRule, Subject, SubjectKind, Versioned
from parley_gateway.settings_panels import changes
from parley_gateway.settings_panels.changes import Change, apply
from parley_gateway.settings_panels.view import seen_free


class FreeTalk:
    """Reads and sets them. known: a near copy of what is set, since a guild may have hundreds of channels."""

    def __init__(self, guilds: Guilds, store: PreferenceStore, known: Callable[[Subject], Versioned]) -> None:
        self._guilds, self._store, self._known = guilds, store, known

    async def channels(self, guild_id: str) -> Sequence[str]:
        """Return those with free talk, in the guild's order. Raises DeliveryError."""
        return [channel for channel in await self._guilds.text_channels(guild_id) if self._is_free(channel)]

    async def set(self, guild_id: str, wanted: Sequence[str], seen: str) -> bool:
        """Let there be free talk in these and no others. False: it was changed since. Raises DeliveryError, Fault."""
        known = await self._guilds.text_channels(guild_id)
        free = [channel for channel in known if self._is_free(channel)]
        if seen_free(free) != seen:
            return set(free) == set(wanted)
        changed = set(free) ^ (set(wanted) & set(known))
        for channel in sorted(changed):
            rule = MentionRule.EVERYTHING if channel in wanted else None
            if not await apply(self._store, Subject(SubjectKind.CHANNEL, channel), Change(changes.RULE, rule)):
                return False
        return True

    def _is_free(self, channel_id: str) -> bool:
        set_here = self._known(Subject(SubjectKind.CHANNEL, channel_id)).preferences
        return set_here.mention_rule is MentionRule.EVERYTHING

"""Direct channels in which something was asked of late: Discord names none to a bot that starts. Rules."""

from __future__ import annotations

from collections.abc import Sequence

from parley_cache.model import Origin
from parley_cache.store.tables import Tables

ORDER = "direct_channels"
"""The order of their ids, by the time of the last question, in the store's seconds."""

KEPT = 24 * 3600.0
"""So long a channel is known after its last question, in seconds."""


def note(tables: Tables, origin: Origin) -> None:
    """Note where something is asked, if that is a direct channel; those of long ago go."""
    if not origin.guild_id:
        tables.place(ORDER, origin.channel_id, tables.now)
        tables.displace_upto(ORDER, tables.now - KEPT)


def newest(tables: Tables, within: float, most: int) -> Sequence[str]:
    """Return up to so many channels in which something was asked in the last seconds, the last one first."""
    return tables.highest(ORDER, most, tables.now - within)

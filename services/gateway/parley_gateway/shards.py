"""Which of the bot's shards a gateway holds. Pure.

Without sets every gateway holds all of them, which is enough for some thousand guilds. With sets the shards are cut into
ranges of equal length; a pod of a StatefulSet has the set of its ordinal, so that pods 0, 2, 4 … hold the first of two sets
and pods 1, 3, 5 … the second: two pods a set are there for each other.
"""

from __future__ import annotations

import re

ORDINAL = re.compile(r"-(\d+)$")


def held(count: int, sets: int, index: int) -> range:
    """Return the shards of one set: all sets together hold each shard once."""
    own = index % sets
    return range(count * own // sets, count * (own + 1) // sets)


def ordinal(host: str) -> int | None:
    """Return a pod's ordinal by its host name, parley-gateway-1; None when it has none."""
    found = ORDINAL.search(host)
    return int(found[1]) if found is not None else None

"""All records, as one operation sees them."""

from __future__ import annotations

from collections.abc import Iterable

from typing_extensions import override

from parley_cache.store.redis import names
from parley_cache.store.redis.conversation_table import RedisConversations
from parley_cache.store.redis.drawer_table import RedisDrawers
from parley_cache.store.redis.log_table import RedisLogs
from parley_cache.store.redis.reads import Read
from parley_cache.store.redis.turn_table import RedisTurns
from parley_cache.store.tables import Tables


class RedisTables(RedisTurns, RedisLogs, RedisConversations, RedisDrawers, Tables):
    """What rules are run against; `sweeping` has what only this adapter asks."""

    @override
    def foresee(self, *, turns: Iterable[str] = (), logs: Iterable[str] = (), keys: Iterable[bytes] = ()) -> None:
        cells = [named(turn) for turn in turns for named in (names.turn, names.opening)]
        ids = list(logs)
        cells += [names.log(log) for log in ids] + [names.live(key) for key in keys]
        readers = (Read("group", names.readers(log)) for log in ids)
        self.want(*(Read("cell", cell) for cell in cells), *readers)

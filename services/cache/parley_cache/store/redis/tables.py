"""All records, as one operation sees them."""

from __future__ import annotations

from parley_cache.store.redis.conversation_table import RedisConversations
from parley_cache.store.redis.drawer_table import RedisDrawers
from parley_cache.store.redis.log_table import RedisLogs
from parley_cache.store.redis.reads import NotRead, Read
from parley_cache.store.redis.turn_table import RedisTurns
from parley_cache.store.tables import Tables


class RedisTables(RedisTurns, RedisLogs, RedisConversations, RedisDrawers, Tables):
    """What rules are run against; `sweeping` has what only this adapter asks."""

    def want(self, *reads: Read) -> None:
        """Have all of these read at once."""
        lacking = [read for read in reads if read not in self.reads]
        if lacking:
            raise NotRead(*lacking)

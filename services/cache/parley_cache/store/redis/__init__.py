"""The store on Redis, shared by several caches (docs/adr/0006): rules run here, their effects are compared and set there."""

from parley_cache.store.redis.store import RedisStore

__all__ = ["RedisStore"]

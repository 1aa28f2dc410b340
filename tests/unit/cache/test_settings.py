import dataclasses

from parley_cache.limits import Limits
from parley_cache.quotas import UsageLimits
from parley_cache.settings import CacheSettings


def test_every_bound_of_the_store_is_a_setting_with_the_documented_default() -> None:
    assert CacheSettings().limits == Limits()


def test_by_default_a_member_is_limited_in_messages_and_nobody_in_tokens_or_money() -> None:
    limits = Limits()
    assert (limits.user, limits.message_period) == (UsageLimits(messages=20), 60.0)
    assert (limits.guild, limits.queue) == (UsageLimits(), 5)


def test_every_setting_of_a_bound_reaches_the_store() -> None:
    names = [field.name for field in dataclasses.fields(Limits)]
    changed = {name: getattr(Limits(), name) // 2 + 1 for name in names if name != "conversation_ttl"}
    found = dataclasses.asdict(CacheSettings(**changed, conversation_days=2).limits)
    assert found == changed | {"conversation_ttl": 2 * 24 * 3600.0}

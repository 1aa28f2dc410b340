from __future__ import annotations

import pytest

from parley_cache import unanswered
from parley_cache.limits import Limits
from parley_cache.model import Message, Role
from parley_cache.store.memory import MemoryStore
from parley_kit.clock import ManualClock

HOUR = 3600.0
QUESTION = Message(Role.USER, "Who am I?", "1000", "30", "Ada")


@pytest.mark.parametrize(("done_for", "conversation_ttl"), [(HOUR, 30 * HOUR), (24 * HOUR, HOUR)])
async def test_a_question_goes_with_its_turn_or_with_what_is_remembered(
    done_for: float, conversation_ttl: float
) -> None:
    clock = ManualClock()
    store = MemoryStore(Limits(done_for=done_for, conversation_ttl=conversation_ttl), clock)
    await store.apply("keep", lambda tables: unanswered.keep(tables, "chat", QUESTION))
    await clock.advance(HOUR - 1)
    assert await store.apply("of", lambda tables: unanswered.of(tables, "chat")) == QUESTION
    await clock.advance(2)
    assert await store.apply("of", lambda tables: unanswered.of(tables, "chat")) is None
    await store.close()

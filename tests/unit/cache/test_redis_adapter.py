"""The parts of the Redis adapter that need no Redis."""

from __future__ import annotations

import asyncio
import random

from hypothesis import given
from hypothesis import strategies as st

from parley_cache.model import Message, Opening, TextEnd
from parley_cache.records import Conversation, Log, Turn
from parley_cache.store.redis import shapes
from parley_cache.store.redis.lines import Lines
from parley_cache.store.redis.near import MOST, Near
from parley_cache.store.redis.pauses import MOST as LONGEST
from parley_cache.store.redis.pauses import Pauses
from parley_cache.store.redis.reads import Cell


@given(st.data())
def test_every_record_comes_back_as_it_was_written(data: st.DataObject) -> None:
    for kind in (Opening, Turn, Log, Conversation, Message, TextEnd):
        record = data.draw(st.from_type(kind).filter(_is_text))
        assert shapes.loads(kind, shapes.dumps(record)) == record


def _is_text(record: object) -> bool:
    """Whether all its text can be written; a lone surrogate is refused before it comes so far."""
    try:
        shapes.dumps(record)
    except TypeError:
        return False
    return "nan" not in repr(record) and "inf" not in repr(record)


def test_a_field_that_was_added_later_gets_its_default() -> None:
    log = Log("log", "1000", attempt=2)
    short = shapes.dumps(log).replace(shapes.dumps(log), b'["log","1000"]')
    assert shapes.loads(Log, short) == Log("log", "1000")


def test_probes_come_at_growing_and_uneven_distances() -> None:
    pauses = Pauses(random.Random(1))
    found = [pauses.next() for _ in range(20)]
    assert found[0] <= 0.05
    assert max(found) <= LONGEST
    assert len(set(found)) == len(found)
    assert min(found[10:]) >= LONGEST / 2


def test_what_was_seen_last_is_bounded() -> None:
    near = Near()
    for number in range(MOST + 10):
        near.keep(f"log:{number}", Cell(b"12345678", number))
    assert len(near) == MOST
    assert "log:0" not in near
    near.keep(f"log:{MOST}", Cell(b"", None))
    assert f"log:{MOST}" not in near


async def test_who_lost_a_record_tries_again_one_after_the_other() -> None:
    lines, inside = Lines(), 0

    async def work() -> None:
        nonlocal inside
        async with lines.stand("turn:1"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(5)))
    assert not lines._locks

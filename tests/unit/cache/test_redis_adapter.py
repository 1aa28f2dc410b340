"""The parts of the Redis adapter that need no Redis."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.cache_turns import opening

from parley_cache.leases import Lease
from parley_cache.model import (
    Attachment,
    Failed,
    Finished,
    Message,
    Outcome,
    Posted,
    PostedKind,
    Recent,
    RefusalReason,
    ReplyTo,
    Role,
    Source,
    State,
    Stopped,
    TextEnd,
    Usage,
)
from parley_cache.records import Conversation, Log, Restore, Turn
from parley_cache.store.redis import shapes
from parley_cache.store.redis.lines import Lines
from parley_cache.store.redis.near import MOST, Near
from parley_cache.store.redis.pauses import MOST as LONGEST
from parley_cache.store.redis.pauses import Pauses
from parley_cache.store.redis.reads import UNCHANGED, Cell, Read, Reads
from parley_cache.window import Entry, Window

ORIGIN = replace(opening().origin, asked_at=datetime(2026, 11, 22, 12, tzinfo=UTC))
FILE = Attachment("1", "2", "日本.png", "image/png", 3)
POSTED = (Posted(PostedKind.PAGE, 0, "5000"), Posted(PostedKind.FILE, 1, ""))
RECORDS = [
    opening(attachments=(FILE,)),
    replace(opening(reference=ReplyTo("7")), origin=ORIGIN),
    opening(reference=Recent("1", "2", timedelta(minutes=10))),
    Log("log", "1000", b"\x00\xff", keeps=True, end=TextEnd(2, Finished("end_turn"), Usage(1, 2, 3, 4))),
    Log("log", "1000", end=TextEnd(2, Stopped())),
    Log("log", "1000", end=TextEnd(2, Failed("OVERLOADED", retryable=True, retry_after=timedelta(seconds=1.5)))),
    Log("log", "1000", end=TextEnd(2, Failed("REFUSED", retryable=False, retry_after=None))),
    Conversation("chat", "30", 2, ("1",), ("2", "3"), 1.5, 4, Window(2, (Entry(2, 100),))),
    Message(Role.USER, 'Ünï 🙂\n"x"', "1000", "30", "Ada", (FILE,)),
    Turn(
        opening(),
        "chat",
        Lease("lease", "gateway", 12.25, lapsed=True),
        State.OPENED,
        key=b"key",
        restore=Restore(1.0, opened=True, attempt=2),
        refusal=RefusalReason.QUEUE_FULL,
        source=Source.LEAD,
        window=(2, 6),
        posted=POSTED,
        outcome=Outcome.STOPPED,
    ),
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_every_record_comes_back_as_it_was_written(record: object) -> None:
    assert shapes.loads(type(record), shapes.dumps(record)) == record


def test_what_a_record_may_not_hold_is_refused_when_it_is_made() -> None:
    with pytest.raises(TypeError, match="nothing that a record may hold"):
        shapes.codec_of(dict[str, str])


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


@pytest.mark.parametrize("kind", ["cell", "group"])
def test_unchanged_means_what_was_known_when_it_was_asked(kind: str) -> None:
    """Others put into the near memory what they read, some of it older, while the answer is on its way."""
    known = {"turn:1": Cell(b"version2", "new")}
    reads = Reads(known, lambda _key, _found: "decoded")
    wanted = Read(kind, "turn:1")
    assert list(reads.request(wanted))[2] == b"version2"
    known["turn:1"] = Cell(b"version1", "old")
    reads.take(wanted, UNCHANGED)
    assert (reads.cells | reads.groups)["turn:1"] == Cell(b"version2", "new")

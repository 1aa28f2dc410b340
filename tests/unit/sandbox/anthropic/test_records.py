import asyncio

import pytest
from support.loopback_claude import NOON

from parley_sandbox.anthropic.records import Journal, Record


def record(number: int) -> Record:
    return Record(number, NOON, "/v1/messages", 0.0, {"traceparent": "00-a-b-01"})


async def test_a_test_waits_for_what_it_wants_to_see() -> None:
    journal = Journal()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(journal.until(lambda: journal.live == 2, within=5))
        await asyncio.sleep(0)
        journal.opened()
        await asyncio.sleep(0)
        assert not waiting.done()
        journal.opened()
    assert journal.peak == 2


async def test_waiting_for_nothing_ends() -> None:
    with pytest.raises(TimeoutError):
        await Journal().until(lambda: False, within=0.01)


def test_the_oldest_records_leave() -> None:
    journal = Journal(kept=3)
    for number in range(5):
        journal.note(record(number))
    journal.amend(record(0), deltas=9)
    assert [each.number for each in journal.records] == [2, 3, 4]


def test_a_record_tells_the_callers_trace() -> None:
    assert record(1).traceparent == "00-a-b-01"
    assert record(1).question == ""

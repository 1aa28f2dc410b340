from __future__ import annotations

import logging

import pytest
from support.presses import click

from parley_gateway.desk import Desk
from parley_gateway.interactions import Click, Pick, Submission


class Counter:
    """Counts events, as an observer does."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    def event(self, name: str, outcome: str) -> None:
        self.events.append((name, outcome))


class Handler:
    """Notes what it is given."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken, self.taken = broken, list[object]()

    async def take(self, interaction: Click | Pick | Submission) -> None:
        self.taken.append(interaction)
        if self.broken:
            raise ValueError


def desk(counter: Counter, handler: Handler) -> Desk:
    return Desk({}, {}, {"stop": handler}, counter)  # type: ignore[arg-type]  # as much of an observer as it needs


async def test_a_press_reaches_who_knows_its_family() -> None:
    counter, handler = Counter(), Handler()
    await desk(counter, handler).take(press := click("v1:stop:9:30"))
    assert handler.taken == [press]
    assert counter.events == [("INTERACTION_CREATE", "handled")]


@pytest.mark.parametrize("custom_id", ["other:thing", "v2:stop:9:30", "v1:leave", "stop"])
async def test_what_is_not_ours_is_left_alone(custom_id: str) -> None:
    counter, handler = Counter(), Handler()
    await desk(counter, handler).take(click(custom_id))
    assert (handler.taken, counter.events) == ([], [("INTERACTION_CREATE", "ignored")])


async def test_a_mistake_in_one_press_ends_no_other(caplog: pytest.LogCaptureFixture) -> None:
    counter, handler = Counter(), Handler(broken=True)
    with caplog.at_level(logging.ERROR):
        await desk(counter, handler).take(click("v1:stop:9:30"))
    assert counter.events == [("INTERACTION_CREATE", "failed")]
    assert [record.getMessage() for record in caplog.records] == ["interaction.failed"]

"""Private answers of commands that two gateways hear: done and shown once, by whoever is left."""

from __future__ import annotations

from typing import cast

import pytest
from support.shown import Shown, command, press

from parley_gateway.commands import private
from parley_gateway.panels import Panel
from parley_gateway.ports import Responses
from parley_gateway.texts import Key, Texts
from parley_kit.faults import Fault, Unavailable

FAILED = Texts("en").render(Key.TOLD_FAILED, reference="1")


class Work:
    """Counts how often it is done."""

    def __init__(self, fault: Fault | None = None) -> None:
        self.done, self._fault = 0, fault

    async def __call__(self) -> Panel:
        self.done += 1
        if self._fault is not None:
            raise self._fault
        return Panel("done")


def heard(shown: Shown) -> Responses:
    return cast("Responses", shown)


def texts(shown: Shown) -> list[str]:
    return [panel.text for panel in shown.panels]


@pytest.mark.parametrize(("sibling", "gone", "done"), [(False, False, 1), (True, False, 0), (True, True, 1)])
async def test_what_a_command_asks_for_is_done_and_shown_once(*, sibling: bool, gone: bool, done: int) -> None:
    shown, work = Shown(sibling=sibling, gone=gone), Work()
    await private.answer(heard(shown), command("new"), work)
    assert (work.done, texts(shown)) == (done, ["done"] * done)


@pytest.mark.parametrize(("sibling", "done"), [(False, 1), (True, 0)])
async def test_what_a_press_asks_for_is_done_and_shown_by_the_gateway_that_was_first(
    *, sibling: bool, done: int
) -> None:
    shown, work = Shown(sibling=sibling), Work()
    await private.rewrite(heard(shown), press("v1:forget:all"), work)
    assert (work.done, texts(shown)) == (done, ["done"] * done)


@pytest.mark.parametrize("gone", [False, True])
async def test_a_fault_is_told_by_whoever_answers(*, gone: bool) -> None:
    shown = Shown(sibling=gone, gone=gone)
    await private.answer(heard(shown), command("context"), Work(Unavailable("CACHE_AWAY", "")))
    assert texts(shown) == [FAILED]

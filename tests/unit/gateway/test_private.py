"""Private answers of commands that two gateways hear: shown once, or by whoever is left."""

from __future__ import annotations

from typing import cast

import pytest
from support.shown import Shown, command, press

from parley_gateway.commands import private
from parley_gateway.panels import Panel
from parley_gateway.ports import Responses
from parley_gateway.texts import Key, Texts
from parley_kit.faults import Unavailable

FAILED = Texts("en").render(Key.TOLD_FAILED, reference="1")


def heard(shown: Shown) -> Responses:
    return cast("Responses", shown)


async def worked_out(counted: bool) -> Panel:
    return Panel("mine" if counted else "a sibling's")


async def failing(_: bool) -> Panel:
    raise Unavailable("CACHE_AWAY", "")


@pytest.mark.parametrize(
    ("sibling", "gone", "panels"), [(False, False, ["mine"]), (True, False, []), (True, True, ["a sibling's"])]
)
async def test_what_a_command_shows_is_shown_once(*, sibling: bool, gone: bool, panels: list[str]) -> None:
    shown = Shown(sibling=sibling, gone=gone)
    await private.answer(heard(shown), command("context"), worked_out)
    assert [panel.text for panel in shown.panels] == panels


@pytest.mark.parametrize("gone", [False, True])
async def test_a_fault_is_told_by_whoever_answers(*, gone: bool) -> None:
    shown = Shown(sibling=gone, gone=gone)
    await private.answer(heard(shown), command("context"), failing)
    assert [panel.text for panel in shown.panels] == [FAILED]


async def test_a_fault_never_replaces_what_a_sibling_shows_after_a_press() -> None:
    shown = Shown(sibling=True)
    await private.rewrite(heard(shown), press("v1:forget:all"), failing)
    assert shown.panels == []

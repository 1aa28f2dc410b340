from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

from parley_gateway.board import Board
from parley_gateway.model import Stage, TurnView
from parley_kit.clock import settle

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def view(turn_id: str, stage: Stage = Stage.ANSWERING) -> TurnView:
    return TurnView(turn_id, "20", "trace", stage, NOW, NOW)


async def test_a_watcher_sees_all_turns_and_then_each_change() -> None:
    board = Board()
    board.put(view("1"))
    async with aclosing(board.watch()) as watch:
        assert (await anext(watch)).turn_id == "1"
        board.put(view("2", Stage.ENDED))
        assert await anext(watch) == view("2", Stage.ENDED)


async def test_a_slow_watcher_gets_the_newest_state_and_no_backlog() -> None:
    board = Board()
    async with aclosing(board.watch()) as watch:
        first = asyncio.ensure_future(anext(watch))
        await settle()
        board.put(view("1", Stage.QUEUED))
        board.put(view("1", Stage.ANSWERING))
        board.put(replace(view("1", Stage.ENDED), outcome="answered"))
        assert (await first).outcome == "answered"


async def test_closing_ends_the_watches() -> None:
    board = Board()
    seen = asyncio.ensure_future(_all(board))
    await settle()
    board.close()
    assert await seen == []


async def _all(board: Board) -> list[TurnView]:
    return [view async for view in board.watch()]


async def test_ended_turns_are_forgotten_in_time_and_live_ones_never() -> None:
    board = Board(recent=2)
    board.put(view("live"))
    for number in range(5):
        board.put(view(str(number), Stage.ENDED))
    async with aclosing(board.watch()) as watch:
        seen = [(await anext(watch)).turn_id for _ in range(3)]
    assert seen == ["live", "3", "4"]
    assert board.live == 1


async def test_a_turn_of_another_gateway_is_not_shown() -> None:
    board = Board()
    board.put(view("1"))
    board.drop("1")
    board.drop("1")
    assert board.live == 0

"""Expectation 18: deploys are invisible: answers finish or move, buttons work days later on another pod."""

from __future__ import annotations

import pytest
from support.members import SET_UPS, SHORT, Members, members

pytestmark = pytest.mark.asyncio(loop_scope="module")
LONG = "[[ttft=0.1 tps=40 text=words:160]]"


async def replaced(present: Members, *services: str) -> None:
    """Replace every instance of these services, one after the other."""
    for name, child in present.parley.stack.children.items():
        if name.startswith(services):
            await child.restart(grace=30)


async def test_an_answer_in_flight_is_whole_though_everything_but_its_executor_is_replaced() -> None:
    async with members(SET_UPS[1]) as present:
        question = present.ask(f"Tell it slowly {LONG}", where := present.room())
        message = await present.parley.streaming(question, 40)
        await replaced(present, "gateway", "cache", "monitor")
        await present.parley.until(lambda: "v1:stop:" not in str(present.message(message)["components"]))
        assert len(present.of_the_bot(where)) == 1
        stands = present.message(message)["content"].split()
        assert stands == present.heard("Tell it slowly")[-1].text.split()
        assert len(present.heard("Tell it slowly")) == 1, "Claude was asked once"


async def test_a_button_works_after_everything_was_replaced() -> None:
    async with members(SET_UPS[1]) as present:
        first = await present.answered(f"Which way? {SHORT}", where := present.room())
        (message,) = first.turn["message_ids"]
        await replaced(present, "gateway", "cache", "executor", "monitor")
        before = str(present.message(message)["content"])
        present.press(message, "Regenerate")
        await present.parley.until(lambda: str(present.message(message)["content"]) != before)
        await present.parley.until(lambda: "Regenerate" in present.buttons(message))
        assert len(present.heard("Which way")) == 2
        assert len(present.of_the_bot(where)) == 1, "in the same message"

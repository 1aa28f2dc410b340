"""Expectation 19: `/status` and the bot's presence tell the truth: normal, busy with a time, degraded with what is missing."""

from __future__ import annotations

import pytest
from support.members import ENDLESS, SET_UPS, Members, SetUp, members

from parley_gateway.texts import Key, Texts

ENGLISH = Texts("en-US")


def shown(present: Members) -> str:
    """Return what the bot shows of itself at its name."""
    presences = present.parley.stack.discord.gateway.presences
    return str(presences[max(presences)]) if presences else ""


@pytest.mark.parametrize("set_up", SET_UPS, ids=[one.name for one in SET_UPS])
async def test_the_status_is_normal_then_busy_then_says_what_is_missing(set_up: SetUp) -> None:
    async with members(set_up, slots=1) as present:
        where = present.room()
        await present.shows(ENGLISH.render(Key.STATUS_NORMAL), "status", where)
        await present.parley.until(lambda: ENGLISH.render(Key.STATUS_PRESENCE_NORMAL) in shown(present))
        question = present.ask(f"Hold the only place {ENDLESS}", where)
        await present.parley.streaming(question)
        await present.shows("🟡", "status", where)
        await present.parley.until(lambda: ENGLISH.render(Key.STATUS_PRESENCE_BUSY) in shown(present))
        present.command("stop", where)
        await present.answer(question)
        await present.parley.stack.children["executor"].kill()
        await present.shows(ENGLISH.render(Key.STATUS_NO_EXECUTOR), "status", where)
        await present.parley.until(lambda: ENGLISH.render(Key.STATUS_PRESENCE_DEGRADED) in shown(present))

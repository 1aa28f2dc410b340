"""Expectation 16: `/usage` tells tokens, cost and what is left; of the server too, to who manages it."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest
from support.members import ENDLESS, Members

from parley_gateway.settings_panels import limits
from parley_gateway.texts import Key, Texts
from parley_sandbox.anthropic import Record

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS, JAPANESE = Texts("en-US"), Texts("ja")
LONG = "[[ttft=0.05 tps=2000 tokens=3000]]"
"""An answer that costs some cents."""
CENT = 0.01
KINDS = {
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_read_input_tokens": "cache_read",
    "cache_creation_input_tokens": "cache_write",
}
"""Claude's names of what is used, and those of its prices."""


async def test_it_tells_what_claude_says_was_used_and_what_is_left(members: Members) -> None:
    (person,) = members.parley.newcomers(1)
    where = members.room()
    await members.answered(f"Tell me at length {LONG}", where, person=person)
    [heard] = members.heard("Tell me at length")
    spent = told(heard)
    assert dollars(heard) > CENT
    shown = await members.shows(WORDS.render(Key.TOLD_USAGE_DAY, **spent), "usage", where, person=person)
    assert shown.startswith(WORDS.render(Key.TOLD_USAGE_HEAD))
    assert WORDS.render(Key.TOLD_USAGE_MONTH, **spent) in shown
    places = [WORDS.render(Key.TOLD_LEFT_MESSAGES, left=left, limit=20) for left in (19, 20)]
    assert any(one in shown for one in places), "of 20 in a minute one comes back every 3 s"
    assert WORDS.render(Key.TOLD_USAGE_GUILD) not in shown, "that is for those who may manage the server"
    assert not members.told(where, person="Noor")


async def test_an_answer_that_is_stopped_counts_with_what_was_said(members: Members) -> None:
    (person,) = members.parley.newcomers(1)
    where = members.room()
    question = members.ask(f"Say much of it {ENDLESS}", where, person=person)
    answer = await members.parley.streaming(question, 200)
    members.press(answer, WORDS.render(Key.STOP_BUTTON), person=person)
    assert (await members.answer(question)).outcome == "stopped"
    before, after, *_ = WORDS.render(Key.TOLD_USAGE_DAY, messages=1, tokens="@", cost="@").split("@")
    shown = await members.shows(before, "usage", where, person=person)
    [counted] = re.findall(f"{re.escape(before)}([\\d,]+){re.escape(after)}", shown)
    [heard] = members.heard("Say much of it")
    said = len(heard.text.encode()) / 4
    assert 0.5 * said < int(counted.replace(",", "")) - asked(heard) <= 1.1 * said


async def test_who_manages_the_server_sets_its_limit_and_sees_what_is_left_of_it(members: Members) -> None:
    where = members.room()
    panel = await members.used("settings", where, person="Mika")
    members.press(panel, JAPANESE.render(Key.MORE_BUTTON), person="Mika")
    await members.parley.until(lambda: JAPANESE.render(Key.LIMITS_BUTTON) in members.buttons(panel))
    members.press(panel, JAPANESE.render(Key.LIMITS_BUTTON), person="Mika")
    await members.submit(person="Mika", cost_day="2.5")
    [line] = [one for one in limits.LINES if one.attribute == "cost_day"]
    await members.says(panel, JAPANESE.render(Key.SETTINGS_STORED), JAPANESE.render(line.shown, amount="2.50"))
    before = await members.shows(JAPANESE.render(Key.TOLD_USAGE_GUILD), "usage", where, person="Mika")
    await members.answered(f"Mika asks {LONG}", where, person="Mika")
    cost = dollars(members.heard("Mika asks")[0])
    own = JAPANESE.render(Key.TOLD_USAGE_DAY, **told(members.heard("Mika asks")[0]))
    after = await members.shows(own, "usage", where, person="Mika")
    assert left(before) - left(after) == pytest.approx(cost, abs=1.1 * CENT), "shown in cents"


def tokens(record: Record) -> int:
    """Return what Claude says that an answer took."""
    return sum(count for name, count in (record.usage or {}).items() if name in KINDS)


def asked(record: Record) -> int:
    """Return what Claude says that a question took."""
    return tokens(record) - int((record.usage or {}).get("output_tokens") or 0)


def dollars(record: Record) -> float:
    """Return what that costs by the executor's prices."""
    prices = tomllib.loads(files("parley_executor").joinpath("prices.toml").read_text("utf-8"))["models"][record.model]
    used = record.usage or {}
    return sum(float(used[name] * prices[kind]) for name, kind in KINDS.items()) / 1_000_000


def told(record: Record) -> dict[str, object]:
    """Return what `/usage` says of one question."""
    return {"messages": 1, "tokens": f"{tokens(record):,}", "cost": f"{dollars(record):.2f}"}


def left(shown: str) -> float:
    """Return what is left of the server's limit, in dollars."""
    [found] = re.findall(r"\$2\.50\D+\$([\d.]+\d)", shown)
    return float(found)

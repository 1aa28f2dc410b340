"""Expectation 13: who manages a server sets it up in Discord, and every gateway obeys."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.members import SHORT, Members
from support.system import Reply

from parley_gateway.texts import Key, Texts
from parley_sandbox.discord.errors import ApiError
from parley_sandbox.otlp import Span, Trace

pytestmark = pytest.mark.asyncio(loop_scope="module")
WORDS = Texts("ja")
"""Mika's, who manages Orchard."""
PAGES = "[[ttft=0.05 tps=2000 text=words:700]]"
MOST_QUESTIONS = 18
"""Until each gateway has answered one: which of the two it is, is as a coin falls. A member may ask 20 a minute."""


def line(name: Key, value: Key) -> str:
    """Return a line of a menu."""
    return WORDS.render(Key.SETTINGS_OPTION, name=WORDS.render(name), value=WORDS.render(value))


async def settings(members: Members, where: str, *, more: bool = False) -> str:
    """Open a channel's own settings, so that no other test is touched; return the panel's message."""
    panel = await members.used("settings", where, person="Mika")
    members.pick(panel, WORDS.render(Key.PLACE_CHANNEL), person="Mika")
    await members.says(panel, WORDS.render(Key.SETTINGS_TITLE_CHANNEL, channel=where))
    if more:
        members.press(panel, WORDS.render(Key.MORE_BUTTON), person="Mika")
        await members.parley.until(lambda: WORDS.render(Key.BACK_BUTTON) in members.buttons(panel))
    return panel


async def set_to(members: Members, panel: str, name: Key, value: Key) -> None:
    """Choose a line of a menu, and read that it counts."""
    members.pick(panel, line(name, value), person="Mika")
    shown = WORDS.render(Key.SETTINGS_LINE, name=WORDS.render(name), value=WORDS.render(value))
    await members.says(panel, WORDS.render(Key.SETTINGS_STORED), shown)


async def test_a_persona_is_written_in_a_form_and_every_gateway_gives_it_to_claude(members: Members) -> None:
    persona = "You are the librarian of a small town."
    panel = await members.used("settings", members.room(), person="Mika")
    members.press(panel, WORDS.render(Key.PERSONA_BUTTON), person="Mika")
    await members.submit(person="Mika", persona=persona)
    await members.says(panel, WORDS.render(Key.SETTINGS_STORED), persona)
    answered: set[str] = set()
    for number in range(MOST_QUESTIONS):
        reply = await members.answered(f"Question {number} for the library {SHORT}", members.room())
        assert persona in str(members.heard(f"Question {number} for")[-1].system)
        answered.add(await gateway_of(members, reply))
        if len(answered) == members.set_up.gateways:
            break
    assert len(answered) == members.set_up.gateways
    await members.answered(f"Question of another server {SHORT}", members.room("Workshop"))
    assert persona not in str(members.heard("Question of another server")[-1].system)


async def gateway_of(members: Members, reply: Reply) -> str:
    """Return which gateway gave an answer."""
    trace = await members.parley.trace(reply.trace_id, lambda trace: bool(_roots(trace)))
    return str(_roots(trace)[0].resource["service.instance.id"])


def _roots(trace: Trace) -> Sequence[Span]:
    return [span for span in trace.spans if span.name == "discord MESSAGE_CREATE"]


async def test_pages_are_numbered_where_it_is_set(members: Members) -> None:
    where = members.room()
    plain = await members.answered(f"A long one, plain {PAGES}", where)
    assert len(plain.pages) > 1
    assert "[1/" not in plain.text
    await set_to(members, await settings(members, where, more=True), Key.SETTING_NUMBERING, Key.NUMBERING_ON)
    numbered = await members.answered(f"A long one, numbered {PAGES}", where)
    count = len(numbered.pages)
    assert [f"[{page}/{count}]" in text for page, text in enumerate(numbered.pages, 1)] == [True] * count


async def test_no_stored_answer_is_given_where_it_is_off(members: Members) -> None:
    where = members.room()
    await set_to(members, await settings(members, where, more=True), Key.SETTING_STORED, Key.STORED_NOBODY)
    for person in ("Sam", "Noor"):
        reply = await members.answered(f"How deep is the sea? {SHORT}", where, person=person)
        assert reply.turn["source"] == "lead"
    assert len(members.heard("How deep is the sea")) == 2


async def test_who_may_not_manage_the_server_is_neither_offered_it_nor_obeyed(members: Members) -> None:
    where = members.room()
    with pytest.raises(ApiError):
        members.command("settings", where)
    names = {one["name"] for one in members.people.commands(members.person("Sam"), where)}
    assert "settings" not in names
    assert "model" in names

"""Expectation 11: one chooses who answers: for oneself by /model, for a place by /settings; the server's choice stays."""

from __future__ import annotations

import pytest
from support.members import SHORT, Members
from support.private_panels import PrivatePanel

pytestmark = pytest.mark.asyncio(loop_scope="module")
HAIKU = "claude-haiku-5-5"


async def test_a_member_is_answered_by_the_model_of_their_choice_everywhere_and_nobody_else_is(
    members: Members,
) -> None:
    chooser, other = members.parley.newcomers(2)
    panel = PrivatePanel(members, members.room(), chooser)
    await panel.use("model", model=HAIKU)
    assert "answers you." in panel.text
    await members.answered(f"Mine here {SHORT}", members.room(), person=chooser)
    await members.answered(f"Mine there {SHORT}", members.room("Workshop"), person=chooser)
    await members.answered(f"Not mine {SHORT}", members.room(), person=other)
    models = [members.heard(text)[-1].model for text in ("Mine here", "Mine there", "Not mine")]
    assert models[:2] == [HAIKU, HAIKU]
    assert models[2] != HAIKU
    await panel.choose("own", "unset")
    await panel.until("The server's choice answers you")


async def test_one_question_may_have_a_model_of_its_own(members: Members) -> None:
    panel = PrivatePanel(members, members.room(), *members.parley.newcomers(1))
    await panel.use("ask", prompt=f"Only this one {SHORT}", model=HAIKU)
    await members.parley.until(lambda: bool(members.heard("Only this one")))
    assert members.heard("Only this one")[-1].model == HAIKU


async def test_the_models_are_offered_while_one_types(members: Members) -> None:
    panel = PrivatePanel(members, members.room(), *members.parley.newcomers(1))
    await panel.use("model")
    typed = panel.completions("model", "haiku")
    await members.parley.until(lambda: bool(typed.choices))
    assert HAIKU in {one["value"] for one in typed.choices}
    assert all("haiku" in one["name"].lower() or "haiku" in one["value"] for one in typed.choices)


async def test_a_model_that_does_not_exist_changes_nothing(members: Members) -> None:
    panel = PrivatePanel(members, members.room(), *members.parley.newcomers(1))
    await panel.use("model", model="some-other-model")
    assert "I know no such model" in panel.text
    assert "The server's choice answers you" in panel.text


async def test_a_members_choice_counts_before_the_channels(members: Members) -> None:
    where = members.room()
    settings = PrivatePanel(members, where)
    await settings.use("settings")
    await settings.choose("place", "channel")
    await settings.until(f"<#{where}>")
    await settings.choose("model", HAIKU)
    await settings.until("✅")
    chooser, other = members.parley.newcomers(2)
    own = PrivatePanel(members, where, chooser)
    await own.use("model")
    assert "Haiku" in own.text
    await own.choose("own", "claude-opus-5")
    await own.until("✅")
    await members.answered(f"Whose choice counts {SHORT}", where, person=chooser)
    await members.answered(f"Whose choice is it {SHORT}", where, person=other)
    heard = [members.heard(text)[-1].model for text in ("Whose choice counts", "Whose choice is it")]
    assert heard == ["claude-opus-5", HAIKU]

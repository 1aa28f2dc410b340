from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest
from support.preference_stores import Store
from support.shown import Shown, command, pick, typed

from parley_gateway.model import Model
from parley_gateway.panels import Menu
from parley_gateway.ports import Customs, Responses
from parley_gateway.preferences import Effective, Preferences, Subject, SubjectKind
from parley_gateway.settings_panels.members import OwnModel, OwnModelCompletion
from parley_gateway.texts import Key, Texts

ME = Subject(SubjectKind.USER, "30")
FLOWER, TREE = Model("claude-flower-5", "Claude Flower 5", ("flower",)), Model("claude-tree-5", "Claude Tree 5")
ENGLISH = Texts("en")


class Known:
    """The models, and a server that has chosen the flower."""

    async def list(self) -> Sequence[Model]:
        return [FLOWER, TREE]

    def of(self, guild_id: str, channel_id: str, user_id: str) -> Effective:
        assert (guild_id, channel_id, user_id) == ("10", "20", ""), "what the server would choose"
        return Effective("claude-flower-5")


class Member:
    """A member with one gateway."""

    def __init__(self, store: Store | None = None, *, sibling: bool = False) -> None:
        self.store, self.shown = store or Store(), Shown(sibling=sibling)
        responses = cast("Responses", self.shown)
        self.own = OwnModel(responses, self.store, cast("Customs", Known()), Known())
        self.completions = OwnModelCompletion(responses, Known())

    async def choose(self, wanted: str = "") -> str:
        await self.own.take(command("model", {"model": wanted} if wanted else {}))
        return self.shown.text

    @property
    def chosen(self) -> str:
        return self.store.known(ME).preferences.model


@pytest.mark.parametrize("wanted", ["claude-tree-5", "Claude Tree 5", " CLAUDE TREE 5 "])
async def test_a_member_chooses_a_model_by_its_id_or_name(wanted: str) -> None:
    member = Member()
    assert "**Claude Tree 5** answers you." in await member.choose(wanted)
    assert member.chosen == "claude-tree-5"


async def test_an_alias_means_its_model() -> None:
    member = Member()
    await member.choose("flower")
    assert member.chosen == "claude-flower-5"


async def test_a_model_that_nobody_knows_changes_nothing() -> None:
    member = Member()
    assert ENGLISH.render(Key.MODEL_UNKNOWN) in await member.choose("gpt")
    assert member.store.known(ME).preferences == Preferences()


async def test_without_a_wish_the_present_one_and_the_menu_are_shown() -> None:
    member = Member()
    assert "The server's choice answers you: Claude Flower 5" in await member.choose()
    menu = member.shown.menu("own")
    assert isinstance(menu, Menu)
    assert [option.value for option in menu.options] == ["unset", "claude-flower-5", "claude-tree-5"]
    await member.own.take(pick(menu.custom_id, "claude-tree-5"))
    assert member.chosen == "claude-tree-5"
    assert "**Claude Tree 5** answers you." in member.shown.text


async def test_the_servers_choice_is_taken_back_by_the_menu_and_the_command() -> None:
    member = Member()
    for back in ("command", "menu"):
        await member.choose("claude-tree-5")
        if back == "command":
            await member.choose("unset")
        else:
            await member.own.take(pick("v1:model:own", "unset"))
        assert member.chosen == ""


async def test_without_a_cache_nothing_is_promised() -> None:
    member = Member()
    member.store.away = True
    assert ENGLISH.render(Key.SETTINGS_FAILED, reference="1") in await member.choose("claude-tree-5")


async def test_of_two_gateways_both_hear_the_command_and_the_choice_is_made_once() -> None:
    first = Member()
    await first.choose("claude-tree-5")
    second = Member(first.store, sibling=True)
    await second.own.take(command("model", {"model": "claude-tree-5"}))
    assert (first.store.updates, second.shown.panels) == (1, [])
    second.shown.gone = True
    assert "Claude Flower 5" in await second.choose("claude-flower-5")
    assert second.chosen == "claude-flower-5"


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("", ["unset", "claude-flower-5", "claude-tree-5"]),
        ("TREE", ["claude-tree-5"]),
        ("serv", ["unset"]),
        ("zzz", []),
    ],
)
async def test_names_are_completed_as_they_are_typed(text: str, offered: list[str]) -> None:
    member = Member()
    await member.completions.take(typed("model", text))
    assert [choice.value for choice in member.shown.choices] == offered

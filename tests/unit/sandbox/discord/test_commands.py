"""What Discord lets an application register."""

from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from support.loopback import Cast

from parley_sandbox.discord import ApiError
from parley_sandbox.discord.acts import Acts
from parley_sandbox.discord.commands.names import check_slash_name
from parley_sandbox.discord.errors import FormFaults

ASK = {"name": "ask", "type": 1, "description": "Ask a question"}
MENU = {"name": "Ask Claude", "type": 3}


def option(kind: int = 3, name: str = "what", **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "It", **more}


def with_options(*options: Any) -> list[dict[str, Any]]:
    return [{**ASK, "options": list(options)}]


def test_registering_again_keeps_ids_and_moves_the_version_only_on_change(acts: Acts) -> None:
    first = acts.commands.replace([ASK])[0]
    assert acts.commands.replace([ASK])[0] == first
    changed = acts.commands.replace([{**ASK, "description": "Ask anything"}])[0]
    assert changed["id"] == first["id"]
    assert changed["version"] != first["version"]
    assert acts.commands.replace([]) == []
    assert acts.commands.replace([ASK])[0]["id"] != first["id"]


def test_guild_commands_are_apart(acts: Acts) -> None:
    acts.commands.replace([ASK], "7")
    assert acts.commands.list() == []
    assert acts.commands.list("7")[0]["guild_id"] == "7"


def test_one_command_is_put_changed_and_deleted(acts: Acts) -> None:
    first, new = acts.commands.put(ASK)
    assert new
    again, new = acts.commands.put({**ASK, "description": "Anything"})
    assert (again["id"], new) == (first["id"], False)
    renamed = acts.commands.change(first["id"], {"name": "question"})
    assert (renamed["id"], renamed["description"]) == (first["id"], "Anything")
    assert acts.commands.get(first["id"]) == renamed
    acts.commands.delete(first["id"])
    with pytest.raises(ApiError, match="Unknown application command"):
        acts.commands.get(first["id"])


@pytest.mark.parametrize(
    "given",
    [
        *({}, [1], [{"name": ""}], [{"name": "x" * 33, "description": "y"}], [{"name": "ask"}], [ASK, ASK]),
        *([{**ASK, "name": name}] for name in ("Ask", "ask me", "ask!", "Ünder")),
        *([{**ASK, "name_localizations": names}] for names in ({"xx": "frag"}, {"de": "Frag"}, {"ja": ""}, "de")),
        [{**ASK, "description": "x" * 101}],
        [{**ASK, "description_localizations": {"de": "x" * 101}}],
        *([{**ASK, "contexts": contexts}] for contexts in ([], [7], "0")),
        [{**ASK, "default_member_permissions": "many"}],
        [{**MENU, "description": "Ask"}],
        [{**MENU, "options": [option()]}],
        [{**ASK, "type": 9}],
        with_options(option(), option()),
        with_options(option(), option(name="b", required=True)),
        with_options(option(1), option(name="b")),
        with_options(option(2, options=[option()])),
        with_options(option(1, options=[option(1, "deep")])),
        with_options(*(option(name=f"o{number}") for number in range(26))),
        with_options(option(12)),
        with_options(option(5, choices=[{"name": "a", "value": "b"}])),
        with_options(option(choices=[{"name": "a", "value": 1}])),
        with_options(option(choices=[{"name": "a", "value": "b"}], autocomplete=True)),
        with_options(option(choices=[{"name": "a", "value": "b"}] * 26)),
        with_options(option(min_value=1)),
        with_options(option(4, min_value=1.5)),
        with_options(option(max_length=0)),
        with_options(option(max_length=6001)),
        with_options(*(option(choices=[{"name": "x" * 100, "value": "y" * 100}] * 25, name=f"o{n}") for n in range(2))),
    ],
)
def test_what_is_no_command_is_refused(acts: Acts, given: Any) -> None:
    with pytest.raises(ApiError, match="Invalid Form Body"):
        acts.commands.replace(given)
    assert acts.commands.list() == []


@pytest.mark.parametrize(
    "given",
    [[{**ASK, "name": name}] for name in ("聞く", "ask-me_now", "คำถาม", "हिन्दी", "ünder", "l'autre")]
    + [
        [ASK, {**MENU, "name": "ask"}],
        [{**ASK, "name_localizations": {"ja": "聞く", "en-GB": "ask"}, "description_localizations": {"ja": "質問"}}],
        with_options(option(required=True, min_length=0, max_length=6000), option(4, "n", min_value=-1, max_value=9)),
        with_options(option(2, "group", options=[option(1, "leaf", options=[option(10, "x", min_value=0.5)])])),
        with_options(option(4, choices=[{"name": "Ten", "value": 10, "name_localizations": {"ja": "十"}}])),
        with_options(option(7, channel_types=[0, 11]), option(11, "file"), option(8, "role"), option(6, "who")),
    ],
)
def test_what_discord_takes_is_registered(acts: Acts, given: Any) -> None:
    assert [each["name"] for each in acts.commands.replace(given)] == [each["name"] for each in given]


def test_too_many_of_a_type_are_30032(acts: Acts) -> None:
    acts.commands.replace([{**ASK, "name": f"ask{number}"} for number in range(100)])
    for given in (
        [{**ASK, "name": f"ask{number}"} for number in range(101)],
        [{**MENU, "name": f"{n}"} for n in range(6)],
    ):
        with pytest.raises(ApiError) as refused:
            acts.commands.replace(given)
        assert refused.value.code == 30032


@forall(st.text(min_size=1, max_size=32))
def test_a_slash_name_is_in_lower_case_and_without_spaces(name: str) -> None:
    faults = FormFaults()
    check_slash_name("name", name, faults)
    try:
        faults.raise_if_any()
    except ApiError:
        return
    assert name == name.lower()
    assert not any(character.isspace() or character in "/#@" for character in name)


def test_everybody_is_offered_what_they_may_use_where_they_are(acts: Acts, cast: Cast) -> None:
    only_guild, only_direct = {**ASK, "name": "here", "contexts": [0]}, {**ASK, "name": "psst", "contexts": [1]}
    managers = {**ASK, "name": "settings", "default_member_permissions": 32}
    nobody = {**ASK, "name": "shutdown", "default_member_permissions": "0"}
    acts.commands.replace([ASK, MENU, only_guild, only_direct, managers, nobody])
    acts.commands.replace([{**ASK, "name": "pick"}], cast.guild("Orchard"))
    general, lab = cast.channel("Orchard", "general"), cast.channel("Workshop", "lab")
    assert keys(acts, cast, "Mika", general) == ["pick", "ask", "Ask Claude", "here", "settings"]
    assert keys(acts, cast, "Noor", general) == ["pick", "ask", "Ask Claude", "here"]
    assert keys(acts, cast, "Mika", lab) == ["ask", "Ask Claude", "here"]
    assert keys(acts, cast, "Noor", cast.direct("Noor")) == ["ask", "Ask Claude", "psst", "settings", "shutdown"]
    assert keys(acts, cast, "Mika", cast.direct("Noor")) == []


def keys(acts: Acts, cast: Cast, name: str, channel: str) -> list[str]:
    return [each["name"] for each in acts.commands.usable(cast.person(name), channel)]

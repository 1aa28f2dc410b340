from typing import Any

import pytest

from parley_sandbox.discord import ApiError
from parley_sandbox.discord.acts import Acts

ASK = {"name": "ask", "type": 1, "description": "Ask a question"}


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


@pytest.mark.parametrize(
    "given", [{}, [1], [{"name": ""}], [{"name": "x" * 33, "description": "y"}], [{"name": "ask"}], [ASK] * 101]
)
def test_what_is_no_command_is_refused(acts: Acts, given: Any) -> None:
    with pytest.raises(ApiError, match="Invalid Form Body"):
        acts.commands.replace(given)

from __future__ import annotations

from typing import cast

import pytest
from support.shown import Shown, command, press

from parley_gateway.access import Access, Lists
from parley_gateway.door import Door
from parley_gateway.interactions import Interaction
from parley_gateway.ports import Responses
from parley_gateway.texts import Key, Texts


class Open:
    """A handler that notes what reaches it."""

    def __init__(self) -> None:
        self.reached: list[Interaction] = []

    async def take(self, interaction: Interaction) -> None:
        self.reached.append(interaction)


def denied(**lists: str) -> Access:
    return Access(deny=Lists(**{kind: frozenset({one}) for kind, one in lists.items()}))


@pytest.mark.parametrize(
    "access", [denied(users="30"), denied(guilds="10"), denied(channels="20"), denied(channels="2"), denied(roles="50")]
)
async def test_whom_a_list_keeps_out_is_told_so_alone_and_reaches_nothing(access: Access) -> None:
    shown, behind = Shown(), Open()
    door = Door(cast("Responses", shown), access, {"20": "2"}.__getitem__)
    for heard in (command("ask", role_ids=frozenset({"50"})), press("v1:regenerate:9:30", role_ids=frozenset({"50"}))):
        await door.before(behind).take(heard)
        assert shown.alone.pop() == Texts("en").render(Key.TOLD_NOT_HERE)
    assert not behind.reached


async def test_who_may_ask_notices_nothing_of_the_door() -> None:
    shown, behind = Shown(), Open()
    door = Door(cast("Responses", shown), denied(users="31"), lambda _: "")
    asked = command("ask")
    await door.before(behind).take(asked)
    assert (behind.reached, shown) == ([asked], Shown())

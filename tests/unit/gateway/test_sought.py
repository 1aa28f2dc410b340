from __future__ import annotations

import pytest
from support.presses import STOP
from typing_extensions import override

from parley_gateway.buttons import Buttons
from parley_gateway.messages import Answer, Found, Transient
from parley_gateway.turns.sought import SoughtMessages


class Channel(Answer):
    """A channel in which an answer may stand."""

    def __init__(self, stands: str = "") -> None:
        self.stands = stands
        self.away = self.over = False
        self.asked: list[str] = []

    @override
    async def create(self, index: int, content: str, *, buttons: Buttons, file: str = "") -> str:
        self.asked.append(f"create {index} {content} {bool(buttons)}")
        return "new"

    @override
    async def edit(self, message_id: str, content: str | None, *, buttons: Buttons, file: str | None = None) -> None:
        self.asked.append(f"edit {message_id} {content} {bool(buttons)}")

    @override
    async def remove(self, message_id: str) -> None:
        self.asked.append(f"remove {message_id}")

    @override
    async def notify(self, content: str) -> str:
        self.asked.append(f"notify {content}")
        return "notification"

    @override
    async def find(self) -> Found | None:
        self.asked.append("find")
        if self.away:
            raise Transient("away")
        return Found(self.stands, self.over) if self.stands else None


async def test_an_answer_that_stands_is_gone_on_in() -> None:
    channel = Channel("old")
    assert await SoughtMessages(channel, lambda: True).create(0, "text", buttons=STOP) == "old"
    assert channel.asked == ["find", "edit old text True"]


async def test_without_one_it_is_made_and_not_looked_for_again() -> None:
    channel = Channel()
    messages = SoughtMessages(channel, lambda: True)
    assert await messages.create(0, "text", buttons=STOP) == "new"
    assert await messages.create(0, "text", buttons=STOP) == "new"
    assert channel.asked == ["find", "create 0 text True", "create 0 text True"]


async def test_who_began_in_time_does_not_look() -> None:
    channel = Channel("old")
    assert await SoughtMessages(channel, lambda: False).create(0, "text", buttons=()) == "new"
    assert channel.asked == ["create 0 text False"]


async def test_later_pages_are_no_replies_and_are_not_looked_for() -> None:
    channel = Channel("old")
    assert await SoughtMessages(channel, lambda: True).create(1, "text", buttons=()) == "new"
    assert channel.asked == ["create 1 text False"]


async def test_while_discord_does_not_say_nothing_is_made_and_it_is_asked_again() -> None:
    channel = Channel("old")
    channel.away = True
    messages = SoughtMessages(channel, lambda: True)
    with pytest.raises(Transient):
        await messages.create(0, "text", buttons=STOP)
    channel.away = False
    assert await messages.create(0, "text", buttons=STOP) == "old"
    assert "create 0 text True" not in channel.asked


@pytest.mark.parametrize(("stands", "over", "ended"), [("", False, False), ("old", False, False), ("old", True, True)])
async def test_whether_an_answer_came_to_its_end_is_seen_in_discord(*, stands: str, over: bool, ended: bool) -> None:
    channel = Channel(stands)
    channel.over = over
    assert await SoughtMessages(channel, lambda: False).ended() is ended


async def test_a_discord_that_cannot_be_asked_tells_of_no_end() -> None:
    channel = Channel("old")
    channel.away = channel.over = True
    assert not await SoughtMessages(channel, lambda: False).ended()


@pytest.mark.parametrize(("stands", "away", "begun"), [("", False, False), ("old", False, True), ("", True, True)])
async def test_an_answer_was_begun_if_one_stands_or_nobody_can_tell(*, stands: str, away: bool, begun: bool) -> None:
    channel = Channel(stands)
    channel.away = away
    assert await SoughtMessages(channel, lambda: False).begun() is begun

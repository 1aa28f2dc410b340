from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import pytest
from support.presses import click

from parley_gateway.addressing import Message
from parley_gateway.asked import Asked
from parley_gateway.claims import TurnState
from parley_gateway.clicks import Clicks
from parley_gateway.interactions import Interaction
from parley_gateway.messages import DeliveryError, Gone, Transient
from parley_gateway.ports import Conversations, Postings, Responses, TurnStore
from parley_gateway.stops import Stops
from parley_gateway.texts import Key, Texts
from parley_gateway.whispers import Whispers
from parley_kit.clock import ManualClock
from parley_kit.faults import Fault, NotFound, Unavailable


def answer(*ended: str) -> Message:
    """Write the bot's answer. ended: turns of which it shows the end."""
    now = datetime.now(UTC)
    bot = True
    return Message("40", "20", "", "1", "Claude", bot, "text", {}, "9", "30", now, ended=frozenset(ended))


class Desk:
    """A Discord, a cache and a gateway that note what is asked of them."""

    def __init__(self, state: TurnState | Fault = TurnState.OPENED, *, holds: bool = False, late: bool = False) -> None:
        self.state, self.holds, self.late = state, holds, late
        self.did: list[str] = []
        self.counts = True
        self.answer: Message | DeliveryError | None = answer()

    async def acknowledge(self, interaction: Interaction) -> bool:
        assert interaction.token
        self.did.append("acknowledged")
        if self.late:
            raise Gone("10062")
        return self.counts

    async def answer_alone(self, interaction: Interaction, text: str, *, acknowledged: bool) -> None:
        assert acknowledged == (self.did[:1] == ["acknowledged"]), interaction.interaction_id
        self.did.append(text)

    async def stop(self, turn_id: str, by: str) -> TurnState:
        self.did.append(f"stop {turn_id} by {by}")
        if isinstance(self.state, Fault):
            raise self.state
        return self.state

    async def read(self, channel_id: str, message_id: str) -> Message | None:
        assert (channel_id, message_id) == ("20", "40")
        if isinstance(self.answer, DeliveryError):
            raise self.answer
        return self.answer

    def stop_here(self, turn_id: str, by: str) -> bool:
        assert (turn_id, by) == ("9", "30")
        self.did.append("stop here")
        return self.holds


@dataclass
class Here:
    """The turns of this gateway."""

    desk: Desk
    asked: Asked = field(default_factory=Asked)

    def stop(self, turn_id: str, by: str) -> bool:
        return self.desk.stop_here(turn_id, by)


async def press(desk: Desk, user: str = "30", *, manage: bool = False) -> list[str]:
    stops = Stops(cast("TurnStore", desk), Here(desk), cast("Conversations", None))
    clock = ManualClock()
    clicks = Clicks(Whispers(cast("Responses", desk)), stops, cast("Postings", desk), clock)
    taking = asyncio.create_task(clicks.take(click(user_id=user, may_manage_messages=manage)))
    await clock.advance(3)
    await taking
    return desk.did


def text(key: Key) -> str:
    return Texts("ja").render(key, reference="1")


async def test_the_click_is_taken_before_anything_else() -> None:
    assert await press(Desk()) == ["acknowledged", "stop 9 by 30"]


async def test_who_may_manage_messages_may_stop_too() -> None:
    assert "stop 9 by 31" in await press(Desk(), "31", manage=True)


async def test_others_are_told_in_their_language_and_nothing_stops() -> None:
    assert await press(Desk(), "31") == [text(Key.STOP_NOT_YOURS)]


@pytest.mark.parametrize("state", [TurnState.ENDED, NotFound("NO_SUCH_TURN", "")])
async def test_what_has_ended_cannot_be_stopped(state: TurnState | Fault) -> None:
    assert (await press(Desk(state)))[-1] == text(Key.STOP_TOO_LATE)


async def test_without_a_cache_the_holder_stops_by_itself() -> None:
    away = Unavailable("UNAVAILABLE", "")
    assert await press(Desk(away, holds=True)) == ["acknowledged", "stop 9 by 30", "stop here"]
    assert (await press(Desk(away)))[-1] == text(Key.STOP_FAILED)


@pytest.mark.parametrize("stands", [answer("9"), None])
async def test_a_press_without_a_cache_that_another_gateway_obeyed_has_not_failed(stands: Message | None) -> None:
    desk = Desk(Unavailable("UNAVAILABLE", ""))
    desk.answer = stands
    assert await press(desk) == ["acknowledged", "stop 9 by 30", "stop here"]


@pytest.mark.parametrize("stands", [answer(), answer("8"), Transient("away")])
async def test_a_press_without_a_cache_that_nobody_obeyed_has_failed(stands: Message | DeliveryError) -> None:
    desk = Desk(Unavailable("UNAVAILABLE", ""))
    desk.answer = stands
    assert (await press(desk))[-1] == text(Key.STOP_FAILED)


async def test_a_turn_that_the_cache_forgot_is_stopped_where_it_is_held() -> None:
    forgot = NotFound("NO_SUCH_TURN", "")
    assert (await press(Desk(forgot, holds=True)))[-1:] == ["stop here"]


async def test_an_answer_that_comes_too_late_stops_no_stop() -> None:
    assert "stop 9 by 30" in await press(Desk(late=True))


async def test_of_two_gateways_only_whose_acknowledgement_counted_says_that_it_was_too_late() -> None:
    desk = Desk(TurnState.ENDED)
    desk.counts = False
    assert await press(desk) == ["acknowledged", "stop 9 by 30", "stop here"]

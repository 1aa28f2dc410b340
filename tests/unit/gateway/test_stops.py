from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from parley_gateway.asked import Asked
from parley_gateway.claims import TurnState
from parley_gateway.memory import Exchange, Remembered
from parley_gateway.model import Named, Recent, Reference, Said
from parley_gateway.ports import Conversations, TurnStore
from parley_gateway.stops import Stopped, Stops
from parley_kit.faults import Fault, NotFound, Unavailable

AWAY = Unavailable("UNAVAILABLE", "")


@dataclass
class Place:
    """A cache and a gateway. states: of turns, by id; asks: who asked."""

    states: dict[str, TurnState] = field(default_factory=dict)
    asks: dict[str, str] = field(default_factory=dict)
    direct: tuple[str, ...] = ()
    away: bool = False
    here: frozenset[str] = frozenset()
    asked: Asked = field(default_factory=Asked)
    stopped: list[str] = field(default_factory=list)

    def stop_here(self, turn_id: str) -> bool:
        return turn_id in self.here

    async def get(self, reference: Reference) -> Remembered:
        found = {Recent: (), Named: self.direct}.get(type(reference), ())
        if self.away or not found:
            raise NotFound("NO_SUCH_CONVERSATION", "")
        return Remembered("c", "30", 1, 0, (), found[:1], found[1:])

    async def find(self, turn_id: str, message_id: str = "") -> Exchange:
        assert message_id == ""
        said = Said("?", self.asks[turn_id], "Ada", turn_id)
        return Exchange(turn_id, "c", 1, True, TurnState.OPENED, said, None, (), "")

    def stops(self) -> Stops:
        return Stops(cast("TurnStore", Store(self)), Here(self), cast("Conversations", self))


@dataclass
class Store:
    place: Place

    async def stop(self, turn_id: str, by: str) -> TurnState:
        if self.place.away:
            raise cast("Fault", AWAY)
        state = self.place.states.get(turn_id)
        if state is None:
            raise NotFound("NO_SUCH_TURN", by)
        if state is not TurnState.ENDED:
            self.place.stopped.append(turn_id)
        return state


@dataclass
class Here:
    place: Place

    @property
    def asked(self) -> Asked:
        return self.place.asked

    def stop(self, turn_id: str, by: str) -> bool:
        assert by == "30"
        return self.place.stop_here(turn_id)


def asked(*turns: str) -> Asked:
    noted = Asked()
    for turn in turns:
        noted.note("20", "30", turn)
    return noted


async def test_the_newest_turn_that_has_not_ended_is_stopped_and_no_other() -> None:
    ended, live = TurnState.ENDED, TurnState.OPENED
    place = Place({"1": live, "2": TurnState.QUEUED, "3": ended}, asked=asked("1", "2", "3"))
    assert await place.stops().stop_newest("20", "30") is Stopped.STOPPED
    assert place.stopped == ["2"]


@pytest.mark.parametrize(("channel", "user"), [("21", "30"), ("20", "31")])
async def test_what_others_asked_or_elsewhere_is_not_stopped(channel: str, user: str) -> None:
    place = Place({"1": TurnState.OPENED}, asked=asked("1"))
    assert await place.stops().stop_newest(channel, user) is Stopped.TOO_LATE
    assert place.stopped == []


async def test_a_gateway_that_has_just_begun_finds_the_turn_in_its_conversation() -> None:
    live = TurnState.OPENED
    place = Place({"8": live, "9": live, "10": live}, {"8": "30", "9": "30", "10": "31"}, direct=("8", "9", "10"))
    assert await place.stops().stop_newest("20", "30") is Stopped.STOPPED
    assert place.stopped == ["9"], "the newest of this member"


async def test_without_a_cache_the_holder_stops_its_own() -> None:
    place = Place(away=True, here=frozenset({"2"}), asked=asked("2"))
    assert await place.stops().stop_newest("20", "30") is Stopped.STOPPED
    assert await Place(away=True, asked=asked("2")).stops().stop_newest("20", "30") is Stopped.FAILED


async def test_where_nothing_is_asked_there_is_nothing_to_stop() -> None:
    assert await Place().stops().stop_newest("20", "30") is Stopped.TOO_LATE


def test_only_the_newest_questions_are_remembered() -> None:
    noted = Asked(members=1)
    for turn in range(20):
        noted.note("20", "30", str(turn))
        noted.note("20", "30", str(turn))
    assert noted.newest_first("20", "30") == tuple(str(turn) for turn in range(19, 11, -1))
    noted.note("20", "31", "99")
    assert noted.newest_first("20", "30") == ()

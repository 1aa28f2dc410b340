from __future__ import annotations

import asyncio

import pytest

from parley.cache.v1 import cache_pb2 as pb
from parley_gateway.claims import Renew
from parley_gateway.clients import cache
from parley_gateway.clients.cache import HoldTurnCall
from parley_gateway.clients.cache_events import orphan_of
from parley_gateway.clients.cache_steps import request_of
from parley_gateway.clients.turnstile import Turnstile
from parley_gateway.model import Rewind
from parley_kit.faults import Unavailable


class Wire:
    """One stream of gRPC's. full: it takes nothing more for now."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.writing = 0
        self.most = 0
        self.written: list[pb.HoldTurnRequest] = []

    async def write(self, request: pb.HoldTurnRequest) -> None:
        self.writing += 1
        self.most = max(self.most, self.writing)
        try:
            await asyncio.sleep(0)
            await self.free.wait()
            self.written.append(request)
        finally:
            self.writing -= 1


def held(wire: Wire) -> HoldTurnCall:
    return HoldTurnCall(lambda: wire, "a:1", Turnstile().place(), "holder", lambda: None)  # type: ignore[arg-type, return-value]  # as much of a call as it needs


async def test_words_said_at_once_leave_one_after_the_other() -> None:
    wire = Wire()
    stream = held(wire)
    await asyncio.gather(*(stream.say(Renew(number)) for number in range(5)))
    assert [request.renew.number for request in wire.written] == [0, 1, 2, 3, 4]
    assert wire.most == 1, "gRPC breaks a call that is given a second word before it is done with the first"


async def test_a_cache_that_takes_nothing_more_is_told_from_one_that_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "SAY_SECONDS", 0.01)
    wire = Wire()
    wire.free.clear()
    with pytest.raises(Unavailable):
        await held(wire).say(Renew(1))


@pytest.mark.parametrize(("rewinds", "rewind"), [("9", Rewind("9", 4, answered=True)), ("", None)])
def test_who_adopts_a_second_answer_takes_it_that_the_first_one_stands(rewinds: str, rewind: Rewind | None) -> None:
    """Else an answer would be lost when nothing comes of the second."""
    opening = pb.Open(turn_id="10", rewind_to=rewinds, expected_revision=4, origin=pb.Origin(channel_id="20"))
    assert orphan_of(pb.Orphan(open=opening)).opening.prompt.rewinds == rewind


def test_who_adopts_what_somebody_else_asked_for_again_has_it_charged_to_them() -> None:
    opening = pb.Open(turn_id="10", origin=pb.Origin(channel_id="20", author_id="30", requester_id="31"))
    adopted = orphan_of(pb.Orphan(open=opening)).opening
    assert request_of(adopted, "holder").open.origin.requester_id == "31"

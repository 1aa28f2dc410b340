from __future__ import annotations

import asyncio

import orjson
import pytest

from parley_executor.engines import messages_listing
from parley_executor.engines.messages_listing import KEPT, RETRY, Listing
from parley_executor.engines.port import EngineError
from parley_executor.reasons import Reason
from parley_kit.clock import ManualClock, settle


class Api:
    """Tells its models, or fails."""

    def __init__(self, *models: str) -> None:
        self.models = models
        self.asked = 0
        self.failure: Reason | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def fetch(self) -> bytes:
        self.asked += 1
        await self.open.wait()
        if self.failure is not None:
            raise EngineError(self.failure)
        return orjson.dumps({"data": [{"id": model} for model in self.models]})


async def names(listing: Listing) -> list[str]:
    return [card.id for card in await listing.models()]


async def test_a_list_is_asked_for_once_in_minutes() -> None:
    api, clock = Api("a"), ManualClock()
    listing = Listing(api.fetch, clock)
    for _ in range(3):
        assert await names(listing) == ["a"]
        assert (await listing.card("a")) is not None
        assert (await listing.card("b")) is None
    assert api.asked == 1
    api.models = ("b", "a")
    await clock.advance(KEPT)
    assert await names(listing) == ["b", "a"]
    assert api.asked == 2


async def test_many_who_ask_at_once_share_one_answer() -> None:
    api = Api("a")
    listing = Listing(api.fetch, ManualClock())
    assert await asyncio.gather(*(names(listing) for _ in range(20))) == [["a"]] * 20
    assert api.asked == 1


async def test_an_old_list_counts_until_there_is_a_newer_one() -> None:
    api, clock = Api("a"), ManualClock()
    listing = Listing(api.fetch, clock)
    await listing.ask()
    api.failure = Reason.CONNECT
    await clock.advance(KEPT)
    assert await names(listing) == ["a"]
    assert await names(listing) == ["a"]
    assert api.asked == 2, "after a failure it is not asked for at once again"
    await clock.advance(RETRY)
    await names(listing)
    assert api.asked == 3


async def test_a_list_that_was_never_had_is_told_with_its_reason() -> None:
    api, clock = Api("a"), ManualClock()
    api.failure = Reason.UPSTREAM_AUTH
    listing = Listing(api.fetch, clock)
    for _ in range(2):
        with pytest.raises(EngineError) as caught:
            await names(listing)
        assert caught.value.reason is Reason.UPSTREAM_AUTH
    assert await listing.card("a") is None
    assert api.asked == 1


async def test_a_request_does_not_wait_long_for_what_is_known_of_its_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages_listing, "PATIENCE", 0.05)
    api = Api("a")
    api.open.clear()
    listing = Listing(api.fetch, ManualClock())
    assert await listing.card("a") is None
    assert await listing.card("a") is None
    assert api.asked == 1


async def test_a_request_that_comes_while_the_list_is_asked_for_waits_for_it() -> None:
    api = Api("a")
    api.open.clear()
    listing = Listing(api.fetch, ManualClock())
    asking, wanting = asyncio.create_task(listing.ask()), asyncio.create_task(listing.card("a"))
    await settle()
    api.open.set()
    await asking
    assert await wanting is not None
    assert api.asked == 1


async def test_who_gives_up_leaves_the_list_to_the_next() -> None:
    api, clock = Api("a"), ManualClock()
    api.open.clear()
    listing = Listing(api.fetch, clock)
    first = asyncio.create_task(names(listing))
    await settle()
    first.cancel()
    await asyncio.wait([first])
    api.open.set()
    await clock.advance(RETRY)
    assert await names(listing) == ["a"]

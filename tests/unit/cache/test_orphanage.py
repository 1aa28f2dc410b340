import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from support.cache_turns import Gateway
from typing_extensions import override

from parley_cache.fullness import Fullness
from parley_cache.limits import Limits
from parley_cache.observer import Observer, Result
from parley_cache.orphanage import Orphanage
from parley_cache.store.memory import MemoryStore
from parley_cache.store.port import Figures
from parley_cache.wakeups import Wakeups
from parley_kit.clock import ManualClock, settle
from parley_kit.faults import Internal, Unavailable


class Silent(Observer):
    """Remembers the last figures."""

    figures: Figures | None = None

    @override
    def claimed(self, turn_id: str) -> None: ...

    @override
    def decided(self, result: Result) -> None: ...

    @override
    def refused(self, reason: str) -> None: ...

    @override
    def promoted(self) -> None: ...

    @override
    def adopted(self) -> None: ...

    @override
    def filled(self, figures: Figures) -> None:
        self.figures = figures


class House:
    """An orphanage that runs, with its store and clock."""

    def __init__(self, quiet: float) -> None:
        self.clock = ManualClock()
        self.store = MemoryStore(Limits(), self.clock)
        self.wakeups = Wakeups(self.store)
        self.observer = Silent()
        self.orphanage = Orphanage(
            self.store,
            self.wakeups,
            self.observer,
            self.clock,
            fullness=Fullness(Limits()),
            settle=quiet,
            interval=0.5,
        )
        self.gateway = Gateway(self.store)
        self.watches: list[asyncio.Future[None]] = []

    def watch(self) -> asyncio.Queue[str]:
        """Watch in the background; the queue holds the offered turns, and at last why it ended."""
        offered: asyncio.Queue[str] = asyncio.Queue()
        self.watches.append(asyncio.ensure_future(_collect(self.orphanage, offered)))
        return offered


async def _collect(orphanage: Orphanage, offered: asyncio.Queue[str]) -> None:
    try:
        async for orphan in orphanage.watch():
            offered.put_nowait(orphan.opening.turn_id)
    except Unavailable as end:
        offered.put_nowait(end.reason)


@contextlib.asynccontextmanager
async def _house(quiet: float = 0.0) -> AsyncIterator[House]:
    house = House(quiet)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(house.wakeups.run()), tasks.create_task(house.orphanage.run())]
        yield house
        for task in (*running, *house.watches):
            task.cancel()


async def _soon(offered: asyncio.Queue[str]) -> str:
    async with asyncio.timeout(30):
        return await offered.get()


async def test_each_watcher_is_offered_each_orphan_once_a_lease() -> None:
    async with _house() as house:
        early = house.watch()
        await house.gateway.open("1000")
        await house.clock.advance(16)
        assert await _soon(early) == "1000"
        late = house.watch()
        assert await _soon(late) == "1000"
        await house.clock.advance(5)
        assert early.empty()
        assert late.empty()
        await Gateway(house.store, "gateway-2").adopt("1000")
        await house.clock.advance(16)
        assert (await _soon(early), await _soon(late)) == ("1000", "1000")


async def test_a_lease_that_is_given_back_is_offered_without_waiting() -> None:
    async with _house() as house:
        offered = house.watch()
        hold = await house.gateway.open("1000")
        await hold.release()
        assert await _soon(offered) == "1000"


async def test_nothing_is_offered_or_promoted_for_one_lease_after_the_start() -> None:
    async with _house(quiet=30.0) as house:
        offered = house.watch()
        leader, follower = await house.gateway.open("1000"), await house.gateway.open("1001")
        for _ in range(5):
            await house.clock.advance(5.0)
            await follower.renew()
        assert (await follower.opened()).attempt == 1
        await leader.release()
        await house.clock.advance(1.0)
        assert offered.empty()
        await follower.renew()
        await house.clock.advance(5.0)
        assert await _soon(offered) == "1000"


async def test_a_mistake_in_one_sweep_ends_neither_the_cache_nor_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    async with _house() as house:
        offered, sweep, failed = house.watch(), house.store.sweep, asyncio.Event()

        async def fail(*, lapses: bool) -> None:
            failed.set()
            raise Internal("STORE_ERROR", "A mistake.")

        await house.gateway.open("1000")
        monkeypatch.setattr(house.store, "sweep", fail)
        await house.clock.advance(16)
        async with asyncio.timeout(30):
            await failed.wait()
        monkeypatch.setattr(house.store, "sweep", sweep)
        await house.clock.advance(1)
        assert await _soon(offered) == "1000"


async def test_a_drain_ends_the_watches_and_tells_why() -> None:
    async with _house() as house:
        offered = house.watch()
        await settle()
        house.orphanage.drain()
        assert await _soon(offered) == "DRAINING"
        with pytest.raises(Unavailable):
            await anext(house.orphanage.watch())


async def test_each_sweep_tells_how_full_the_store_is() -> None:
    async with _house() as house:
        await house.gateway.open("1000")
        await house.clock.advance(1.0)
        assert house.observer.figures is not None
        assert (house.observer.figures.turns, house.observer.figures.logs) == (1, 1)


class Distant(MemoryStore):
    """A store that can be away."""

    away = False
    count = 0

    @property
    @override
    def losses(self) -> int:
        return self.count

    @override
    async def sweep(self, *, lapses: bool) -> None:
        if self.away:
            raise Unavailable("STORE_AWAY", "The store does not answer.")
        await super().sweep(lapses=lapses)


async def test_nothing_is_offered_for_one_lease_after_the_store_came_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.MemoryStore", Distant)
    async with _house(quiet=15.0) as house:
        store = house.store
        assert isinstance(store, Distant)
        await house.clock.advance(20.0)
        offered = house.watch()
        await house.gateway.open("1000")
        store.away = True
        await house.clock.advance(20.0)
        store.away = False
        await house.clock.advance(14.0)
        assert offered.empty()
        await house.clock.advance(2.0)
        assert await _soon(offered) == "1000"


async def test_a_loss_that_no_sweep_met_keeps_quiet_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.MemoryStore", Distant)
    async with _house(quiet=15.0) as house:
        store = house.store
        assert isinstance(store, Distant)
        await house.clock.advance(20.0)
        offered = house.watch()
        await house.gateway.open("1000")
        await house.clock.advance(14.5)
        store.count += 1
        await house.clock.advance(14.0)
        assert offered.empty()
        await house.clock.advance(3.0)
        assert await _soon(offered) == "1000"

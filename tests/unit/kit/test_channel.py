from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest

from parley_kit.channel import LAST_BACKOFF, RESOLVE_SECONDS, Endpoints, attach
from parley_kit.clock import ManualClock
from parley_kit.faults import Unavailable

NAME = "executor.test:50053"


class Names:
    """A name service that a test rewrites."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts
        self.asked = 0
        self.away = False

    async def resolve(self, _host: str, port: int) -> Sequence[str]:
        self.asked += 1
        if self.away:
            raise OSError
        return [f"{host}:{port}" for host in self.hosts]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_new_address_is_found_at_the_next_look(clock: ManualClock) -> None:
    names = Names("10.0.0.1")
    endpoints = Endpoints(NAME, clock, resolve=names.resolve)
    async with running(endpoints.run()):
        await clock.advance(0)
        assert endpoints.addresses == ("10.0.0.1:50053",)
        names.hosts = ("10.0.0.2", "10.0.0.1", "10.0.0.2")
        change = asyncio.create_task(endpoints.changed())
        await clock.advance(RESOLVE_SECONDS - 0.1)
        assert not change.done()
        await clock.advance(0.1)
        assert change.done()
        assert list(endpoints.addresses) == ["10.0.0.1:50053", "10.0.0.2:50053"]


async def test_the_same_addresses_in_another_order_are_no_change(clock: ManualClock) -> None:
    names = Names("10.0.0.1", "10.0.0.2")
    endpoints = Endpoints(NAME, clock, resolve=names.resolve)
    async with running(endpoints.run()):
        await clock.advance(0)
        change = asyncio.create_task(endpoints.changed())
        names.hosts = ("10.0.0.2", "10.0.0.1")
        await clock.advance(3 * RESOLVE_SECONDS)
        assert names.asked >= 4
        assert not change.done()
        change.cancel()


async def test_an_outage_of_the_name_service_takes_nobody_away(clock: ManualClock) -> None:
    names = Names("10.0.0.1")
    endpoints = Endpoints(NAME, clock, resolve=names.resolve)
    async with running(endpoints.run()):
        await clock.advance(0)
        names.away = True
        await clock.advance(60)
        assert endpoints.addresses == ("10.0.0.1:50053",)
        names.away, names.hosts = False, ("10.0.0.9",)
        await clock.advance(RESOLVE_SECONDS)
        assert endpoints.addresses == ("10.0.0.9:50053",)


async def test_an_address_is_not_looked_up(clock: ManualClock) -> None:
    names = Names()
    endpoints = Endpoints("127.0.0.1:1", clock, resolve=names.resolve)
    async with running(endpoints.run()):
        await clock.advance(60)
    assert (endpoints.addresses, names.asked) == (("127.0.0.1:1",), 0)


async def test_targets_are_addresses_and_names_together(clock: ManualClock) -> None:
    names = Names("10.0.0.2", "10.0.0.1")
    endpoints = Endpoints(f"127.0.0.1:1,{NAME},10.0.0.1:50053", clock, resolve=names.resolve)
    assert endpoints.addresses == ("127.0.0.1:1", "10.0.0.1:50053")
    async with running(endpoints.run()):
        await clock.advance(0)
        assert set(endpoints.addresses) == {"127.0.0.1:1", "10.0.0.1:50053", "10.0.0.2:50053"}
        assert len(endpoints.addresses) == 3, "none twice"
        names.hosts = ()
        await clock.advance(RESOLVE_SECONDS)
        assert endpoints.addresses == ("127.0.0.1:1", "10.0.0.1:50053")


async def test_each_name_of_several_is_looked_up_even_while_another_one_fails(clock: ManualClock) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        if host == "gone.test":
            raise OSError
        return [f"10.0.0.7:{port}"]

    endpoints = Endpoints("gone.test:1,there.test:2", clock, resolve=resolve)
    async with running(endpoints.run()):
        await clock.advance(0)
    assert endpoints.addresses == ("10.0.0.7:2",)


async def test_localhost_is_found_by_the_machine_s_own_resolver(clock: ManualClock) -> None:
    endpoints = Endpoints("localhost:5", clock)
    async with running(endpoints.run()):
        await endpoints.changed()
    assert set(endpoints.addresses) <= {"127.0.0.1:5", "[::1]:5"}
    assert endpoints.addresses


class Bodies:
    """Work kept running for each address."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.begun: list[tuple[str, float]] = []

    def attached(self, clock: ManualClock) -> Callable[[str], Awaitable[None]]:
        async def body(address: str) -> None:
            self.begun.append((address, clock.monotonic()))
            self.open.append(address)
            try:
                await asyncio.Event().wait()
            finally:
                self.open.remove(address)

        return body


async def test_each_address_has_its_own_work_for_as_long_as_it_is_there(clock: ManualClock) -> None:
    names, bodies = Names("10.0.0.1"), Bodies()
    endpoints = Endpoints(NAME, clock, resolve=names.resolve)
    async with running(attach(endpoints, bodies.attached(clock), clock=clock)):
        await clock.advance(0)
        assert bodies.open == ["10.0.0.1:50053"]
        names.hosts = ("10.0.0.1", "10.0.0.2")
        await clock.advance(RESOLVE_SECONDS)
        assert bodies.open == ["10.0.0.1:50053", "10.0.0.2:50053"]
        names.hosts = ("10.0.0.2",)
        await clock.advance(RESOLVE_SECONDS)
        assert bodies.open == ["10.0.0.2:50053"]
        names.hosts = ("10.0.0.1", "10.0.0.2")
        await clock.advance(RESOLVE_SECONDS)
        assert bodies.open == ["10.0.0.2:50053", "10.0.0.1:50053"]
    assert bodies.open == []


FAILURES: list[Exception | None] = [
    grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), "gone"),
    Unavailable("GONE", "Gone."),
    None,
]


@pytest.mark.parametrize("failure", FAILURES, ids=["call", "fault", "end"])
async def test_work_that_ends_is_begun_again_with_growing_pauses(clock: ManualClock, failure: Exception | None) -> None:
    begun: list[float] = []

    async def body(_address: str) -> None:
        begun.append(clock.monotonic())
        if failure is not None:
            raise failure

    async with running(attach(Endpoints("127.0.0.1:1", clock), body, clock=clock)):
        await clock.advance(30)
    pauses = [after - before for before, after in itertools.pairwise(begun)]
    assert pauses[0] <= 0.2
    assert all(0.05 <= pause <= LAST_BACKOFF for pause in pauses)
    assert all(pause >= LAST_BACKOFF / 2 for pause in pauses[5:])


async def test_a_run_that_lasted_resets_the_pause(clock: ManualClock) -> None:
    begun: list[float] = []

    async def body(_address: str) -> None:
        begun.append(clock.monotonic())
        await clock.sleep(10 if len(begun) == 8 else 0)

    async with running(attach(Endpoints("127.0.0.1:1", clock), body, clock=clock)):
        await clock.advance(40)
    assert begun[8] - begun[7] - 10 <= 0.1


async def test_a_mistake_in_the_work_is_not_hidden(clock: ManualClock) -> None:
    async def body(_address: str) -> None:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as found:
        async with asyncio.timeout(30):
            await attach(Endpoints("127.0.0.1:1", clock), body, clock=clock)
    assert found.group_contains(ZeroDivisionError)

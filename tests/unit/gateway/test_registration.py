"""Commands stay those of the gateway that goes first, whatever another version has told Discord meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from parley_gateway.discord.calls import Calls
from parley_gateway.discord.registration import CHECK_AGAIN, LOOK_AGAIN, Registration, builders
from parley_kit.clock import ManualClock


class Discord:
    """Has the commands that it was told last."""

    def __init__(self) -> None:
        self.commands: list[Any] = []
        self.told = 0

    async def fetch_application_commands(self, application: int) -> list[Any]:
        assert application == 1
        return self.commands

    async def set_application_commands(self, application: int, commands: list[Any]) -> None:
        assert application == 1
        self.commands, self.told = list(commands), self.told + 1


class Unwatched:
    """As much of an observer as calls need."""

    @contextmanager
    def rest(self, method: str, route: str) -> Iterator[None]:
        assert method in ("GET", "PUT"), route
        yield


async def known() -> int:
    return 1


async def test_who_goes_first_registers_and_looks_again_later() -> None:
    discord, clock, firsts = Discord(), ManualClock(), [False]
    async with asyncio.TaskGroup() as tasks:
        calls = Calls(tasks, cast("Any", Unwatched()))
        registration = Registration(cast("Any", discord), calls, clock, known=known, first=lambda: firsts[0])
        running = tasks.create_task(registration.run())
        await clock.advance(10 * LOOK_AGAIN)
        assert discord.told == 0
        firsts[0] = True
        await clock.advance(LOOK_AGAIN)
        assert (discord.told, len(discord.commands)) == (1, len(builders()))
        await clock.advance(CHECK_AGAIN)
        assert discord.told == 1, "nothing has changed"
        discord.commands = discord.commands[1:]
        await clock.advance(CHECK_AGAIN)
        assert (discord.told, len(discord.commands)) == (2, len(builders()))
        running.cancel()

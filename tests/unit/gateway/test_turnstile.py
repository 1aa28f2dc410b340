from __future__ import annotations

import asyncio

from parley_gateway.clients.turnstile import Turnstile
from parley_kit.clock import settle


async def test_the_next_one_comes_in_when_one_has_its_word() -> None:
    turnstile = Turnstile(2)
    first, second, third = (turnstile.place() for _ in range(3))
    await first.enter()
    await second.enter()
    waiting = asyncio.create_task(third.enter())
    await settle()
    assert not waiting.done()
    first.leave()
    await waiting


async def test_a_word_more_lets_nobody_in() -> None:
    turnstile = Turnstile(1)
    first, second, third = (turnstile.place() for _ in range(3))
    await first.enter()
    first.leave()
    first.leave()
    await second.enter()
    waiting = asyncio.create_task(third.enter())
    await settle()
    assert not waiting.done()
    waiting.cancel()


async def test_who_gives_up_in_the_line_keeps_nobody_out() -> None:
    turnstile = Turnstile(1)
    first, second, third = (turnstile.place() for _ in range(3))
    await first.enter()
    waiting = asyncio.create_task(second.enter())
    await settle()
    waiting.cancel()
    await asyncio.wait({waiting})
    second.leave()
    first.leave()
    await third.enter()

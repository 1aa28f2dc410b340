"""The list of models of Claude's API, asked for seldom and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from parley_executor.engines.messages_models import MalformedListError, read
from parley_executor.engines.port import EngineError
from parley_executor.model import ModelCard
from parley_executor.offers import find
from parley_executor.reasons import Reason
from parley_kit.clock import Clock

KEPT: Final = 600.0
"""How long a list counts as new, in seconds; models come and go once in weeks."""

RETRY: Final = 30.0
"""How long after a failure the list is asked for again at the earliest, in seconds."""

PATIENCE: Final = 2.0
"""How long a request waits for what the list tells of its model, in seconds; without, it goes as it is."""

Fetch = Callable[[], Awaitable[bytes]]
"""Asks Claude's API for the list and returns its body. Raises EngineError."""


class Listing:
    """Which models there are. What was learned once stays, however old, until something newer is learned."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._cards: tuple[ModelCard, ...] | None = None
        self._failure = Reason.CONNECT
        self._due = clock.monotonic()
        self._asking = asyncio.Lock()

    async def models(self) -> Sequence[ModelCard]:
        """Return the models. Raises EngineError where the list was never had."""
        await self._renew()
        if self._cards is None:
            raise EngineError(self._failure)
        return self._cards

    async def card(self, model: str) -> ModelCard | None:
        """Return what is known of a model; one that the list does not hold has it asked for anew when that is due."""
        known = find(self._cards or (), model)
        if known is not None:
            return known
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._renew()
        return find(self._cards or (), model)

    async def ask(self) -> None:
        """Ask for the list; who wants it meanwhile waits for this answer. Raises EngineError."""
        async with self._asking:
            await self._ask()

    async def _renew(self) -> None:
        """Ask once for all who wait, when it is due."""
        async with self._asking:
            if self._clock.monotonic() >= self._due:
                with suppress(EngineError):
                    await self._ask()

    async def _ask(self) -> None:
        """Ask, and keep why it failed for who wants the list next."""
        self._due = self._clock.monotonic() + RETRY
        try:
            self._cards = read(await self._fetch())
        except MalformedListError:
            self._failure = Reason.PROTOCOL
            raise EngineError(self._failure) from None
        except EngineError as error:
            self._failure = error.reason
            raise
        self._due = self._clock.monotonic() + KEPT

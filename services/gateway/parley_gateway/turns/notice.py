"""What a member reads while the turn waits: one message, its newest text wins; the answer later takes its place.

When a conversation moves on, everybody in line is told anew. Each of them waits for the channel's pace, behind the edits of
answers: Discord's limit of a channel is one for all, and hikari would let the end of an answer wait behind five notices.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from parley_gateway.buttons import Buttons
from parley_gateway.edits import FailureKind
from parley_gateway.messages import DeliveryError, Messages
from parley_gateway.pacer import Pacer, Route, Urgency, Wish
from parley_kit.clock import Clock, set_within

PATIENCE = 5.0
"""After so many seconds a notice takes its turn among growing answers: a place in line that is not true helps nobody."""


@dataclass(frozen=True, slots=True)
class Fade:
    """A notice that tells a time is true for so long; then it says this."""

    after: timedelta
    text: str


class Notice:
    """The notice of one turn. It is page 0 by its nonce, so that notice and answer are never two messages.

    pacer: the channel's. doubtful: one may stand whose id Discord did not tell.
    """

    def __init__(
        self,
        messages: Messages,
        buttons: Buttons,
        posted: Callable[[str], None],
        pacer: Pacer,
        clock: Clock,
    ) -> None:
        self._messages, self._buttons, self._posted = messages, buttons, posted
        self._pacer, self._clock = pacer, clock
        self._wanted = self._tried = ""
        self._fade: tuple[float, str] | None = None
        self._closed = False
        self._news = asyncio.Event()
        self.message_id = ""
        self.doubtful = False

    def adopt(self, message_id: str) -> None:
        """Go on with a notice that stands already."""
        self.message_id = message_id

    def say(self, text: str, fade: Fade | None = None) -> None:
        """Show a text soon."""
        self._wanted = text
        self._fade = (self._clock.monotonic() + fade.after.total_seconds(), fade.text) if fade is not None else None
        self._news.set()

    def close(self) -> None:
        """Show nothing more."""
        self._closed = True
        self._news.set()

    async def run(self) -> str:
        """Show what is said until closed; return the message, empty if there is none."""
        while not self._closed:
            self._news.clear()
            if self._wanted == self._tried:
                await self._rest()
            else:
                await self._pass_on()
        return self.message_id

    async def _rest(self) -> None:
        """Wait for news, or until what is shown is not true any more."""
        if self._fade is None:
            await self._news.wait()
            return
        at, text = self._fade
        if (left := at - self._clock.monotonic()) > 0:
            await set_within(self._news, left, self._clock)
        else:
            self._wanted, self._fade = text, None

    async def _pass_on(self) -> None:
        """Show the newest text when the channel's pace lets it."""
        self._pacer.join(self, self._news.set)
        try:
            begun = self._clock.monotonic()
            route = Route.EDIT if self.message_id else Route.CREATE
            while not self._closed and (delay := self._delay(route, begun)) > 0:
                await set_within(self._news, delay, self._clock)
                self._news.clear()
            if not self._closed:
                self._pacer.started(self, self._clock.monotonic())
        finally:
            self._pacer.leave(self)
        if not self._closed:
            await self._paced(route)

    def _delay(self, route: Route, begun: float) -> float:
        now = self._clock.monotonic()
        urgency = Urgency.NOTICE if now - begun < PATIENCE else Urgency.GROWING
        return self._pacer.delay(self, Wish(route, urgency, begun), now)

    async def _paced(self, route: Route) -> None:
        started = self._clock.monotonic()
        await self._show(self._wanted)
        self._pacer.finished(route, started, self._clock.monotonic() - started)

    async def _show(self, text: str) -> None:
        """A notice that Discord does not take is no loss: the answer follows, or its own error."""
        self._tried = text
        try:
            if self.message_id:
                await self._messages.edit(self.message_id, text, buttons=self._buttons)
            else:
                self.message_id = await self._messages.create(0, text, buttons=self._buttons)
                self._posted(self.message_id)
        except DeliveryError as error:
            self.doubtful = self.doubtful or error.kind is FailureKind.TRANSIENT

"""Discord's events, as prompts on one bounded queue and as interactions.

hikari starts a task for each event and listener, without order or bound; here an event is turned into a frozen value
at once and waits in the queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import hikari

from parley_gateway import addressing
from parley_gateway.addressing import Rules
from parley_gateway.discord.interactions import interaction_of
from parley_gateway.discord.written import message_of
from parley_gateway.interactions import Interaction
from parley_gateway.model import Prompt
from parley_gateway.ports import Observer
from parley_kit.clock import Clock

MESSAGE = "MESSAGE_CREATE"
PEOPLE_WRITE = frozenset({hikari.MessageType.DEFAULT, hikari.MessageType.REPLY})
_log = logging.getLogger(__name__)


class Inbound:
    """Listens. take: answers an interaction at once, since Discord waits 3 s for it."""

    def __init__(
        self,
        prompts: asyncio.Queue[Prompt],
        rules: Callable[[], Awaitable[Rules]],
        take: Callable[[Interaction], Awaitable[None]],
        observer: Observer,
        clock: Clock,
    ) -> None:
        self._prompts, self._rules, self._take = prompts, rules, take
        self._observer, self._clock = observer, clock

    def listen(self, bot: hikari.GatewayBot) -> None:
        """Subscribe to what the bot hears."""
        bot.subscribe(hikari.MessageCreateEvent, self.on_message)
        bot.subscribe(hikari.InteractionCreateEvent, self.on_interaction)

    async def on_message(self, event: hikari.MessageCreateEvent) -> None:
        """Put a message that is addressed to the bot on the queue."""
        prompt = None
        if event.message.type in PEOPLE_WRITE:
            prompt = addressing.prompt_of(message_of(event.message), await self._rules(), self._clock.now())
        if prompt is None:
            self._observer.event(MESSAGE, "ignored")
            return
        try:
            self._prompts.put_nowait(prompt)
        except asyncio.QueueFull:
            # not claimed, so a sibling or the backlog still answers it
            self._observer.event(MESSAGE, "dropped")
            _log.warning("inbound.full", extra={"turn": prompt.turn_id, "waiting": self._prompts.qsize()})

    async def on_interaction(self, event: hikari.InteractionCreateEvent) -> None:
        """Answer what a member did."""
        interaction = interaction_of(event.interaction)
        if interaction is not None:
            await self._take(interaction)

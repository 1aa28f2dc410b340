"""Discord's events, as prompts on one bounded queue and as interactions.

hikari starts a task for each event and listener, without order or bound; here an event is turned into a frozen value
at once and waits in the queue.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import hikari

from parley_gateway.discord.interactions import interaction_of
from parley_gateway.discord.written import message_of
from parley_gateway.interactions import Interaction
from parley_gateway.listening import Listener
from parley_gateway.model import Prompt
from parley_gateway.places import Place
from parley_gateway.ports import Observer

MESSAGE = "MESSAGE_CREATE"
PEOPLE_WRITE = frozenset({hikari.MessageType.DEFAULT, hikari.MessageType.REPLY})


class Inbound:
    """Listens. take: answers an interaction at once, since Discord waits 3 s for it. missed: a question that the full queue
    did not take, which has to come back.
    """

    def __init__(
        self,
        listener: Listener,
        missed: Callable[[Prompt], None],
        take: Callable[[Interaction], Awaitable[None]],
        observer: Observer,
    ) -> None:
        self._listener, self._missed, self._take = listener, missed, take
        self._observer = observer

    def listen(self, bot: hikari.GatewayBot) -> None:
        """Subscribe to what the bot hears."""
        bot.subscribe(hikari.MessageCreateEvent, self.on_message)
        bot.subscribe(hikari.InteractionCreateEvent, self.on_interaction)

    async def on_message(self, event: hikari.MessageCreateEvent) -> None:
        """Put a message that is addressed to the bot on the queue."""
        prompt = None
        if event.message.type in PEOPLE_WRITE:
            prompt = await self._listener.prompt_of(message_of(event.message))
        if prompt is None:
            self._observer.event(MESSAGE, "ignored")
        elif not self._listener.offer(prompt):
            self._observer.event(MESSAGE, "dropped")
            self._missed(prompt)

    async def on_interaction(self, event: hikari.InteractionCreateEvent) -> None:
        """Answer what a member did. It tells of its thread, which may be one that no event told of."""
        interaction = interaction_of(event.interaction)
        if interaction is None:
            return
        if interaction.parent_id:
            place = Place(interaction.guild_id, interaction.parent_id, joined=None)
            self._listener.places.put(interaction.channel_id, place)
        await self._take(interaction)

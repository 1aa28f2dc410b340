"""What members do to a question after they asked it: they change its words.

Every gateway hears it. The one that holds the turn acts on it; for a turn that has ended the cache tells what is left of
it in Discord. All of it may happen twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from parley_gateway import addressing
from parley_gateway.addressing import Message, Rules
from parley_gateway.buttons import Action, Button
from parley_gateway.claims import TurnState
from parley_gateway.memory import Exchange
from parley_gateway.messages import DeliveryError
from parley_gateway.pages import HARD_LIMIT, width
from parley_gateway.places import Place
from parley_gateway.ports import Conversations, Customs, Postings
from parley_gateway.texts import Key, Texts
from parley_kit.faults import Fault


class Held(Protocol):
    """The turns that this gateway holds."""

    def reword(self, message_id: str, text: str) -> bool:
        """Note the new words of a question; False when its turn is not held here, or has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Afterwards:
    """Obeys. first: whether this gateway goes first in a channel, and so writes there. place: what is known of a channel."""

    held: Held
    conversations: Conversations
    postings: Postings
    customs: Customs
    rules: Callable[[], Awaitable[Rules]]
    first: Callable[[str], bool]
    place: Callable[[str], Place]

    async def reworded(self, message: Message) -> None:
        """Offer to answer a question in its new words."""
        rules = await self.rules()
        text = addressing.question(message, rules.bot_id, self.place(message.channel_id))
        if message.author_is_bot or self.held.reword(message.message_id, text) or not self.first(message.channel_id):
            return
        with contextlib.suppress(Fault, DeliveryError):  # a courtesy: the member can ask again
            found = await self.conversations.find("", message.message_id)
            if found.state is TurnState.ENDED and found.last and found.question.text != text:
                here = self.customs.of(message.guild_id, message.channel_id, message.author_id)
                await self._offer(message, found, addressing.locale_in(text, rules, here))

    async def _offer(self, message: Message, found: Exchange, locale: str) -> None:
        pages = [posted for posted in found.posted if posted.kind.answers]
        if not pages:
            return
        last = max(pages, key=lambda page: page.index)
        stands = await self.postings.read(message.channel_id, last.message_id)
        words = Texts(locale).render(Key.REWORDED)
        if stands is None or words in stands.content or not stands.ended <= {found.turn_id}:
            return  # it is gone, offered already, or of a turn that has taken the place of the one that we know
        noted = f"{stands.content}\n{words}"
        content = noted if width(noted) <= HARD_LIMIT else stands.content
        anew = Button(Action.ANEW, found.turn_id, found.question.author_id, found.revision)
        await self.postings.rewrite(message.channel_id, last.message_id, content, (anew,), locale)

"""From what is written to what is asked: who may ask, what is set there, and the queue of those who wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from parley_gateway import addressing
from parley_gateway.access import Access, Asker
from parley_gateway.addressing import Message, Rules
from parley_gateway.model import Prompt
from parley_gateway.places import CHANNEL, Place, Places
from parley_gateway.ports import Customs
from parley_kit.clock import Clock

Roles = Callable[[], Awaitable[frozenset[str]]]
"""Asks for an author's roles, where a message does not tell them."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listener:
    """Listens to people. rules: waits until the bot knows who it is. prompts: bounded."""

    prompts: asyncio.Queue[Prompt]
    rules: Callable[[], Awaitable[Rules]]
    places: Places
    customs: Customs
    access: Access
    clock: Clock

    async def prompt_of(self, message: Message, roles: Roles | None = None) -> Prompt | None:
        """Return what a message asks of the bot; None when it is not addressed to it, or its author may not ask.

        roles: asked only if the answer depends on them. What it raises goes through.
        """
        rules = await self.rules()
        if message.author_is_bot or not _maybe(message, rules):
            return None
        place = await self.places.of(message.channel_id, message.guild_id) if message.guild_id else CHANNEL
        here = self.customs.of(message.guild_id, message.channel_id, message.author_id)
        prompt = addressing.prompt_of(message, rules, self.clock.now(), place, here)
        if prompt is None:
            return None
        if roles is not None and message.guild_id and self.access.asks_roles:
            message = replace(message, role_ids=await roles())
        return prompt if self.access.may(_asker(message, place)) else None

    def offer(self, prompt: Prompt) -> bool:
        """Put a question on the queue; False when that is full."""
        try:
            self.prompts.put_nowait(prompt)
        except asyncio.QueueFull:
            _log.warning("inbound.full", extra={"turn": prompt.turn_id, "waiting": self.prompts.qsize()})
            return False
        return True


def _maybe(message: Message, rules: Rules) -> bool:
    """Whether a message can be addressed to the bot at all; if not, nothing is looked up for it."""
    named = rules.bot_id in message.mentions or bool(message.role_mentions)
    return rules.reads_all or named or not message.guild_id


def _asker(message: Message, place: Place) -> Asker:
    return Asker(message.guild_id, message.channel_id, message.author_id, message.role_ids, place.parent_id)

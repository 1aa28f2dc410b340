"""Whom the operator's lists keep out is told so by whatever asks Claude, or sets who answers.

What only ends, shows or forgets stays open: who was let in yesterday may still stop an answer and take their words back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from parley_gateway.access import Access, Asker
from parley_gateway.desk import Handler, I_contra
from parley_gateway.interactions import Interaction
from parley_gateway.messages import DeliveryError
from parley_gateway.panels import Panel
from parley_gateway.ports import Responses
from parley_gateway.texts import Key, Texts


@dataclass(frozen=True, slots=True)
class Door:
    """Stands before handlers. parent_of: the channel of a thread, empty where there is none."""

    responses: Responses
    access: Access
    parent_of: Callable[[str], str]

    def before(self, handler: Handler[I_contra]) -> Handler[I_contra]:
        """Return a handler that only those reach who may."""
        return Guarded(self, handler)

    def may(self, interaction: Interaction) -> bool:
        """Whether somebody is answered where they are."""
        where, parent = interaction.channel_id, self.parent_of(interaction.channel_id)
        asker = Asker(interaction.guild_id, where, interaction.user_id, interaction.role_ids, parent)
        return self.access.may(asker)


@dataclass(frozen=True, slots=True)
class Guarded(Generic[I_contra]):
    """A handler behind the door."""

    door: Door
    handler: Handler[I_contra]

    async def take(self, interaction: I_contra) -> None:
        """Let it answer, or say why nobody does."""
        if self.door.may(interaction):
            await self.handler.take(interaction)
            return
        with contextlib.suppress(DeliveryError):
            await self.door.responses.show(interaction, Panel(Texts(interaction.locale).render(Key.TOLD_NOT_HERE)))

"""Which conversation a command means: the one that the member's next message would go on with. Pure."""

from __future__ import annotations

from datetime import timedelta

from parley_gateway import addressing
from parley_gateway.interactions import Interaction
from parley_gateway.model import Recent, Reference
from parley_gateway.places import Place


def reference_of(interaction: Interaction, place: Place, recent: timedelta, *, free_talk: bool) -> Reference:
    """Return a direct message's conversation, a thread's, a free channel's, else the member's own recent one there."""
    channel = interaction.channel_id
    shared = addressing.shared_by_all(channel, interaction.guild_id, place, free_talk=free_talk)
    return shared or Recent(channel, interaction.user_id, recent)

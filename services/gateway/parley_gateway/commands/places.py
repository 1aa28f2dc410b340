"""Which conversation a command means: the one that the member's next message would go on with. Pure."""

from __future__ import annotations

from datetime import timedelta

from parley_gateway.interactions import Interaction
from parley_gateway.model import Named, Recent, Reference


def reference_of(interaction: Interaction, recent: timedelta) -> Reference:
    """Return a direct message's conversation, else the member's own recent one in the channel."""
    if not interaction.guild_id:
        return Named(f"dm:{interaction.channel_id}")
    return Recent(interaction.channel_id, interaction.user_id, recent)

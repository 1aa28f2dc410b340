"""Which conversation a command means: the one that the member's next message would go on with. Pure."""

from __future__ import annotations

from datetime import timedelta

from parley_gateway.interactions import Interaction
from parley_gateway.model import Named, Recent, Reference


def reference_of(interaction: Interaction, recent: timedelta, *, free: bool = False) -> Reference:
    """Return a direct message's conversation, a thread's, that of all in free talk; else the member's own recent one."""
    if not interaction.guild_id:
        return Named(f"dm:{interaction.channel_id}")
    if interaction.parent_id:
        return Named(f"thread:{interaction.channel_id}")
    if free:
        return Named(f"channel:{interaction.channel_id}")
    return Recent(interaction.channel_id, interaction.user_id, recent)

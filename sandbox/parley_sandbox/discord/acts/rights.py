"""Refuse what somebody may not do in a channel."""

from parley_sandbox.discord.errors import Code, refusal
from parley_sandbox.discord.model.channels import DIRECT, THREAD
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.world import World


def demand(world: World, user_id: str, channel_id: str, *needed: Permission) -> None:
    """Raise 50001 where the channel is hidden from them, 50013 where a permission is missing."""
    granted = world.permissions_of(user_id, channel_id)
    if Permission.VIEW_CHANNEL not in granted:
        raise refusal(Code.MISSING_ACCESS)
    if any(permission not in granted for permission in needed):
        raise refusal(Code.MISSING_PERMISSIONS)


def demand_open(world: World, user_id: str, channel_id: str) -> None:
    """Raise 50007 if the bot writes to somebody who takes no direct messages from it."""
    channel = world.channel(channel_id)
    if channel["type"] != DIRECT or user_id != world.bot["id"]:
        return
    if channel["recipients"][0]["id"] in world.closed_to_bot:
        raise refusal(Code.CANNOT_WRITE_TO_USER)


def demand_writing(world: World, user_id: str, channel_id: str, *more: Permission) -> None:
    """Raise 50001 or 50013 where somebody may not write; in a thread another permission counts, and whether it is locked."""
    channel = world.channel(channel_id)
    if channel["type"] != THREAD:
        demand(world, user_id, channel_id, Permission.SEND_MESSAGES, *more)
        return
    demand(world, user_id, channel_id, Permission.SEND_MESSAGES_IN_THREADS, *more)
    manages = Permission.MANAGE_THREADS in world.permissions_of(user_id, channel_id)
    if channel["thread_metadata"]["locked"] and not manages:
        raise refusal(Code.THREAD_LOCKED)

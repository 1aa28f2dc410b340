"""A loopback Discord: REST v10 and gateway v10 in memory, faithful enough to run an unmodified bot."""

from parley_sandbox.discord.clock import Clock, ManualClock, SystemClock
from parley_sandbox.discord.default import default_world, empty_world
from parley_sandbox.discord.errors import ApiError
from parley_sandbox.discord.faults import Fault, Faults
from parley_sandbox.discord.gateway.settings import GatewaySettings
from parley_sandbox.discord.happenings import Happening
from parley_sandbox.discord.invalid import InvalidRequests
from parley_sandbox.discord.limits import Limit, Limits
from parley_sandbox.discord.people import People
from parley_sandbox.discord.permissions import Permission
from parley_sandbox.discord.recorder import Recorded, Recorder
from parley_sandbox.discord.server import Address, LoopbackDiscord
from parley_sandbox.discord.world import World

__all__ = [
    "Address",
    "ApiError",
    "Clock",
    "Fault",
    "Faults",
    "GatewaySettings",
    "Happening",
    "InvalidRequests",
    "Limit",
    "Limits",
    "LoopbackDiscord",
    "ManualClock",
    "People",
    "Permission",
    "Recorded",
    "Recorder",
    "SystemClock",
    "World",
    "default_world",
    "empty_world",
]

"""How the gateway behaves; changed freely while it runs."""

from dataclasses import dataclass

from parley_sandbox.discord.intents import PRIVILEGED


@dataclass(slots=True)
class GatewaySettings:
    """Discord's figures by default. Times in seconds."""

    shards: int = 1
    """What Discord recommends; a bot may connect with another number."""
    max_concurrency: int = 1
    """How many shards may identify in one window."""
    identify_window: float = 5.0
    """An identify bucket takes one shard in this time; 0 takes any number."""
    identifies_a_day: int = 1000
    heartbeat_interval: float = 41.25
    heartbeats_missed: float = 2.0
    """A connection without a heartbeat for this many intervals is closed with 4009."""
    resume_within: float = 120.0
    """How long a session without a connection can be resumed. Discord does not say."""
    replay: int = 5000
    """How many events a session keeps to replay."""
    allowed_privileged: int = int(PRIVILEGED)
    """The privileged intents that were switched on for the bot; identifying with others is close code 4014."""
    interactions_to_every_session: bool = True
    """Whether INTERACTION_CREATE reaches all sessions of a shard or the newest only. Nobody outside Discord knows."""
    frames: int = 120
    """Frames a client may send in `frames_period`; more is close code 4008."""
    frames_period: float = 60.0

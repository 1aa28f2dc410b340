"""What the page shows, gathered."""

from dataclasses import dataclass, field
from typing import Literal

from parley_sandbox.anthropic import LoopbackClaude
from parley_sandbox.discord import LoopbackDiscord
from parley_sandbox.otlp import TraceStore
from parley_sandbox.web.server.capacity import Capacity
from parley_sandbox.web.server.feed import Feed
from parley_sandbox.web.server.turns import Turns

Source = Literal["loopback", "real"]


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The loopbacks and the services behind one page. `gateways` and `monitor` are host:port of their gRPC servers."""

    discord: LoopbackDiscord
    claude: LoopbackClaude
    traces: TraceStore
    gateways: tuple[str, ...] = ()
    monitor: str = ""
    discord_is_real: bool = False
    claude_is_real: bool = False
    turns: Turns = field(default_factory=Turns)
    capacity: Capacity = field(default_factory=Capacity)
    feed: Feed = field(default_factory=Feed)

    @property
    def sources(self) -> dict[str, Source]:
        """Which of the two outside parties are the real ones."""
        return {
            "discord": "real" if self.discord_is_real else "loopback",
            "claude": "real" if self.claude_is_real else "loopback",
        }

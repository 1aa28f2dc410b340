"""A world together with what acting on it takes: time, new ids, and ears."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from parley_sandbox.discord.clock import Clock
from parley_sandbox.discord.happenings import Broadcast, Event, Happening
from parley_sandbox.discord.model.ids import Snowflakes
from parley_sandbox.discord.world import World


@dataclass(frozen=True, slots=True)
class Realm:
    """What every act needs."""

    world: World
    clock: Clock
    ids: Snowflakes
    broadcast: Broadcast = field(default_factory=Broadcast)
    sinks: list[Callable[[Event], None]] = field(default_factory=list)
    """Who gets gateway events: the hub of sessions, once there is one."""

    def timestamp(self) -> str:
        """Return now as Discord writes it."""
        return datetime.fromtimestamp(self.clock.now(), UTC).isoformat(timespec="microseconds")

    def dispatch(self, event: Event) -> None:
        """Send an event to the gateway's sessions."""
        for sink in self.sinks:
            sink(event)

    def tell(self, happening: Happening) -> None:
        """Tell pages and tests."""
        self.broadcast.tell(happening)

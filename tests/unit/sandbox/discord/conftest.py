from collections import deque

import pytest
from support.loopback import Cast

from parley_sandbox.discord import LoopbackDiscord, ManualClock
from parley_sandbox.discord.acts import Acts, acts_on
from parley_sandbox.discord.happenings import Event
from parley_sandbox.discord.model.ids import Snowflakes
from parley_sandbox.discord.realm import Realm


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def discord(clock: ManualClock) -> LoopbackDiscord:
    return LoopbackDiscord(clock=clock)


@pytest.fixture
def cast(discord: LoopbackDiscord) -> Cast:
    return Cast(discord)


@pytest.fixture
def events() -> deque[Event]:
    return deque()


@pytest.fixture
def acts(discord: LoopbackDiscord, clock: ManualClock, events: deque[Event]) -> Acts:
    """Acts on the world of `discord`, whose gateway events land in `events`."""
    realm = Realm(discord.world, clock, Snowflakes(clock.now))
    realm.sinks.append(events.append)
    return acts_on(realm)

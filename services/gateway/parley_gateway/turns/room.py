"""What every turn works with, and its figures."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from parley_gateway.admission import Admissions
from parley_gateway.board import Board
from parley_gateway.claims import Sharing
from parley_gateway.conversation import SYSTEM_PROMPT
from parley_gateway.pacer import Pacers
from parley_gateway.ports import Discord, Executors, Observer, TurnStore
from parley_gateway.relay import Cadence
from parley_gateway.siblings import Siblings
from parley_gateway.turns.hold import HoldLimits
from parley_gateway.turns.produce import ProduceLimits
from parley_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """How turns are answered. attempts: of one reply, over all its holders. Seconds: settle, for the cache to learn
    the end; life, of a whole turn, its time in the queue included.
    """

    model: str = "claude-sonnet-5"
    system_prompt: str = SYSTEM_PROMPT
    max_output_tokens: int = 4096
    sharing: Sharing = Sharing.GUILD
    attempts: int = 3
    settle: float = 20.0
    life: float = 7200.0
    hold: HoldLimits = field(default_factory=HoldLimits)
    produce: ProduceLimits = field(default_factory=ProduceLimits)
    cadence: Cadence = field(default_factory=Cadence)


@dataclass(frozen=True, slots=True)
class Room:
    """What every turn works with. calls: a group for edits in flight, which outlives all turns."""

    store: TurnStore
    discord: Discord
    executors: Executors
    admissions: Admissions
    pacers: Pacers
    board: Board
    observer: Observer
    clock: Clock
    calls: asyncio.TaskGroup
    siblings: Siblings
    settings: TurnSettings = field(default_factory=TurnSettings)

"""What every turn works with, and its figures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from parley_gateway.admission import Admissions
from parley_gateway.board import Board
from parley_gateway.durations import Durations
from parley_gateway.model import Prompt
from parley_gateway.pacer import Pacers
from parley_gateway.ports import Discord, Executors, Files, Observer, TurnStore
from parley_gateway.relay import Cadence
from parley_gateway.siblings import Siblings
from parley_gateway.terms import Terms
from parley_gateway.turns.hold import HoldLimits
from parley_gateway.turns.produce import ProduceLimits
from parley_gateway.whispers import Whispers
from parley_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """How turns are answered. attempts: of one reply, over all its holders. Seconds: settle, for the cache to learn
    the end; life, of a whole turn, its time in the queue included; notify, after which an answer ends with a message that
    notifies its asker, 0: never.
    """

    attempts: int = 3
    settle: float = 20.0
    life: float = 7200.0
    notify: float = 20.0
    hold: HoldLimits = field(default_factory=HoldLimits)
    produce: ProduceLimits = field(default_factory=ProduceLimits)
    cadence: Cadence = field(default_factory=Cadence)


@dataclass(frozen=True, slots=True)
class Room:
    """What every turn works with. terms: that a question is answered on, if it is not another's turn. calls: a group for
    edits in flight, which outlives all turns. numbered: whether the pages of an answer are. whispers: to whoever pressed
    for a turn.
    """

    store: TurnStore
    discord: Discord
    files: Files
    executors: Executors
    admissions: Admissions
    pacers: Pacers
    board: Board
    observer: Observer
    clock: Clock
    calls: asyncio.TaskGroup
    siblings: Siblings
    whispers: Whispers
    terms: Callable[[Prompt], Terms]
    numbered: Callable[[Prompt], bool] = lambda _: False
    settings: TurnSettings = field(default_factory=TurnSettings)
    durations: Durations = field(default_factory=Durations)

"""Turns in Redis: what changes apart from what began them, and when each must be looked at again."""

from __future__ import annotations

from typing_extensions import override

from parley_cache import turns
from parley_cache.model import State
from parley_cache.records import Turn
from parley_cache.store.redis import names
from parley_cache.store.redis.draft import Command, Draft
from parley_cache.store.redis.reads import Cell
from parley_cache.store.tables import TurnTable, turn_subject

OPEN, QUEUED = "open", "queued"


class RedisTurns(Draft, TurnTable):
    """Each is two cells, a place among the alarms and, once its lease lapsed, one among the orphans."""

    @override
    def turn(self, turn_id: str) -> Turn | None:
        key = names.turn(turn_id)
        value = self._cell(key)
        if isinstance(value, list):
            value = Turn(self._cell(names.opening(turn_id)), *value)
            self.reads.cells[key] = Cell(self.reads.cells[key].version, value)
        turn: Turn | None = value
        return turn

    @override
    def put_turn(self, turn: Turn) -> None:
        self.turn(turn.id)
        self._put(names.turn(turn.id), turn)
        self._put(names.opening(turn.id), turn.opening)
        self.tell(turn_subject(turn.id))

    @override
    def drop_turn(self, turn_id: str) -> None:
        self.turn(turn_id)
        self._put(names.turn(turn_id), None)
        self._put(names.opening(turn_id), None)
        self.tell(turn_subject(turn_id))

    @override
    def snooze(self, turn_id: str, until: float) -> None:
        self._do("ZADD", names.ALARMS, until, turn_id)

    def silence(self, turn_id: str) -> None:
        """Drop the alarm of a turn that is gone."""
        self._do("ZREM", names.ALARMS, turn_id)

    @override
    def writes(self) -> list[Command]:
        for turn_id, former, turn in list(self._changed(names.turn(""))):
            self._count(former, -1)
            self._count(turn, 1)
            self._index(turn_id, turn, was_there=former is not None)
        return super().writes()

    def _index(self, turn_id: str, turn: Turn | None, *, was_there: bool) -> None:
        if turn is None:
            self._do("ZREM", names.ALARMS, turn_id)
        else:
            self._do("ZADD", names.ALARMS, turns.next_alarm(turn, self.limits.done_for), turn_id)
        if turn is not None and turn.lease.lapsed and turn.state is not State.ENDED:
            self._do("ZADD", names.LAPSED, "NX", self.now, turn_id)
        elif was_there:
            self._do("ZREM", names.LAPSED, turn_id)

    def _count(self, turn: Turn | None, step: int) -> None:
        if turn is not None and turn.state is not State.ENDED:
            self._figures[OPEN] += step
            self._figures[QUEUED] += step * (turn.state is State.QUEUED)

"""A claim, an adoption, an end, each with what the turn's holder may know at once. Rules over `Tables`.

The look belongs to the operation: it costs no way of its own to the store, and nothing can happen in between.
"""

from __future__ import annotations

from dataclasses import dataclass

from parley_cache import turns, views
from parley_cache.model import Have, Held, Outcome, Source
from parley_cache.store.tables import Tables, log_subject, turn_subject
from parley_cache.turns import Adoption, Ask, Duplicate, Grant
from parley_cache.views import Seen, View


@dataclass(frozen=True, slots=True)
class Granted:
    """The turn is held.

    `view`: the first look, for who has seen `seen`; `fresh`: nobody asked for this turn before.
    """

    held: Held
    seen: Seen
    view: View
    fresh: bool


def claim(tables: Tables, ask: Ask) -> Granted | Duplicate:
    """Claim a turn, or claim it again; see `turns.claim`."""
    grant = turns.claim(tables, ask)
    return grant if isinstance(grant, Duplicate) else _granted(tables, grant, ask.have)


def adopt(tables: Tables, wish: Adoption) -> Granted:
    """Claim an orphan; see `turns.adopt`."""
    return _granted(tables, turns.adopt(tables, wish), None)


def _granted(tables: Tables, grant: Grant, have: Have | None) -> Granted:
    seen = views.first(have, knows=grant.knows)
    view = views.look(tables, grant.held, seen)
    if grant.fresh:
        _hush(tables, grant.held.turn_id, view)
    return Granted(grant.held, seen, view, grant.fresh)


def _hush(tables: Tables, turn_id: str, view: View) -> None:
    """Nobody but its holder waits for a turn that is new, and for a log that it begins: the answer says it all."""
    tables.hush(turn_subject(turn_id))
    if view.log is not None and view.source is Source.LEAD:
        tables.hush(log_subject(view.log.id))


def end(tables: Tables, right: Held, outcome: Outcome, shown: int) -> View:
    """Commit the turn; see `turns.end`. Its holder learns of it by the answer, and nobody else waits for it."""
    turns.end(tables, right, outcome, shown)
    tables.hush(turn_subject(right.turn_id))
    return views.look(tables, right, Seen())

"""Which operations run on what this process saw last, before Redis is asked anything: one way there instead of two.

What they rest on is compared in Redis as ever, so a wrong guess writes nothing. Their time is reckoned from Redis's last
answer, which can only make a lease longer, by the way there; whether somebody else's lease is over is never judged by
such a time. So a claim is guessed only where a stored answer serves it, and an end only where nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from parley_cache.claims import Granted
from parley_cache.model import Mode, Named, Recent, Reference, ReplyTo, Source
from parley_cache.records import Conversation, Turn
from parley_cache.retention import Stored
from parley_cache.store.operations import Surely
from parley_cache.store.redis import names
from parley_cache.store.redis.cells import Kept
from parley_cache.store.redis.needs import Known, ended_text, stored_text
from parley_cache.store.redis.reads import NOTHING, Read, Reads
from parley_cache.turns import Ask

EXTENDING = frozenset({"renew", "append", "post"})
"""Operations that only extend what their holder has."""


def is_worth(name: str, surely: Surely, known: Known) -> bool:
    """Tell whether all is near that the operation will look at, as far as one can know."""
    if name == "claim":
        return surely.ask is not None and _is_stored(surely.ask, known)
    if name == "end":
        return _is_alone(known(names.turn(surely.turn or "")), known)
    return name in EXTENDING


def _is_stored(ask: Ask, known: Known) -> bool:
    if ask.key is None or ask.have is not None or ask.opening.policy.mode is not Mode.USE:
        return False
    if not stored_text(names.record(Stored, ask.key.hex()), known):
        return False
    conversation = known(names.conversation(_conversation(ask.opening.reference, known)))
    return not isinstance(conversation, Conversation) or not conversation.length


def _conversation(reference: Reference, known: Known) -> str:
    """Return the conversation that a question would go on with, as far as is known; empty: none."""
    match reference:
        case Named(id=found):
            return found
        case ReplyTo(message_id):
            return known(names.of_message(message_id)) or ""
        case Recent(channel_id, user_id):
            return known(names.recent(channel_id, user_id)) or ""


def _is_alone(turn: object, known: Known) -> bool:
    """Tell whether a turn's text has ended and is near, and no turn waits for its conversation."""
    if not isinstance(turn, Turn) or turn.log is None:
        return False
    conversation = known(names.conversation(turn.conversation))
    alone = isinstance(conversation, Conversation) and not conversation.queue
    return alone and ended_text(known(names.log(turn.log)), known)


def fill(reads: Reads, read: Read, *, absent: bool) -> None:
    """Take what is near as if it had been read; with `absent`, take what is not near for something that is not there."""
    if read.kind not in {"cell", "chain", "group"}:
        return
    cell = reads.known.get(read.key, NOTHING if absent else None)
    if cell is not None:
        (reads.groups if read.kind == "group" else reads.cells)[read.key] = cell
        reads.cells |= {key: reads.known[key] for key in _named(cell.value) if key in reads.known}


def _named(value: object) -> Iterator[str]:
    """Yield the keys of what a cell names: a stored reply its log, a pointer its conversation."""
    if isinstance(value, Kept) and isinstance(value.record, Stored):
        yield names.log(value.record.log)
    elif isinstance(value, str):
        yield names.conversation(value)


def may_stand(result: object) -> bool:
    """Tell whether what came out may be written: of claims, only one that a stored answer serves."""
    return not isinstance(result, Granted) or (result.fresh and result.view.source is Source.STORED)

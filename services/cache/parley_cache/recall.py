"""What a member may see and undo of a conversation. Rules over `Tables`; none of them begins a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parley_cache import conversations, history, rewinding
from parley_cache.model import Message, Posted, Reference
from parley_cache.records import Conversation
from parley_cache.store.tables import Tables
from parley_kit.faults import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Recalled:
    """A conversation as it stands; `window`: what Claude would see of it now."""

    conversation: Conversation
    window: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A conversation that was forgotten: so many messages."""

    conversation_id: str
    revision: int
    messages: int


@dataclass(frozen=True, slots=True)
class Removed:
    """A turn that was removed, and the Discord messages that it left."""

    posted: tuple[Posted, ...]
    revision: int


def _find(tables: Tables, reference: Reference) -> Conversation:
    conversation_id = conversations.known(tables, reference)
    conversation = tables.conversation(conversation_id) if conversation_id is not None else None
    if conversation is None:
        raise NotFound("NO_SUCH_CONVERSATION", "There is no such conversation.")
    return conversation


def view(tables: Tables, reference: Reference) -> Recalled:
    """Return a conversation as it stands. Raises NotFound."""
    conversation = _find(tables, reference)
    seen = tables.messages(conversation.id, conversation.window.start, conversation.length)
    return Recalled(conversation, seen)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an export stands: the conversation as it was found at the start, and the next message's index."""

    conversation: Conversation
    next: int = 0

    @property
    def is_last(self) -> bool:
        """Whether nothing is left."""
        return self.next >= self.conversation.length


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages of an export, and where it stands after them."""

    messages: Sequence[Message]
    place: Place


def page(tables: Tables, reference: Reference, place: Place | None, size: int) -> Page:
    """Return the next messages, so few that one operation is short; `place` None: the first ones.

    Raises NotFound, Conflict when they are no longer in place.
    """
    place = place or Place(_find(tables, reference))
    found, stop = tables.conversation(place.conversation.id), min(place.next + size, place.conversation.length)
    if found is None or found.revision != place.conversation.revision:
        raise Conflict("CONVERSATION_CHANGED", "The conversation has changed; export it again.")
    return Page(tables.messages(found.id, place.next, stop), Place(place.conversation, stop))


def forget(tables: Tables, reference: Reference) -> Forgotten:
    """Forget all that was said. Raises NotFound."""
    conversation = _find(tables, reference)
    history.forget(tables, conversation)
    return Forgotten(conversation.id, conversation.revision + 1, conversation.length)


def remove_turn(tables: Tables, turn_id: str, by: str) -> Removed:
    """Take a question and its answer, or the one that was given in its place, out of its conversation. Raises NotFound.

    What runs of it is stopped.
    """
    conversation_id = conversations.of_turn(tables, turn_id)
    if conversation_id is None:
        raise NotFound("NO_SUCH_TURN", "There is no such turn.")
    turn_ids = rewinding.lineage(tables, turn_id)
    known = [turn for turn in map(tables.turn, turn_ids) if turn is not None]
    for turn in known:
        rewinding.abandon(tables, turn, by)
    posted = tuple(one for turn in known for one in turn.posted)
    conversation = tables.conversation(conversation_id)
    if conversation is None:
        return Removed(posted, 0)
    taken = history.take_out(tables, conversation, turn_ids)
    if not known:
        posted = tuple(one for message in taken for one in message.posted)
    return Removed(posted, conversation.revision + bool(taken))

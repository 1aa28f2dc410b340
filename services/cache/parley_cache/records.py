"""What the store keeps of a turn, a reply log and a conversation. Frozen: a change is a new record."""

from __future__ import annotations

from dataclasses import dataclass, field

from parley_cache.leases import Lease
from parley_cache.model import Opening, Outcome, Posted, RefusalReason, Source, State, TextEnd
from parley_cache.window import Window


@dataclass(frozen=True, slots=True)
class Restore:
    """A turn that the store forgot and that waits until the producers are back (`until`, in the store's seconds).

    `attempt`: the one whose text its holder shows; 0: none.
    """

    until: float
    opened: bool
    attempt: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn.

    `serial` counts what its holder must be told by another Opened; `window` is the range of the conversation's
    messages that it saw when it opened; `feeds`: it ended for its member, but its log is still open; `forgotten`:
    nothing of it shall be remembered; `free_at`: when its member may claim a turn again, if it was refused for that;
    `token_until`: when its interaction's token is worth nothing any more, in the store's seconds;
    `strange`: its holder came back with text that need not be this log's, so that it is always told from the beginning.
    """

    opening: Opening
    conversation: str
    lease: Lease
    state: State
    key: bytes | None = None
    restore: Restore | None = None
    refusal: RefusalReason | None = None
    log: str | None = None
    source: Source | None = None
    serial: int = 0
    revision: int = 0
    window: tuple[int, int] = (0, 0)
    posted: tuple[Posted, ...] = ()
    stopped_by: str | None = None
    link: str = ""
    outcome: Outcome | None = None
    ended: float = 0.0
    feeds: bool = False
    forgotten: bool = False
    free_at: float | None = None
    strange: bool = False
    token_until: float | None = None

    @property
    def id(self) -> str:
        """The turn's id."""
        return self.opening.turn_id


@dataclass(frozen=True, slots=True)
class Log:
    """A reply log; its text lies beside it. `length` in code points, `size` in bytes, both of `attempt`.

    `key`: whom it may serve while it runs; `keeps`: it may be stored under that key when it is complete; `begun`: when
    its leader began to produce, in the store's seconds; `groups`: who may purge it.
    """

    id: str
    leader: str
    key: bytes | None = None
    keeps: bool = False
    link: str = ""
    attempt: int = 1
    length: int = 0
    size: int = 0
    end: TextEnd | None = None
    begun: float = 0.0
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation; its messages lie beside it, `length` of them.

    `started_by`: empty once that member was forgotten, until the next one asks; `active`: turns that are being
    answered. It is one, unless the store forgot and two came back; `queue`: those that wait, in their order; `touched`:
    when its last turn came or ended, in the store's seconds; `edition`: when it began or something was last taken out
    of it, in the same. As long as it stands, messages were only added; 0: it was written before this field was, and
    tells nothing.
    """

    id: str
    started_by: str
    revision: int = 0
    active: tuple[str, ...] = ()
    queue: tuple[str, ...] = ()
    touched: float = 0.0
    length: int = 0
    window: Window = field(default_factory=Window)
    edition: float = 0.0

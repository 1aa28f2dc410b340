"""What the cache must learn about one turn, and how much of it it knows. Pure.

Everything a holder says is kept here as a state, not as a queue: when the stream broke, `opened` moves the
cursor to where the cache is, and what follows is said again. Text goes in batches: the first at once, later
ones at most `batch` seconds after the piece that began them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from parley_gateway.claims import End, Have, Opened, Posted, PostedKind, Release, Source, Step, Text, TextEnd, TurnState
from parley_kit.faults import Unavailable

MAX_TEXT = 65_536
"""Most characters of one Text (cache.proto)."""


@dataclass(slots=True)
class Ledger:
    """One turn's side of its HoldTurn stream. batch: seconds. claimed, open: what this stream has said so far."""

    batch: float = 0.25
    state: TurnState = TurnState.UNKNOWN
    source: Source = Source.UNKNOWN
    attempt: int = 0
    revision: int = 0
    text: str = ""
    text_end: TextEnd | None = None
    end: End | None = None
    released: bool = False
    committed: bool = False
    claimed: bool = False
    open: bool = False
    _posted: dict[tuple[PostedKind, int], str] = field(default_factory=dict)
    _unsaid: list[Posted] = field(default_factory=list)
    _said: int = 0
    _said_text_end: bool = False
    _said_end: bool = False
    _said_release: bool = False
    _flush_at: float = 0.0

    # --- what the turn tells

    def begin(self, attempt: int) -> None:
        """Begin an attempt's text from nothing: one of ours, or one that we follow."""
        self.attempt, self.text, self.text_end = attempt, "", None
        self._said, self._said_text_end, self._flush_at = 0, False, 0.0

    def lead_alone(self) -> None:
        """Lead without a word from the cache; it learns of it later, by `have`."""
        self.state, self.source = TurnState.OPENED, Source.LEAD
        self.begin(1)

    def begin_again(self, attempt: int) -> None:
        """Begin another attempt of the text that we produce, as long as it is ours."""
        if self.leads:
            self.begin(attempt)

    def append(self, text: str, now: float) -> None:
        """Add what Claude said; not what still comes after the cache made the text somebody else's."""
        if not self.leads:
            return
        if self._said == len(self.text) and self.text:
            self._flush_at = now + self.batch
        self.text += text

    def close(self, text_end: TextEnd) -> None:
        """Close the text that we produce, as long as it is ours."""
        if self.leads:
            self.text_end = text_end

    def post(self, posted: Posted) -> None:
        """Note a Discord message; an empty id removes it."""
        key = (posted.kind, posted.index)
        if self._posted.get(key, "") != posted.message_id:
            self._posted[key] = posted.message_id
            self._unsaid.append(posted)

    def finish(self, end: End) -> None:
        """Note that the last edit stands; the first outcome counts."""
        self.end = self.end or end

    def release(self) -> None:
        """Give the lease up, after all that is known is said."""
        self.released = True
        self._flush_at = 0.0

    # --- what the cache tells

    def claim(self) -> None:
        """Note that this stream holds the turn."""
        self.claimed = True

    def opened(self, opened: Opened) -> bool:
        """Take where the cache is; return whether the text begins anew.

        A leader keeps what it produced, whatever number the cache gives it; only a number of before the attempt that
        it began meanwhile is not taken, since the text behind it is another. A follower keeps what it read of the same
        attempt.
        """
        leads = opened.source is Source.LEAD
        kept = self.leads == leads and self.state is TurnState.OPENED and (leads or opened.attempt == self.attempt)
        self.state, self.source, self.open = TurnState.OPENED, opened.source, True
        self.revision = opened.revision
        if not kept:
            self.begin(opened.attempt)
        self._go_on(opened)
        return not kept

    def read(self, piece: Text) -> str:
        """Take a piece of a followed log; return what of it is new. Pieces may overlap.

        Raises Unavailable when one is missing: opened again, the log goes on where we are.
        """
        if piece.attempt != self.attempt:
            return ""
        if piece.offset > len(self.text):
            raise Unavailable("TEXT_MISSING", f"The log goes on at {piece.offset}, and we have {len(self.text)}.")
        fresh = piece.text[len(self.text) - piece.offset :]
        self.text += fresh
        return fresh

    def broken(self) -> None:
        """Note that the stream broke: what was said last may not have arrived."""
        self.claimed = self.open = False
        self._said_end = self._said_text_end = self._said_release = False
        self._unsaid = list(self.posted)

    def _go_on(self, opened: Opened) -> None:
        if opened.attempt < self.attempt:
            self._said = 0
        else:
            self.attempt, self._said = opened.attempt, min(opened.offset, len(self.text))
        if self.leads and self.text_end is not None:
            self.text_end = TextEnd(self.attempt, self.text_end.result, self.text_end.usage)
        self._said_text_end, self._flush_at = False, 0.0
        known = {(posted.kind, posted.index): posted.message_id for posted in opened.posted}
        self._posted = known | self._posted
        self._unsaid = [p for p in self.posted if known.get((p.kind, p.index)) != p.message_id]

    # --- what may be asked

    @property
    def leads(self) -> bool:
        """Whether the text is ours to produce."""
        return self.source is Source.LEAD

    @property
    def posted(self) -> tuple[Posted, ...]:
        """The Discord messages of the turn that are there."""
        return tuple(Posted(kind, index, message) for (kind, index), message in self._posted.items() if message)

    def have(self) -> Have | None:
        """Return what to open again with; None before anything was there."""
        if self.state is TurnState.UNKNOWN:
            return None
        return Have(self.state, self.source, self.attempt, len(self.text), self.posted, self.revision)

    @property
    def told(self) -> bool:
        """Whether the cache was told all, and nothing more will come."""
        text = not self.leads or self._said_text_end
        return self._said_release or (self.committed and text and not self._unsaid)

    def due(self, now: float) -> float | None:
        """Return in how many seconds there is something to say; None: nothing until something changes."""
        if not self.claimed:
            return None
        if self._unsaid or self._text_end_is_due() or self._end_is_due() or self._release_is_due():
            return 0.0
        if not self._text_is_due():
            return None
        return max(0.0, self._flush_at - now)

    def take(self) -> Step | None:
        """Return the next thing to say and count it as said."""
        if self._unsaid:
            return self._unsaid.pop(0)
        if self._text_is_due():
            return self._take_text()
        if self._text_end_is_due():
            self._said_text_end = True
            return self.text_end
        if self._end_is_due():
            self._said_end = True
            return self.end
        if self._release_is_due():
            self._said_release = True
            return Release()
        return None

    def _take_text(self) -> Text:
        piece = Text(self.attempt, self._said, self.text[self._said : self._said + MAX_TEXT])
        self._said += len(piece.text)
        return piece

    def _text_is_due(self) -> bool:
        return self.open and self.leads and self._said < len(self.text)

    def _text_end_is_due(self) -> bool:
        return self.open and self.leads and self.text_end is not None and not self._said_text_end

    def _end_is_due(self) -> bool:
        return self.end is not None and not self._said_end and not self.committed

    def _release_is_due(self) -> bool:
        return self.released and not self._said_release

"""Tells the cache, the board and the observer what happens with one turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from parley_gateway.board import Board
from parley_gateway.claims import End, Opened, Posted, PostedKind, Source, TextEnd
from parley_gateway.model import Outcome, Prompt, Stage, TurnView
from parley_gateway.ports import TurnWatch
from parley_gateway.turns.hold import Hold
from parley_kit.clock import Clock


class Chronicle:
    """One turn's record; a `ReplyWatch`."""

    def __init__(self, prompt: Prompt, hold: Hold, board: Board, watch: TurnWatch, clock: Clock) -> None:
        self._hold, self._board, self._watch, self._clock = hold, board, watch, clock
        self._received_at = prompt.received_at
        self._view = TurnView(
            prompt.turn_id, prompt.channel_id, watch.reference, Stage.CLAIMING, prompt.asked_at, clock.now()
        )
        self.ended_at: datetime | None = None

    # --- where the turn is

    def stage(self, stage: Stage) -> None:
        """Note where the turn is."""
        self._show(replace(self._view, stage=stage))

    def opened(self, opened: Opened) -> None:
        """Note where its text comes from."""
        self._watch.opened(opened.source, opened.conversation_id, opened.link, self._seconds())
        stage = Stage.WAITING if opened.source is Source.LEAD else Stage.ANSWERING
        self._show(replace(self._view, stage=stage, source=opened.source.value))

    def asked(self, address: str) -> None:
        """Note which executor answers."""
        self._show(replace(self._view, stage=Stage.ANSWERING, executor=address))

    def ended(self, outcome: Outcome, reason: str, shown_offset: int) -> None:
        """Note that the last edit stands."""
        self._hold.ledger.finish(End(outcome, shown_offset))
        self._hold.changed()
        self.ended_at = self._clock.now()
        self._watch.ended(outcome, reason, self._seconds())
        self._show(replace(self._view, stage=Stage.ENDED, outcome=outcome.value, reason=reason, ended_at=self.ended_at))

    def left(self) -> None:
        """Note that somebody else goes on with it, or did from the start."""
        self._watch.ended(None, "", self._seconds())
        self._board.drop(self._view.turn_id)

    # --- the text

    def said(self, text: str) -> None:
        """Note a piece of text that we produce."""
        self._hold.ledger.append(text, self._clock.monotonic())
        self._hold.changed()

    def began(self, attempt: int) -> None:
        """Note that we produce another attempt."""
        self._hold.ledger.begin_again(attempt)
        self._hold.changed()

    def closed(self, text_end: TextEnd) -> None:
        """Note that the text that we produce has ended."""
        self._hold.ledger.close(text_end)
        self._hold.changed()

    # --- what members see

    def posted(self, posted: Posted) -> None:
        """Note that a message exists, or is gone."""
        self._hold.ledger.post(posted)
        self._hold.changed()
        pages = {one.index: one.message_id for one in self._hold.ledger.posted if one.kind.answers}
        ids = tuple(pages[index] for index in sorted(pages))
        self._show(replace(self._view, message_ids=ids))

    def notified(self, message_id: str) -> None:
        """Note the message that told the asker; an answer that was given anew may have more than one."""
        told = [one.message_id for one in self._hold.ledger.posted if one.kind is PostedKind.NOTIFICATION]
        if message_id not in told:
            self.posted(Posted(PostedKind.NOTIFICATION, len(told), message_id))

    def edited(self, kind: str, outcome: str, took: float, staleness: float | None) -> None:
        """Note an edit."""
        self._watch.edited(kind, outcome, took, staleness)

    def visible(self) -> None:
        """Note that the first text can be seen."""
        self._watch.first_text(self._seconds())
        self._show(replace(self._view, first_text_at=self._clock.now()))

    def _seconds(self) -> float:
        return (self._clock.now() - self._received_at).total_seconds()

    def _show(self, view: TurnView) -> None:
        if view != self._view:
            self._view = view
            self._board.put(view)

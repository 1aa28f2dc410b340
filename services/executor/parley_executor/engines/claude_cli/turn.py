"""One turn of a `claude` process: from its frames to the port's events, in the only order that is allowed. Pure.

The program patches what breaks: it closes a broken message with a `message_delta` without a stop reason, begins a
reply anew, asks Claude a second time after `max_tokens`. None of it reaches a reader: a reply is whole when Claude
said why it stopped, and whoever read that ends the process if the program would go on by itself.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from parley_executor.engines.claude_cli.faults import error_of
from parley_executor.engines.claude_cli.frames import Frame, Part, Recorded, Result, TurnBegan
from parley_executor.engines.messages_events import MessageDelta, MessageEvent, MessageStop
from parley_executor.engines.messages_reply import Reply
from parley_executor.engines.port import EngineError, EngineEvent, Started
from parley_executor.reasons import Reason

_GOES_ON = frozenset({"max_tokens", "model_context_window_exceeded"})
"""After these the program asks Claude again by itself."""


class Turn:
    """Follows one turn. `begun`: text has come; `finished`: the reply is whole; `over`: nothing more is to be read.

    `clean`: the program ended the turn as one that leaves its conversation as we know it.
    """

    def __init__(self) -> None:
        self.session = ""
        self.over = self.clean = False
        self._reply = Reply()
        self._stop_reason: str | None = None

    @property
    def begun(self) -> bool:
        return self._reply.begun

    @property
    def started(self) -> bool:
        return self._reply.started

    @property
    def finished(self) -> bool:
        return self._reply.finished

    def take(self, frame: Frame) -> EngineEvent | None:
        """Return what a frame means to the port. Raises EngineError when the turn broke."""
        try:
            return self._take(frame)
        except EngineError as error:
            raise self.broken(error) from None

    def broken(self, error: EngineError) -> EngineError:
        """Return how a failure counts at this place of the reply: after the first text it is a broken stream."""
        return self._reply.broken(error)

    def _take(self, frame: Frame) -> EngineEvent | None:
        match frame:
            case Part(event):
                return self._part(event)
            case TurnBegan(session):
                self.session = session
            case Recorded(error=None) if not self.started:
                # A reply that was not streamed: the program does so, without a setting against it, after a 404.
                raise EngineError(Reason.MODEL_NOT_FOUND, upstream_status=HTTPStatus.NOT_FOUND)
            case Result():
                self._end(frame)
            case _:
                pass
        return None

    def _part(self, event: MessageEvent) -> EngineEvent | None:
        if self.finished:
            self.over = True  # the program asks again; whoever reads this turn ends it
            return None
        if isinstance(event, MessageDelta):
            return self._delta(event)
        if isinstance(event, MessageStop) and self._stop_reason is None:
            return None  # put in by the program after a fault; the fault follows
        taken = self._reply.take(event)
        return replace(taken, session=self.session) if isinstance(taken, Started) else taken

    def _delta(self, event: MessageDelta) -> EngineEvent | None:
        self._reply.take(event)
        self._stop_reason = event.stop_reason
        if event.stop_reason is not None and (event.stop_reason in _GOES_ON or not self.begun):
            self.over = True
            return self._reply.take(MessageStop())
        return None

    def _end(self, result: Result) -> None:
        self.over = True
        if not self.finished:
            raise error_of(result) if result.failed else EngineError(Reason.PROTOCOL)
        self.clean = not result.failed and result.calls == 1

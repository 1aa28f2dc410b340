"""The turn's own producing: begun when the cache says LEAD, cut by Stop, kept for others who read along."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from parley_gateway import conversation
from parley_gateway.claims import Broke, Cut, Open, Opened, Result, TextEnd
from parley_gateway.conversation import Contents
from parley_gateway.model import Request
from parley_gateway.ports import TurnWatch
from parley_gateway.texts import Key, Texts
from parley_gateway.turns.chronicle import Chronicle
from parley_gateway.turns.given import given, left_out, looked, weight
from parley_gateway.turns.meter import Meter
from parley_gateway.turns.notice import Fade
from parley_gateway.turns.produce import Producer
from parley_gateway.turns.reply import Reply
from parley_gateway.turns.room import Room
from parley_gateway.turns.waiting import ended
from parley_kit.faults import Exhausted

_log = logging.getLogger(__name__)


class Lead:
    """Produces for one turn; a `Sink`."""

    def __init__(self, room: Room, opening: Open, reply: Reply, chronicle: Chronicle, watch: TurnWatch) -> None:
        self._room, self._prompt, self._terms = room, opening.prompt, opening.terms
        self._reply, self._chronicle, self._watch = reply, chronicle, watch
        self._texts = Texts(opening.prompt.locale)
        self._attempt = 0
        self._meter = Meter()
        self._work: asyncio.Task[None] | None = None
        self.result: Result | None = None

    @property
    def running(self) -> bool:
        """Whether Claude is asked, or about to be."""
        return self._work is not None and not self._work.done()

    def start(self, opened: Opened, tasks: asyncio.TaskGroup) -> None:
        """Produce the attempt that the cache asks for."""
        self._attempt = opened.attempt
        self._work = tasks.create_task(self._produce(opened), name="produce")

    async def quit(self) -> None:
        """Stop Claude without closing the text: it is somebody else's to produce now."""
        if self._work is not None:
            await ended(self._work)

    async def cut(self) -> None:
        """Stop Claude and close the text as stopped."""
        if self.running:
            await self.quit()
            self._close(Cut())

    async def finished(self) -> None:
        """Wait until there is nothing more to produce."""
        if self._work is not None:
            await asyncio.wait({self._work})

    def _request(self, opened: Opened, contents: Contents) -> Request:
        terms = self._terms
        return Request(
            turn_id=self._prompt.turn_id,
            conversation_id=opened.conversation_id,
            model=terms.model,
            system=(terms.system_prompt,),
            lines=conversation.lines(opened.window, opened.started_by, self._prompt, contents),
            max_output_tokens=terms.max_output_tokens,
            deadline=timedelta(seconds=self._room.settings.produce.whole),
        )

    async def _produce(self, opened: Opened) -> None:
        try:
            result = await self._run(opened)
        except Exhausted as full:
            result = Broke(full.reason, retryable=True)
        except Exception:  # noqa: BLE001 — a mistake of ours ends in a named error, never in silence
            _log.exception("turn.produce_failed")
            result = Broke("INTERNAL")
        self._close(result)

    async def _run(self, opened: Opened) -> Result:
        room = self._room
        producer = Producer(
            room.admissions, room.executors, room.clock, room.settings.produce, self._watch, meter=self._meter
        )
        verdicts = looked(self._prompt, opened.window)
        if not verdicts:
            return await producer.run(self._request(opened, {}), self)
        if room.files.full(weight(verdicts)):
            self.in_line(None)
        async with room.files.room(weight(verdicts)):
            contents = await given(room.files, self._prompt.channel_id, verdicts)
            self._reply.remark(left_out(self._texts, self._prompt, contents))
            return await producer.run(self._request(opened, contents), self)

    def _close(self, result: Result) -> None:
        self.result = result
        self._chronicle.closed(TextEnd(self._attempt, result, self._meter.used))
        self._reply.finish(result)

    # --- what the producer tells

    def in_line(self, estimate: timedelta | None) -> None:
        """Tell the member that all places are taken."""
        busy = self._texts.render(Key.BUSY)
        if estimate is None:
            self._reply.notice(busy)
        else:
            until = self._texts.render(Key.BUSY_UNTIL, ready=self._room.clock.now() + estimate)
            self._reply.notice(until, Fade(estimate, busy))

    def asked(self, address: str) -> None:
        """Note which executor answers."""
        self._chronicle.asked(address)

    def said(self, text: str) -> None:
        """Show a piece and log it."""
        self._reply.feed(text)
        self._chronicle.said(text)

    def anew(self) -> bool:
        """Begin another attempt, if there may be one."""
        if self._attempt >= self._room.settings.attempts:
            return False
        self._attempt += 1
        self._chronicle.began(self._attempt)
        self._reply.restart(self._attempt)
        return True

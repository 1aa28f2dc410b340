"""All turns that this gateway works on: they come from Discord or from a sibling that is gone, and end here or there."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from parley_gateway.asked import Asked
from parley_gateway.claims import Orphan
from parley_gateway.endings import Endings
from parley_gateway.messages import DeliveryError
from parley_gateway.model import Prompt
from parley_gateway.texts import Texts
from parley_gateway.turns.room import Room
from parley_gateway.turns.turn import Turn

_log = logging.getLogger(__name__)


class Turns:
    """The live turns. most: so many at once; further ones wait in the queue."""

    def __init__(self, room: Room, prompts: asyncio.Queue[Prompt], *, most: int = 500) -> None:
        self._room, self._prompts, self._most = room, prompts, most
        self.asked = Asked()
        self._live: dict[str, Turn | None] = {}
        self._offered: dict[str, Orphan] = {}
        self._change = asyncio.Event()
        self._closed = False
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Answer what is asked, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            while True:
                await self._below(self._most, standing_by=False)
                prompt = await self._prompts.get()
                self._begin(prompt)
                if self._closed and prompt.turn_id not in self._live:
                    tasks.create_task(self._turn_down(prompt), name=f"turn down {prompt.turn_id}")

    def adopt(self, orphan: Orphan) -> None:
        """Finish a turn whose gateway is gone, if nobody else does. Nobody would offer it again: one whose event is
        worked on here, in vain as it seems, is kept until that is over, and none waits in the queue.
        """
        turn_id = orphan.opening.prompt.turn_id
        if turn_id in self._live:
            self._offered[turn_id] = orphan
        else:
            self._begin(orphan.opening.prompt, orphan)

    def works_on(self, turn_id: str) -> bool:
        """Whether a turn is held, or about to be."""
        return turn_id in self._live

    def stop(self, turn_id: str, by: str) -> bool:
        """Stop a turn that is held here; False when it is not, as while another gateway answers and this one stands by."""
        turn = self._live.get(turn_id)
        if turn is None or turn.standing_by:
            return False
        turn.stop(by)
        return True

    def withdraw(self, message_ids: frozenset[str]) -> None:
        """End the turns held here whose question or answer is among deleted messages."""
        for turn in filter(None, self._live.values()):
            turn.withdraw(message_ids)

    def reword(self, message_id: str, text: str) -> bool:
        """Note new words of a question; False when no turn held here can take them any more."""
        return any(turn.reword(message_id, text) for turn in filter(None, self._live.values()))

    @property
    def _standing_by(self) -> int:
        return sum(turn is not None and turn.standing_by for turn in self._live.values())

    @property
    def live(self) -> int:
        """How many turns are held, or about to be."""
        return len(self._live)

    async def finish(self, grace: float, release: float) -> None:
        """Begin no more; let live turns end within the grace, hand over what is left. Seconds."""
        self._closed = True
        try:
            async with asyncio.timeout(grace):
                await self._below(1)
        except TimeoutError:
            await self._release(release)

    async def _release(self, seconds: float) -> None:
        for turn in self._live.values():
            if turn is not None:
                turn.release()
        try:
            async with asyncio.timeout(seconds):
                await self._below(1)
        except TimeoutError:
            _log.warning("turns.not_released", extra={"turns": len(self._live)})

    async def _below(self, most: int, *, standing_by: bool = True) -> None:
        """Wait until fewer are live; standing_by: those that only wait for the cache's word count too."""
        while len(self._live) - (0 if standing_by else self._standing_by) >= most:
            self._change.clear()
            await self._change.wait()

    def _begin(self, prompt: Prompt, orphan: Orphan | None = None) -> None:
        """Begin a turn, unless it is held here already or this gateway is about to end: a sibling has it then."""
        self.asked.note(prompt.channel_id, prompt.author_id, prompt.turn_id)
        if self._tasks is None or self._closed or prompt.turn_id in self._live:
            self._room.observer.event(prompt.event, "ignored")
        else:
            self._live[prompt.turn_id] = None
            self._tasks.create_task(self._answer(prompt, orphan), name=f"turn {prompt.turn_id}")

    async def _turn_down(self, prompt: Prompt) -> None:
        """Tell who used a command or pressed a button that nobody answers, if there is no sibling. A message needs no such
        word: the next gateway reads it again.
        """
        room = self._room
        if not room.siblings.first(prompt.channel_id, room.clock.monotonic()):
            return
        texts = room.whispers.texts(prompt.turn_id) or Texts(prompt.locale)
        words = Endings(texts, prompt.turn_id).failed("DRAINING").alone
        if prompt.interaction_token:
            with contextlib.suppress(DeliveryError):
                await room.discord.messages(prompt).create(0, words, buttons=())
        else:
            await room.whispers.tell(prompt.turn_id, words)

    async def _answer(self, prompt: Prompt, orphan: Orphan | None) -> None:
        """Live one turn, after those who go before us; a mistake of ours in it is logged and ends no other."""
        room = self._room
        try:
            adopted = orphan is not None
            if not await self._our_move(prompt, adopted=adopted):
                room.observer.event(prompt.event, "ignored")
                return
            async with asyncio.timeout(room.settings.life):
                with room.observer.turn(prompt, prompt.event, adopted=adopted) as watch:
                    turn = self._live[prompt.turn_id] = Turn(room, prompt, watch, orphan, stands_by=self._change.set)
                    await turn.run()
            room.observer.event(prompt.event, "handled")
        except Exception:  # noqa: BLE001 — told in the log; one turn must not end the others
            _log.exception("turn.failed", extra={"turn": prompt.turn_id})
            self._room.observer.event(prompt.event, "failed")
        finally:
            del self._live[prompt.turn_id]
            self._change.set()
            self._take_offer(prompt.turn_id)

    async def _our_move(self, prompt: Prompt, *, adopted: bool) -> bool:
        """Let those go before us who rank higher; False when this gateway is about to end by then."""
        room = self._room
        wait = room.siblings.wait(prompt.channel_id, room.clock.monotonic(), adopted=adopted)
        if wait:
            await room.clock.sleep(wait)
        return not (wait and self._closed)

    def _take_offer(self, turn_id: str) -> None:
        orphan = self._offered.pop(turn_id, None)
        if orphan is not None and not self._closed:
            self._begin(orphan.opening.prompt, orphan)

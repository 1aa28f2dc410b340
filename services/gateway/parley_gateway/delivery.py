"""Runs one reply's relay against Discord: one edit at a time, at the channel's pace, none ever cancelled."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from parley_gateway.edits import Create, Edit, Ending, FailureKind, Remove, Replace, Standing
from parley_gateway.messages import DeliveryError, Messages
from parley_gateway.pacer import Pacer, Route, Wish
from parley_gateway.relay import Relay
from parley_kit.clock import Clock, set_within

_LOOK_AGAIN = 60.0
"""Seconds after which a delivery that waits for text looks at its relay again."""


class Watcher(Protocol):
    """Hears what happened. Called in the order of events; must not raise or wait."""

    def accepted(self, edit: Edit, message_id: str, took: float) -> None:
        """Discord took an edit, after so many seconds."""
        ...

    def refused(self, edit: Edit, kind: FailureKind) -> None:
        """Discord did not take an edit."""
        ...

    def visible(self) -> None:
        """The first text can be seen."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """What stands in the end. shown_offset: how much of the attempt's text can be seen, in code points."""

    standing: Standing
    attempt: int
    shown_offset: int
    message_ids: tuple[str, ...]


class Delivery:
    """One reply. Feed it from anywhere in the loop; `run` ends when what stands in Discord is final.

    calls: a task group that outlives the delivery. An edit runs there as a task of its own, so that cancelling `run`
    starts no further edit but lets the one in flight end; its message is still reported to the watcher.
    """

    def __init__(
        self,
        relay: Relay,
        messages: Messages,
        *,
        pacer: Pacer,
        clock: Clock,
        calls: asyncio.TaskGroup,
        watcher: Watcher,
    ) -> None:
        self._relay, self._messages, self._pacer = relay, messages, pacer
        self._clock, self._calls, self._watcher = clock, calls, watcher
        self._news = asyncio.Event()
        self._idle = False

    def feed(self, text: str) -> None:
        """Show a piece of the attempt's text soon."""
        if self._relay.feed(text, self._clock.monotonic()) or self._idle:
            self._news.set()

    def restart(self, attempt: int) -> None:
        """Begin again with another attempt; what is shown stays until it has caught up."""
        self._relay.restart(attempt)
        self._news.set()

    def finish(self, ending: Ending) -> None:
        """End the reply; the first ending counts."""
        self._relay.finish(ending)
        self._news.set()

    def abandon(self) -> None:
        """Make no further edit; one that is on its way may still arrive before `run` ends."""
        self._relay.abandon()
        self._news.set()

    async def run(self) -> Delivered:
        """Make edits until the reply has ended and its last edit stands, or cannot."""
        self._pacer.join(self, self._news.set)
        try:
            while (standing := self._relay.standing) is None:
                await self._step()
        finally:
            self._pacer.leave(self)
        return Delivered(standing, self._relay.attempt, self._relay.shown_offset, self._relay.message_ids)

    async def _step(self) -> None:
        """Make the next edit if it is due, or wait until it may be."""
        self._news.clear()
        due = self._relay.next_edit()
        if due is None:
            self._pacer.withdraw(self)
            await self._wait(_LOOK_AGAIN, idle=True)
            return
        now = self._clock.monotonic()
        delay = self._pacer.delay(self, Wish(_route(due.edit), due.urgency, due.at), now)
        if delay > 0:
            await self._wait(delay)
        else:
            await self._make(due.edit, now)

    async def _wait(self, seconds: float, *, idle: bool = False) -> None:
        """Wait for news, at most so long. idle: any text is news."""
        self._idle = idle
        await set_within(self._news, seconds, self._clock)
        self._idle = False

    async def _make(self, edit: Edit, now: float) -> None:
        self._pacer.started(self, now)
        fault = await asyncio.shield(self._calls.create_task(self._perform(edit, now)))
        if fault is not None:
            raise fault

    async def _perform(self, edit: Edit, started: float) -> Exception | None:
        """Make one edit and note the answer. Return what nobody expected, so that the group of calls lives on."""
        try:
            message_id = await self._send(edit)
        except DeliveryError as error:
            self._relay.failed(edit, error.kind, self._clock.monotonic())
            self._watcher.refused(edit, error.kind)
        except Exception as fault:  # noqa: BLE001 -- raised again by the delivery that it belongs to
            return fault
        else:
            self._accept(edit, message_id, self._clock.monotonic() - started)
        finally:
            self._pacer.finished(_route(edit), started, self._clock.monotonic() - started)
        return None

    def _accept(self, edit: Edit, message_id: str, took: float) -> None:
        was_visible = self._relay.visible
        self._relay.applied(edit, message_id)
        self._watcher.accepted(edit, message_id, took)
        if self._relay.visible and not was_visible:
            self._watcher.visible()

    async def _send(self, edit: Edit) -> str:
        """Ask Discord; return the id of the message."""
        if isinstance(edit, Create):
            return await self._messages.create(edit.index, edit.content, buttons=edit.buttons, file=edit.file)
        message_id = self._relay.message_ids[edit.index]
        if isinstance(edit, Replace):
            await self._messages.edit(message_id, edit.content, buttons=edit.buttons, file=edit.file)
        else:
            await self._messages.remove(message_id)
        return message_id


def _route(edit: Edit) -> Route:
    match edit:
        case Create():
            return Route.CREATE
        case Replace():
            return Route.EDIT
        case Remove():
            return Route.REMOVE

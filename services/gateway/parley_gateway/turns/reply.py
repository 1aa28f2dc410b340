"""The visible side of one turn: typing, a notice while it waits, then the pages in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from parley_gateway.buttons import Buttons
from parley_gateway.claims import Posted, PostedKind, Refused, Result
from parley_gateway.delivery import Delivered, Delivery
from parley_gateway.edits import Adopted, Create, Edit, Ending, FailureKind, Remove, Replace
from parley_gateway.layout import Layout, Lengthy
from parley_gateway.messages import Messages
from parley_gateway.pacer import Pacer
from parley_gateway.relay import Cadence, Relay
from parley_gateway.turns.ages import Ages
from parley_gateway.turns.notice import Fade, Notice
from parley_gateway.turns.verdict import Verdict
from parley_kit.clock import Clock

TYPING_SECONDS = 8.0
"""Discord shows typing for 10 s."""


class ReplyWatch(Protocol):
    """Hears what members see."""

    def posted(self, posted: Posted) -> None:
        """Note that a message exists, or is gone."""
        ...

    def edited(self, kind: str, outcome: str, took: float, staleness: float | None) -> None:
        """Note an edit: create, replace or remove; accepted or why not; seconds; age of the text that it showed."""
        ...

    def visible(self) -> None:
        """Note that the first text can be seen."""
        ...


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a reply appears. buttons: under it while it grows. typing: shows once that the bot types. calls: outlives it.
    numbered: its messages are.
    """

    messages: Messages
    buttons: Buttons
    typing: Callable[[], Awaitable[None]]
    pacer: Pacer
    clock: Clock
    calls: asyncio.TaskGroup
    cadence: Cadence = field(default_factory=Cadence)
    numbered: bool = False


class Reply:
    """One turn's reply. What is fed before the pages begin waits for them."""

    def __init__(self, stage: Stage, verdict: Verdict, watch: ReplyWatch) -> None:
        self._stage, self._verdict, self._watch = stage, verdict, watch
        self._notice = Notice(stage.messages, stage.buttons, self._noticed, stage.pacer, stage.clock)
        self._ages = Ages()
        self._attempt = 1
        self._adopted = Adopted()
        self._early: list[str] = []
        self._ending: Ending | None = None
        self._delivery: Delivery | None = None
        self._seen = asyncio.Event()
        self._talked = self._abandoned = False

    # --- what the turn says

    def adopt(self, adopted: Adopted, notice: str) -> None:
        """Go on in messages that stand already; notice: that stands alone."""
        self._adopted = adopted
        self._notice.adopt(notice)
        if adopted.former:
            self._notice.close()

    def notice(self, text: str, fade: Fade | None = None) -> None:
        """Show a notice, as long as no page stands."""
        if not self._adopted.message_ids:
            self._notice.say(text, fade)

    def feed(self, text: str) -> None:
        """Show a piece of text."""
        self._talked = True
        self._ages.fed(text, self._stage.clock.monotonic())
        if self._delivery is not None:
            self._delivery.feed(text)
        else:
            self._early.append(text)
            self._notice.close()

    def remark(self, words: str) -> None:
        """Say this too at the end, in small print."""
        self._verdict.remark = words

    def restart(self, attempt: int) -> None:
        """Begin again with another attempt."""
        self._ages.restart()
        self._early.clear()
        self._attempt = attempt
        if self._delivery is not None:
            self._delivery.restart(attempt)

    def finish(self, result: Result | Refused) -> None:
        """End the reply in the words of how its text ended; the first end counts."""
        ending = self._verdict.of(result, self._stage.clock.now(), talked=self._talked)
        self._ending = self._ending or ending
        if self._delivery is not None:
            self._delivery.finish(ending)
        else:
            self._notice.close()

    def abandon(self) -> None:
        """Show nothing more: what it answers is gone."""
        self._abandoned = True
        if self._delivery is not None:
            self._delivery.abandon()
        else:
            self._notice.close()

    @property
    def finished(self) -> bool:
        """Whether it was told how it ends."""
        return self._ending is not None

    # --- its life

    async def run(self) -> Delivered:
        """Return what stands at the end."""
        async with asyncio.TaskGroup() as tasks:
            typing = tasks.create_task(self._type())
            notice = await self._notice.run()
            delivered = await self._begin(notice).run()
            typing.cancel()
        return delivered

    def _begin(self, notice: str) -> Delivery:
        if notice and not self._adopted.message_ids:
            self._adopted = replace(self._adopted, message_ids=(notice,))
        if self._notice.doubtful:  # Discord would take the first page for a repetition of it, and go on showing it
            self._adopted = replace(self._adopted, certain=False)
        self._delivery = delivery = Delivery(
            self._relay(),
            self._stage.messages,
            pacer=self._stage.pacer,
            clock=self._stage.clock,
            calls=self._stage.calls,
            watcher=_Watcher(self._watch, self._ages, self._seen, self._stage.clock),
        )
        for text in self._early:
            delivery.feed(text)
        self._early.clear()
        if self._ending is not None:
            delivery.finish(self._ending)
        if self._abandoned:
            delivery.abandon()
        return delivery

    def _noticed(self, message_id: str) -> None:
        self._watch.posted(Posted(PostedKind.NOTICE, 0, message_id))

    def _relay(self) -> Relay:
        return Relay(
            rejected=self._verdict.rejected(),
            layout=self._layout(),
            attempt=self._attempt,
            adopted=self._adopted,
            cadence=self._stage.cadence,
        )

    def _layout(self) -> Layout:
        stage, endings = self._stage, self._verdict.endings
        most = stage.cadence.most_pages
        lengthy = Lengthy(most, endings.rest_follows(), endings.whole_in_file()) if most else None
        return Layout(stage.buttons, lengthy, stage.numbered)

    async def _type(self) -> None:
        """Type at once and again until text can be seen; a notice says it better."""
        while not self._seen.is_set():
            if not self._notice.message_id:
                await self._stage.typing()
            await self._stage.clock.sleep(TYPING_SECONDS)


class _Watcher:
    """Tells the turn what a delivery did."""

    def __init__(self, watch: ReplyWatch, ages: Ages, seen: asyncio.Event, clock: Clock) -> None:
        self._watch, self._ages, self._seen, self._clock = watch, ages, seen, clock
        self._files: frozenset[int] = frozenset()

    def accepted(self, edit: Edit, message_id: str, took: float) -> None:
        if isinstance(edit, Remove):
            self._watch.posted(Posted(PostedKind.PAGE, edit.index, ""))
            self._watch.posted(Posted(PostedKind.FILE, edit.index, ""))
            self._watch.edited("remove", "accepted", took, None)
            return
        self._posted(edit, message_id)
        if edit.index == 0:
            self._watch.posted(Posted(PostedKind.NOTICE, 0, ""))
        staleness = self._ages.shown(edit.covers, self._clock.monotonic())
        self._watch.edited(_kind(edit), "accepted", took, staleness)

    def _posted(self, edit: Create | Replace, message_id: str) -> None:
        """Tell what the message is now; first that it is something, so that nobody sees it as nothing."""
        if isinstance(edit, Replace) and edit.file is None and edit.index in self._files:
            return
        kinds = (PostedKind.FILE, PostedKind.PAGE) if edit.file else (PostedKind.PAGE, PostedKind.FILE)
        self._watch.posted(Posted(kinds[0], edit.index, message_id))
        self._watch.posted(Posted(kinds[1], edit.index, ""))
        self._files = self._files - {edit.index} if kinds[0] is PostedKind.PAGE else self._files | {edit.index}

    def refused(self, edit: Edit, kind: FailureKind) -> None:
        self._watch.edited(_kind(edit), kind.value, 0.0, None)

    def visible(self) -> None:
        self._seen.set()
        self._watch.visible()


def _kind(edit: Edit) -> str:
    return "create" if isinstance(edit, Create) else "remove" if isinstance(edit, Remove) else "replace"

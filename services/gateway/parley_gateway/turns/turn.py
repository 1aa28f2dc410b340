"""One turn, from the claim to the last edit (docs/architecture.md, "One message on its way")."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from parley_gateway.buttons import Action, Button
from parley_gateway.claims import (
    Adopt,
    Broke,
    Cut,
    Open,
    Opened,
    Orphan,
    PostedKind,
    Queued,
    Refused,
    Restarted,
    Result,
    Source,
    StopRequested,
    TextEnd,
    Whole,
)
from parley_gateway.delivery import Delivered
from parley_gateway.edits import Adopted, Standing
from parley_gateway.endings import Endings
from parley_gateway.messages import DeliveryError
from parley_gateway.model import Outcome, Prompt
from parley_gateway.model import Stage as Place
from parley_gateway.offers import Offers
from parley_gateway.ports import TurnWatch
from parley_gateway.texts import Key, Texts
from parley_gateway.turns.chronicle import Chronicle
from parley_gateway.turns.failures import TABLE, Trouble
from parley_gateway.turns.hold import Hold, Lost, News, Piece, Turned, TurnedDown
from parley_gateway.turns.lead import Lead
from parley_gateway.turns.notice import Fade
from parley_gateway.turns.owned import OwnedMessages
from parley_gateway.turns.reply import Reply, Stage
from parley_gateway.turns.room import Room
from parley_gateway.turns.sought import SoughtMessages
from parley_gateway.turns.standby import Standby
from parley_gateway.turns.verdict import Verdict
from parley_gateway.turns.waiting import Overdue, ended, guarded

RELEASE_SECONDS = 1.0
PRESS_SECONDS = 5.0
"""So long a press waits for a cache that is silent: what replaces an answer cannot begin without it."""
LATE = timedelta(seconds=1)
"""A turn that is claimed so long after its event may have been begun by somebody else."""
OUTCOMES = {
    Standing.WHOLE: Outcome.ANSWERED,
    Standing.STOPPED: Outcome.STOPPED,
    Standing.FAILED: Outcome.FAILED,
    Standing.UNREACHABLE: Outcome.FAILED,
    Standing.REJECTED: Outcome.FAILED,
    Standing.ABANDONED: Outcome.ABANDONED,
    Standing.FORBIDDEN: Outcome.ABANDONED,
}
TROUBLES = {
    Standing.ABANDONED: Trouble.QUESTION_GONE,
    Standing.FORBIDDEN: Trouble.NO_PERMISSION,
    Standing.UNREACHABLE: Trouble.DISCORD_AWAY,
}
"""What an answer that does not stand tells of Discord."""


class Turn:
    """A turn that this gateway holds, or tries to. orphan: it was another's. stands_by: called when it begins to."""

    def __init__(
        self,
        room: Room,
        prompt: Prompt,
        watch: TurnWatch,
        orphan: Orphan | None = None,
        stands_by: Callable[[], None] = lambda: None,
    ) -> None:
        self._room, self._prompt, self._watch, self._orphan = room, prompt, watch, orphan
        self._texts = Texts(prompt.locale)
        self._offers = Offers(prompt.turn_id, prompt.author_id)
        self._verdict = Verdict(self._texts, watch.reference, self._offers)
        opening = _opening(room, prompt, watch, orphan)
        self._hold = Hold(room.store, opening, room.clock, adopt=_adoption(orphan), limits=room.settings.hold)
        self._chronicle = Chronicle(prompt, self._hold, room.board, watch, room.clock)
        self._answer = room.discord.messages(prompt)
        self._sought = SoughtMessages(self._answer, self._doubtful)
        self._standby = Standby(
            prompt, self._hold, room.siblings, room.clock, begun=self._sought.begun, begins=stands_by
        )
        self._owned = OwnedMessages(self._sought, self._hold)
        self._reply = Reply(self._stage(), self._verdict, self._chronicle)
        self._lead = Lead(room, opening, self._reply, self._chronicle, watch)
        self._result: Result | Refused | None = None
        self._turned_away: Refused | None = None
        self._looking: asyncio.Task[None] | None = None
        self._began, self._left = asyncio.Event(), asyncio.Event()
        self._began_at: float | None = None
        self._question_gone = self._releasing = self._answered = False

    # --- for others

    def stop(self, by: str) -> None:
        """Stop the turn though the cache did not carry the wish."""
        self._hold.news.put_nowait(StopRequested(by, others_read=False))

    def release(self) -> None:
        """Hand the turn over: write nothing more, give the lease back."""
        self._releasing = True
        self._left.set()

    def withdraw(self, gone: frozenset[str]) -> None:
        """End the turn if its question, or a message of its answer that it did not remove itself, was deleted.

        Without its question the answer goes too.
        """
        pages = {one.message_id for one in self._hold.ledger.posted if one.kind is not PostedKind.NOTIFICATION}
        self._question_gone = self._question_gone or self._prompt.message_id in gone
        if self._question_gone or any(not self._owned.removed(page) for page in pages & gone):
            self._reply.abandon()

    def reword(self, message_id: str, text: str) -> bool:
        """Note that its question has other words now; False when it is another's, or the end is being said already."""
        if message_id != self._prompt.message_id or self._reply.finished:
            return False
        self._offers.reworded = text != self._prompt.text
        return True

    @property
    def standing_by(self) -> bool:
        """Whether it only waits for the cache's word while another gateway answers."""
        return self._hold.standing_by

    # --- its life

    async def run(self) -> None:
        """Live until the last edit stands and the cache knows, or the turn is somebody else's."""
        async with asyncio.TaskGroup() as tasks:
            holding = tasks.create_task(self._hold.run(), name="hold")
            replying = tasks.create_task(self._reply.run(), name="reply")
            listening = tasks.create_task(self._listen(tasks), name="listen")
            claiming = tasks.create_task(self._claim(), name="claim")
            delivered = await self._delivered(replying)
            if delivered is not None:
                await self._conclude(delivered)
            elif self._turned_away is not None:
                await self._turn_away(self._turned_away, replying)
            elif self._answered:
                await self._let_stand(replying)
            else:
                await self._leave(replying)
            await ended(holding, replying, listening, claiming, *filter(None, [self._looking]))

    async def _claim(self) -> None:
        """Wait for the cache's first word; without one, answer without memory. An orphan is not ours without one."""
        if self._orphan is not None or await self._hold.first_word() or not await self._standby.our_turn():
            return
        self._trouble(Trouble.CACHE_SILENT)
        if self._prompt.rewinds is not None:
            await self._wait_longer()
            return
        self._hold.go_alone()
        self._hold.news.put_nowait(Turned(Opened("", Source.LEAD, 1), anew=True))

    async def _wait_longer(self) -> None:
        """Give the cache time to say what a press replaces, which only it knows; then tell that nothing came of it."""
        if not await self._hold.heard(PRESS_SECONDS):
            await self._whisper(Key.ACT_FAILED)
            self._hold.give_up()

    async def _delivered(self, replying: asyncio.Task[Delivered]) -> Delivered | None:
        """Wait until the reply stands; None when the turn is left before."""
        leaving = asyncio.ensure_future(self._left.wait())
        try:
            await asyncio.wait({replying, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended(leaving)
        return replying.result() if replying.done() and not self._hold.lost else None

    async def _conclude(self, delivered: Delivered) -> None:
        """Tell the outcome; go on producing for others who read along; wait until the cache knows all."""
        outcome, reason = self._outcome(delivered.standing)
        if outcome is Outcome.ANSWERED and self._began_at is not None:
            self._room.durations.note(self._room.clock.monotonic() - self._began_at)
        if outcome is Outcome.ANSWERED and self._took_long() and not self._question_gone:
            await self._notify(delivered.message_ids[0])
        self._chronicle.ended(outcome, reason, delivered.shown_offset)
        if delivered.standing in TROUBLES:
            self._trouble(TROUBLES[delivered.standing])
        if self._question_gone:
            await self._remove_all()
        else:
            await self._tell_apart(delivered.standing)
        if self._lead.running and not self._hold.ledger.claimed:
            await self._lead.cut()
        await self._lead.finished()
        await self._told_within(self._room.settings.settle)

    def _took_long(self) -> bool:
        after = self._room.settings.notify
        return 0 < after < (self._room.clock.now() - self._prompt.asked_at).total_seconds()

    async def _notify(self, message_id: str) -> None:
        """Tell the asker by a message of its own, since edits notify nobody. The cache hears of the end only then: an
        adopter tells it again if need be, and Discord takes the two for one.
        """
        asker, answer = f"<@{self._prompt.author_id}>", _link(self._prompt, message_id)
        with contextlib.suppress(DeliveryError):  # a courtesy: the answer stands
            notification = await self._answer.notify(self._texts.render(Key.READY, asker=asker, answer=answer))
            self._chronicle.notified(notification)

    async def _remove_all(self) -> None:
        """Leave nothing of the answer; what Discord does not remove now, the next who hears of it tries again."""
        for posted in self._hold.ledger.posted:
            with contextlib.suppress(DeliveryError):
                await self._sought.remove(posted.message_id)  # whoever holds the turn: nobody wants its answer

    async def _tell_apart(self, standing: Standing) -> None:
        """Tell the member by another way what Discord does not take where it belongs."""
        if standing is Standing.FORBIDDEN and self._prompt.guild_id:
            words = self._texts.render(Key.NO_WRITING, channel=self._prompt.channel_id)
            await self._room.discord.tell(self._prompt, words)
        if standing in (Standing.ABANDONED, Standing.FORBIDDEN):
            await self._whisper(Key.ACT_FAILED)

    async def _turn_away(self, refused: Refused, replying: asyncio.Task[Delivered]) -> None:
        """Leave the answer that stands as it is; only whoever wanted another one is told why there is none."""
        await ended(replying)
        self._chronicle.ended(Outcome.REFUSED, refused.reason, 0)
        await self._whisper(refused)
        await self._told_within(self._room.settings.settle)

    async def _let_stand(self, replying: asyncio.Task[Delivered]) -> None:
        """End the turn for the cache, which was not there when another gateway answered: nothing of it is remembered."""
        await ended(replying)
        self._chronicle.ended(Outcome.ABANDONED, "ANSWERED_WITHOUT_MEMORY", 0)
        await self._told_within(self._room.settings.settle)

    async def _whisper(self, said: Key | Refused, **placeholders: object) -> None:
        """Tell whoever pressed, in their language; nobody if this turn began otherwise."""
        turn_id = self._prompt.turn_id
        texts = self._room.whispers.texts(turn_id)
        if texts is None:
            return
        if isinstance(said, Key):
            words = texts.render(said, reference=self._watch.reference, **placeholders)
        else:
            words = Endings(texts, self._watch.reference).cause(said.reason, said.free_at)
        await self._room.whispers.tell(turn_id, words)

    async def _leave(self, replying: asyncio.Task[Delivered]) -> None:
        await ended(replying)
        await self._lead.quit()
        if self._releasing and not self._hold.lost:
            self._trouble(Trouble.GATEWAY_ENDS)
            self._hold.ledger.release()
            self._hold.changed()
            await self._told_within(RELEASE_SECONDS)
        self._chronicle.left()

    async def _told_within(self, seconds: float) -> None:
        try:
            await guarded(self._hold.told(), _expire(self._room, seconds))
        except Overdue:
            self._trouble(Trouble.CACHE_NOT_TOLD)

    def _trouble(self, trouble: Trouble) -> None:
        self._watch.trouble(trouble.name, TABLE[trouble].act.name)

    # --- what the cache says

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            news = await self._hold.news.get()
            if isinstance(news, Turned | Queued | Refused) and await self._stands():
                self._let_be(news)
            else:
                await self._hear(news, tasks)

    async def _hear(self, news: News, tasks: asyncio.TaskGroup) -> None:
        match news:
            case Turned():
                await self._turn(news, tasks)
            case Piece(text):
                self._reply.feed(text)
            case TextEnd():
                self._finish(news.result)
            case Restarted(attempt):
                self._reply.restart(attempt)
            case StopRequested():
                await self._stop(news)
            case Queued(position):
                await self._queue(position)
            case Refused():
                self._refuse(news)
            case TurnedDown():
                self._turn_down(news.trouble, news.why)
            case Lost():
                self._left.set()
            case _:
                pass  # Renewed, Committed, Text, Duplicate and Opened are the hold's own business

    async def _stands(self) -> bool:
        """Whether the answer was given while this gateway stood by: then nobody shall answer again."""
        if not self._answered and self._standby.stood and not self._began.is_set():
            self._answered = await self._sought.ended()
        return self._answered

    def _let_be(self, news: News) -> None:
        """Leave the answer that stands; what the cache lets us produce ends before it begins."""
        if isinstance(news, Turned) and news.opened.source is Source.LEAD:
            self._chronicle.closed(TextEnd(news.opened.attempt, Cut()))
        self._left.set()

    async def _turn(self, turned: Turned, tasks: asyncio.TaskGroup) -> None:
        """Begin to lead or to follow; a stream that was only opened again changes nothing."""
        opened = turned.opened
        self._chronicle.opened(opened)
        self._offers.source, self._offers.revision = opened.source, opened.revision
        if not turned.anew:
            return
        self._verdict.without_memory = not opened.conversation_id  # only what we begin alone has none
        await self._lead.quit()
        if self._began.is_set():
            self._reply.restart(opened.attempt)
        else:
            self._begin(opened)
            self._looking = tasks.create_task(self._sought.look_ahead(), name="look ahead")
        if opened.source is not Source.LEAD:
            return
        if self._reply.finished:  # stopped while it waited: nobody wants the text
            self._chronicle.closed(TextEnd(opened.attempt, Cut()))
        else:
            self._lead.start(opened, tasks)

    def _begin(self, opened: Opened) -> None:
        self._began.set()
        self._began_at = self._room.clock.monotonic()
        self._reply.restart(opened.attempt)
        # the message that becomes a file is for a moment known as both
        pages = {one.index: one.message_id for one in opened.posted if one.kind.answers}
        notice = next((one.message_id for one in opened.posted if one.kind is PostedKind.NOTICE), "")
        have = self._orphan.opening.have if self._orphan is not None else None
        if opened.posted or self._doubtful():
            # What a dead gateway had on its way may have arrived without anybody noting it.
            length, certain = have.offset if have is not None else 0, not self._doubtful()
            self._reply.adopt(self._adopted([pages[index] for index in sorted(pages)], length, certain=certain), notice)

    def _adopted(self, pages: list[str], length: int, *, certain: bool) -> Adopted:
        rewinds = self._prompt.rewinds
        former = rewinds is not None and bool(pages) and not length
        answered = former and rewinds is not None and rewinds.answered
        return Adopted(tuple(pages), length, certain=certain, former=former, answered=answered)

    async def _queue(self, position: int) -> None:
        self._chronicle.stage(Place.QUEUED)
        key, when = self._line(position)
        if self._prompt.rewinds is not None:  # the answer that stands is left as it is until this one begins
            await self._whisper(key, position=position, **when)
            return
        self._reply.notice(self._texts.render(key, position=position, **when), self._fade(position))

    def _fade(self, position: int) -> Fade | None:
        """Return what a member in line is told once the time that was guessed has passed: their place alone."""
        wait = self._room.durations.after(position)
        return Fade(wait, self._texts.render(_place(position), position=position)) if wait is not None else None

    def _line(self, position: int) -> tuple[Key, dict[str, datetime]]:
        """Return what a member in line is told: their place, and the time as far as it can be guessed."""
        wait = self._room.durations.after(position)
        if wait is None:
            return _place(position), {}
        key = Key.QUEUED_NEXT_UNTIL if position <= 1 else Key.QUEUED_UNTIL
        return key, {"ready": self._room.clock.now() + wait}

    def _turn_down(self, trouble: Trouble, why: Broke) -> None:
        """Say that the cache does not let the turn begin: the one that goes first does, and all were told the same."""
        self._trouble(trouble)
        if not self._standby.first:
            self._hold.give_up()
        elif self._prompt.rewinds is None:
            self._finish(why)
        else:
            self._refuse(Refused(why.reason, self._room.clock.now() + why.retry_after if why.retry_after else None))

    def _refuse(self, refused: Refused) -> None:
        """End what is refused in words; an answer that was to be replaced stays, and only whoever wanted that is told."""
        if self._prompt.rewinds is None:
            self._finish(refused)
        else:
            self._turned_away = refused
            self._left.set()

    async def _stop(self, wish: StopRequested) -> None:
        """End the display; stop Claude unless others read along, of whom the last will be told."""
        if not wish.others_read:
            await self._lead.cut()
        self._finish(Cut())

    def _finish(self, result: Result | Refused) -> None:
        self._result = self._result or result
        self._reply.finish(result)

    # --- how it ended

    def _outcome(self, standing: Standing) -> tuple[Outcome, str]:
        result = self._result or self._lead.result
        outcome = OUTCOMES[standing]
        if isinstance(result, Refused):
            return Outcome.REFUSED, result.reason
        if outcome is Outcome.ANSWERED and result == Whole("refusal"):
            return Outcome.REFUSED, "REFUSAL"
        if standing is Standing.FAILED and isinstance(result, Broke):
            return outcome, result.reason
        return outcome, "" if outcome in (Outcome.ANSWERED, Outcome.STOPPED) else standing.name

    def _doubtful(self) -> bool:
        """Whether another gateway may have begun it: it is adopted, or was claimed late."""
        claimed_at = self._hold.claimed_at
        return self._orphan is not None or (claimed_at is not None and claimed_at - self._prompt.asked_at > LATE)

    async def _type(self) -> None:
        """Show the sign; who does not go first shows none before the turn is its own. Under a command Discord shows it."""
        if self._prompt.interaction_token:
            return
        if self._prompt.rewinds is not None:
            await self._began.wait()
        if (self._orphan is None and self._standby.first) or await self._hold.own():
            await self._room.discord.typing(self._prompt.channel_id)

    def _stage(self) -> Stage:
        room, prompt = self._room, self._prompt
        return Stage(
            messages=self._owned,
            buttons=(Button(Action.STOP, prompt.turn_id, prompt.author_id),),
            typing=self._type,
            pacer=room.pacers.of(prompt.channel_id, room.clock.monotonic()),
            clock=room.clock,
            calls=room.calls,
            cadence=room.settings.cadence,
            numbered=room.numbered(prompt),
        )


def _opening(room: Room, prompt: Prompt, watch: TurnWatch, orphan: Orphan | None) -> Open:
    """Return the claim; an orphan keeps the terms that it was claimed on."""
    if orphan is not None:
        return orphan.opening
    return Open(replace(prompt, traceparent=watch.traceparent), room.terms(prompt))


def _adoption(orphan: Orphan | None) -> Adopt | None:
    return Adopt(orphan.opening.prompt.turn_id, orphan.lease) if orphan is not None else None


def _place(position: int) -> Key:
    return Key.QUEUED_NEXT if position <= 1 else Key.QUEUED


def _link(prompt: Prompt, message_id: str) -> str:
    return f"https://discord.com/channels/{prompt.guild_id or '@me'}/{prompt.channel_id}/{message_id}"


async def _expire(room: Room, seconds: float) -> None:
    await room.clock.sleep(seconds)
    raise Overdue

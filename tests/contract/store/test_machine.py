"""Whatever gateways do, in whatever order, with time passing: the invariants of the contract hold."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.cache_turns import Gateway, Hold, StoreBench, have
from support.redis_server import Server
from support.redis_stores import store_on, target_of
from typing_extensions import override

from parley_cache import forgetting, purging, recall
from parley_cache.limits import Limits
from parley_cache.model import Finished, Message, Mode, Named, Outcome, RefusalReason, Source, State, Stopped, TextEnd
from parley_cache.store.memory import MemoryStore
from parley_cache.store.port import Store
from parley_cache.turns import Duplicate
from parley_cache.words import Committed, Opened, Piece, Refused, Restarted
from parley_kit.clock import ManualClock
from parley_kit.faults import Conflict, NotFound, Precondition

T = TypeVar("T")
LEASE = 15.0
MARGIN = 0.5
"""On a Redis time passes by itself too: so near its end the test does not judge a lease."""
LIMITS = Limits(lease=LEASE, queue=2, reply_entries=2, user_messages=0)
PROMPTS = ["same", "same", "other"]
CHATS = ["chat-1", "chat-2", "chat-3", "chat-4"]


@dataclass
class Screen:
    """What a member sees of one turn, built from what its holder was told or produced."""

    attempt: int = 0
    shown: str = ""

    def read(self, word: Any) -> None:
        begins = isinstance(word, Opened) and word.attempt != self.attempt
        if begins or isinstance(word, Restarted):
            self.attempt, self.shown = word.attempt, ""
        elif isinstance(word, Piece):
            assert word.attempt == self.attempt, "text of an attempt that was not announced"
            assert word.offset == len(self.shown), "a gap or a repetition"
            self.shown += word.text


@dataclass
class Actor:
    """A turn with its present holder as the test knows it."""

    turn_id: str
    hold: Hold
    renewed: float
    asleep: bool = False
    screen: Screen = field(default_factory=Screen)
    read: int = 0


class Turns(RuleBasedStateMachine):
    """Gateways that claim, produce, follow, stop, fall asleep, wake too late, adopt and end."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.ids = itertools.count(1000)
        self.words = itertools.count()
        self.living: dict[str, Actor] = {}
        self.ended: set[str] = set()
        self.written: dict[tuple[str, int], str] = {}
        self.gone: set[str] = set()
        self.revisions: dict[str, int] = {}

    def run(self, work: Awaitable[T]) -> T:
        async def bounded() -> T:
            async with asyncio.timeout(30):
                return await work

        return self.loop.run_until_complete(bounded())

    @initialize()
    def begin(self) -> None:
        self.set_up()

    def set_up(self) -> None:
        """Take fresh stores and their time."""
        clock = ManualClock()
        self.stores: Iterator[Store] = itertools.repeat(MemoryStore(LIMITS, clock))
        self.pass_time: Callable[[float], Awaitable[None]] = clock.advance
        self.now: Callable[[], float] = clock.monotonic

    @property
    def store(self) -> Store:
        """Any of the stores on the same records."""
        return next(self.stores)

    @property
    def bench(self) -> StoreBench:
        return StoreBench(self.store, self.pass_time)

    @override
    def teardown(self) -> None:
        if hasattr(self, "stores"):
            self.finish_everything()
        self.close()
        self.loop.close()

    def close(self) -> None:
        """Release what `set_up` took."""

    # --- what gateways do

    @rule(
        prompt=st.sampled_from(PROMPTS),
        chat=st.sampled_from(CHATS),
        mode=st.sampled_from([Mode.USE, Mode.USE, Mode.USE, Mode.REFRESH, Mode.NEVER]),
    )
    def claim(self, prompt: str, chat: str, mode: Mode) -> None:
        turn_id, now = str(next(self.ids)), self.now()
        hold = self.run(Gateway(self.store).open(turn_id, prompt=prompt, reference=Named(chat), mode=mode))
        self.living[turn_id] = Actor(turn_id, hold, now)

    @precondition(lambda self: self.living)
    @rule(data=st.data())
    def claim_again_elsewhere(self, data: st.DataObject) -> None:
        actor = self.pick(data)
        answer = self.run(Gateway(self.store, "another").ask(actor.hold.opening))
        assert isinstance(answer, Duplicate)

    @precondition(lambda self: self.living)
    @rule(data=st.data())
    def open_again(self, data: st.DataObject) -> None:
        actor = self.pick(data)
        self.hear(actor)
        source = self.source(actor)
        offset = len(actor.screen.shown) if source is not Source.LEAD else self.length(actor)
        had = have(source, actor.screen.attempt or self.attempt(actor), offset)
        if source is None:
            had = have(None, 0, 0, state=State.QUEUED)
        place, now = self.log(actor), self.now()
        reopened = self.run(Gateway(self.store, actor.hold.right.holder).ask(actor.hold.opening, had))
        assert isinstance(reopened, Hold)
        shown = self.written.get((place, had.attempt), "")[:offset] if source is Source.LEAD else None
        actor.screen = Screen(had.attempt, actor.screen.shown if shown is None else shown)
        actor.hold, actor.read = reopened, 0
        actor.renewed, actor.asleep = now, False

    @precondition(lambda self: self.living)
    @rule(data=st.data(), late=st.booleans())
    def produce(self, data: st.DataObject, late: bool) -> None:
        actor = self.pick(data)
        self.hear(actor)
        if self.source(actor) is not Source.LEAD or self.ends(actor):
            return
        attempt, length = self.attempt(actor), self.length(actor)
        word = f"{next(self.words)}, "
        place = (self.log(actor), attempt)
        before = self.written.get(place, "")
        overlap = before[-3:] if late else ""
        self.run(actor.hold.store.append(actor.hold.right, attempt, length - len(overlap), overlap + word))
        self.written[place] = before + word

    @precondition(lambda self: self.living)
    @rule(data=st.data())
    def begin_another_attempt(self, data: st.DataObject) -> None:
        actor = self.pick(data)
        self.hear(actor)
        if self.source(actor) is not Source.LEAD or self.ends(actor):
            return
        attempt = self.attempt(actor) + 1
        word = f"{next(self.words)}, "
        try:
            self.run(actor.hold.store.append(actor.hold.right, attempt, 0, word))
        except Precondition:
            assert attempt > LIMITS.attempts
        else:
            self.written[self.log(actor), attempt] = word

    @precondition(lambda self: self.living)
    @rule(data=st.data(), stopped=st.booleans())
    def finish(self, data: st.DataObject, stopped: bool) -> None:
        actor = self.pick(data)
        self.hear(actor)
        if self.source(actor) is Source.LEAD:
            result = Stopped() if stopped else Finished("end_turn")
            self.run(actor.hold.finish(self.attempt(actor), result))

    @precondition(lambda self: self.living)
    @rule(data=st.data(), outcome=st.sampled_from(Outcome))
    def end(self, data: st.DataObject, outcome: Outcome) -> None:
        actor = self.pick(data)
        self.run(actor.hold.end(outcome))
        assert any(isinstance(word, Committed) for word in self.run(actor.hold.hear()))
        self.forget(actor)

    @precondition(lambda self: self.living)
    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        self.run(self.pick(data).hold.stop())

    @precondition(lambda self: self.living)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        actor = self.pick(data)
        self.run(actor.hold.release())
        actor.asleep, actor.renewed = True, -LEASE

    @precondition(lambda self: self.living)
    @rule(data=st.data())
    def fall_asleep(self, data: st.DataObject) -> None:
        self.pick(data).asleep = True

    @rule(seconds=st.sampled_from([1.0, 4.0, 16.0]))
    def time_passes(self, seconds: float) -> None:
        while seconds > 0:
            self.run(self.pass_time(min(4.0, seconds)))
            seconds -= 4.0
            for actor in self.living.values():
                if not actor.asleep:
                    now = self.now()
                    self.run(actor.hold.renew())
                    actor.renewed = now
            self.run(self.store.sweep(lapses=True))

    @rule()
    def adopt_all(self) -> None:
        for turn_id in self.run(self.bench.orphan_ids()):
            self.adopt(turn_id)

    def adopt(self, turn_id: str) -> None:
        former = self.living[turn_id]
        assert former.asleep, "a living turn was offered"
        now = self.now()
        adopted = self.run(Gateway(self.store, f"gateway-{next(self.words)}").adopt(turn_id))
        with pytest.raises(Conflict):
            self.run(former.hold.renew())
        self.living[turn_id] = Actor(turn_id, adopted, now)

    # --- what members undo

    @precondition(lambda self: self.living or self.ended)
    @rule(data=st.data())
    def ask_again_twice_at_once(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(sorted({*self.living, *self.ended})))
        refusals = [self.rewind(target) for _ in range(2)]
        if refusals[0] is None:
            self.gone.add(target)
            assert refusals[1] is RefusalReason.STALE

    def rewind(self, target: str) -> RefusalReason | None:
        turn_id = str(next(self.ids))
        opening = self.run(Gateway(self.store).open(turn_id, prompt="again", mode=Mode.REFRESH, rewind_to=target))
        self.living[turn_id] = Actor(turn_id, opening, self.now())
        refused = self.run(opening.heard(Refused))
        return refused[0].reason if refused else None

    @precondition(lambda self: self.living or self.ended)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(sorted({*self.living, *self.ended})))
        self.run(self.store.apply("remove", lambda tables: recall.remove_turn(tables, target, "77")))
        self.gone.add(target)

    @rule(chat=st.sampled_from(CHATS))
    def forget_all(self, chat: str) -> None:
        remembered = self.remembered(chat)
        with contextlib.suppress(NotFound):
            self.run(self.store.apply("forget", lambda tables: recall.forget(tables, Named(chat))))
        self.gone |= {message.turn_id for message in remembered}

    @rule()
    def forget_the_member(self) -> None:
        remembered = {message.turn_id for chat in CHATS for message in self.remembered(chat)}
        self.run(forgetting.member(self.store, "30"))
        self.gone |= remembered | set(self.living)
        assert not any(self.remembered(chat) for chat in CHATS)

    @rule()
    def purge(self) -> None:
        self.run(self.store.apply("purge", purging.everything))
        assert self.run(self.store.figures()).stored == 0

    # --- what must hold

    @invariant()
    def what_was_undone_stays_undone(self) -> None:
        for chat in CHATS:
            said = [message.turn_id for message in self.remembered(chat)]
            assert not self.gone & set(said), "an undone turn is remembered"
            assert len([turn for turn, _ in itertools.groupby(said)]) == len(set(said)), "a turn is torn apart"

    def remembered(self, chat: str) -> Sequence[Message]:
        """Return what is remembered, having looked whether the revision went back."""
        try:
            found = self.run(self.store.apply("export", lambda tables: recall.page(tables, Named(chat), None, 1000)))
        except NotFound:
            return ()
        conversation = found.place.conversation
        assert conversation.revision >= self.revisions.get(chat, 0), "a revision went back"
        assert conversation.length == len(found.messages)
        self.revisions[chat] = conversation.revision
        return found.messages

    @invariant()
    def nobody_with_a_valid_lease_can_be_robbed(self) -> None:
        for actor in self.living.values():
            if self.now() < actor.renewed + LEASE - MARGIN:
                with pytest.raises(Conflict):
                    self.run(Gateway(self.store, "thief").adopt_by(actor.turn_id, actor.hold.right.lease))

    @invariant()
    def what_is_shown_is_one_attempts_beginning(self) -> None:
        for actor in self.living.values():
            self.hear(actor)
            if self.source(actor) in {Source.FOLLOW, Source.STORED}:
                whole = self.written.get((self.log(actor), actor.screen.attempt), "")
                assert actor.screen.shown == whole, "a reader does not see what the leader of this attempt wrote"

    @invariant()
    def one_living_leader_a_log(self) -> None:
        now = self.now()
        leaders = [
            self.log(actor)
            for actor in self.living.values()
            if now < actor.renewed + LEASE - MARGIN and self.source(actor) is Source.LEAD
        ]
        assert len(leaders) == len(set(leaders)), "two living leaders of one log"

    @invariant()
    def one_answer_at_a_time_in_a_conversation(self) -> None:
        opened = [self.chat(actor) for actor in self.living.values() if self.source(actor) is not None]
        assert len(opened) == len(set(opened)), "two turns of one conversation are being answered"

    @invariant()
    def the_figures_count_what_is_there(self) -> None:
        figures = self.run(self.store.figures())
        assert figures.turns == len(self.living)
        assert figures.stored <= LIMITS.reply_entries

    def finish_everything(self) -> None:
        """Every queued turn is opened in the end, and then nothing is left but stored replies."""
        self.run(self.bench.later(0))
        for actor in self.living.values():
            actor.asleep = True
        self.time_passes(16.0)
        for _ in range(100):
            self.adopt_all()
            if not self.living:
                break
            for actor in list(self.living.values()):
                if self.source(actor) is not None or self.run(actor.hold.heard(Refused)):
                    self.run(actor.hold.finish(max(1, self.attempt(actor))))
                    self.run(actor.hold.end())
                    self.forget(actor)
        assert not self.living, "a queued turn was never opened"
        self.time_passes(16.0)
        figures = self.run(self.store.figures())
        assert (figures.turns, figures.queued, figures.orphans) == (0, 0, 0)
        assert figures.logs == figures.stored, "a log that nobody reads is kept"

    # --- how the test looks at it

    def pick(self, data: st.DataObject) -> Actor:
        return self.living[data.draw(st.sampled_from(sorted(self.living)))]

    def forget(self, actor: Actor) -> None:
        del self.living[actor.turn_id]
        self.ended.add(actor.turn_id)

    def hear(self, actor: Actor) -> None:
        self.run(actor.hold.hear())
        for word in actor.hold.words[actor.read :]:
            actor.screen.read(word)
        actor.read = len(actor.hold.words)

    def source(self, actor: Actor) -> Source | None:
        opened = self.run(actor.hold.heard(Opened))
        return opened[-1].source if opened else None

    def chat(self, actor: Actor) -> str:
        return self.run(actor.hold.opened()).conversation_id

    def log(self, actor: Actor) -> str:
        log = self.run(self.store.look(actor.hold.right, actor.hold.told.seen)).log
        return log.id if log is not None else ""

    def attempt(self, actor: Actor) -> int:
        log = self.run(self.store.look(actor.hold.right, actor.hold.told.seen)).log
        return log.attempt if log is not None else 0

    def length(self, actor: Actor) -> int:
        log = self.run(self.store.look(actor.hold.right, actor.hold.told.seen)).log
        return log.length if log is not None else 0

    def ends(self, actor: Actor) -> bool:
        log = self.run(self.store.look(actor.hold.right, actor.hold.told.seen)).log
        return log is not None and isinstance(log.end, TextEnd)


class RedisTurns(Turns):
    """The same on one Redis, through two stores by turns, as two caches have them."""

    server: Server

    @override
    def set_up(self) -> None:
        self.server.say("FLUSHALL")
        self.open = contextlib.AsyncExitStack()
        target = target_of(self.server)
        pair = [self.run(self.open.enter_async_context(store_on(target, LIMITS))) for _ in range(2)]
        self.stores = itertools.cycle(pair)

        async def pass_time(seconds: float) -> None:
            for store in pair:
                store.steps.ahead += seconds

        self.pass_time = pass_time
        self.now = lambda: time.monotonic() + pair[0].steps.ahead

    @override
    def close(self) -> None:
        self.run(self.open.aclose())


def _hold_to(machine: type[Turns], examples: int) -> None:
    suppressed = list(HealthCheck)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=40, deadline=None, suppress_health_check=suppressed
        ),
    )


def test_turns_and_logs_keep_their_promises_whatever_happens() -> None:
    _hold_to(Turns, 100)


@pytest.mark.timeout(180)
def test_turns_and_logs_keep_their_promises_on_one_redis_through_two_caches(redis: Server) -> None:
    RedisTurns.server = redis
    _hold_to(RedisTurns, 20)

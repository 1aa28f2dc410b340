"""The composition root: what the gateway is made of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

import grpc

from parley.gateway.v1 import gateway_pb2, gateway_pb2_grpc
from parley_gateway.acts import Acts
from parley_gateway.admission import Admissions
from parley_gateway.afterwards import Afterwards
from parley_gateway.allowance import Allowance
from parley_gateway.backlog import Backlog, Ours
from parley_gateway.board import Board
from parley_gateway.buttons import Action
from parley_gateway.capacity import Capacity, Limits
from parley_gateway.clicks import Clicks
from parley_gateway.clients.peers import Peers
from parley_gateway.commands import composition
from parley_gateway.deletions import Deletions
from parley_gateway.desk import Desk
from parley_gateway.discord.adapters import Adapters
from parley_gateway.discord.bot import Bot
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.changes import MessageChanges
from parley_gateway.discord.guilds import Guilds
from parley_gateway.discord.inbound import Inbound
from parley_gateway.discord.pool import Pool
from parley_gateway.discord.presence import Presence
from parley_gateway.discord.registration import Registration
from parley_gateway.door import Door
from parley_gateway.figures import Figures
from parley_gateway.listening import Listener
from parley_gateway.load import OwnLoad, load_reports
from parley_gateway.model import CapacityMap, Prompt
from parley_gateway.pacer import Budget, Pacers
from parley_gateway.places import Place, Places
from parley_gateway.policies import Policies
from parley_gateway.relay import Cadence
from parley_gateway.service import GatewayServicer
from parley_gateway.settings import GatewaySettings
from parley_gateway.settings_panels.handlers import Handlers, handlers
from parley_gateway.siblings import Siblings
from parley_gateway.skew import DiscordsClock, Skew
from parley_gateway.standing import Standing, presence_text
from parley_gateway.stops import Stops
from parley_gateway.telemetry import Telemetry
from parley_gateway.texts import Texts
from parley_gateway.turns.hold import HoldLimits
from parley_gateway.turns.live import Turns
from parley_gateway.turns.produce import ProduceLimits
from parley_gateway.turns.room import Room, TurnSettings
from parley_gateway.whispers import Whispers
from parley_kit.changes import Changes
from parley_kit.channel import Endpoints
from parley_kit.lifecycle import Runtime, Service

GRPC_SERVICES: tuple[str, ...] = (gateway_pb2.DESCRIPTOR.services_by_name["GatewayService"].full_name,)
RELEASE_SECONDS = 2.0
CALLS_SECONDS = 5.0
"""For REST calls that are on their way when all turns have ended."""
WATCH_SECONDS = 0.2
DISCORD = "discord.com"
_log = logging.getLogger(__name__)


class Gateway:
    """The gateway as the kit runs it: first what needs no connection, the rest when it runs."""

    grpc_services: Sequence[str] = GRPC_SERVICES

    def __init__(self, runtime: Runtime[GatewaySettings]) -> None:
        settings, clock = runtime.settings, runtime.clock
        self._runtime, self._settings, self._clock, self._draining = runtime, settings, clock, False
        self.grace = settings.grace + RELEASE_SECONDS + CALLS_SECONDS
        self.skew = Skew()
        self.board = Board()
        self.admissions = Admissions(Capacity(Limits(local_cap=settings.local_slots)), clock)
        self.siblings = Siblings(settings.instance, apart=settings.shard_sets > 1)
        self._figures = Figures(runtime.metrics)
        self._telemetry = Telemetry(runtime.tracer, self._figures, _host(settings.discord_rest_url))
        self._pool = Pool(self._telemetry, settings.discord_idle)
        self.bot = self._bot()
        self.places = Places(self._ask_place)
        self.policies = Policies(settings, self.places, self.bot.user_id)
        self.peers = Peers(runtime, lambda: self.admissions.capacity.addresses, self.policies.preferences.put)
        self._fallback = Endpoints(settings.executors, clock) if settings.executors else None
        self._budget = Budget(settings.rest_rate * self.siblings.share(clock.monotonic()))
        self._prompts: asyncio.Queue[Prompt] = asyncio.Queue(settings.inbound_queue)
        self._changes = Changes()
        self._reports = load_reports(runtime, OwnLoad(lambda: self.live, lambda: self._draining, self._changes))
        self._watch_figures()
        self.discord: Adapters | None = None
        self.turns: Turns | None = None
        self.stops: Stops | None = None

    @property
    def waits_for(self) -> str:
        """Discord and the peers."""
        settings = self._settings
        return f"Discord at {_host(settings.discord_rest_url)}, the cache at {settings.cache} and the monitor at {settings.monitor}"

    @property
    def live(self) -> int:
        """How many turns are held."""
        return self.turns.live if self.turns is not None else 0

    def register(self, server: grpc.aio.Server) -> None:
        servicer = GatewayServicer(
            self._settings.instance,
            self.board,
            draining=lambda: self._draining,
            shards=lambda: self.bot.shards,
            peers=self.peers.reachable,
            turns=lambda: self.live,
        )
        gateway_pb2_grpc.add_GatewayServiceServicer_to_server(servicer, server)

    async def run(self) -> None:
        """Listen to Discord and answer; edits on their way outlive the turns that wanted them."""
        if self.policies.unread:
            _log.info("triggers.off", extra={"triggers": [trigger.value for trigger in self.policies.unread]})
        async with asyncio.TaskGroup() as group:
            calls = Calls(group, self._telemetry, allowance=Allowance(self._budget, self._clock))
            clock = DiscordsClock(self._clock, self.skew)
            self.discord = discord = Adapters(self.bot, calls, clock, self._settings.discord_rest_url)
            whispers = Whispers(discord.responses)
            self.turns = turns = Turns(
                self._room(discord, group, whispers), self._prompts, most=self._settings.live_turns
            )
            self.stops = stops = Stops(self.peers.cache, turns, self.peers.conversations)
            backlog, deletions = self._listen(discord, turns, self._desk(discord, stops, whispers))
            async with asyncio.TaskGroup() as tasks:
                self._work(tasks, discord, turns, backlog, deletions)

    def drain(self) -> None:
        self._draining = True
        self._changes.notify()
        self.board.close()

    async def finish(self) -> None:
        if self.turns is not None and self.discord is not None:
            await self.turns.finish(self._settings.grace, RELEASE_SECONDS)
            await self.discord.calls.drained(CALLS_SECONDS)
        await self._reports.end()

    async def close(self) -> None:
        if self.discord is not None:
            await self.discord.downloads.close()
        await self.bot.close()

    # --- what it does all the time

    def _work(
        self, tasks: asyncio.TaskGroup, discord: Adapters, turns: Turns, backlog: Backlog, deletions: Deletions
    ) -> None:
        for name, work in (
            ("discord", self.bot.run()),
            ("turns", turns.run()),
            ("orphans", self.peers.cache.watch_orphans(turns.adopt)),
            ("capacity", self.peers.monitor.watch(self._fresh_map, self._lost_map)),
            ("line", self.admissions.watch()),
            ("preferences", self.peers.preferences.watch()),
            ("reports", self._reports.run(self._settings.monitor)),
            ("state", self._watch_state()),
            ("commands", self._registration(discord.calls).run()),
            ("presence", self._presence().run()),
            ("backlog", backlog.run()),
            ("deletions", deletions.run()),
        ):
            tasks.create_task(work, name=name)
        if self._fallback is not None:
            tasks.create_task(self._fallback.run(), name="fallback")

    def _fresh_map(self, fresh: CapacityMap) -> None:
        self.admissions.update(fresh)
        self.siblings.update(fresh.gateways)
        self.peers.executors.warm(seat.address for seat in fresh.seats)

    def _lost_map(self) -> None:
        self.admissions.lost()
        self.siblings.lost(self._clock.monotonic())

    async def _watch_state(self) -> None:
        """Keep health, shard gauges, fallback addresses and our share of the REST calls current."""
        while True:
            self._budget.allow(self._settings.rest_rate * self.siblings.share(self._clock.monotonic()))
            for name, reachable in self.peers.reachable().items():
                self._runtime.health.set(name, reachable)
            for number, up in self.bot.shards.items():
                self._telemetry.shard(number, up=up)
            self._runtime.health.ready(self.bot.ready)
            if self._fallback is not None:
                self.admissions.capacity.fallback = self._fallback.addresses
            await self._clock.sleep(WATCH_SECONDS)

    def _watch_figures(self) -> None:
        self._figures.watch_skew(lambda: self.skew.seconds)
        self._figures.watch_pool(lambda: self._pool.used, lambda: self._pool.waiting)
        self._figures.watch(lambda: self.live, lambda: self.admissions.waiting)

    # --- what it asks of others

    def standing(self) -> Standing:
        """How it stands with the bot."""
        capacity = self.admissions.capacity
        return Standing(
            peers=self.peers.reachable(),
            tier=capacity.tier,
            free=capacity.free(self._clock.monotonic()),
            estimate=capacity.estimate,
            message_content=self._settings.message_content,
        )

    def _first(self, channel_id: str) -> bool:
        """Whether this gateway goes first in a channel."""
        return self.siblings.first(channel_id, self._clock.monotonic())

    def _ask(self, prompt: Prompt) -> bool:
        """Put a question that no message asks on the queue; False when that is full."""
        try:
            self._prompts.put_nowait(prompt)
        except asyncio.QueueFull:
            return False
        return True

    async def _ask_place(self, channel_id: str) -> Place | None:
        assert self.discord is not None, "asked of by those who listen"
        return await self.discord.history.place(channel_id)

    async def _identify_turn(self, bucket: int) -> None:
        await self.peers.passes.take(f"identify:{bucket}", self._settings.identify_spacing)

    # --- the parts

    def _bot(self) -> Bot:
        settings = self._settings
        return Bot(
            settings.discord_token.get_secret_value(),
            settings.discord_rest_url,
            self._telemetry.limited,
            lambda theirs: self.skew.heard(theirs, self._clock.now()),
            self._pool,
            message_content=settings.message_content,
            shards=settings.shards,
            held=settings.held_shards,
            turn=self._identify_turn if settings.identify_spacing else None,
            connections=settings.discord_connections,
        )

    def _room(self, discord: Adapters, calls: asyncio.TaskGroup, whispers: Whispers) -> Room:
        return Room(
            store=self.peers.cache,
            discord=discord.messages,
            files=discord.downloads,
            executors=self.peers.executors,
            admissions=self.admissions,
            pacers=Pacers(self._budget, interval=self._settings.edit_interval),
            board=self.board,
            observer=self._telemetry,
            clock=self._clock,
            calls=calls,
            siblings=self.siblings,
            whispers=whispers,
            terms=self.policies.terms,
            numbered=self.policies.numbered,
            settings=_turn_settings(self._settings),
        )

    def _listen(self, discord: Adapters, turns: Turns, desk: Desk) -> tuple[Backlog, Deletions]:
        """Hear what Discord tells from now on; return what reads what was told before, and what tells it later."""
        policies, conversations = self.policies, self.peers.conversations
        listener = Listener(
            self._prompts, policies.rules, self.places, policies.preferences, policies.access, self._clock
        )
        backlog = Backlog(
            listener, discord.history, self.peers.direct_channels, Ours(self._first, turns.works_on), self._clock
        )
        afterwards = Afterwards(
            turns,
            conversations,
            discord.postings,
            policies.preferences,
            rules=policies.rules,
            first=self._first,
            place=policies.place,
        )
        deletions = Deletions(turns, conversations, discord.postings, policies.rules, self._clock)
        Guilds(self.places, backlog).listen(self.bot.hikari)
        Inbound(listener, backlog.missed, desk.take, self._telemetry).listen(self.bot.hikari)
        MessageChanges(afterwards, deletions, self._telemetry).listen(self.bot.hikari)
        return backlog, deletions

    def _desk(self, discord: Adapters, stops: Stops, whispers: Whispers) -> Desk:
        door = Door(discord.responses, self.policies.access, self.places.parent_of)
        parts, panels = self._commands(discord, stops, door), self._panels(discord)
        return Desk(
            commands={**composition.commands(parts), **{name: door.before(it) for name, it in panels.commands.items()}},
            completions={**composition.completions(parts), **panels.completions},
            pressed={
                **dict.fromkeys((action.value for action in Action), door.before(self._acts(discord, whispers))),
                Action.STOP.value: Clicks(whispers, stops, discord.postings, self._clock),
                **composition.pressed(parts),
                **{family: door.before(it) for family, it in panels.pressed.items()},
            },
            observer=self._telemetry,
        )

    def _commands(self, discord: Adapters, stops: Stops, door: Door) -> composition.Parts:
        return composition.Parts(
            responses=discord.responses,
            conversations=self.peers.conversations,
            accounts=self.peers.accounts,
            models=self.peers.models,
            stops=stops,
            door=door,
            ask=self._ask,
            standing=self.standing,
            conversation=self.policies.conversation,
            clock=self._clock,
        )

    def _panels(self, discord: Adapters) -> Handlers:
        return handlers(
            discord.responses,
            store=self.peers.preferences,
            book=self.policies.preferences,
            models=self.peers.models,
            accounts=self.peers.accounts,
            guilds=discord.guilds,
            content=self._settings.message_content,
        )

    def _acts(self, discord: Adapters, whispers: Whispers) -> Acts:
        return Acts(
            self.peers.conversations,
            discord.postings,
            whispers,
            self.policies.preferences,
            ask=self._ask,
            rules=self.policies.rules,
            place=self.policies.place,
            clock=self._clock,
        )

    def _registration(self, calls: Calls) -> Registration:
        return Registration(
            self.bot.hikari.rest,
            calls,
            self._clock,
            known=self.bot.application_id,
            first=lambda: self.siblings.chosen("commands", self._clock.monotonic()),
        )

    def _presence(self) -> Presence:
        texts = Texts(self._settings.default_locale)

        def words() -> tuple[str, bool]:
            standing = self.standing()
            return presence_text(standing, texts), bool(standing.missing)

        return Presence(self.bot.hikari, self._clock, words)


def _turn_settings(settings: GatewaySettings) -> TurnSettings:
    return TurnSettings(
        notify=settings.notify_after,
        cadence=Cadence(most_pages=settings.answer_pages),
        hold=HoldLimits(silence=settings.cache_silence, first_word=settings.cache_first_word),
        produce=ProduceLimits(
            notice=settings.slot_notice,
            line=settings.slot_wait,
            first_text=settings.first_text_timeout,
            gap=settings.gap_timeout,
            whole=settings.reply_timeout,
        ),
    )


def _host(rest_url: str | None) -> str:
    return (urlsplit(rest_url).netloc if rest_url else "") or DISCORD


def build(runtime: Runtime[GatewaySettings]) -> Service:
    """Make the gateway."""
    return Gateway(runtime)

"""The composition root: what the gateway is made of."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import grpc

from parley.gateway.v1 import gateway_pb2, gateway_pb2_grpc
from parley_gateway.access import Access, Lists
from parley_gateway.acts import Acts
from parley_gateway.addressing import UNREAD, Rules
from parley_gateway.admission import Admissions
from parley_gateway.afterwards import Afterwards
from parley_gateway.allowance import Allowance
from parley_gateway.backlog import Backlog
from parley_gateway.board import Board
from parley_gateway.buttons import Action
from parley_gateway.capacity import Capacity, Limits
from parley_gateway.clicks import Clicks
from parley_gateway.clients.accounts import AccountClient
from parley_gateway.clients.cache import CacheClient
from parley_gateway.clients.caches import Caches
from parley_gateway.clients.conversations import ConversationClient
from parley_gateway.clients.direct_channels import DirectChannelClient
from parley_gateway.clients.executor import ExecutorClient
from parley_gateway.clients.models import ModelClient
from parley_gateway.clients.monitor import MonitorClient
from parley_gateway.clients.passes import PassClient
from parley_gateway.clients.preferences import PreferenceClient
from parley_gateway.commands import composition
from parley_gateway.conversation import system_prompt
from parley_gateway.desk import Desk
from parley_gateway.discord.bot import Bot
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.changes import MessageChanges
from parley_gateway.discord.downloads import Downloads
from parley_gateway.discord.guild_channels import HikariGuilds
from parley_gateway.discord.guilds import Guilds
from parley_gateway.discord.history import HikariHistory
from parley_gateway.discord.inbound import Inbound
from parley_gateway.discord.outbound import HikariDiscord
from parley_gateway.discord.pool import Pool
from parley_gateway.discord.postings import HikariPostings
from parley_gateway.discord.presence import Presence
from parley_gateway.discord.registration import Registration
from parley_gateway.discord.responses import HikariResponses
from parley_gateway.figures import Figures
from parley_gateway.interactions import Interaction
from parley_gateway.listening import Listener
from parley_gateway.load import OwnLoad, load_reports
from parley_gateway.model import CapacityMap, Prompt, Trigger
from parley_gateway.pacer import Budget, Pacers
from parley_gateway.places import Place, Places
from parley_gateway.ports import Files
from parley_gateway.preference_book import PreferenceBook
from parley_gateway.preferences import Effective, MentionRule
from parley_gateway.relay import Cadence
from parley_gateway.service import GatewayServicer
from parley_gateway.settings import GatewaySettings, ids_of
from parley_gateway.settings_panels.handlers import Handlers, handlers
from parley_gateway.siblings import Siblings
from parley_gateway.skew import DiscordsClock, Skew
from parley_gateway.standing import Standing, presence_text
from parley_gateway.stops import Stops
from parley_gateway.telemetry import Telemetry
from parley_gateway.terms import Terms
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
    """The gateway as the kit runs it."""

    grpc_services: Sequence[str] = GRPC_SERVICES

    def __init__(self, runtime: Runtime[GatewaySettings]) -> None:
        settings, clock = runtime.settings, runtime.clock
        self._runtime, self._settings, self._draining = runtime, settings, False
        self.grace = settings.grace + RELEASE_SECONDS + CALLS_SECONDS
        self._figures = Figures(runtime.metrics)
        self._telemetry = Telemetry(runtime.tracer, self._figures, _host(settings.discord_rest_url))
        self.skew = Skew()
        self._discords_clock = DiscordsClock(clock, self.skew)
        self._figures.watch_skew(lambda: self.skew.seconds)
        self._pool = Pool(self._telemetry, settings.discord_idle)
        self._figures.watch_pool(lambda: self._pool.used, lambda: self._pool.waiting)
        self.bot = Bot(
            settings.discord_token.get_secret_value(),
            settings.discord_rest_url,
            self._telemetry.limited,
            lambda theirs: self.skew.heard(theirs, clock.now()),
            self._pool,
            message_content=settings.message_content,
            shards=settings.shards,
            held=settings.held_shards,
            turn=self._identify_turn if settings.identify_spacing else None,
            connections=settings.discord_connections,
        )
        self.board = Board()
        self.places = Places(self._ask_place)
        self._caches = Caches(runtime.channels, Endpoints(settings.cache, clock))
        self._cache = CacheClient(self._caches, settings.instance, clock)
        self._conversations = ConversationClient(self._caches)
        self._monitor = MonitorClient(runtime.channels, Endpoints(settings.monitor, clock), settings.instance, clock)
        self._executors = ExecutorClient(runtime.channels)
        self._fallback = Endpoints(settings.executors, clock) if settings.executors else None
        self.admissions = Admissions(Capacity(Limits(local_cap=settings.local_slots)), clock)
        self.preferences = PreferenceBook(_operators(settings), parent_of=self.places.parent_of)
        self.preference_store = PreferenceClient(self._caches, clock, self.preferences.put)
        self.accounts = AccountClient(self._caches)
        self.models = ModelClient(runtime.channels, lambda: self.admissions.capacity.addresses, clock)
        self.access = _access(settings)
        self.siblings = Siblings(settings.instance)
        self._budget = Budget(settings.rest_rate * self.siblings.share(clock.monotonic()))
        self._allowance = Allowance(self._budget, clock)
        self._prompts: asyncio.Queue[Prompt] = asyncio.Queue(settings.inbound_queue)
        self._changes = Changes()
        self._reports = load_reports(runtime, OwnLoad(lambda: self.live, lambda: self._draining, self._changes))
        self._figures.watch(lambda: self.live, lambda: self.admissions.waiting)
        self.turns: Turns | None = None
        self.stops: Stops | None = None
        self.calls: Calls | None = None
        self._downloads: Downloads | None = None

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
            peers=self.peers,
            turns=lambda: self.live,
        )
        gateway_pb2_grpc.add_GatewayServiceServicer_to_server(servicer, server)

    async def run(self) -> None:
        """Listen to Discord and answer; edits on their way outlive the turns that wanted them."""
        if self.unread:
            _log.info("triggers.off", extra={"triggers": [trigger.value for trigger in self.unread]})
        async with asyncio.TaskGroup() as calls:
            self.calls = Calls(calls, self._telemetry, allowance=self._allowance)
            discord = HikariDiscord(
                self.bot.hikari.rest,
                self.calls,
                self._discords_clock,
                user_id=self.bot.user_id,
                application_id=lambda: self.bot.id,
            )
            responses = HikariResponses(
                self.bot.hikari.rest, self.calls, self._discords_clock, application_id=lambda: self.bot.id
            )
            whispers = Whispers(responses)
            self._downloads = Downloads(self.bot.hikari.rest, self.calls, self._settings.discord_rest_url)
            room = self._room(discord, self._downloads, calls, whispers)
            self.turns = Turns(room, self._prompts, most=self._settings.live_turns)
            listener, history = self._listener(), HikariHistory(self.bot.hikari.rest, self.calls)
            backlog = Backlog(
                listener, history, DirectChannelClient(self._caches), self._reads_first, self._runtime.clock
            )
            Guilds(self.places, backlog).listen(self.bot.hikari)
            desk = self._desk(responses, self.turns, self._acts(responses, whispers))
            Inbound(listener, backlog.missed, desk.take, self._telemetry).listen(self.bot.hikari)
            MessageChanges(self._afterwards(self.turns), self._telemetry).listen(self.bot.hikari)
            async with asyncio.TaskGroup() as tasks:
                self._work(tasks, self.turns)
                tasks.create_task(backlog.run(), name="backlog")

    def drain(self) -> None:
        self._draining = True
        self._changes.notify()
        self.board.close()

    async def finish(self) -> None:
        if self.turns is not None and self.calls is not None:
            await self.turns.finish(self._settings.grace, RELEASE_SECONDS)
            await self.calls.drained(CALLS_SECONDS)
        await self._reports.end()

    async def close(self) -> None:
        if self._downloads is not None:
            await self._downloads.close()
        await self.bot.close()

    # --- the parts

    def _work(self, tasks: asyncio.TaskGroup, turns: Turns) -> None:
        for name, work in (
            ("discord", self.bot.run()),
            ("turns", turns.run()),
            ("orphans", self._cache.watch_orphans(turns.adopt)),
            ("capacity", self._monitor.watch(self._fresh_map, self._lost_map)),
            ("line", self.admissions.watch()),
            ("preferences", self.preference_store.watch()),
            ("reports", self._reports.run(self._settings.monitor)),
            ("state", self._watch_state()),
            ("commands", self._registration().run()),
            ("presence", self._presence().run()),
        ):
            tasks.create_task(work, name=name)
        if self._fallback is not None:
            tasks.create_task(self._fallback.run(), name="fallback")

    def _fresh_map(self, fresh: CapacityMap) -> None:
        self.admissions.update(fresh)
        self.siblings.update(fresh.gateways)
        self._executors.warm(seat.address for seat in fresh.seats)

    def _lost_map(self) -> None:
        self.admissions.lost()
        self.siblings.lost(self._runtime.clock.monotonic())

    async def _watch_state(self) -> None:
        """Keep health, shard gauges, fallback addresses and our share of the REST calls current."""
        while True:
            self._budget.allow(self._settings.rest_rate * self.siblings.share(self._runtime.clock.monotonic()))
            for name, reachable in self.peers().items():
                self._runtime.health.set(name, reachable)
            for number, up in self.bot.shards.items():
                self._telemetry.shard(number, up=up)
            self._runtime.health.ready(self.bot.ready)
            if self._fallback is not None:
                self.admissions.capacity.fallback = self._fallback.addresses
            await self._runtime.clock.sleep(WATCH_SECONDS)

    def peers(self) -> Mapping[str, bool]:
        """Whether each kind of peer answers."""
        executors = bool(self.admissions.capacity.addresses)
        return {"cache": self._caches.reachable, "monitor": self._monitor.reachable, "executor": executors}

    def _desk(self, responses: HikariResponses, turns: Turns, acts: Acts) -> Desk:
        self.stops = stops = Stops(self._cache, turns, self._conversations)
        parts, chosen = self._parts(responses, stops), self._settings_handlers(responses)
        return Desk(
            commands={**composition.commands(parts), **chosen.commands},
            completions={**composition.completions(parts), **chosen.completions},
            pressed={
                **{action.value: acts for action in Action},
                Action.STOP.value: Clicks(responses, stops),
                **composition.pressed(parts),
                **chosen.pressed,
            },
            observer=self._telemetry,
        )

    def _parts(self, responses: HikariResponses, stops: Stops) -> composition.Parts:
        return composition.Parts(
            responses=responses,
            conversations=self._conversations,
            accounts=self.accounts,
            models=self.models,
            stops=stops,
            access=self.access,
            ask=self._ask,
            standing=self.standing,
            recent=timedelta(seconds=self._settings.recent),
            free=self._free,
            clock=self._runtime.clock,
        )

    def _free(self, interaction: Interaction) -> bool:
        """Whether every message is answered where a member uses a command, so that all share one conversation there."""
        here = self.preferences.of(interaction.guild_id, interaction.channel_id, interaction.user_id)
        return self._settings.message_content and here.mention_rule is MentionRule.EVERYTHING

    def standing(self) -> Standing:
        """How it stands with the bot."""
        capacity = self.admissions.capacity
        return Standing(
            peers=self.peers(),
            tier=capacity.tier,
            free=capacity.free(self._runtime.clock.monotonic()),
            estimate=capacity.estimate,
            message_content=self._settings.message_content,
        )

    def _presence(self) -> Presence:
        texts = Texts(self._settings.default_locale)

        def words() -> tuple[str, bool]:
            standing = self.standing()
            return presence_text(standing, texts), bool(standing.missing)

        return Presence(self.bot.hikari, self._runtime.clock, words)

    def _registration(self) -> Registration:
        assert self.calls is not None, "made before anything is registered"
        return Registration(
            self.bot.hikari.rest,
            self.calls,
            self._runtime.clock,
            known=self.bot.application_id,
            first=lambda: self.siblings.first("commands", self._runtime.clock.monotonic()),
        )

    def _settings_handlers(self, responses: HikariResponses) -> Handlers:
        assert self.calls is not None, "made before anything is asked of Discord"
        return handlers(
            responses,
            store=self.preference_store,
            book=self.preferences,
            models=self.models,
            accounts=self.accounts,
            guilds=HikariGuilds(self.bot.hikari.rest, self.calls),
            content=self._settings.message_content,
        )

    def _acts(self, responses: HikariResponses, whispers: Whispers) -> Acts:
        return Acts(
            responses,
            self._conversations,
            self._postings(),
            whispers,
            ask=self._ask,
            rules=self._rules,
            clock=self._runtime.clock,
        )

    def _afterwards(self, turns: Turns) -> Afterwards:
        return Afterwards(
            turns,
            self._conversations,
            self._postings(),
            rules=self._rules,
            first=lambda channel_id: self.siblings.first(channel_id, self._runtime.clock.monotonic()),
        )

    def _postings(self) -> HikariPostings:
        assert self.calls is not None, "made before anything is posted"
        return HikariPostings(self.bot.hikari.rest, self.calls)

    def _ask(self, prompt: Prompt) -> bool:
        """Put a question that no message asks on the queue; False when that is full."""
        try:
            self._prompts.put_nowait(prompt)
        except asyncio.QueueFull:
            return False
        return True

    def _listener(self) -> Listener:
        return Listener(self._prompts, self._rules, self.places, self.preferences, self.access, self._runtime.clock)

    async def _ask_place(self, channel_id: str) -> Place | None:
        assert self.calls is not None, "asked of by those who listen"
        return await HikariHistory(self.bot.hikari.rest, self.calls).place(channel_id)

    async def _identify_turn(self, bucket: int) -> None:
        await PassClient(self._caches, self._runtime.clock).take(f"identify:{bucket}", self._settings.identify_spacing)

    def _reads_first(self, channel_id: str) -> bool:
        """Whether this gateway reads what a channel's members wrote while nobody listened.

        With sets of shards the one that ranks first may not be told of the channel: each that is told reads it.
        """
        return self._settings.shard_sets > 1 or self.siblings.first(channel_id, self._runtime.clock.monotonic())

    @property
    def unread(self) -> Sequence[Trigger]:
        """What the bot does not answer, since Discord does not let it read it: the message content intent is off."""
        return () if self._settings.message_content else UNREAD

    async def _rules(self) -> Rules:
        settings = self._settings
        return Rules(
            str(await self.bot.user_id()),
            timedelta(seconds=settings.recent),
            settings.default_locale,
            reads_all=settings.message_content,
        )

    def _terms(self, prompt: Prompt) -> Terms:
        settings, set_here = self._settings, self.preferences.of(prompt.guild_id, prompt.channel_id, prompt.author_id)
        return Terms(
            prompt.model or set_here.model,
            system_prompt(set_here.persona),
            settings.max_output_tokens,
            set_here.sharing,
            afresh=prompt.afresh,
        )

    def _numbered(self, prompt: Prompt) -> bool:
        return self.preferences.of(prompt.guild_id, prompt.channel_id, prompt.author_id).numbering

    def _room(self, discord: HikariDiscord, files: Files, calls: asyncio.TaskGroup, whispers: Whispers) -> Room:
        settings = self._settings
        return Room(
            store=self._cache,
            discord=discord,
            files=files,
            executors=self._executors,
            admissions=self.admissions,
            pacers=Pacers(self._budget, interval=settings.edit_interval),
            allowance=self._allowance,
            board=self.board,
            observer=self._telemetry,
            clock=self._runtime.clock,
            calls=calls,
            siblings=self.siblings,
            whispers=whispers,
            terms=self._terms,
            numbered=self._numbered,
            settings=_turn_settings(settings),
        )


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


def _operators(settings: GatewaySettings) -> Effective:
    return Effective(settings.model, language=settings.default_locale, sharing=settings.shared_answers)


def _access(settings: GatewaySettings) -> Access:
    def lists(of: str) -> Lists:
        return Lists(*(ids_of(getattr(settings, f"{of}_{kind}")) for kind in ("guilds", "channels", "roles", "users")))

    return Access(lists("allow"), lists("deny"), settings.direct_messages)


def _host(rest_url: str | None) -> str:
    return (urlsplit(rest_url).netloc if rest_url else "") or DISCORD


def build(runtime: Runtime[GatewaySettings]) -> Service:
    """Make the gateway."""
    return Gateway(runtime)

"""The bot: hikari with the settings that were measured to matter (docs/adr/0002)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import SimpleNamespace

import aiohttp
import hikari

from parley_gateway.discord import quiet, throttle
from parley_gateway.discord.paced import PacedBot, Turn
from parley_gateway.discord.pool import Pool
from parley_kit.faults import Precondition, Unavailable

INTENTS = hikari.Intents.GUILDS | hikari.Intents.GUILD_MESSAGES | hikari.Intents.DM_MESSAGES
CALL_SECONDS = 10.0
FIRST_PAUSE, LAST_PAUSE = 1.0, 30.0
BAD_TOKEN, BAD_INTENTS = 4004, (4013, 4014)


class Bot:
    """A connection to Discord, its shards included. limited: hears the scope of each answer 429; dated: Discord's time at
    each answer.

    shards: how many there are, 0: as many as Discord recommends; held: those that start here, None: all. turn: what each
    waits for. connections: HTTP connections at most.
    """

    def __init__(
        self,
        token: str,
        rest_url: str | None,
        limited: Callable[[str], None],
        dated: Callable[[datetime], None],
        pool: Pool,
        *,
        message_content: bool,
        shards: int = 0,
        held: Sequence[int] | None = None,
        turn: Turn | None = None,
        connections: int = 10,
    ) -> None:
        throttle.mend()
        quiet.hush()
        self._pool, self._count, self._held = pool, shards, held
        try:
            self.hikari = PacedBot(
                token,
                turn=turn,
                rest_url=rest_url,
                intents=INTENTS | (hikari.Intents.MESSAGE_CONTENT if message_content else hikari.Intents.NONE),
                banner=None,
                logs=None,
                suppress_optimization_warning=True,
                auto_chunk_members=False,
                cache_settings=hikari.impl.CacheSettings(components=hikari.api.CacheComponents.NONE),
                # one connection reused, not a TLS handshake for each edit
                http_settings=hikari.impl.HTTPSettings(
                    force_close_transports=False,
                    timeouts=hikari.impl.HTTPTimeoutSettings(total=CALL_SECONDS),
                    connection_limit=connections,
                ),
                max_rate_limit=60.0,
                max_retries=2,
            )
        except ValueError:
            raise Precondition(
                "BAD_TOKEN", "PARLEY_GATEWAY_DISCORD_TOKEN is no bot token; copy it from the developer portal."
            ) from None
        self._limited, self._dated = limited, dated
        self._application_id = self._user_id = 0
        self._known = asyncio.Event()
        self.hikari.subscribe(hikari.StartingEvent, self._on_starting)
        self.hikari.subscribe(hikari.ShardReadyEvent, self._on_ready)

    @property
    def id(self) -> int:
        """The application's id; 0 before Discord told it."""
        return self._application_id

    async def application_id(self) -> int:
        """Return the application's id, waiting until Discord told it."""
        await self._known.wait()
        return self._application_id

    async def user_id(self) -> int:
        """Return the bot user's id, waiting until Discord told it: before that nobody knows what is addressed to it."""
        await self._known.wait()
        return self._user_id

    @property
    def shards(self) -> Mapping[int, bool]:
        """Whether each shard is connected."""
        return {number: shard.is_connected for number, shard in self.hikari.shards.items()}

    @property
    def ready(self) -> bool:
        """Whether all shards are connected and the bot knows who it is."""
        return bool(self._application_id and self.shards) and all(self.shards.values())

    async def run(self) -> None:
        """Stay connected until cancelled. Raises when Discord does not want the bot any more."""
        try:
            await self._start()
            await self.hikari.join()
        except hikari.UnauthorizedError:
            raise _refused(BAD_TOKEN) from None
        except hikari.GatewayServerClosedConnectionError as error:
            raise _refused(error.code or 0) from None
        finally:
            await self.close()
        raise Unavailable("DISCORD_CLOSED", "The connection to Discord ended.")

    async def _start(self) -> None:
        """Connect; while Discord is not there, try again after a pause that grows, and stay alive.

        A process that ended would be started anew, after pauses that Kubernetes lets grow to five minutes.
        """
        pause = FIRST_PAUSE
        while True:
            try:
                await self.hikari.start(check_for_updates=False, shard_ids=self._held, shard_count=self._count or None)
            except hikari.ClientHTTPResponseError:
                raise  # Discord is there, and does not want us
            except hikari.HTTPError:
                await self.close()
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)

    async def close(self) -> None:
        """Leave Discord; calls that still wait for a limit are lost, so this comes last."""
        if self.hikari.is_alive:
            with contextlib.suppress(hikari.ComponentStateConflictError):
                await asyncio.shield(self.hikari.close())

    async def _on_starting(self, _: hikari.StartingEvent) -> None:
        """Hear of every answer: hikari waits out a limit and asks again, and tells nobody but its log."""
        heard = aiohttp.TraceConfig()
        heard.on_request_end.append(self._on_answer)
        session: aiohttp.ClientSession | None = self.hikari.rest._client_session  # type: ignore[attr-defined]  # noqa: SLF001 — hikari has no public way to its session
        assert session is not None, "the REST client starts before this event"
        self._pool.join(session, heard)
        heard.freeze()
        session.trace_configs.append(heard)

    async def _on_answer(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, answer: aiohttp.TraceRequestEndParams
    ) -> None:
        if answer.response.status == HTTPStatus.TOO_MANY_REQUESTS:
            self._limited(answer.response.headers.get("X-RateLimit-Scope", ""))
        with contextlib.suppress(KeyError, TypeError, ValueError):  # no date, or none that can be read
            self._dated(parsedate_to_datetime(answer.response.headers["Date"]))

    async def _on_ready(self, event: hikari.ShardReadyEvent) -> None:
        self._application_id, self._user_id = int(event.application_id), int(event.my_user.id)
        self._known.set()


def _refused(code: int) -> Precondition | Unavailable:
    if code == BAD_TOKEN:
        return Precondition("BAD_TOKEN", "Discord refuses PARLEY_GATEWAY_DISCORD_TOKEN; set it to a valid bot token.")
    if code in BAD_INTENTS:
        return Precondition(
            "BAD_INTENTS",
            "Discord does not grant the message content intent; enable it in the developer portal or unset "
            "PARLEY_GATEWAY_MESSAGE_CONTENT.",
        )
    return Unavailable("DISCORD_CLOSED", f"Discord closed the connection for good, code {code}.")

"""Discord, by each of the ports that it serves."""

from __future__ import annotations

from parley_gateway.discord.bot import Bot
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.downloads import Downloads
from parley_gateway.discord.guild_channels import HikariGuilds
from parley_gateway.discord.history import HikariHistory
from parley_gateway.discord.outbound import HikariDiscord
from parley_gateway.discord.postings import HikariPostings
from parley_gateway.discord.responses import HikariResponses
from parley_kit.clock import Clock


class Adapters:
    """One adapter for each. clock: Discord's. rest_url: of the Discord that is configured; None: Discord's own."""

    def __init__(self, bot: Bot, calls: Calls, clock: Clock, rest_url: str | None) -> None:
        rest = bot.hikari.rest
        self.calls = calls
        self.messages = HikariDiscord(rest, calls, clock, user_id=bot.user_id, application_id=lambda: bot.id)
        self.responses = HikariResponses(rest, calls, clock, application_id=lambda: bot.id)
        self.postings = HikariPostings(rest, calls)
        self.history = HikariHistory(rest, calls)
        self.guilds = HikariGuilds(rest, calls)
        self.downloads = Downloads(rest, calls, rest_url)

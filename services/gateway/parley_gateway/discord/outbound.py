"""What the bot does in Discord's channels: typing, messages with their buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import hikari
from typing_extensions import override

from parley_gateway import nonces
from parley_gateway.buttons import Buttons
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.interaction_messages import InteractionMessages
from parley_gateway.discord.mentions import INERT
from parley_gateway.discord.routes import MESSAGE, MESSAGES, TYPING
from parley_gateway.discord.rows import row_of
from parley_gateway.discord.searches import Searches
from parley_gateway.discord.typing import TypingSigns
from parley_gateway.discord.uploads import answer_file
from parley_gateway.messages import Answer, DeliveryError, Found
from parley_gateway.model import Prompt
from parley_gateway.ports import Discord, RestWatch
from parley_kit.clock import Clock

PAGE = "p"
"""The kind in a page's nonce."""
NOTIFICATION = "n"
"""The kind in a notification's."""
ALONE = "a"
"""The kind in that of what is told to the asker alone."""


class HikariDiscord(Discord):
    """Discord through hikari's REST client. user_id, application_id: known when the bot is connected."""

    def __init__(
        self,
        rest: hikari.api.RESTClient,
        calls: Calls,
        clock: Clock,
        *,
        user_id: Callable[[], Awaitable[int]],
        application_id: Callable[[], int],
    ) -> None:
        self._rest, self._calls, self._application_id = rest, calls, application_id
        self._searches = Searches(rest, calls, user_id)
        self._clock, self._signs = clock, TypingSigns()

    @override
    async def typing(self, channel_id: str) -> None:
        async def work(_: RestWatch) -> None:
            # only the request: hikari's own `async with` would cancel calls when it is left
            await self._rest.trigger_typing(int(channel_id))

        if not (self._calls.spare and self._signs.due(channel_id, self._clock.monotonic())):
            return
        try:
            await self._calls.call("POST", TYPING, work)
        except DeliveryError:
            return  # a courtesy: what it announces comes, or fails with its own error

    @override
    async def tell(self, prompt: Prompt, text: str) -> bool:
        async def work(watch: RestWatch) -> None:
            channel = await self._rest.create_dm_channel(int(prompt.author_id))
            message = await self._rest.create_message(
                channel.id,
                text,
                nonce=nonces.of(prompt.turn_id, ALONE, 0),
                flags=hikari.MessageFlag.SUPPRESS_EMBEDS,
            )
            watch.message(str(message.id))

        try:
            await self._calls.call("POST", MESSAGES, work)
        except DeliveryError:
            return False
        return True

    @override
    def messages(self, prompt: Prompt) -> Answer:
        channel = ChannelMessages(self._rest, self._calls, self._searches, prompt)
        if not prompt.interaction_token:
            return channel
        return InteractionMessages(
            self._rest, self._calls, self._clock, prompt, channel, application_id=self._application_id
        )


class ChannelMessages(Answer):
    """The messages of one turn. Mentions are inert and links show no previews. Whoever writes them keeps to the pace."""

    def __init__(self, rest: hikari.api.RESTClient, calls: Calls, searches: Searches, prompt: Prompt) -> None:
        self._rest, self._calls, self._searches, self._prompt = rest, calls, searches, prompt
        self._channel = int(prompt.channel_id)

    @override
    async def create(self, index: int, content: str, *, buttons: Buttons, file: str = "") -> str:
        async def work(watch: RestWatch) -> str:
            message = await self._rest.create_message(
                self._channel,
                content,
                nonce=nonces.of(self._prompt.turn_id, PAGE, index),
                reply=self._question() if index == 0 else hikari.UNDEFINED,
                flags=hikari.MessageFlag.SUPPRESS_EMBEDS,
                components=row_of(buttons, self._prompt.locale),
                attachment=answer_file(file) if file else hikari.UNDEFINED,
                mentions_reply=False,
                **INERT,
            )
            watch.message(str(message.id))
            return str(message.id)

        return await self._calls.call("POST", MESSAGES, work, counted=True)

    @override
    async def edit(self, message_id: str, content: str | None, *, buttons: Buttons, file: str | None = None) -> None:
        async def work(watch: RestWatch) -> None:
            watch.message(message_id)
            await self._rest.edit_message(
                self._channel,
                int(message_id),
                hikari.UNDEFINED if content is None else content,
                components=row_of(buttons, self._prompt.locale),
                attachment=hikari.UNDEFINED if file is None else answer_file(file) if file else None,
                mentions_reply=False,
                **INERT,
            )

        await self._calls.call("PATCH", MESSAGE, work, counted=True)

    @override
    async def remove(self, message_id: str) -> None:
        async def work(watch: RestWatch) -> None:
            watch.message(message_id)
            await self._rest.delete_message(self._channel, int(message_id))

        await self._calls.call("DELETE", MESSAGE, work, counted=True)

    @override
    async def notify(self, content: str) -> str:
        async def work(watch: RestWatch) -> str:
            message = await self._rest.create_message(
                self._channel,
                content,
                nonce=nonces.of(self._prompt.turn_id, NOTIFICATION, 0),
                flags=hikari.MessageFlag.SUPPRESS_EMBEDS,
                mentions_everyone=False,
                mentions_reply=False,
                user_mentions=[int(self._prompt.author_id)],
                role_mentions=False,
            )
            watch.message(str(message.id))
            return str(message.id)

        return await self._calls.call("POST", MESSAGES, work)

    @override
    async def find(self) -> Found | None:
        if not self._prompt.message_id:
            return None
        return await self._searches.answer(self._channel, int(self._prompt.message_id), self._prompt.turn_id)

    def _question(self) -> hikari.UndefinedOr[int]:
        return int(self._prompt.message_id) if self._prompt.message_id else hikari.UNDEFINED

"""What the bot does in Discord: typing, messages with their Stop button, answers to clicks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import hikari
from typing_extensions import override

from parley_gateway import custom_ids, nonces
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.errors import ACKNOWLEDGED
from parley_gateway.discord.routes import CALLBACK, FOLLOW_UP, MESSAGE, MESSAGES, TYPING
from parley_gateway.discord.searches import Searches
from parley_gateway.discord.typing import TypingSigns
from parley_gateway.messages import Answer, DeliveryError
from parley_gateway.model import Click, Prompt
from parley_gateway.ports import Discord, RestWatch
from parley_gateway.texts import Key, Texts
from parley_kit.clock import Clock

PAGE = "p"
"""The kind in a page's nonce."""

Row = hikari.api.MessageActionRowBuilder


class HikariDiscord(Discord):
    """Discord through hikari's REST client. application_id, user_id: known when the bot is connected."""

    def __init__(
        self,
        rest: hikari.api.RESTClient,
        calls: Calls,
        clock: Clock,
        *,
        application_id: Callable[[], int],
        user_id: Callable[[], Awaitable[int]],
    ) -> None:
        self._rest, self._calls, self._application_id = rest, calls, application_id
        self._searches = Searches(rest, calls, user_id)
        self._clock, self._signs = clock, TypingSigns()

    @override
    async def typing(self, channel_id: str) -> None:
        async def work(_: RestWatch) -> None:
            # only the request: hikari's own `async with` would cancel calls when it is left
            await self._rest.trigger_typing(int(channel_id))

        if not self._signs.due(channel_id, self._clock.monotonic()):
            return
        try:
            await self._calls.call("POST", TYPING, work)
        except DeliveryError:
            return  # a courtesy: what it announces comes, or fails with its own error

    @override
    def messages(self, prompt: Prompt) -> Answer:
        return ChannelMessages(self._rest, self._calls, self._searches, prompt)

    @override
    async def acknowledge(self, click: Click) -> None:
        await self._respond(click, hikari.ResponseType.DEFERRED_MESSAGE_UPDATE)

    @override
    async def answer_alone(self, click: Click, text: str, *, acknowledged: bool) -> None:
        if acknowledged:
            await self._follow_up(click, text)
        else:
            await self._respond(click, hikari.ResponseType.MESSAGE_CREATE, text)

    async def _respond(self, click: Click, kind: hikari.ResponseType, text: str | None = None) -> None:
        async def work(_: RestWatch) -> None:
            try:
                await self._rest.create_interaction_response(
                    int(click.interaction_id),
                    click.token,
                    kind,
                    hikari.UNDEFINED if text is None else text,
                    flags=hikari.UNDEFINED if text is None else hikari.MessageFlag.EPHEMERAL,
                )
            except hikari.BadRequestError as error:
                if error.code != ACKNOWLEDGED:
                    raise

        await self._calls.call("POST", CALLBACK, work)

    async def _follow_up(self, click: Click, text: str) -> None:
        async def work(_: RestWatch) -> None:
            await self._rest.execute_webhook(
                self._application_id(), click.token, text, flags=hikari.MessageFlag.EPHEMERAL
            )

        await self._calls.call("POST", FOLLOW_UP, work)


class ChannelMessages(Answer):
    """The messages of one turn. Mentions are inert and links show no previews."""

    def __init__(self, rest: hikari.api.RESTClient, calls: Calls, searches: Searches, prompt: Prompt) -> None:
        self._rest, self._calls, self._searches, self._prompt = rest, calls, searches, prompt
        self._channel = int(prompt.channel_id)

    @override
    async def create(self, index: int, content: str, *, stop_button: bool) -> str:
        async def work(watch: RestWatch) -> str:
            message = await self._rest.create_message(
                self._channel,
                content,
                nonce=nonces.of(self._prompt.turn_id, PAGE, index),
                reply=int(self._prompt.message_id) if index == 0 else hikari.UNDEFINED,
                flags=hikari.MessageFlag.SUPPRESS_EMBEDS,
                components=self._components(stop_button=stop_button),
                mentions_everyone=False,
                mentions_reply=False,
                user_mentions=False,
                role_mentions=False,
            )
            watch.message(str(message.id))
            return str(message.id)

        return await self._calls.call("POST", MESSAGES, work)

    @override
    async def edit(self, message_id: str, content: str | None, *, stop_button: bool) -> None:
        async def work(watch: RestWatch) -> None:
            watch.message(message_id)
            await self._rest.edit_message(
                self._channel,
                int(message_id),
                hikari.UNDEFINED if content is None else content,
                components=self._components(stop_button=stop_button),
                mentions_everyone=False,
                mentions_reply=False,
                user_mentions=False,
                role_mentions=False,
            )

        await self._calls.call("PATCH", MESSAGE, work)

    @override
    async def remove(self, message_id: str) -> None:
        async def work(watch: RestWatch) -> None:
            watch.message(message_id)
            await self._rest.delete_message(self._channel, int(message_id))

        await self._calls.call("DELETE", MESSAGE, work)

    @override
    async def find(self) -> str:
        return await self._searches.answer(self._channel, int(self._prompt.message_id))

    def _components(self, *, stop_button: bool) -> Sequence[Row]:
        if not stop_button:
            return []
        custom_id = custom_ids.encode(custom_ids.Stop(self._prompt.turn_id, self._prompt.author_id))
        row = hikari.impl.MessageActionRowBuilder()
        label = Texts(self._prompt.locale).render(Key.STOP_BUTTON)
        row.add_interactive_button(hikari.ButtonStyle.SECONDARY, custom_id, label=label)
        return [row]

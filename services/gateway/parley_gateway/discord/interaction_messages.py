"""The messages of a turn that a command asked for: Discord waits for the first one under the command itself.

Page 1 is the interaction's own answer; making it twice is one message. The others are ordinary messages of the channel
where the bot may write there, else further answers to the interaction. The token dies after 15 minutes, so that near its
end page 1 too is edited as what it also is: a message of the channel.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import hikari
from typing_extensions import override

from parley_gateway.buttons import Buttons
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.mentions import INERT
from parley_gateway.discord.routes import FOLLOW_UP, ORIGINAL, WEBHOOK_MESSAGE
from parley_gateway.discord.rows import ended_turns, row_of
from parley_gateway.discord.uploads import answer_file
from parley_gateway.messages import Answer, Forbidden, Found, Gone
from parley_gateway.model import Prompt
from parley_gateway.ports import RestWatch
from parley_kit.clock import Clock

TOKEN_GOOD = timedelta(minutes=14)
"""A token lives 15 minutes from Discord's time of the interaction; the last one is left for clocks that differ."""
TOKEN_DEAD = (Gone, Forbidden)
"""What Discord says of a token that is not good any more by its own clock: 10015, 50027."""


class InteractionMessages(Answer):
    """The messages of one turn. channel: the same turn's messages as the channel has them."""

    def __init__(
        self,
        rest: hikari.api.RESTClient,
        calls: Calls,
        clock: Clock,
        prompt: Prompt,
        channel: Answer,
        *,
        application_id: Callable[[], int],
    ) -> None:
        self._rest, self._calls, self._clock, self._prompt = rest, calls, clock, prompt
        self._channel, self._application_id = channel, application_id
        self._ours: set[str] = set()
        self._original: str | None = None

    @override
    async def create(self, index: int, content: str, *, buttons: Buttons, file: str = "") -> str:
        if index > 0:
            return await self._further(index, content, buttons, file)
        if self._token_good:
            try:
                return await self._first(content, buttons, file)
            except TOKEN_DEAD:
                pass
        return await self._channel.create(0, content, buttons=buttons, file=file)

    @override
    async def edit(self, message_id: str, content: str | None, *, buttons: Buttons, file: str | None = None) -> None:
        if self._token_good and await self._is_ours(message_id):
            try:
                return await self._edit_ours(message_id, content, buttons, file)
            except TOKEN_DEAD:  # or the message is gone: the channel tells
                pass
        return await self._channel.edit(message_id, content, buttons=buttons, file=file)

    @override
    async def remove(self, message_id: str) -> None:
        if self._token_good and await self._is_ours(message_id):
            try:
                return await self._remove_ours(message_id)
            except TOKEN_DEAD:  # as for an edit
                pass
        return await self._channel.remove(message_id)

    @override
    async def notify(self, content: str) -> str:
        return await self._channel.notify(content)

    @override
    async def find(self) -> Found | None:
        """Return page 1 if it shows anything. Where the token is not good any more nobody can tell; nor, where there are
        further pages, whether it has ended.
        """
        if not self._token_good:
            return None
        try:
            found = await self._fetch()
        except TOKEN_DEAD:
            return None
        ended = self._prompt.turn_id in ended_turns(found)
        return None if found.flags & hikari.MessageFlag.LOADING else Found(str(found.id), ended)

    @property
    def _token_good(self) -> bool:
        return self._clock.now() - self._prompt.asked_at < TOKEN_GOOD

    async def _first(self, content: str, buttons: Buttons, file: str) -> str:
        async def work(watch: RestWatch) -> str:
            message = await self._rest.edit_interaction_response(
                self._application_id(),
                self._prompt.interaction_token,
                content,
                components=row_of(buttons, self._prompt.locale),
                attachment=answer_file(file) if file else hikari.UNDEFINED,
                **INERT,
            )
            watch.message(str(message.id))
            return str(message.id)

        self._original = await self._calls.call("PATCH", ORIGINAL, work, counted=True)
        return self._original

    async def _further(self, index: int, content: str, buttons: Buttons, file: str) -> str:
        """Post a later page: in the channel, where its nonce keeps it from standing twice, if that is allowed."""
        try:
            return await self._channel.create(index, content, buttons=buttons, file=file)
        except Forbidden:
            if not self._token_good:
                raise
        return await self._follow_up(content, buttons, file)

    async def _follow_up(self, content: str, buttons: Buttons, file: str) -> str:
        async def work(watch: RestWatch) -> str:
            message = await self._rest.execute_webhook(
                self._application_id(),
                self._prompt.interaction_token,
                content,
                components=row_of(buttons, self._prompt.locale),
                attachment=answer_file(file) if file else hikari.UNDEFINED,
                flags=hikari.MessageFlag.SUPPRESS_EMBEDS,
                **INERT,
            )
            watch.message(str(message.id))
            return str(message.id)

        message_id = await self._calls.call("POST", FOLLOW_UP, work, counted=True)
        self._ours.add(message_id)
        return message_id

    async def _edit_ours(self, message_id: str, content: str | None, buttons: Buttons, file: str | None) -> None:
        async def work(watch: RestWatch) -> None:
            watch.message(message_id)
            await self._rest.edit_webhook_message(
                self._application_id(),
                self._prompt.interaction_token,
                int(message_id),
                hikari.UNDEFINED if content is None else content,
                components=row_of(buttons, self._prompt.locale),
                attachment=hikari.UNDEFINED if file is None else answer_file(file) if file else None,
                **INERT,
            )

        await self._calls.call("PATCH", WEBHOOK_MESSAGE, work, counted=True)

    async def _remove_ours(self, message_id: str) -> None:
        async def work(watch: RestWatch) -> None:
            watch.message(message_id)
            await self._rest.delete_webhook_message(
                self._application_id(), self._prompt.interaction_token, int(message_id)
            )

        await self._calls.call("DELETE", WEBHOOK_MESSAGE, work, counted=True)

    async def _is_ours(self, message_id: str) -> bool:
        """Whether the interaction's token opens a message; whoever adopted the turn must ask which is page 1."""
        if message_id in self._ours:
            return True
        if self._original is None:
            try:
                self._original = str((await self._fetch()).id)
            except TOKEN_DEAD:
                self._original = ""
        return message_id == self._original

    async def _fetch(self) -> hikari.Message:
        async def work(_: RestWatch) -> hikari.Message:
            return await self._rest.fetch_interaction_response(self._application_id(), self._prompt.interaction_token)

        return await self._calls.call("GET", ORIGINAL, work, counted=True)

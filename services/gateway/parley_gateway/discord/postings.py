"""Messages that stand in Discord, read and changed apart from any turn."""

from __future__ import annotations

import contextlib

import hikari
from typing_extensions import override

from parley_gateway.addressing import Message
from parley_gateway.buttons import Buttons
from parley_gateway.discord.calls import Calls
from parley_gateway.discord.mentions import INERT
from parley_gateway.discord.routes import MESSAGE
from parley_gateway.discord.rows import row_of
from parley_gateway.discord.written import message_of
from parley_gateway.messages import Gone
from parley_gateway.ports import Postings, RestWatch


class HikariPostings(Postings):
    """Postings through hikari's REST client."""

    def __init__(self, rest: hikari.api.RESTClient, calls: Calls) -> None:
        self._rest, self._calls = rest, calls

    @override
    async def read(self, channel_id: str, message_id: str) -> Message | None:
        async def work(watch: RestWatch) -> Message:
            watch.message(message_id)
            return message_of(await self._rest.fetch_message(int(channel_id), int(message_id)))

        try:
            return await self._calls.call("GET", MESSAGE, work)
        except Gone:
            return None

    @override
    async def rewrite(self, channel_id: str, message_id: str, text: str, buttons: Buttons, locale: str) -> None:
        async def work(watch: RestWatch) -> None:
            watch.message(message_id)
            await self._rest.edit_message(
                int(channel_id),
                int(message_id),
                text,
                components=row_of(buttons, locale),
                mentions_reply=False,
                **INERT,
            )

        await self._calls.call("PATCH", MESSAGE, work)

    @override
    async def remove(self, channel_id: str, message_id: str) -> None:
        async def work(watch: RestWatch) -> None:
            watch.message(message_id)
            await self._rest.delete_message(int(channel_id), int(message_id))

        with contextlib.suppress(Gone):
            await self._calls.call("DELETE", MESSAGE, work)

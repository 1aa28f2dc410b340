"""Discord's events about messages that were there before: changed words, deletions."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

import hikari

from parley_gateway.addressing import Message
from parley_gateway.afterwards import Afterwards
from parley_gateway.deletions import Deletions
from parley_gateway.discord.written import forwarded_in, mentions_of, name_of, quoted_of
from parley_gateway.ports import Observer

UPDATE, DELETE = "MESSAGE_UPDATE", "MESSAGE_DELETE"
_log = logging.getLogger(__name__)


class MessageChanges:
    """Listens."""

    def __init__(self, afterwards: Afterwards, deletions: Deletions, observer: Observer) -> None:
        self._afterwards, self._deletions, self._observer = afterwards, deletions, observer

    def listen(self, bot: hikari.GatewayBot) -> None:
        """Subscribe to what the bot hears."""
        bot.subscribe(hikari.MessageUpdateEvent, self.on_update)
        bot.subscribe(hikari.MessageDeleteEvent, self.on_delete)
        bot.subscribe(hikari.GuildBulkMessageDeleteEvent, self.on_bulk)

    async def on_update(self, event: hikari.MessageUpdateEvent) -> None:
        """Take new words; Discord says the same of an embed that it has found, or of a message that was pinned."""
        message = changed(event.message)
        if message is not None:
            await self._watched(UPDATE, self._afterwards.reworded(message))
        elif not (event.message.author and event.message.author.is_bot):  # of our own edits nobody wants to hear
            self._observer.event(UPDATE, "ignored")

    async def on_delete(self, event: hikari.MessageDeleteEvent) -> None:
        """Take a deletion."""
        await self._watched(DELETE, self._deletions.deleted(str(event.channel_id), [str(event.message_id)]))

    async def on_bulk(self, event: hikari.GuildBulkMessageDeleteEvent) -> None:
        """Take many."""
        await self._watched(DELETE, self._deletions.deleted(str(event.channel_id), map(str, event.message_ids)))

    async def _watched(self, name: str, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 — told in the log; one event must not end the others
            _log.exception("change.failed")
            self._observer.event(name, "failed")
        else:
            self._observer.event(name, "handled")


def changed(message: hikari.PartialMessage) -> Message | None:
    """Return a message whose words a person has changed; None for any other change, or when its words are not told."""
    author = message.author
    if not message.edited_timestamp or not message.content or not author or author.is_bot:
        return None
    replied = message.referenced_message
    return Message(
        message_id=str(message.id),
        channel_id=str(message.channel_id),
        guild_id=str(message.guild_id or ""),
        author_id=str(author.id),
        author_name=name_of(author),
        author_is_bot=False,
        content=message.content,
        mentions=mentions_of(message),
        replies_to=str(replied.id) if replied else "",
        replied_author_id=str(replied.author.id) if replied and replied.author else "",
        sent_at=message.created_at,
        quoted=quoted_of(message),
        forwarded=forwarded_in(message),
    )

"""What members write, as the gateway's values."""

from __future__ import annotations

from collections.abc import Mapping

import hikari

from parley_gateway.addressing import Message, Quoted
from parley_gateway.discord.rows import ended_turns
from parley_gateway.model import Attachment

MOST_FILES, MOST_NAME, MOST_TYPE = 10, 256, 128
"""What the cache takes of a question, files and characters: Discord's own bounds, and more than any type of a file has."""


def message_of(message: hikari.Message) -> Message:
    """Return a message, as far as addressing needs it."""
    replied = message.referenced_message if message.type is hikari.MessageType.REPLY else None
    author = replied.author if replied is not None and isinstance(replied.author, hikari.User) else None
    return Message(
        message_id=str(message.id),
        channel_id=str(message.channel_id),
        guild_id=str(message.guild_id or ""),
        author_id=str(message.author.id),
        author_name=name_of(message.author, message.member),
        author_is_bot=message.author.is_bot or bool(message.webhook_id),
        content=message.content or "",
        mentions=mentions_of(message),
        replies_to=str(replied.id) if replied is not None else "",
        replied_author_id=str(author.id) if author is not None else "",
        sent_at=message.created_at,
        role_mentions=frozenset(map(str, message.role_mention_ids or ())),
        role_ids=frozenset(map(str, message.member.role_ids)) if message.member is not None else frozenset(),
        quoted=quoted_of(message),
        forwarded=forwarded_in(message),
        attachments=tuple(attachment_of(file, str(message.id)) for file in message.attachments[:MOST_FILES]),
        ended=ended_turns(message),
    )


def quoted_of(message: hikari.PartialMessage) -> Quoted | None:
    """Return the words of the message that another replies to, as far as Discord tells them."""
    replied = message.referenced_message
    if not replied or not replied.content or not replied.author:
        return None
    return Quoted(name_of(replied.author), _readable(replied))


def _readable(message: hikari.PartialMessage) -> str:
    """Return a message's words, with names in place of ids."""
    words = message.content or ""
    for user in (message.user_mentions or {}).values():
        name = f"@{name_of(user)}"
        words = words.replace(f"<@{user.id}>", name).replace(f"<@!{user.id}>", name)
    return words


def forwarded_in(message: hikari.PartialMessage) -> str:
    """Return the words that a message passes on; empty when it forwards none."""
    return "\n\n".join(snapshot.content for snapshot in message.message_snapshots or () if snapshot.content)


def name_of(user: hikari.User, member: hikari.Member | None = None) -> str:
    """Return the name that others see; member: in the guild, where that is told."""
    return member.display_name if member is not None else user.global_name or user.username


def mentions_of(message: hikari.PartialMessage) -> Mapping[str, str]:
    """Return who is mentioned, by id, with the name that others see."""
    return {str(user.id): name_of(user) for user in (message.user_mentions or {}).values()}


def attachment_of(file: hikari.Attachment, message_id: str) -> Attachment:
    """Return a file by reference. message_id: that carries it."""
    return Attachment(
        message_id=message_id,
        attachment_id=str(file.id),
        filename=file.filename[:MOST_NAME],
        content_type=(file.media_type or "")[:MOST_TYPE],
        size=file.size,
        url=file.url,
    )

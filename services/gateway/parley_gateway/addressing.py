"""Which messages are addressed to the bot, which conversation they belong to, and what they ask. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from parley_gateway.model import Attachment, Named, Prompt, Recent, Reference, RepliesTo

KANA = re.compile(r"[\u3041-\u30ff]")
MENTION = re.compile(r"<@!?(\d+)>")
WORDLESS, WORDLESS_FILES = "(mentions you without a word)", "(sends this without a word)"
"""What Claude is told of an empty message, so that a bare mention gets a greeting and no silence."""


@dataclass(frozen=True, slots=True)
class Message:
    """A Discord message, as far as addressing needs it. guild_id: empty in a direct message. mentions: id -> name.

    replies_to: the message it replies to; replied_author_id: who wrote that; empty where there is none. attachments: as
    many as are kept.
    """

    message_id: str
    channel_id: str
    guild_id: str
    author_id: str
    author_name: str
    author_is_bot: bool
    content: str
    mentions: Mapping[str, str]
    replies_to: str
    replied_author_id: str
    sent_at: datetime
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """bot_id: ours. recent: how old the asker's own conversation may be to go on. locale: where none is known."""

    bot_id: str
    recent: timedelta = timedelta(minutes=10)
    locale: str = "en-US"


def prompt_of(message: Message, rules: Rules, now: datetime) -> Prompt | None:
    """Return what a message asks of the bot; None when it is not addressed to it."""
    if not addressed(message, rules):
        return None
    text = question(message, rules.bot_id)
    return Prompt(
        turn_id=message.message_id,
        channel_id=message.channel_id,
        message_id=message.message_id,
        guild_id=message.guild_id,
        author_id=message.author_id,
        author_name=message.author_name,
        locale=locale_of(text, rules.locale),
        text=text,
        reference=reference(message, rules),
        asked_at=message.sent_at,
        received_at=now,
        attachments=message.attachments,
    )


def addressed(message: Message, rules: Rules) -> bool:
    """Whether a person mentions the bot, replies to it, or writes to it alone. Bots are never answered."""
    if message.author_is_bot or message.author_id == rules.bot_id:
        return False
    return not message.guild_id or rules.bot_id in message.mentions or message.replied_author_id == rules.bot_id


def reference(message: Message, rules: Rules) -> Reference:
    """Return the conversation: a DM is one, a reply chain is one, else the asker's recent one in the channel."""
    if not message.guild_id:
        return Named(f"dm:{message.channel_id}")
    if message.replies_to:
        return RepliesTo(message.replies_to)
    return Recent(message.channel_id, message.author_id, rules.recent)


def question(message: Message, bot_id: str) -> str:
    """Return the text without the bot's own mention, other mentions as @name; words of ours when nothing is left."""
    ours = re.compile(rf"[ \t]*<@!?{bot_id}>[ \t]*")
    text = ours.sub(" ", message.content)
    named = MENTION.sub(lambda mention: f"@{message.mentions.get(mention.group(1), 'someone')}", text).strip()
    return named or (WORDLESS_FILES if message.attachments else WORDLESS)


def locale_of(text: str, default: str) -> str:
    """Guess the language of notices: Discord tells a member's locale with buttons and commands, not with messages."""
    return "ja" if KANA.search(text) else default

"""Which messages are addressed to the bot, which conversation they belong to, and what they ask. Pure.

Bots and webhooks are never answered, whatever they write, so that two bots cannot keep each other talking. A person cannot
be such a loop: what one writes too often in free talk is the quota's business (docs/cache.md), which tells them so.
Where the bot listens to all that is written, people still talk with each other: a message that names somebody else, or
replies to somebody else, and not the bot, is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from parley_gateway.model import Attachment, Named, Prompt, Recent, Reference, RepliesTo, Trigger
from parley_gateway.places import CHANNEL, Place
from parley_gateway.preferences import Effective, MentionRule

KANA = re.compile(r"[\u3041-\u30ff]")
MENTION = re.compile(r"<@!?(\d+)>")
WORDLESS, WORDLESS_FILES = "(mentions you without a word)", "(sends this without a word)"
"""What Claude is told of an empty message, so that a bare mention gets a greeting and no silence."""
QUOTED = 2000
"""So many characters of a message that is asked about are quoted: a whole one of most members."""
SHARED = DIRECT, THREAD, FREE = "dm", "thread", "channel"
"""What begins the name of a conversation that all of a place share."""
UNREAD = (Trigger.REPLY, Trigger.THREAD, Trigger.FREE)
"""What Discord does not let the bot read without the message content intent."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """The words of an earlier message that is asked about."""

    author_name: str
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A Discord message, as far as addressing needs it. guild_id: empty in a direct message. mentions: id -> name.

    replies_to: the message it replies to; replied_author_id: who wrote that; empty where there is none. role_mentions,
    role_ids: roles that it mentions, and its author's. quoted: what it replies to. forwarded: the words that it passes on.
    attachments: as many as are kept. ended: turns of which it shows the end, if it is the bot's.
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
    role_mentions: frozenset[str] = frozenset()
    role_ids: frozenset[str] = frozenset()
    quoted: Quoted | None = field(default=None, repr=False)
    forwarded: str = field(default="", repr=False)
    attachments: tuple[Attachment, ...] = ()
    ended: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """bot_id: ours. recent: how old the asker's own conversation may be to go on. locale: where none is known.

    reads_all: whether Discord lets us read what does not name us (the message content intent).
    """

    bot_id: str
    recent: timedelta = timedelta(minutes=10)
    locale: str = "en-US"
    reads_all: bool = True


def prompt_of(
    message: Message, rules: Rules, now: datetime, place: Place = CHANNEL, here: Effective | None = None
) -> Prompt | None:
    """Return what a message asks of the bot; None when it is not addressed to it. here: what is set there."""
    rule = here.mention_rule if here is not None else MentionRule.MENTION
    trigger = trigger_of(message, rules, place, rule)
    if trigger is None:
        return None
    text = question(message, rules.bot_id, place)
    return Prompt(
        turn_id=message.message_id,
        channel_id=message.channel_id,
        message_id=message.message_id,
        guild_id=message.guild_id,
        author_id=message.author_id,
        author_name=message.author_name,
        locale=locale_in(message.content, rules, here),
        text=text,
        reference=reference(message, rules, place, rule),
        asked_at=message.sent_at,
        received_at=now,
        trigger=trigger,
        attachments=message.attachments,
    )


def trigger_of(message: Message, rules: Rules, place: Place, rule: MentionRule) -> Trigger | None:
    """Return why a message is answered; None when it is not."""
    if message.author_is_bot or message.author_id == rules.bot_id:
        return None
    if not message.guild_id:
        return Trigger.DIRECT
    if rule is MentionRule.COMMANDS:
        return None
    if _names_us(message, rules, place):
        return Trigger.MENTION
    return _overheard(message, rules, place, rule) if rules.reads_all else None


def _names_us(message: Message, rules: Rules, place: Place) -> bool:
    """Whether it names the bot, or the role that Discord made for the bot alone; @everyone names nobody."""
    if place.own_role and place.own_role in message.role_mentions:
        return True
    if rules.bot_id not in message.mentions:
        return False
    ping_of_a_reply = message.replied_author_id == rules.bot_id and not _ours(rules.bot_id).search(message.content)
    return not (ping_of_a_reply and rules.reads_all)  # without the intent the ping is what lets us read it


def _overheard(message: Message, rules: Rules, place: Place, rule: MentionRule) -> Trigger | None:
    if message.replied_author_id == rules.bot_id:
        return Trigger.REPLY
    if message.replied_author_id not in ("", message.author_id) or message.mentions or message.role_mentions:
        return None  # to somebody else
    if rule is MentionRule.EVERYTHING:
        return Trigger.FREE
    return Trigger.THREAD if place.thread and place.joined else None


def reference(
    message: Message, rules: Rules, place: Place = CHANNEL, rule: MentionRule = MentionRule.MENTION
) -> Reference:
    """Return the conversation: a DM, a thread and a channel of free talk are one each, a reply chain is one, else the
    asker's recent one in the channel.
    """
    free_talk = rule is MentionRule.EVERYTHING and rules.reads_all
    if (shared := shared_by_all(message.channel_id, message.guild_id, place, free_talk=free_talk)) is not None:
        return shared
    if message.replies_to:
        return RepliesTo(message.replies_to)
    return Recent(message.channel_id, message.author_id, rules.recent)


def shared_by_all(channel_id: str, guild_id: str, place: Place, *, free_talk: bool) -> Named | None:
    """Return the one conversation of a direct message, a thread, a channel of free talk; None: there are many."""
    if not guild_id:
        return Named(f"{DIRECT}:{channel_id}")
    if place.thread:
        return Named(f"{THREAD}:{channel_id}")
    return Named(f"{FREE}:{channel_id}") if free_talk else None


def question(message: Message, bot_id: str, place: Place = CHANNEL) -> str:
    """Return the text without the bot's own mention, other mentions as @name; words of ours when nothing is left.

    What it replies to stands before it, when another than the bot wrote that: Claude sees no other messages, and would
    not know what "this" is. bot_id: empty where it does not matter that it is ours.
    """
    said = _ours(bot_id).sub(" ", message.content)
    if place.own_role:
        said = said.replace(f"<@&{place.own_role}>", " ")
    said = MENTION.sub(lambda mention: f"@{message.mentions.get(mention.group(1), 'someone')}", said).strip()
    passed_on = _quote("forwarded message", message.forwarded)
    before = "" if message.replied_author_id == bot_id else _replied(message.quoted)
    spoken = "\n\n".join(part for part in (said, passed_on) if part) or (
        WORDLESS_FILES if message.attachments else WORDLESS
    )
    return f"{before}\n\n{spoken}" if before else spoken


def _ours(bot_id: str) -> re.Pattern[str]:
    return re.compile(rf"[ \t]*<@!?{bot_id}>[ \t]*")


def _replied(quoted: Quoted | None) -> str:
    return _quote(f"replies to {quoted.author_name}, who wrote", quoted.text) if quoted is not None else ""


def _quote(head: str, text: str) -> str:
    """Return words of another as a quotation, not longer than QUOTED; empty when there are none."""
    words = text.strip()
    if not words:
        return ""
    shown = words if len(words) <= QUOTED else f"{words[:QUOTED]}…"
    return "\n".join((f"({head}:)", *(f"> {line}" for line in shown.splitlines())))


def locale_in(text: str, rules: Rules, here: Effective | None) -> str:
    """Return the language of notices: the member's own choice, else what they write in, else that of the place."""
    if here is None:
        return locale_of(text, rules.locale)
    return here.own_language or locale_of(text, here.language or rules.locale)


def locale_of(text: str, default: str) -> str:
    """Guess the language of notices: Discord tells a member's locale with buttons and commands, not with messages."""
    return "ja" if KANA.search(text) else default

"""What was asked while nobody listened: at every start, and after a session that Discord did not resume.

Discord then tells anew of all channels with their last message. Those in which something was written of late are read once,
and what is addressed to the bot and has no answer goes the way of every question; the claim decides between gateways. The
gateway that goes first in a channel reads it. The others look again after a while: if the first is gone by then, and one
of them is first now, it reads. A question that the full queue could not take comes back by the same reading, and so does
a channel that Discord did not give just then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from parley_gateway.addressing import Message
from parley_gateway.listening import Listener, Roles
from parley_gateway.messages import DeliveryError, Transient
from parley_gateway.model import Prompt
from parley_kit.clock import Clock
from parley_kit.faults import Fault

YOUNG = timedelta(minutes=15)
"""Older questions get nothing (docs/conversation.md)."""
MOST = 10
"""Answers of the past in one channel."""
PACE = 0.5
"""Between two reads, in seconds: members who ask now go first."""
SETTLE, SECOND_LOOK = 2.0, 10.0
"""Before the first look, so that the gateways that live are known; and before the second, in seconds."""
EPOCH = 1_420_070_400_000
"""Discord's, in milliseconds."""
_log = logging.getLogger(__name__)


class History(Protocol):
    """Reads what stands in Discord. All raise DeliveryError."""

    async def newest(self, channel_id: str, guild_id: str) -> Sequence[Message]:
        """Return the newest messages of a channel, at most 100, the newest first."""
        ...

    async def roles(self, guild_id: str, user_id: str) -> frozenset[str]:
        """Return a member's roles; none of who has left."""
        ...


class DirectChannels(Protocol):
    """Knows the direct channels in which something was asked of late: Discord tells a bot that starts of none."""

    async def recent(self) -> Sequence[str]:
        """Return their ids. Raises Fault."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """A channel to look at. at: when; until: when all that was young there is not any more; both in monotonic seconds.

    again: this is the second look.
    """

    guild_id: str
    at: float
    until: float
    again: bool = False


@dataclass(frozen=True, slots=True)
class Ours:
    """What is this gateway's. first: whether it goes first in a channel; working: whether it holds a turn."""

    first: Callable[[str], bool]
    working: Callable[[str], bool]


class Backlog:
    """Reads channels, slowly."""

    def __init__(self, listener: Listener, history: History, directs: DirectChannels, ours: Ours, clock: Clock) -> None:
        self._listener, self._history, self._directs = listener, history, directs
        self._ours, self._clock = ours, clock
        self._due: dict[str, Due] = {}
        self._directs_at: float | None = None
        self._some = asyncio.Event()

    def told(self, channel_id: str, guild_id: str, last_message_id: str, *, after: float = SETTLE) -> None:
        """Take note of a channel's last message; young ones are looked at after so many seconds."""
        if last_message_id.isdecimal() and self._young(sent_at(last_message_id)):
            self._put(channel_id, guild_id, after)
            self._some.set()

    def _put(self, channel_id: str, guild_id: str, after: float) -> None:
        now = self._clock.monotonic()
        self._due[channel_id] = Due(guild_id, now + after, now + YOUNG.total_seconds())

    def missed(self, prompt: Prompt) -> None:
        """Come back to a question that the full queue did not take."""
        self.told(prompt.channel_id, prompt.guild_id, prompt.message_id, after=SECOND_LOOK)

    def directs(self) -> None:
        """Look at the direct channels too."""
        self._directs_at = self._clock.monotonic() + SETTLE
        self._some.set()

    async def run(self) -> None:
        """Look at what is due until cancelled, one at a time."""
        while True:
            await self._some.wait()
            await self._clock.sleep(PACE)
            await self._step()

    async def _step(self) -> None:
        now = self._clock.monotonic()
        if self._directs_at is not None and self._directs_at <= now:
            await self._ask_directs(now)
        elif self._due:
            channel_id, due = min(self._due.items(), key=lambda item: item[1].at)
            if due.at <= now:
                del self._due[channel_id]
                await self._look(channel_id, due)
        if not self._due and self._directs_at is None:
            self._some.clear()

    async def _ask_directs(self, now: float) -> None:
        try:
            found = await self._directs.recent()
        except Fault:
            self._directs_at = now + SECOND_LOOK  # the cache will come back
            return
        self._directs_at = None
        for channel_id in found:
            self._put(channel_id, "", 0.0)

    async def _look(self, channel_id: str, due: Due) -> None:
        if self._ours.first(channel_id):
            try:
                await self._read(channel_id, due)
            except Exception:  # noqa: BLE001 — told in the log; one odd message must not end the bot, at each start anew
                _log.exception("backlog.failed", extra={"channel": channel_id})
        elif not due.again:
            self._come_back(channel_id, replace(due, again=True))

    def _come_back(self, channel_id: str, due: Due) -> None:
        """Look once more, unless it is too late by then or there is newer word of the channel."""
        at = self._clock.monotonic() + SECOND_LOOK
        if at < due.until:
            self._due.setdefault(channel_id, replace(due, at=at))

    async def _read(self, channel_id: str, due: Due) -> None:
        """Put what has no answer on the queue, the oldest first."""
        try:
            written = await self._history.newest(channel_id, due.guild_id)
            taken = [self._take(prompt) for prompt in await self._unanswered(written)]
        except DeliveryError as error:
            _log.info("backlog.unread", extra={"channel": channel_id, "reason": error.kind.value})
            if isinstance(error, Transient):
                self._come_back(channel_id, due)
            return
        if any(taken):
            _log.info("backlog.found", extra={"channel": channel_id, "questions": sum(taken)})

    async def _unanswered(self, written: Sequence[Message]) -> Sequence[Prompt]:
        """Return what is asked of late and has no reply of the bot, the oldest first."""
        ours = (await self._listener.rules()).bot_id
        answered = {message.replies_to for message in written if message.author_id == ours}
        late = [one for one in written if self._young(one.sent_at) and not self._is_answered(one, answered)]
        prompts = [await self._listener.prompt_of(message, self._roles_of(message)) for message in late]
        return sorted((prompt for prompt in prompts if prompt is not None), key=lambda prompt: prompt.asked_at)[:MOST]

    def _is_answered(self, message: Message, answered: Collection[str]) -> bool:
        """Whether there is an answer, or one under way here; so many others of the channel can be taken."""
        return message.message_id in answered or self._ours.working(message.message_id)

    def _roles_of(self, message: Message) -> Roles:
        return partial(self._history.roles, message.guild_id, message.author_id)  # history does not tell them

    def _take(self, prompt: Prompt) -> bool:
        """Put a question on the queue; one that does not fit comes back later."""
        taken = self._listener.offer(prompt)
        if not taken:
            self.missed(prompt)
        return taken

    def _young(self, at: datetime) -> bool:
        return self._clock.now() - at <= YOUNG


def sent_at(message_id: str) -> datetime:
    """Return when a message was sent, by its id."""
    return datetime.fromtimestamp(((int(message_id) >> 22) + EPOCH) / 1000, UTC)

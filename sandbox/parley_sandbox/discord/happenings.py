"""What happens, told to whoever listens: gateway sessions get events, pages and tests get happenings."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from parley_sandbox.discord.intents import ALWAYS, Intent
from parley_sandbox.discord.model import Json

WAITING = 100_000
"""How many happenings a listener may leave unread; then the oldest are dropped."""


@dataclass(frozen=True, slots=True)
class Event:
    """A gateway event before it is addressed: dispatch name, payload, and what decides who gets it."""

    name: str
    payload: Json
    channel_id: str | None = None
    guild_id: str | None = None
    intent: Intent = ALWAYS


@dataclass(frozen=True, slots=True)
class Happening:
    """Something a person or a test could notice.

    `kind` is message_create, message_update, message_delete, thread_create, thread_update, thread_delete, typing, reaction,
    interaction, modal, presence or request; `payload` is Discord's JSON (for a request the `Recorded`). `viewer` names the one person who may see it; None means everybody in the channel.
    """

    kind: str
    payload: Any
    viewer: str | None = None


Subscription: TypeAlias = asyncio.Queue[Happening]


class Broadcast:
    """Hands each happening to every listener's queue."""

    def __init__(self) -> None:
        self._listeners: set[Subscription] = set()

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Listen from now until the block is left."""
        queue: Subscription = asyncio.Queue(WAITING)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def tell(self, happening: Happening) -> None:
        """Put a happening on every queue."""
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(happening)

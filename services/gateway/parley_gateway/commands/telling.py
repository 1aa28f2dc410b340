"""`/help` and `/status`: told at once, since this gateway knows them itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from parley_gateway.interactions import Command
from parley_gateway.messages import DeliveryError
from parley_gateway.panels import Panel
from parley_gateway.ports import Responses
from parley_gateway.standing import Standing, status_text
from parley_gateway.texts import Key, Texts
from parley_kit.clock import Clock

HELP = (Key.TOLD_HELP_TALK, Key.TOLD_HELP_GOES_ON, Key.TOLD_HELP_BUTTONS, Key.TOLD_HELP_MEMORY)


@dataclass(frozen=True, slots=True)
class Telling:
    """Tells a member alone what needs no peer. words: what, in the member's language."""

    responses: Responses
    words: Callable[[Texts], str]

    async def take(self, command: Command) -> None:
        """Tell it."""
        with contextlib.suppress(DeliveryError):
            await self.responses.show(command, Panel(self.words(Texts(command.locale))))


def help_text(texts: Texts) -> str:
    """Return what `/help` shows."""
    return "\n\n".join(texts.render(key) for key in HELP)


def status(standing: Callable[[], Standing], clock: Clock) -> Callable[[Texts], str]:
    """Return what tells how it stands when it is asked."""
    return lambda texts: status_text(standing(), texts, clock.now())

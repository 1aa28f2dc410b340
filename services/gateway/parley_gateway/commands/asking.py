"""`/ask` and "Ask Claude": turns that a command asks for. They see nothing of earlier messages."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from parley_gateway import addressing
from parley_gateway.commands.models import matching
from parley_gateway.interactions import Command
from parley_gateway.messages import DeliveryError, Gone
from parley_gateway.model import Prompt, RepliesTo
from parley_gateway.panels import Panel
from parley_gateway.ports import Models, Responses
from parley_gateway.texts import Key, Texts
from parley_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Asking:
    """Answers the two commands. ask: puts a question on the queue; False when that is full."""

    responses: Responses
    models: Models
    ask: Callable[[Prompt], bool]
    clock: Clock

    async def take(self, command: Command) -> None:
        """Acknowledge before anything else, then ask; the turn's claim lets one gateway answer."""
        prompt = prompt_of(command, self.clock.now())
        if not prompt.text:
            await self._show(command, Key.TOLD_WORDLESS)
        elif await self._acknowledged(command) and not self.ask(await self._understood(prompt)):
            with contextlib.suppress(DeliveryError):
                if await self.responses.abandoned(command):  # a sibling may have had room
                    text = Texts(command.locale).render(Key.TOLD_QUEUE_FULL)
                    await self.responses.rewrite(command, Panel(text))

    async def _understood(self, prompt: Prompt) -> Prompt:
        """Take a model by any of its names; what nobody knows is asked for as it stands, and refused by that name."""
        model = matching(await self.models.list(), prompt.model) if prompt.model else None
        return replace(prompt, model=model) if model is not None else prompt

    async def _acknowledged(self, command: Command) -> bool:
        """Acknowledge; False when it is too late for anybody. Where the answer was lost a sibling's may stand, or ours."""
        try:
            await self.responses.defer(command, alone=False)
        except Gone:
            return False
        except DeliveryError:
            return True
        return True

    async def _show(self, command: Command, key: Key) -> None:
        with contextlib.suppress(DeliveryError):
            await self.responses.show(command, Panel(Texts(command.locale).render(key)))


def prompt_of(command: Command, now: datetime) -> Prompt:
    """Return what a command asks. Nothing that was said before belongs to it; replies to its answer go on with it."""
    target = command.target
    return Prompt(
        turn_id=command.interaction_id,
        channel_id=command.channel_id,
        message_id=target.message_id if target is not None else "",
        guild_id=command.guild_id,
        author_id=command.user_id,
        author_name=command.user_name,
        locale=command.locale,
        text=_question(command),
        reference=RepliesTo(command.interaction_id),
        asked_at=command.made_at,
        received_at=now,
        attachments=command.attachments,
        interaction_token=command.token,
        model=str(command.options.get("model", "")),
    )


def _question(command: Command) -> str:
    """Return what is asked; empty: nothing. Claude's API takes no message without a word."""
    target = command.target
    if target is None:
        words = str(command.options.get("prompt", "")).strip()
        return words or (addressing.WORDLESS_FILES if command.attachments else "")
    if not (target.content.strip() or target.forwarded or target.attachments):
        return ""
    return addressing.question(target, bot_id="")

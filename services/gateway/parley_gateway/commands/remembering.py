"""`/new`, `/context`, `/forget`: what is remembered, for whom it concerns."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from parley_gateway.commands import private
from parley_gateway.interactions import Click, Command, Interaction, Pick, Submission
from parley_gateway.memory import Remembered
from parley_gateway.model import Reference, Said
from parley_gateway.panels import Panel, Press, Style
from parley_gateway.ports import Conversations, Responses
from parley_gateway.texts import Key, Texts
from parley_kit.faults import NotFound

FAMILY = "forget"
"""Of the button's custom id."""
SHOWN_LINES, SHOWN_CHARACTERS = 12, 90
"""Of `/context`: so it stays well under Discord's 2 000 characters."""


@dataclass(frozen=True, slots=True)
class New:
    """Begins anew. reference: of the conversation that a command means."""

    responses: Responses
    conversations: Conversations
    reference: Callable[[Interaction], Reference]

    async def take(self, command: Command) -> None:
        """Forget the conversation; one that does not exist is as good as forgotten."""

        async def work() -> Panel:
            with contextlib.suppress(NotFound):
                await self.conversations.forget(self.reference(command))
            return Panel(Texts(command.locale).render(Key.TOLD_NEW_BEGUN))

        await private.answer(self.responses, command, work)


@dataclass(frozen=True, slots=True)
class Context:
    """Shows what Claude would see."""

    responses: Responses
    conversations: Conversations
    reference: Callable[[Interaction], Reference]

    async def take(self, command: Command) -> None:
        """Show the conversation to the member alone."""

        async def work() -> Panel:
            try:
                found = await self.conversations.get(self.reference(command))
            except NotFound:
                return Panel(Texts(command.locale).render(Key.TOLD_CONTEXT_EMPTY))
            return Panel(context_text(found, Texts(command.locale)))

        await private.answer(self.responses, command, work)


@dataclass(frozen=True, slots=True)
class Forget:
    """Asks first, then forgets all of a member's."""

    responses: Responses
    conversations: Conversations

    async def take(self, interaction: Command | Click | Pick | Submission) -> None:
        """Ask with a button, or forget when that is pressed. Only the member sees either."""
        if isinstance(interaction, Command):
            await self._ask(interaction)
        else:
            await private.rewrite(self.responses, interaction, lambda: self._forget(interaction))

    async def _ask(self, command: Command) -> None:
        texts = Texts(command.locale)
        press = Press(f"v1:{FAMILY}:all", texts.render(Key.TOLD_FORGET_BUTTON), Style.DANGER)
        sure = Panel(texts.render(Key.TOLD_FORGET_SURE), ((press,),))
        await private.answer(self.responses, command, lambda: _as_it_is(sure))

    async def _forget(self, press: Interaction) -> Panel:
        await self.conversations.forget_member(press.user_id)
        return Panel(Texts(press.locale).render(Key.TOLD_FORGOTTEN))


async def _as_it_is(panel: Panel) -> Panel:
    return panel


def context_text(found: Remembered, texts: Texts) -> str:
    """Return what is shown of a conversation: how much, then the first words of its newest messages."""
    if not found.messages:
        return texts.render(Key.TOLD_CONTEXT_EMPTY)
    shown = found.window[-SHOWN_LINES:]
    earlier = len(found.window) - len(shown)
    return "\n".join(
        [
            texts.render(Key.TOLD_CONTEXT_HEAD, messages=found.messages, window=len(found.window)),
            *([texts.render(Key.TOLD_CONTEXT_MORE, more=earlier)] if earlier else []),
            *(_line(said, texts) for said in shown),
            texts.render(Key.TOLD_CONTEXT_FOOT),
        ]
    )


def _line(said: Said, texts: Texts) -> str:
    who = texts.render(Key.TOLD_CONTEXT_CLAUDE) if said.by_claude else said.author_name
    words = " ".join(said.text.replace("`", "'").split())
    cut = words if len(words) <= SHOWN_CHARACTERS else f"{words[: SHOWN_CHARACTERS - 1]}…"
    return texts.render(Key.TOLD_CONTEXT_LINE, who=who, words=cut)

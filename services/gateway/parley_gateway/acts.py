"""Presses of the buttons under an answer: each begins a turn, answered in the same messages or after them.

Both gateways hear a press. The turn's claim lets one of them answer it; what is not to be is told only by the one whose
acknowledgement counted, or who holds the turn.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from parley_gateway import addressing, buttons
from parley_gateway.addressing import Message, Rules
from parley_gateway.buttons import Action, Button
from parley_gateway.claims import PostedKind, TurnState
from parley_gateway.interactions import Click, Pick, Submission
from parley_gateway.memory import Exchange
from parley_gateway.messages import DeliveryError, Forbidden
from parley_gateway.model import Named, Prompt, RepliesTo, Rewind, Said
from parley_gateway.places import Place
from parley_gateway.ports import Conversations, Customs, Postings
from parley_gateway.texts import Key
from parley_gateway.whispers import Whispers
from parley_kit.clock import Clock
from parley_kit.faults import Fault, NotFound

GO_ON = "Go on exactly where you broke off. Repeat nothing, and say nothing before it."
"""What Claude is told when a member wants the rest; in English, since Claude answers in the language of what stands there."""
AS_IT_IS_NOW = frozenset({Action.RETRY, Action.ANEW})
"""Presses that ask the question as it stands in Discord."""
FIRST_PAGE = (PostedKind.PAGE, 0)


class Begun(Exception):  # noqa: N818 — it is no error: a sibling was faster
    """The press was obeyed by another gateway already."""


class Declined(Exception):  # noqa: N818 — it is no error: the member is told why
    """Nothing comes of a press."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Acts:
    """Answers presses. ask: puts a question on the queue; False when that is full. rules: waits until we know who we are.

    place: what is known of a channel.
    """

    conversations: Conversations
    postings: Postings
    whispers: Whispers
    customs: Customs
    ask: Callable[[Prompt], bool]
    rules: Callable[[], Awaitable[Rules]]
    place: Callable[[str], Place]
    clock: Clock

    async def take(self, click: Click | Pick | Submission) -> None:
        """Answer one press."""
        button = buttons.decode(click.custom_id)
        if button is None or not isinstance(click, Click):
            return
        if click.user_id != button.author_id and not click.may_manage_messages:
            await self.whispers.say(click, Key.NOT_YOURS, acknowledged=False)
            return
        counts = await self.whispers.taken(click)
        try:
            await self._begin(click, button)
        except Begun:
            return
        except Declined as declined:
            if counts:
                await self.whispers.say(click, declined.key)

    async def _begin(self, click: Click, button: Button) -> None:
        try:
            prompt = await self._prompt(click, button)
        except (Fault, DeliveryError):
            raise Declined(Key.ACT_FAILED) from None
        self.whispers.expect(prompt.turn_id, click)
        if not self.ask(prompt):
            raise Declined(Key.ACT_FAILED)

    async def _prompt(self, click: Click, button: Button) -> Prompt:
        """Return what is asked by a press. Raises Declined, Fault, DeliveryError."""
        found = await self._find(click, button)
        if button.action is Action.CONTINUE:
            return await self._rest(click, button, found)
        answers = await self._first_page(click, found)
        asks = answers.replies_to if answers is not None else ""
        now = await self._now(click, asks) if asks and button.action in AS_IT_IS_NOW else None
        asked = _asked(found, now)
        here = self.customs.of(click.guild_id, click.channel_id, button.author_id)
        locale = addressing.locale_in(asked.text, await self.rules(), here) if asks else click.locale
        return self._again(click, button, found, asked, asks=asks, locale=locale)

    async def _find(self, click: Click, button: Button) -> Exchange | None:
        """Return what is known of the turn; None: nothing. Raises Declined when another one has taken its place."""
        try:
            return await self.conversations.find(button.turn_id)
        except NotFound:
            await self._refuse_stale(click, button)
            return None

    async def _refuse_stale(self, click: Click, button: Button) -> None:
        try:
            found = await self.conversations.find("", click.message_id)
        except NotFound:
            return
        if found.turn_id == click.interaction_id:
            raise Begun
        if found.turn_id != button.turn_id:
            raise Declined(Key.GONE_ON)

    async def _first_page(self, click: Click, found: Exchange | None) -> Message | None:
        """Return the message that answers the question, which a later page may not; None when it is gone, or where the bot
        may see nothing: there it answers commands only, and these answers reply to no message.
        """
        pages = [one.message_id for one in found.posted if (one.kind, one.index) == FIRST_PAGE] if found else []
        with contextlib.suppress(Forbidden):
            return await self.postings.read(click.channel_id, pages[0] if pages else click.message_id)
        return None

    async def _now(self, click: Click, asks: str) -> Said | None:
        """Return the question as it stands in Discord, which may be for the rest of an answer; None when it is gone."""
        message = await self.postings.read(click.channel_id, asks)
        if message is None:
            return None
        if message.author_is_bot:
            return Said(GO_ON, author_name=click.user_name)
        words = addressing.question(message, (await self.rules()).bot_id, self.place(click.channel_id))
        return Said(words, author_name=message.author_name, attachments=message.attachments)

    def _again(
        self, click: Click, button: Button, found: Exchange | None, asked: Said, *, asks: str, locale: str
    ) -> Prompt:
        """Return the question once more. asks: the message that the answer replies to."""
        return Prompt(
            turn_id=click.interaction_id,
            channel_id=click.channel_id,
            message_id=asks,
            guild_id=click.guild_id,
            author_id=button.author_id,
            author_name=asked.author_name,
            locale=locale,
            text=asked.text,
            reference=Named(found.conversation_id) if found is not None else RepliesTo(asks or click.message_id),
            asked_at=click.made_at,
            received_at=self.clock.now(),
            attachments=asked.attachments,
            rewinds=_rewind(button, found),
            requester_id=click.user_id if click.user_id != button.author_id else "",
            model="" if asks or found is None else found.model,
            afresh=True,
        )

    async def _state(self, turn_id: str) -> TurnState | None:
        """Return where a turn is; None when there is none of this name."""
        try:
            return (await self.conversations.find(turn_id)).state
        except NotFound:
            return None

    async def _rest(self, click: Click, button: Button, found: Exchange | None) -> Prompt:
        """Return a question for the rest, which answers the answer. Its name is the answer's, so that there is one of it:
        while it is written a sibling heard the press too, or it was pressed twice. Where one of that name came to nothing,
        or was for what stood there before, the next one has the press's name.
        """
        if found is None:
            raise Declined(Key.FORGOTTEN)
        begun = await self._state(click.message_id)
        if begun not in (None, TurnState.ENDED):
            raise Begun
        if not found.last or (button.revision and found.revision != button.revision):
            raise Declined(Key.GONE_ON)
        return Prompt(
            turn_id=click.message_id if begun is None else click.interaction_id,
            channel_id=click.channel_id,
            message_id=click.message_id,
            guild_id=click.guild_id,
            author_id=click.user_id,
            author_name=click.user_name,
            locale=click.locale,
            text=GO_ON,
            reference=Named(found.conversation_id),
            asked_at=click.made_at,
            received_at=self.clock.now(),
            model=found.model,
        )


def _asked(found: Exchange | None, now: Said | None) -> Said:
    """Return the question as it stands, or where that is not wanted as it is remembered. Raises Declined."""
    kept = found.question if found is not None else Said("")
    if now is not None:
        return replace(now, author_name=kept.author_name or now.author_name)
    if not kept.text:
        raise Declined(Key.FORGOTTEN)
    return kept


def _rewind(button: Button, found: Exchange | None) -> Rewind:
    if found is None:
        return Rewind(button.turn_id, button.revision)
    return Rewind(found.turn_id, button.revision, answered=found.answer is not None)

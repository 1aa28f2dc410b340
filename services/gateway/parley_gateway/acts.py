"""Presses of the buttons under an answer: each begins a turn, answered in the same messages or after them.

Both gateways hear a press. The turn's claim lets one of them answer it; what is not to be is told only by the one whose
acknowledgement counted, or who holds the turn.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from parley_gateway import addressing, buttons
from parley_gateway.addressing import Message, Rules
from parley_gateway.buttons import Action, Button
from parley_gateway.claims import PostedKind, TurnState
from parley_gateway.interactions import Click, Pick, Submission
from parley_gateway.memory import Exchange
from parley_gateway.messages import DeliveryError
from parley_gateway.model import Named, Prompt, RepliesTo, Rewind
from parley_gateway.ports import Conversations, Postings, Responses
from parley_gateway.texts import Key
from parley_gateway.whispers import Whispers
from parley_kit.clock import Clock
from parley_kit.faults import Fault, NotFound

GO_ON = "Go on exactly where you broke off. Repeat nothing, and say nothing before it."
"""What Claude is told when a member wants the rest; in English, since Claude answers in the language of what stands there."""
AS_IT_IS_NOW = frozenset({Action.RETRY, Action.ANEW})
"""Presses that ask the question as it stands in Discord."""


class Begun(Exception):  # noqa: N818 — it is no error: a sibling was faster
    """The press was obeyed by another gateway already."""


class Declined(Exception):  # noqa: N818 — it is no error: the member is told why
    """Nothing comes of a press."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Acts:
    """Answers presses. ask: puts a question on the queue; False when that is full. rules: waits until we know who we are."""

    responses: Responses
    conversations: Conversations
    postings: Postings
    whispers: Whispers
    ask: Callable[[Prompt], bool]
    rules: Callable[[], Awaitable[Rules]]
    clock: Clock

    async def take(self, click: Click | Pick | Submission) -> None:
        """Answer one press."""
        button = buttons.decode(click.custom_id)
        if button is None or not isinstance(click, Click):
            return
        if click.user_id != button.author_id and not click.may_manage_messages:
            await self.whispers.say(click, Key.NOT_YOURS, acknowledged=False)
            return
        counts = await self._acknowledged(click)
        try:
            await self._begin(click, button)
        except Begun:
            return
        except Declined as declined:
            if counts:
                await self.whispers.say(click, declined.key)

    async def _acknowledged(self, click: Click) -> bool:
        """Take the press before anything slow; return whether it is ours to tell what becomes of it."""
        try:
            return await self.responses.acknowledge(click)
        except DeliveryError:
            return False  # what it asks for can still be done

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
        page = (
            next((one for one in found.posted if (one.kind, one.index) == (PostedKind.PAGE, 0)), None)
            if found
            else None
        )
        first = await self.postings.read(click.channel_id, page.message_id if page else click.message_id)
        asks = first.replies_to if first is not None else ""
        now = await self._question(click, asks) if asks and button.action in AS_IT_IS_NOW else None
        return await self._again(click, button, found, asks=asks, now=now)

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

    async def _question(self, click: Click, message_id: str) -> Message | None:
        """Return the question as it stands, or the answer that somebody wanted the rest of; None when it is gone."""
        return await self.postings.read(click.channel_id, message_id)

    async def _again(
        self, click: Click, button: Button, found: Exchange | None, *, asks: str, now: Message | None
    ) -> Prompt:
        """Return the question once more. now: as it stands in Discord."""
        rules = await self.rules()
        if now is not None:
            text, name = addressing.question(now, rules.bot_id), now.author_name
            if now.author_is_bot:
                text, name = GO_ON, click.user_name
        elif found is not None and found.question.text:
            text, name = found.question.text, found.question.author_name
        else:
            raise Declined(Key.FORGOTTEN)
        return Prompt(
            turn_id=click.interaction_id,
            channel_id=click.channel_id,
            message_id=asks,
            guild_id=click.guild_id,
            author_id=button.author_id,
            author_name=found.question.author_name if found is not None else name,
            locale=addressing.locale_of(text, rules.locale) if asks else click.locale,
            text=text,
            reference=Named(found.conversation_id) if found is not None else RepliesTo(asks or click.message_id),
            asked_at=click.made_at,
            received_at=self.clock.now(),
            attachments=found.question.attachments if found is not None else (),
            rewinds=Rewind(
                found.turn_id if found is not None else button.turn_id,
                button.revision,
                answered=found is not None and found.answer is not None,
            ),
            model="" if asks or found is None else found.model,
            afresh=True,
        )

    async def _goes_on(self, message_id: str) -> bool:
        """Whether the rest of an answer is being written: a sibling heard the press too, or it was pressed twice."""
        try:
            return (await self.conversations.find(message_id)).state is not TurnState.ENDED
        except NotFound:
            return False

    async def _rest(self, click: Click, button: Button, found: Exchange | None) -> Prompt:
        """Return a question for the rest, which answers the answer. Its name is the answer's, so that there is one of it."""
        if found is None:
            raise Declined(Key.FORGOTTEN)
        if not found.last or (button.revision and found.revision != button.revision):
            raise Begun if await self._goes_on(click.message_id) else Declined(Key.GONE_ON)
        return Prompt(
            turn_id=click.message_id,
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

"""What a turn needs of the world. Adapters are in `clients/` and `discord/`; only `app` chooses them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol

from parley_gateway.addressing import Message
from parley_gateway.attachments import Why
from parley_gateway.buttons import Buttons
from parley_gateway.claims import Event, Source, Step, TurnState
from parley_gateway.interactions import Completion, Interaction
from parley_gateway.memory import Account, Exchange, Forgotten, Remembered, Removed
from parley_gateway.messages import Answer
from parley_gateway.model import Attachment, ExecutionEvent, Model, Outcome, Prompt, Reference, Request
from parley_gateway.panels import Choice, Form, Panel
from parley_gateway.preferences import Effective, Subject, Versioned

# --- the cache


class HoldCall(Protocol):
    """One HoldTurn stream. `say` and `hear` raise Fault when it broke."""

    @property
    def address(self) -> str:
        """The cache that it goes to."""
        ...

    async def may_claim(self) -> None:
        """Wait until the first step may be said: a crowd is let in a few at a time."""
        ...

    async def say(self, step: Step) -> None:
        """Say one step."""
        ...

    async def hear(self) -> Event | None:
        """Return the next event; None when the cache closed the stream well."""
        ...

    async def done_saying(self) -> None:
        """Say that nothing more will be said; the cache then closes the stream."""
        ...

    def close(self) -> None:
        """End it at once; harmless when it has ended."""
        ...


class TurnStore(Protocol):
    """The cache, as turns need it."""

    @property
    def heard_at(self) -> float:
        """When any stream to the cache said its last word, in monotonic seconds; -inf before the first."""
        ...

    def hold(self, turn_id: str, avoid: Sequence[str] = ()) -> HoldCall:
        """Open a stream for a turn. avoid: addresses whose streams broke, longest ago first; taken when there is no
        other. Raises Unavailable without any.
        """
        ...

    async def stop(self, turn_id: str, by: str) -> TurnState:
        """Ask whoever holds a turn to end it. Raises Fault."""
        ...


class Conversations(Protocol):
    """What the cache remembers, and forgets. All raise Fault: NotFound where there is no such thing."""

    async def get(self, reference: Reference) -> Remembered:
        """Return how a conversation stands."""
        ...

    async def forget(self, reference: Reference) -> Forgotten:
        """Forget all that was said in a conversation."""
        ...

    async def forget_member(self, user_id: str) -> Forgotten:
        """Forget all that a member began or said."""
        ...

    async def find(self, turn_id: str, message_id: str = "") -> Exchange:
        """Return a question and its answer. turn_id: empty where only a message of theirs is known; by that the newest
        turn is found that answers the question.
        """
        ...

    async def remove(self, turn_id: str, by: str) -> Removed:
        """Take a question and its answer out of their conversation; stops the turn if it runs."""
        ...


class Accounts(Protocol):
    """What the cache tells of usage. All raise Fault."""

    async def of_member(self, user_id: str) -> Account:
        """Return what a member used, over all guilds."""
        ...

    async def of_guild(self, guild_id: str) -> Account:
        """Return what a guild used."""
        ...


class Customs(Protocol):
    """What is set for a place and a member; a near copy, so that asking costs nothing."""

    def of(self, guild_id: str, channel_id: str, user_id: str) -> Effective:
        """Return what counts there. channel_id: a thread's too, whose channel counts where nothing is set for it."""
        ...


class PreferenceStore(Protocol):
    """What is set in Discord, at the cache. All raise Fault."""

    async def get(self, subject: Subject) -> Versioned:
        """Return what is set for a subject now."""
        ...

    async def update(self, fresh: Versioned) -> Versioned:
        """Set all that is set for a subject. version: that it replaces; raises Conflict if that is not the newest."""
        ...


# --- executors


class Models(Protocol):
    """The models that may be asked for."""

    async def list(self) -> Sequence[Model]:
        """Return them, newest first; what was known last while no executor answers, empty before one did."""
        ...


class Execution(Protocol):
    """One Execute call. Iterating raises Fault when it failed before it started, or when the executor is lost."""

    def __aiter__(self) -> AsyncIterator[ExecutionEvent]:
        """Yield Started, text, one end."""
        ...

    def cancel(self) -> None:
        """Stop Claude; harmless when it has ended."""
        ...


class Executors(Protocol):
    """Runs Claude."""

    def execute(self, address: str, request: Request) -> Execution:
        """Begin a reply at one executor."""
        ...


# --- Discord


class Discord(Protocol):
    """The channel side of Discord. Calls are never cancelled on the wire, however their callers end."""

    async def typing(self, channel_id: str) -> None:
        """Show that the bot types, for about 10 s. Never raises: it is a courtesy."""
        ...

    async def tell(self, prompt: Prompt, text: str) -> bool:
        """Write to the asker alone, where there is no other way; again: it is the same message. Return whether Discord
        took it.
        """
        ...

    def messages(self, prompt: Prompt) -> Answer:
        """Return where the pages of a turn's reply go."""
        ...


class Postings(Protocol):
    """Messages that stand in Discord, apart from any turn. All raise DeliveryError."""

    async def read(self, channel_id: str, message_id: str) -> Message | None:
        """Return a message as it stands now; None when it is gone. A fetched message names no guild."""
        ...

    async def rewrite(self, channel_id: str, message_id: str, text: str, buttons: Buttons, locale: str) -> None:
        """Rewrite a message of ours."""
        ...

    async def remove(self, channel_id: str, message_id: str) -> None:
        """Delete a message; one that is gone is well."""
        ...


class Guilds(Protocol):
    """What there is in a guild. All raise DeliveryError."""

    async def text_channels(self, guild_id: str) -> Sequence[str]:
        """Return the channels in which members write, in the order in which they are shown; no threads."""
        ...


class Files(Protocol):
    """The bytes of files that members sent."""

    def full(self, size: int) -> bool:
        """Tell whether a turn has to wait for room to hold its files, of so many bytes together."""
        ...

    def room(self, size: int) -> AbstractAsyncContextManager[None]:
        """Wait for room to hold one turn's files, of so many bytes; they are held as long as the context. Raises
        Exhausted when there is none for too long.
        """
        ...

    async def fetch(self, channel_id: str, files: Mapping[Attachment, int]) -> Mapping[Attachment, bytes | Why]:
        """Return the bytes of files of a channel's messages, or why there are none. files: how large each may be."""
        ...


class Responses(Protocol):
    """Answers to interactions. Each raises DeliveryError when Discord does not take it, Gone when it came too late.

    Both gateways hear an interaction and may answer it. The first answer to one counts; those that may be it return
    False when a sibling, or a try of ours whose answer was lost, was first. What is shown then is the sibling's to
    show: ours may be older by then than what the member sees. Who is not first asks `abandoned`.
    """

    async def acknowledge(self, interaction: Interaction) -> bool:
        """Take it without showing anything."""
        ...

    async def defer(self, interaction: Interaction, *, alone: bool) -> bool:
        """Show that an answer comes; alone: only to the member."""
        ...

    async def abandoned(self, interaction: Interaction) -> bool:
        """Wait a moment after `defer`; return whether the member still waits, so that nobody else will answer."""
        ...

    async def show(self, interaction: Interaction, panel: Panel, *, alone: bool = True) -> bool:
        """Answer at once."""
        ...

    async def ask(self, interaction: Interaction, form: Form) -> bool:
        """Answer at once with a form."""
        ...

    async def complete(self, completion: Completion, choices: Sequence[Choice]) -> None:
        """Offer completions, at most 25."""
        ...

    async def rewrite(self, interaction: Interaction, panel: Panel) -> None:
        """Rewrite the answer, or after `acknowledge` the message that was pressed."""
        ...

    async def answer_alone(self, interaction: Interaction, text: str, *, acknowledged: bool) -> None:
        """Answer so that only the member sees it; acknowledged: it was taken already."""
        ...


# --- telemetry


class Admission(Protocol):
    """Watches one admission."""

    def decided(self, decision: str, reason: str, *, link: str = "", address: str = "") -> None:
        """Note the decision: admitted or refused, why, and the trace context of the map it came from."""
        ...


class TurnWatch(Protocol):
    """Watches one turn."""

    @property
    def traceparent(self) -> str:
        """W3C trace context of the turn's root span; empty when nothing is traced."""
        ...

    @property
    def reference(self) -> str:
        """The trace id, as members are told it."""
        ...

    def opened(self, source: Source, conversation_id: str, link: str, seconds: float) -> None:
        """Note where the text comes from; link: the trace of the leader, or of the try before; seconds: from the event
        on. Once more when the stream was opened again.
        """
        ...

    def admission(self) -> AbstractContextManager[Admission]:
        """Watch an admission."""
        ...

    def trouble(self, name: str, act: str) -> None:
        """Note a row of the failure table and what was done."""
        ...

    def edited(self, kind: str, outcome: str, took: float, staleness: float | None) -> None:
        """Note an edit: create, replace or remove; accepted or why not; seconds; age of the text that it showed."""
        ...

    def first_text(self, seconds: float) -> None:
        """Note when the first text was visible, from the event on."""
        ...

    def ended(self, outcome: Outcome | None, reason: str, seconds: float) -> None:
        """Note the end; None: somebody else goes on with it."""
        ...


class RestWatch(Protocol):
    """Watches one REST call."""

    def message(self, message_id: str) -> None:
        """Note the message that was created or edited."""
        ...

    def failed(self, kind: str, status: int | None, code: int | None) -> None:
        """Note why it failed; status: HTTP's, code: Discord's own, where there was an answer."""
        ...


class Observer(Protocol):
    """Watches the gateway; spans, metrics and logs are its business."""

    def turn(self, prompt: Prompt, event: str, *, adopted: bool) -> AbstractContextManager[TurnWatch]:
        """Watch a turn; calls made inside belong to its trace. event: what began it, such as MESSAGE_CREATE."""
        ...

    def event(self, name: str, outcome: str) -> None:
        """Count a Discord event: handled, ignored, dropped or failed."""
        ...

    def rest(self, method: str, route: str) -> AbstractContextManager[RestWatch]:
        """Watch one call of Discord's REST interface; route: a template, without ids and tokens."""
        ...

    def limited(self, scope: str) -> None:
        """Count an answer 429; scope: user, shared or global, as Discord says."""
        ...

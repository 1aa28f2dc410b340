"""Which handler answers which command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from parley_gateway.commands import remembering, telling
from parley_gateway.commands.accounting import Accounting
from parley_gateway.commands.asking import Asking
from parley_gateway.commands.models import ModelCompletion
from parley_gateway.commands.remembering import Context, Forget, New
from parley_gateway.commands.stopping import Stopping
from parley_gateway.commands.telling import Telling
from parley_gateway.desk import Handler
from parley_gateway.door import Door
from parley_gateway.interactions import Click, Command, Completion, Interaction, Pick, Submission
from parley_gateway.model import Prompt, Reference
from parley_gateway.ports import Accounts, Conversations, Models, Responses
from parley_gateway.standing import Standing
from parley_gateway.stops import Stops
from parley_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Parts:
    """What commands work with. ask: puts a question on the queue; False when that is full. conversation: that a
    member's next message would go on with.
    """

    responses: Responses
    conversations: Conversations
    accounts: Accounts
    models: Models
    stops: Stops
    door: Door
    ask: Callable[[Prompt], bool]
    standing: Callable[[], Standing]
    conversation: Callable[[Interaction], Reference]
    clock: Clock


def commands(parts: Parts) -> Mapping[str, Handler[Command]]:
    """Return the handlers of commands by name, as they are registered."""
    responses, conversations, reference = parts.responses, parts.conversations, parts.conversation
    asking = parts.door.before(Asking(responses, parts.models, parts.ask, parts.clock))
    return {
        "ask": asking,
        "Ask Claude": asking,
        "stop": Stopping(responses, parts.stops),
        "new": New(responses, conversations, reference),
        "context": Context(responses, conversations, reference),
        "forget": Forget(responses, conversations),
        "usage": Accounting(responses, parts.accounts),
        "status": Telling(responses, telling.status(parts.standing, parts.clock)),
        "help": Telling(responses, telling.help_text),
    }


def completions(parts: Parts) -> Mapping[str, Handler[Completion]]:
    """Return the handlers of completions by the command's name."""
    return {"ask": ModelCompletion(parts.responses, parts.models)}


def pressed(parts: Parts) -> Mapping[str, Handler[Click | Pick | Submission]]:
    """Return the handlers of what is pressed under commands' answers, by family."""
    return {remembering.FAMILY: Forget(parts.responses, parts.conversations)}

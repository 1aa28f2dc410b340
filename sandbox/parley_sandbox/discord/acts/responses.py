"""What a bot answers to an interaction: the first response, and what follows by its token."""

from collections.abc import Mapping

from parley_sandbox.discord import validation
from parley_sandbox.discord.acts.forms import form
from parley_sandbox.discord.acts.interactions import COMPLETION, Interaction, Interactions
from parley_sandbox.discord.acts.interactions import FORM as SENT_FORM
from parley_sandbox.discord.acts.messages import Messages
from parley_sandbox.discord.acts.origin import origin
from parley_sandbox.discord.commands.options import check_choices
from parley_sandbox.discord.errors import Code, FormFaults, bad_field, refusal
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.realm import Realm
from parley_sandbox.discord.validation import EPHEMERAL, LOADING, Draft, Upload

MESSAGE = 4
DEFERRED_MESSAGE = 5
DEFERRED_UPDATE = 6
UPDATE = 7
CHOICES = 8
FORM = 9
_ORIGINAL = "@original"


class Responses:
    """The responses in a realm."""

    def __init__(self, realm: Realm, messages: Messages, interactions: Interactions) -> None:
        self._world = realm.world
        self._messages = messages
        self._interactions = interactions

    def acknowledge(self, interaction: Interaction, body: Json, uploads: Mapping[str, Upload]) -> Json:
        """Give the first response and return the callback object; a late one is 10062, a second one 40060."""
        if interaction.answered is not None:
            raise refusal(Code.ALREADY_ACKNOWLEDGED)
        if self._interactions.late(interaction):
            raise refusal(Code.UNKNOWN_INTERACTION)
        kind, said = body.get("type"), body.get("data") or {}
        if not isinstance(said, dict):
            raise bad_field("data", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        if not isinstance(kind, int) or kind not in _allowed(interaction):
            raise bad_field("type", "BASE_TYPE_CHOICES", f"Value must be one of {set(_allowed(interaction))}.")
        self._do(interaction, kind, said, uploads)
        self._interactions.answer(interaction, kind)
        if interaction.form is not None:
            self._interactions.open_form(interaction)
        return self._callback(interaction, kind)

    def _do(self, interaction: Interaction, kind: int, said: Json, uploads: Mapping[str, Upload]) -> None:
        """Carry out a first response; a deferred update shows nothing."""
        if kind == CHOICES:
            interaction.choices = _choices(interaction, said)
        elif kind == FORM:
            interaction.form = form(said)
        elif kind == MESSAGE:
            interaction.original = self._respond(interaction, said, uploads)["id"]
        elif kind == DEFERRED_MESSAGE:
            flags = LOADING | validation.draft(said, {}, may_hide=True).flags & EPHEMERAL
            interaction.original = self._post(interaction, Draft("", flags=flags))["id"]
        elif kind == UPDATE:
            self._messages.edit(self._original(interaction), validation.change(said, uploads))

    def follow_up(self, interaction: Interaction, body: Json, uploads: Mapping[str, Upload]) -> Json:
        """Write another message; while the first response is deferred, this fills it."""
        waiting = self._world.messages[interaction.channel_id].get(interaction.original or "")
        if interaction.answered == DEFERRED_MESSAGE and waiting is not None and waiting["flags"] & LOADING:
            return self._messages.edit(waiting, validation.change(body, uploads))
        return self._respond(interaction, body, uploads)

    def message(self, interaction: Interaction, message_id: str) -> Json:
        """Return a message of this interaction as stored; `@original` means the first response's."""
        if message_id == _ORIGINAL:
            return self._original(interaction)
        message = self._world.message(interaction.channel_id, message_id)
        if message.get("interaction_metadata", {}).get("id") != interaction.id:
            raise refusal(Code.UNKNOWN_MESSAGE)
        return message

    def _original(self, interaction: Interaction) -> Json:
        return self._world.message(interaction.channel_id, interaction.original or "")

    def _respond(self, interaction: Interaction, body: Json, uploads: Mapping[str, Upload]) -> Json:
        draft = validation.draft(body, uploads, may_hide=True)
        if draft.empty:
            raise refusal(Code.EMPTY_MESSAGE)
        return self._post(interaction, draft)

    def _post(self, interaction: Interaction, draft: Draft) -> Json:
        viewer = interaction.person.id if draft.flags & EPHEMERAL else None
        response = interaction.original if interaction.answered in (MESSAGE, DEFERRED_MESSAGE) else None
        extra = origin(self._world, interaction, response)
        return self._messages.post(self._world.bot["id"], interaction.channel_id, draft, extra=extra, viewer=viewer)

    def _callback(self, interaction: Interaction, kind: int) -> Json:
        told: Json = {"id": interaction.id, "type": interaction.kind, "channel_id": interaction.channel_id}
        message = self._world.messages[interaction.channel_id].get(interaction.original or "")
        if message is None:
            return {"interaction": told}
        told |= {
            "response_message_id": message["id"],
            "response_message_loading": bool(message["flags"] & LOADING),
            "response_message_ephemeral": bool(message["flags"] & EPHEMERAL),
        }
        if kind not in (MESSAGE, UPDATE):
            return {"interaction": told}
        return {"interaction": told, "resource": {"type": kind, "message": self._messages.shown(message["id"])}}


def _choices(interaction: Interaction, said: Json) -> list[Json]:
    faults = FormFaults()
    check_choices(said.get("choices") or [], interaction.completes, "data.choices", faults)
    faults.raise_if_any()
    return said.get("choices") or []


def _allowed(interaction: Interaction) -> tuple[int, ...]:
    """Return the types of a first response that Discord takes."""
    if interaction.kind == COMPLETION:
        return (CHOICES,)
    updates = (DEFERRED_UPDATE, UPDATE) if interaction.component else ()
    if interaction.kind == SENT_FORM:
        return tuple({MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, *updates})
    return (MESSAGE, DEFERRED_MESSAGE, *updates, FORM)

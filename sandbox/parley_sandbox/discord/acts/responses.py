"""What a bot answers to an interaction: the first response, and what follows by its token."""

from collections.abc import Mapping

from parley_sandbox.discord import validation
from parley_sandbox.discord.acts.forms import completions, form
from parley_sandbox.discord.acts.interactions import COMPLETION, Interaction, Interactions
from parley_sandbox.discord.acts.interactions import FORM as SENT_FORM
from parley_sandbox.discord.acts.messages import Messages
from parley_sandbox.discord.errors import Code, bad_field, refusal
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
_COMMAND_REPLY = 20
_REPLY = 19


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
        interaction.answered = kind
        self._interactions.note(interaction, "answered")
        if interaction.form is not None:
            self._interactions.open_form(interaction)
        return self._callback(interaction, kind)

    def _do(self, interaction: Interaction, kind: int, said: Json, uploads: Mapping[str, Upload]) -> None:
        """Carry out a first response; a deferred update shows nothing."""
        if kind == CHOICES:
            interaction.choices = completions(said)
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
        extra = self._origin(interaction)
        return self._messages.post(self._world.bot["id"], interaction.channel_id, draft, extra=extra, viewer=viewer)

    def _origin(self, interaction: Interaction) -> Json:
        """Fields by which clients see what a message responds to."""
        bot_id = self._world.bot["id"]
        cause = self._cause(interaction)
        fields = {"webhook_id": bot_id, "application_id": bot_id, "type": _COMMAND_REPLY}
        if interaction.component_message is None:
            return fields | {"interaction_metadata": cause, **_named(interaction, cause["user"])}
        guild_id = self._world.guild_of(interaction.channel_id)
        place = {"type": 0, "channel_id": interaction.channel_id, "message_id": interaction.component_message}
        return fields | {
            "type": _REPLY,
            "interaction_metadata": cause
            | ({} if interaction.opened_by else {"interacted_message_id": interaction.component_message}),
            "message_reference": place | ({"guild_id": guild_id} if guild_id else {}),
        }

    def _cause(self, interaction: Interaction) -> Json:
        """Return what a message tells of the interaction that it answers; a sent form tells of what opened it."""
        cause = {
            "id": interaction.id,
            "type": interaction.kind,
            "user": self._world.user(interaction.person.id),
            "authorizing_integration_owners": interaction.payload["authorizing_integration_owners"],
        }
        opener = interaction.opened_by
        if opener is None:
            return cause
        pressed = {"interacted_message_id": opener.component_message} if opener.component_message else {}
        return cause | {"triggering_interaction_metadata": self._cause(opener) | pressed}

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


def _allowed(interaction: Interaction) -> tuple[int, ...]:
    """Return the types of a first response that Discord takes."""
    if interaction.kind == COMPLETION:
        return (CHOICES,)
    updates = (DEFERRED_UPDATE, UPDATE) if interaction.component else ()
    return (MESSAGE, DEFERRED_MESSAGE, *updates, *(() if interaction.kind == SENT_FORM else (FORM,)))


def _named(interaction: Interaction, user: Json) -> Json:
    """Return the line "so-and-so used /command"; a form has none."""
    name = interaction.payload["data"].get("name")
    return {"interaction": {"id": interaction.id, "type": interaction.kind, "name": name, "user": user}} if name else {}

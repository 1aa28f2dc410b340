"""What people do with what the bot offers: commands, buttons, lists, forms."""

from collections.abc import Mapping, Sequence
from typing import Final

from parley_sandbox.discord.acts.commands import Commands
from parley_sandbox.discord.acts.forms import sent
from parley_sandbox.discord.acts.interactions import COMMAND, COMPLETION, COMPONENT, FORM, Interaction, Interactions
from parley_sandbox.discord.acts.messages import Messages
from parley_sandbox.discord.acts.options import completed, filled
from parley_sandbox.discord.acts.rights import demand
from parley_sandbox.discord.commands.kinds import CommandType
from parley_sandbox.discord.commands.resolved import Resolved
from parley_sandbox.discord.components import SELECTS, interactive
from parley_sandbox.discord.errors import Code, bad_field, refusal
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.model.messages import rendered
from parley_sandbox.discord.realm import Realm
from parley_sandbox.discord.selects import Select
from parley_sandbox.discord.validation import Upload, demand_size
from parley_sandbox.discord.world import StoredFile

_BUTTON: Final = 2


class Uses:
    """The people's side of a realm's interactions."""

    def __init__(self, realm: Realm, messages: Messages, commands: Commands, interactions: Interactions) -> None:
        self._world = realm.world
        self._messages, self._commands, self._interactions = messages, commands, interactions

    # --- commands

    def command(
        self,
        person_id: str,
        channel_id: str,
        wanted: str,
        options: Mapping[str, object],
        *,
        target: str | None = None,
        files: Sequence[Upload] = (),
    ) -> Interaction:
        """Use a command.

        options: by registered name; an attachment by its number among the files. target: the user or message whose menu
        it was chosen from.
        """
        person, command = self._world.person(person_id), self._commands.find(person_id, channel_id, wanted)
        chosen = _named(command)
        resolved = Resolved(self._world, channel_id, person_id)
        if command["type"] == CommandType.CHAT_INPUT:
            demand_size(files)
            attachments = [self._stored(channel_id, file) for file in files]
            chosen["options"] = filled(command, options, attachments, resolved)
        else:
            chosen["target_id"] = self._target(command, channel_id, target or "", resolved)
        return self._interactions.begin(COMMAND, person, channel_id, chosen | resolved.fields())

    def complete(
        self, person_id: str, channel_id: str, wanted: str, *, option: str, typed: str, options: Mapping[str, object]
    ) -> Interaction:
        """Ask for completions of an option that is being typed."""
        person, command = self._world.person(person_id), self._commands.find(person_id, channel_id, wanted)
        chosen = _named(command) | completed(command, option, typed, options)
        return self._interactions.begin(COMPLETION, person, channel_id, chosen)

    def _target(self, command: Json, channel_id: str, target: str, resolved: Resolved) -> str:
        if command["type"] == CommandType.USER:
            resolved.add_user(target, "target")
        else:
            resolved.add_message(rendered(self._world, self._messages.public(channel_id, target)))
        return target

    def _stored(self, channel_id: str, file: Upload) -> Json:
        stored = StoredFile(file.name, file.content_type, file.content)
        return self._world.with_link(self._world.store_file(channel_id, stored)) | {"ephemeral": True}

    # --- components

    def click(self, person_id: str, message_id: str, custom_id: str) -> Interaction:
        """Press a button under a message."""
        message, component = self._component(person_id, message_id, custom_id, (_BUTTON,))
        pressed = {"id": component["id"], "custom_id": custom_id, "component_type": component["type"]}
        return self._interactions.begin(
            COMPONENT, self._world.person(person_id), message["channel_id"], pressed, message
        )

    def select(self, person_id: str, message_id: str, custom_id: str, values: Sequence[str]) -> Interaction:
        """Choose in a list under a message."""
        message, component = self._component(person_id, message_id, custom_id, SELECTS)
        least, most = component.get("min_values", 1), component.get("max_values", 1)
        if not least <= len(values) <= most or len(set(values)) < len(values):
            raise bad_field("values", "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        picked = {"id": component["id"], "custom_id": custom_id, "component_type": component["type"]}
        picked |= {"values": list(values), **self._resolved(component, message["channel_id"], person_id, values)}
        return self._interactions.begin(
            COMPONENT, self._world.person(person_id), message["channel_id"], picked, message
        )

    def submit(self, person_id: str, interaction_id: str, values: Mapping[str, str]) -> Interaction:
        """Send a form that the bot opened."""
        opened = self._interactions.own(person_id, interaction_id)
        if opened.form is None:
            raise refusal(Code.UNKNOWN_INTERACTION)
        data = {"custom_id": opened.form["custom_id"], "components": sent(opened.form, values)}
        message = self._messages.shown(opened.component_message) if opened.component_message else None
        opened.form = None
        return self._interactions.begin(FORM, opened.person, opened.channel_id, data, message, opened_by=opened)

    def _component(self, person_id: str, message_id: str, custom_id: str, kinds: Sequence[int]) -> tuple[Json, Json]:
        message = self._messages.shown(message_id)
        demand(self._world, person_id, message["channel_id"])
        if self._world.viewers.get(message_id, person_id) != person_id:
            raise refusal(Code.UNKNOWN_MESSAGE)
        found = (each for each in interactive(message["components"]) if each["custom_id"] == custom_id)
        component = next(found, None)
        if component is None or component.get("disabled") or component["type"] not in kinds:
            raise bad_field("custom_id", "COMPONENT_VALIDATION_FAILED", "There is no such component to use")
        return message, component

    def _resolved(self, component: Json, channel_id: str, person_id: str, values: Sequence[str]) -> Json:
        """Return the objects behind chosen ids, or refuse what the list does not hold."""
        resolved = Resolved(self._world, channel_id, person_id)
        for value in values:
            match component["type"]:
                case Select.STRING:
                    if value not in {option["value"] for option in component["options"]}:
                        raise bad_field("values", "BASE_TYPE_CHOICES", "Value must be one of the options.")
                case Select.USER:
                    resolved.add_user(value, "values")
                case Select.ROLE:
                    resolved.add_role(value, "values")
                case Select.MENTIONABLE:
                    resolved.add_mentionable(value, "values")
                case Select.CHANNEL:
                    resolved.add_channel(value, "values", component.get("channel_types"))
        return resolved.fields()


def _named(command: Json) -> Json:
    """Return what the bot gets of the command itself."""
    said = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return said | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})

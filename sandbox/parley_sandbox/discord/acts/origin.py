"""Fields by which clients see what a message responds to."""

from parley_sandbox.discord.acts.interactions import COMMAND, COMPONENT, Interaction
from parley_sandbox.discord.commands.kinds import CommandType
from parley_sandbox.discord.model import Json
from parley_sandbox.discord.world import World

_REPLY = 19
_SLASH_REPLY = 20
_MENU_REPLY = 23


def origin(world: World, interaction: Interaction, response: str | None = None) -> Json:
    """Return the fields; `response` is the first response's message when this is a later one."""
    bot_id = world.bot["id"]
    cause = _metadata(world, interaction)
    if response is not None:
        cause["original_response_message_id"] = response
    fields: Json = {"webhook_id": bot_id, "application_id": bot_id, "interaction_metadata": cause}
    if interaction.component_message is not None:
        return fields | {"type": _REPLY, "message_reference": _place(world, interaction)}
    if interaction.kind != COMMAND:
        return fields | {"type": _SLASH_REPLY}
    chosen = interaction.payload["data"]
    named = {"id": interaction.id, "type": COMMAND, "name": chosen["name"], "user": cause["user"]}
    slash = chosen["type"] == CommandType.CHAT_INPUT
    return fields | {"type": _SLASH_REPLY if slash else _MENU_REPLY, "interaction": named}


def _metadata(world: World, interaction: Interaction) -> Json:
    told = {
        "id": interaction.id,
        "type": interaction.kind,
        "user": world.user(interaction.person.id),
        "authorizing_integration_owners": interaction.payload["authorizing_integration_owners"],
    }
    if interaction.opened_by is not None:
        return told | {"triggering_interaction_metadata": _metadata(world, interaction.opened_by)}
    if interaction.kind == COMPONENT:
        return told | {"interacted_message_id": interaction.component_message}
    return told | _target(world, interaction.payload["data"])


def _target(world: World, chosen: Json) -> Json:
    match chosen.get("type"):
        case CommandType.USER:
            return {"target_user": world.user(chosen["target_id"])}
        case CommandType.MESSAGE:
            return {"target_message_id": chosen["target_id"]}
        case _:
            return {}


def _place(world: World, interaction: Interaction) -> Json:
    guild_id = world.guild_of(interaction.channel_id)
    place = {"type": 0, "channel_id": interaction.channel_id, "message_id": interaction.component_message}
    return place | ({"guild_id": guild_id} if guild_id else {})

"""Members who use commands, as Discord tells the bot of it."""

from __future__ import annotations

import secrets
from typing import Any

from support.gateways import World

from parley_sandbox.discord.acts.interactions import Interaction
from parley_sandbox.discord.happenings import Event

COMMAND, SLASH, MESSAGE = 2, 1, 3
STRING = 3


def use(parley: World, name: str, *, person: str = "Sam", channel: str = "general", **options: str) -> Interaction:
    """Use a slash command; return the interaction."""
    given = [{"name": one, "type": STRING, "value": value} for one, value in options.items()]
    return _begin(parley, {"id": "1", "name": name, "type": SLASH, "options": given}, person, channel)


def use_at(parley: World, name: str, message: str, *, person: str = "Sam", channel: str = "general") -> Interaction:
    """Use a command in the menu of a message."""
    where = parley.cast.channel("Orchard", channel)
    shown = parley.discord.world.messages[where][message]
    chosen = {
        "id": "1",
        "name": name,
        "type": MESSAGE,
        "target_id": message,
        "resolved": {"messages": {message: shown}},
    }
    return _begin(parley, chosen, person, channel)


def answer(parley: World, interaction: Interaction) -> dict[str, Any]:
    """Return the message that stands under a command; empty before there is one."""
    found = parley.discord.world.messages[interaction.channel_id].get(interaction.original or "")
    return dict(found) if found is not None else {}


def _begin(parley: World, chosen: dict[str, Any], person: str, channel: str) -> Interaction:
    discord = parley.discord
    desk, realm = discord._acts.interactions, discord._acts.realm
    where = parley.cast.channel("Orchard", channel)
    interaction = Interaction(
        id=realm.ids.next(),
        token=secrets.token_urlsafe(48),
        kind=COMMAND,
        person=discord.world.person(parley.cast.person(person)),
        channel_id=where,
        created=realm.clock.now(),
        payload={},
    )
    interaction.payload = desk._payload(interaction, chosen)
    desk._by_token[interaction.token] = interaction
    guild_id = discord.world.guild_of(where)
    realm.dispatch(Event("INTERACTION_CREATE", interaction.payload, guild_id=guild_id))
    return interaction

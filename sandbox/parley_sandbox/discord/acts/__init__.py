"""What can be done to the world, each act with Discord's rules; the REST routes and the people use the same acts."""

from dataclasses import dataclass

from parley_sandbox.discord.acts.channels import Channels
from parley_sandbox.discord.acts.commands import Commands
from parley_sandbox.discord.acts.interactions import Interactions
from parley_sandbox.discord.acts.messages import Messages
from parley_sandbox.discord.acts.reactions import Reactions
from parley_sandbox.discord.acts.responses import Responses
from parley_sandbox.discord.realm import Realm


@dataclass(frozen=True, slots=True)
class Acts:
    """All acts on one realm."""

    realm: Realm
    channels: Channels
    messages: Messages
    reactions: Reactions
    commands: Commands
    interactions: Interactions
    responses: Responses


def acts_on(realm: Realm) -> Acts:
    """Return the acts on a realm, wired to one another."""
    messages = Messages(realm)
    interactions = Interactions(realm, messages)
    return Acts(
        realm,
        Channels(realm),
        messages,
        Reactions(realm, messages),
        Commands(realm),
        interactions,
        Responses(realm, messages, interactions),
    )

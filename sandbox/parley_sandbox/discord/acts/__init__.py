"""What can be done to the world, each act with Discord's rules; the REST routes and the people use the same acts."""

from dataclasses import dataclass

from parley_sandbox.discord.acts.channels import Channels
from parley_sandbox.discord.acts.commands import Commands
from parley_sandbox.discord.acts.interactions import Interactions
from parley_sandbox.discord.acts.messages import Messages
from parley_sandbox.discord.acts.reactions import Reactions
from parley_sandbox.discord.acts.responses import Responses
from parley_sandbox.discord.acts.thread_starts import ThreadStarts
from parley_sandbox.discord.acts.threads import Threads
from parley_sandbox.discord.acts.uses import Uses
from parley_sandbox.discord.realm import Realm


@dataclass(frozen=True, slots=True)
class Acts:
    """All acts on one realm."""

    realm: Realm
    channels: Channels
    threads: Threads
    thread_starts: ThreadStarts
    messages: Messages
    reactions: Reactions
    commands: Commands
    interactions: Interactions
    responses: Responses
    uses: Uses


def acts_on(realm: Realm) -> Acts:
    """Return the acts on a realm, wired to one another."""
    threads = Threads(realm)
    messages = Messages(realm, threads)
    interactions = Interactions(realm)
    commands = Commands(realm)
    return Acts(
        realm,
        Channels(realm),
        threads,
        ThreadStarts(realm, messages, threads),
        messages,
        Reactions(realm, messages),
        commands,
        interactions,
        Responses(realm, messages, interactions),
        Uses(realm, messages, commands, interactions),
    )

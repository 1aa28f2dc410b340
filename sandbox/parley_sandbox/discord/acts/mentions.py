"""Whom a message mentions: what its text names, as far as `allowed_mentions` lets it."""

import re
from dataclasses import dataclass

from parley_sandbox.discord.model import Json
from parley_sandbox.discord.world import World

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


@dataclass(frozen=True, slots=True)
class Mentions:
    """What stands in a message's `mentions`, `mention_roles` and `mention_everyone`."""

    users: list[Json]
    roles: list[str]
    everyone: bool

    def fields(self) -> Json:
        """Return them as fields of a message."""
        return {"mentions": self.users, "mention_roles": self.roles, "mention_everyone": self.everyone}


def mentions(
    world: World, content: str, allowed: Json | None, *, replied_to: Json | None, may_everyone: bool
) -> Mentions:
    """Return the mentions of a text; `replied_to` is the message it answers, whose author is pinged unless that is refused."""
    rules: Json = {"parse": ["users", "roles", "everyone"], "replied_user": True} if allowed is None else allowed
    parse = rules.get("parse") or ()
    named = [found for found in _USER.findall(content) if "users" in parse or found in _listed(rules, "users")]
    if replied_to is not None and rules.get("replied_user"):
        named.append(replied_to["author"]["id"])
    roles = [found for found in _ROLE.findall(content) if "roles" in parse or found in _listed(rules, "roles")]
    everyone = may_everyone and "everyone" in parse and bool(_EVERYONE.search(content))
    return Mentions(
        [world.users[each] for each in dict.fromkeys(named) if each in world.users],
        list(dict.fromkeys(roles)),
        everyone,
    )


def _listed(rules: Json, kind: str) -> set[str]:
    return {str(each) for each in rules.get(kind) or ()}

"""People, channels and options as somebody types them."""

from collections.abc import Iterable
from typing import Any

from parley_sandbox.command.client import Json, SandboxClient


class WrongNameError(Exception):
    """A person, channel, fault or button that is not there, or an option that is none."""


async def state_of(client: SandboxClient, person: str | None) -> Json:
    """The state as a person sees it, the first person by default."""
    state = await client.get("/api/state")
    return state if person is None else await client.get("/api/state", person=person_id(state, person))


def person_id(state: Json, name: str) -> str:
    """The id of a person by name or id."""
    for person in state["persons"]:
        if name.lower() in {person["name"].lower(), person["id"]}:
            return str(person["id"])
    raise WrongNameError(f"there is no {name}; there are {listed(each['name'] for each in state['persons'])}")


def channel_id(state: Json, name: str | None) -> str:
    """The id of a channel by its id, its name, its guild's and its own name, a thread's name after that, or `dm`."""
    if name is None:
        return str(state["guilds"][0]["channels"][0]["id"])
    known = channels(state)
    found = known.get(name.lower().replace("#", ""))
    if found is None and name not in known.values():
        raise WrongNameError(f"there is no channel {name}; there are {listed(known)}")
    return found or name


def channels(state: Json) -> dict[str, str]:
    """Every channel and thread that a person sees: what it may be called, and its id."""
    known: dict[str, str] = {"dm": state["direct"]} if state["direct"] else {}
    for guild in state["guilds"]:
        for channel in guild["channels"]:
            place = f"{guild['name']}/{channel['name']}".lower()
            known.setdefault(channel["name"].lower(), channel["id"])
            known[place] = channel["id"]
            known |= {f"{place}/{thread['name']}".lower(): thread["id"] for thread in channel["threads"]}
    return known


def option(text: str) -> tuple[str, Any]:
    """A name and a value from `name=value`: a number or a yes or no where it looks like one, else a text."""
    key, value = pair(text)
    if value in {"true", "false"}:
        return key, value == "true"
    for read in (int, float):
        try:
            return key, read(value)
        except ValueError:
            continue
    return key, None if value in {"", "none"} else value


def pair(text: str) -> tuple[str, str]:
    """A name and what stands behind its equals sign."""
    key, equals, value = text.partition("=")
    if not equals:
        raise WrongNameError(f"{text} is no option; one looks like times=3")
    return key, value


def listed(names: Iterable[str]) -> str:
    """Names for a sentence."""
    return ", ".join(names)

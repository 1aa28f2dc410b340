"""The commands that use what the bot offers: its commands, buttons, lists and forms; each prints what came of it."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from parley_sandbox.command.client import Json, SandboxClient
from parley_sandbox.command.names import WrongNameError, channel_id, channels, listed, option, pair, person_id, state_of
from parley_sandbox.command.outcome import Wanted, outcome

_ATTACHMENT: Final = 11
_MESSAGE: Final = 3
_BUTTON: Final = 2
_KIND: Final = {1: "/", 2: "user menu: ", 3: "message menu: "}


async def command(
    client: SandboxClient,
    name: str | None,
    options: Sequence[str],
    person: str | None,
    channel: str | None,
    *,
    files: Sequence[Path] = (),
    message: str | None = None,
    user: str | None = None,
    within: float,
) -> int:
    """Use a command, or without a name print those that there are."""
    state = await state_of(client, person)
    place = channel_id(state, channel)
    offered: Sequence[Json] = await client.get_list("/api/commands", person=state["person"], channel=place)
    if name is None:
        sys.stdout.write("".join(_line(each) for each in offered))
        return 0
    found = _offer(offered, name, on_message=message is not None)
    body: Json = {"person": state["person"], "command": found["id"], "options": dict(map(option, options))}
    body["options"] |= _attached(found, len(files))
    if message is not None:
        body["target_message"] = message
    if user is not None:
        body["target_user"] = person_id(state, user)
    return await outcome(client, state, Wanted(f"/api/channels/{place}/commands", body, place, files), within)


async def press(client: SandboxClient, message: str, button: str, person: str | None, within: float) -> int:
    """Press a button, named by its label or custom id."""
    state = await state_of(client, person)
    view = await _message(client, state, message)
    pressed = _component(view, button, (_BUTTON,))
    body = {"person": state["person"], "custom_id": pressed["custom_id"]}
    return await outcome(client, state, Wanted(f"/api/messages/{message}/click", body, view["channel_id"]), within)


async def select(
    client: SandboxClient, message: str, custom_id: str, chosen: Sequence[str], person: str | None, *, within: float
) -> int:
    """Choose in a list: its options by label or value; people and channels by name or id, roles by id."""
    state = await state_of(client, person)
    view = await _message(client, state, message)
    found = _component(view, custom_id, (3, 5, 6, 7, 8))
    names = _choices(found, state)
    values = [names.get(each.lower(), each) for each in chosen]
    body = {"person": state["person"], "custom_id": found["custom_id"], "values": values}
    return await outcome(client, state, Wanted(f"/api/messages/{message}/select", body, view["channel_id"]), within)


async def submit(
    client: SandboxClient, interaction: str, values: Sequence[str], person: str | None, within: float
) -> int:
    """Send a form that the bot opened."""
    state = await state_of(client, person)
    body = {"person": state["person"], "interaction": interaction, "values": dict(map(pair, values))}
    return await outcome(client, state, Wanted("/api/modals", body, None), within)


def _offer(offered: Iterable[Json], name: str, *, on_message: bool) -> Json:
    wanted = name.removeprefix("/").lower()
    known = {(each["key"].lower(), each["type"] == _MESSAGE): each for each in offered}
    known |= {(each["name"].lower(), each["type"] == _MESSAGE): each for each in offered}
    found = known.get((wanted, on_message)) or known.get((wanted, not on_message))
    if found is None:
        raise WrongNameError(f"there is no command {name} here; there are {listed(each['key'] for each in offered)}")
    return found


def _attached(found: Json, files: int) -> dict[str, int]:
    """The files in the order in which the command takes them, by option."""
    names = [each["key"] for each in found["options"] if each["type"] == _ATTACHMENT]
    if files > len(names):
        raise WrongNameError(f"{found['key']} takes {len(names)} files, not {files}")
    return dict(zip(names, range(files), strict=False))


def _line(offered: Json) -> str:
    taken = [f"{each['key']}=" if each["required"] else f"[{each['key']}=]" for each in offered["options"]]
    return "  ".join(filter(None, (_KIND[offered["type"]] + offered["key"], *taken, offered["description"]))) + "\n"


async def _message(client: SandboxClient, state: Json, message: str) -> Json:
    for place in dict.fromkeys(channels(state).values()):
        for view in (await client.get(f"/api/channels/{place}/messages", person=state["person"]))["messages"]:
            if view["id"] == message:
                return dict(view)
    raise WrongNameError(f"there is no message {message}")


def _component(view: Json, name: str, kinds: Sequence[int]) -> Json:
    there = [each for row in view["rows"] for each in row if each["type"] in kinds and each["custom_id"]]
    for each in there:
        if name.lower() in {each["custom_id"].lower(), str(each.get("label") or each.get("placeholder")).lower()}:
            return dict(each)
    named = listed(each.get("label") or each["custom_id"] for each in there)
    raise WrongNameError(f"there is no {name} under that message; there are {named}")


def _choices(found: Json, state: Json) -> dict[str, str]:
    """What may be chosen, by what it is called."""
    options = {each["label"].lower(): each["value"] for each in found["options"]}
    return channels(state) | {each["name"].lower(): each["id"] for each in state["persons"]} | options

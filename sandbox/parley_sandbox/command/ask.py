"""The commands that talk to a running sandbox: each prints and returns the exit code."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from parley_sandbox.command.client import Json, RefusedError, SandboxClient
from parley_sandbox.command.names import WrongNameError, channel_id, option, state_of

_UNHEARD: Final = 10.0
"""Seconds after which a message that no gateway has taken up is taken for not addressed to the bot."""

_OUTCOMES: Final = {
    "stopped": "the reply was stopped",
    "failed": "the reply failed",
    "refused": "the question was refused",
    "abandoned": "the turn was given up",
}


class NoAnswerError(Exception):
    """The turn did not end; `turn` is what the gateways said of it last, if they said anything."""

    def __init__(self, sentence: str, turn: Json | None = None) -> None:
        super().__init__(sentence)
        self.turn = turn


@dataclass(frozen=True, slots=True)
class Talk:
    """A question whose turn has ended: who asked, where, and what the gateways say of it."""

    person: str
    channel: str
    turn: Json


async def say(
    client: SandboxClient,
    text: str,
    person: str | None,
    channel: str | None,
    within: float,
    *,
    files: Sequence[Path] = (),
    reply_to: str | None = None,
) -> int:
    """Write, wait for the end of the turn, print the reply and as the last line its trace id."""
    try:
        talk = await converse(client, text, person, channel, within, files=files, reply_to=reply_to)
    except NoAnswerError as error:
        return failed(str(error))
    return await print_reply(client, talk)


async def converse(
    client: SandboxClient,
    text: str,
    person: str | None,
    channel: str | None,
    within: float,
    *,
    files: Sequence[Path] = (),
    reply_to: str | None = None,
) -> Talk:
    """Write, and wait for the end of the turn. Raises NoAnswerError."""
    state = await state_of(client, person)
    place = channel_id(state, channel)
    events = client.events(state["person"], state["place"])
    heard: list[Json] = []
    try:
        said = {"person": state["person"], "content": text} | ({"reply_to": reply_to} if reply_to else {})
        asked = await client.post(f"/api/channels/{place}/messages", said, files)
        async with asyncio.timeout(within):
            await _ended(events, asked["id"], heard)
    except RefusedError as error:
        raise NoAnswerError(str(error)) from None
    except TimeoutError:
        raise NoAnswerError(f"no reply was finished within {within:g} s", heard[-1] if heard else None) from None
    finally:
        await events.aclose()  # type: ignore[attr-defined] # an async generator behind the iterator's type
    return Talk(state["person"], place, heard[-1])


async def trace(client: SandboxClient, trace_id: str) -> int:
    """Print the tree."""
    tree = await client.text(f"/api/traces/{trace_id}", format="text")
    if not tree:
        return failed(f"no span of trace {trace_id} has arrived")
    sys.stdout.write(tree)
    return 0


async def faults(client: SandboxClient, given: argparse.Namespace) -> int:
    """List, add or clear."""
    try:
        if given.action == "add":
            added = await client.post("/api/faults", _wanted(await client.get("/api/faults"), given))
            sys.stdout.write(f"{added['id']}  {added['kind']}\n")
        elif given.action == "clear":
            await client.delete(f"/api/faults/{given.id}" if given.id else "/api/faults")
        else:
            sys.stdout.write(_fault_table(await client.get("/api/faults")))
    except RefusedError as error:
        return failed(str(error))
    return 0


async def log(client: SandboxClient, channel: str | None, message: str | None) -> int:
    """Print what Discord received, a line a request."""
    query = {}
    if channel is not None:
        query["channel"] = channel_id(await client.get("/api/state"), channel)
    if message is not None:
        query["message"] = message
    for request in (await client.get("/api/requests", **query))["requests"]:
        sys.stdout.write(_log_line(request) + "\n")
    return 0


async def _ended(events: Any, message_id: str, heard: list[Json]) -> None:
    """Gather what is said of the turn of this message, until it has ended. Raises NoAnswerError when nobody has it."""
    while not heard or heard[-1]["state"] != "ended":
        try:
            async with asyncio.timeout(None if heard else _UNHEARD):
                heard.append(await _next_turn(events, message_id))
        except TimeoutError:
            raise NoAnswerError(
                f"nobody answered within {_UNHEARD:g} s; in a channel Parley answers when @parley is mentioned"
            ) from None


async def _next_turn(events: Any, message_id: str) -> Json:
    async for kind, content in events:
        if kind == "turn" and content["turn_id"] == message_id:
            turn: Json = content
            return turn
    raise RefusedError("the sandbox ended")


async def print_reply(client: SandboxClient, talk: Talk) -> int:
    """Print what the turn wrote and as the last line its trace id; 0 when it was answered."""
    turn = talk.turn
    messages = (await client.get(f"/api/channels/{talk.channel}/messages", person=talk.person))["messages"]
    by_id = {message["id"]: message for message in messages}
    for message_id in turn["message_ids"]:
        if message_id in by_id:
            sys.stdout.write(by_id[message_id]["draft"] + "\n")
    if turn["outcome"] != "answered":
        failed(_OUTCOMES.get(turn["outcome"], str(turn["outcome"])) + (f": {turn['reason']}" if turn["reason"] else ""))
    sys.stdout.write(f"{turn['trace_id'] or 'not traced'}\n")
    return 0 if turn["outcome"] == "answered" else 1


def _wanted(listed: Json, given: argparse.Namespace) -> Json:
    source, _, kind = given.kind.rpartition(":")
    for known in listed["kinds"]:
        if known["kind"] == kind and source in {"", known["source"]}:
            return {"source": known["source"], "kind": kind, "options": dict(map(option, given.options))}
    raise WrongNameError(f"there is no fault {given.kind}; `parley-sandbox faults` lists them")


def _fault_table(listed: Json) -> str:
    width = max((len(f"{each['source']}:{each['kind']}") for each in listed["kinds"]), default=0)
    lines = [f"{each['source'] + ':' + each['kind']:<{width}}  {each['description']}" for each in listed["kinds"]]
    waiting = [f"{each['id']}  {each['kind']}  times={each['times']}" for each in listed["active"]]
    return "\n".join([*lines, "", "waiting:" if waiting else "none waits", *waiting]) + "\n"


def _log_line(request: Json) -> str:
    at = datetime.fromtimestamp(request["at_ms"] / 1000, UTC).astimezone().strftime("%H:%M:%S.%f")[:-3]
    limits = request["ratelimit"]
    left = f"  {limits['X-RateLimit-Remaining']} left" if "X-RateLimit-Remaining" in limits else ""
    return f"{at}  {request['status']:>3}  {request['took_ms']:7.1f} ms  {request['method']:<6} {request['path']}{left}"


def failed(sentence: str) -> int:
    """Say what did not work; the exit code."""
    sys.stderr.write(f"parley-sandbox: {sentence}\n")
    return 1

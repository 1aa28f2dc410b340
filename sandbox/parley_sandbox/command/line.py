"""Which command the arguments mean, and its exit code."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from pydantic import ValidationError

from parley_sandbox.command import ask, chat, check, up, uses
from parley_sandbox.command.arguments import parser
from parley_sandbox.command.client import SandboxClient, UnreachableError
from parley_sandbox.command.names import WrongNameError
from parley_sandbox.settings import DEFAULT_PORT, EnvironmentSettings


def run(arguments: Sequence[str]) -> int:
    """Do it, and return the exit code."""
    given = parser().parse_args(arguments)
    if given.command == "up":
        return _up()
    url = os.environ.get("PARLEY_SANDBOX_URL") or f"http://127.0.0.1:{DEFAULT_PORT}"
    try:
        return asyncio.run(_ask(url, given))
    except (UnreachableError, WrongNameError) as error:
        sys.stderr.write(f"parley-sandbox: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _up() -> int:
    try:
        settings = EnvironmentSettings()
    except ValidationError as error:
        for fault in error.errors():
            sys.stderr.write(f"parley-sandbox: {'.'.join(map(str, fault['loc']))}: {fault['msg']}\n")
        return 2
    return asyncio.run(up.up(settings))


async def _ask(url: str, given: argparse.Namespace) -> int:
    async with SandboxClient(url) as client:
        return await dispatch(client, given)


async def dispatch(client: SandboxClient, given: argparse.Namespace) -> int:
    """Do what the arguments say with a running sandbox."""
    return await _COMMANDS[given.command](client, given)


_COMMANDS: Final[dict[str, Callable[[SandboxClient, argparse.Namespace], Awaitable[int]]]] = {
    "say": lambda client, given: ask.say(
        client, given.text, given.person, given.channel, given.within, files=given.file, reply_to=given.reply_to
    ),
    "command": lambda client, given: uses.command(
        client,
        given.name,
        given.options,
        given.person,
        given.channel,
        files=given.file,
        message=given.message,
        user=given.user,
        within=given.within,
    ),
    "press": lambda client, given: uses.press(client, given.message, given.button, given.person, given.within),
    "select": lambda client, given: uses.select(
        client, given.message, given.list, given.values, given.person, within=given.within
    ),
    "submit": lambda client, given: uses.submit(client, given.interaction, given.values, given.person, given.within),
    "edit": lambda client, given: chat.edit(client, given.message, given.text, given.person),
    "delete": lambda client, given: chat.delete(client, given.message, given.person),
    "thread": lambda client, given: chat.thread(client, given.name, given.person, given.channel, given.message),
    "archive": lambda client, given: chat.archive(client, given.thread, given.person, archived=not given.open),
    "trace": lambda client, given: ask.trace(client, given.id),
    "check": lambda client, given: check.check(client, redis=not given.without_redis, within=given.within),
    "faults": ask.faults,
    "log": lambda client, given: ask.log(client, given.channel, given.message),
}

"""The arguments, and which of the commands they mean."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from parley_sandbox.command import ask, check, up
from parley_sandbox.command.client import SandboxClient, UnreachableError
from parley_sandbox.settings import DEFAULT_PORT, EnvironmentSettings

_ABOUT: Final = (
    "Parley on this machine: a loopback Discord, a loopback Claude, the four services and a page to chat in."
)
_EXIT: Final = "Exit codes: 0 done, 1 it did not work, 2 no sandbox runs or the command was not understood."


def run(arguments: Sequence[str]) -> int:
    """Do it, and return the exit code."""
    given = parser().parse_args(arguments)
    if given.command == "up":
        return _up()
    url = os.environ.get("PARLEY_SANDBOX_URL") or f"http://127.0.0.1:{DEFAULT_PORT}"
    try:
        return asyncio.run(_ask(url, given))
    except (UnreachableError, ask.WrongNameError) as error:
        sys.stderr.write(f"parley-sandbox: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="parley-sandbox", description=_ABOUT, epilog=_EXIT)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="run everything until Ctrl-C; DISCORD_TOKEN and ANTHROPIC_API_KEY make it real")
    _add_say(commands.add_parser("say", help="write a message as a person and print Parley's reply and its trace id"))
    trace = commands.add_parser("trace", help="print a trace as a tree")
    trace.add_argument("id", help="the trace id, as `say` prints it and every error shows it")
    _add_check(commands.add_parser("check", help="hold a conversation and say of each hop whether its trace shows it"))
    _add_faults(commands.add_parser("faults", help="list, add or clear faults of the loopbacks"))
    log = commands.add_parser("log", help="print the requests that Discord received")
    log.add_argument("--channel", help="only of this channel, such as Orchard/general or dm")
    log.add_argument("--message", help="only about this question and its reply, by message id")
    return top


def _add_say(say: argparse.ArgumentParser) -> None:
    say.add_argument("text", help="what to write; @parley becomes a mention of the bot")
    say.add_argument(
        "--as", dest="person", metavar="PERSON", help="who writes: Mika, Noor or Sam (the first by default)"
    )
    say.add_argument("--channel", metavar="C", help="where: general, Workshop/lab or dm (the first channel by default)")
    say.add_argument(
        "--within", type=float, default=600.0, metavar="S", help="seconds to wait for the end of the reply"
    )


def _add_check(checked: argparse.ArgumentParser) -> None:
    checked.add_argument("--without-redis", action="store_true", help="the cache keeps everything itself")
    checked.add_argument("--within", type=float, default=check.WITHIN, metavar="S", help="seconds for the reply")


def _add_faults(faults: argparse.ArgumentParser) -> None:
    actions = faults.add_subparsers(dest="action", metavar="ACTION")
    actions.add_parser("list", help="what there is and what waits for its moment (the default)")
    add = actions.add_parser("add", help="add a fault")
    add.add_argument("kind", help="its name, as `faults list` shows it; claude:NAME where both have one")
    add.add_argument("options", nargs="*", metavar="KEY=VALUE", help="such as times=3 seconds=2")
    clear = actions.add_parser("clear", help="remove one fault, or all")
    clear.add_argument("id", nargs="?", help="its id, as `faults list` shows it")


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
        match given.command:
            case "say":
                return await ask.say(client, given.text, given.person, given.channel, given.within)
            case "trace":
                return await ask.trace(client, given.id)
            case "check":
                return await check.check(client, redis=not given.without_redis, within=given.within)
            case "faults":
                return await ask.faults(client, given)
            case _:
                return await ask.log(client, given.channel, given.message)

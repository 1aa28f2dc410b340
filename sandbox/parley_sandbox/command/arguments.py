"""The arguments of the command line."""

import argparse
from pathlib import Path
from typing import Final

from parley_sandbox.command import check

_ABOUT: Final = (
    "Parley on this machine: a loopback Discord, a loopback Claude, the four services and a page to chat in."
)
_EXIT: Final = "Exit codes: 0 done, 1 it did not work, 2 no sandbox runs or the command was not understood."
_WITHIN: Final = 600.0
"""Seconds to wait for the end of a reply."""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="parley-sandbox", description=_ABOUT, epilog=_EXIT)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="run everything until Ctrl-C; DISCORD_TOKEN and ANTHROPIC_API_KEY make it real")
    _add_say(commands.add_parser("say", help="write a message as a person and print Parley's reply and its trace id"))
    _add_command(commands.add_parser("command", help="use one of the bot's commands, or list them"))
    _add_press(commands.add_parser("press", help="press a button under a message"))
    _add_select(commands.add_parser("select", help="choose in a list under a message"))
    _add_submit(commands.add_parser("submit", help="send a form that the bot opened"))
    _add_edit(commands.add_parser("edit", help="change a message"))
    _add_delete(commands.add_parser("delete", help="delete a message"))
    _add_thread(commands.add_parser("thread", help="begin a thread and print its id"))
    _add_archive(commands.add_parser("archive", help="archive a thread, or open it again"))
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
    _add_person(say)
    _add_channel(say)
    say.add_argument("--reply-to", metavar="ID", help="the message that it answers")
    _add_files(say, "a file to send along; may be named several times")
    _add_within(say)


def _add_command(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "name", nargs="?", help="its name, as registered or as the person reads it; without one: a list"
    )
    command.add_argument("options", nargs="*", metavar="KEY=VALUE", help="such as prompt='Why is the sky blue?'")
    _add_person(command)
    _add_channel(command)
    _add_files(command, "a file for the command's next option that takes one")
    command.add_argument("--message", metavar="ID", help="the message whose menu it is chosen from")
    command.add_argument("--user", metavar="PERSON", help="the person whose menu it is chosen from")
    _add_within(command)


def _add_press(press: argparse.ArgumentParser) -> None:
    press.add_argument("message", help="the message's id")
    press.add_argument("button", help="its label or custom id")
    _add_person(press)
    _add_within(press)


def _add_select(select: argparse.ArgumentParser) -> None:
    select.add_argument("message", help="the message's id")
    select.add_argument("list", help="its custom id, or what stands in it while nothing is chosen")
    select.add_argument("values", nargs="*", help="what to choose: labels or values, people, channels, or ids")
    _add_person(select)
    _add_within(select)


def _add_submit(submit: argparse.ArgumentParser) -> None:
    submit.add_argument("interaction", help="what the form is the answer to, as it was printed with the form")
    submit.add_argument("values", nargs="*", metavar="FIELD=VALUE", help="a field's custom id and its text")
    _add_person(submit)
    _add_within(submit)


def _add_edit(edit: argparse.ArgumentParser) -> None:
    edit.add_argument("message", help="the message's id")
    edit.add_argument("text", help="what it is to say")
    _add_person(edit)


def _add_delete(delete: argparse.ArgumentParser) -> None:
    delete.add_argument("message", help="the message's id")
    _add_person(delete)


def _add_thread(thread: argparse.ArgumentParser) -> None:
    thread.add_argument("name", help="its name")
    thread.add_argument("--message", metavar="ID", help="the message at which it begins")
    _add_person(thread)
    _add_channel(thread)


def _add_archive(archive: argparse.ArgumentParser) -> None:
    archive.add_argument("thread", help="its id, or its place such as Orchard/general/Plans")
    archive.add_argument("--open", action="store_true", help="open it again")
    _add_person(archive)


def _add_person(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--as", dest="person", metavar="PERSON", help="who does it: Mika, Noor or Sam (the first by default)"
    )


def _add_channel(to: argparse.ArgumentParser) -> None:
    to.add_argument("--channel", metavar="C", help="where: general, Workshop/lab or dm (the first channel by default)")


def _add_files(to: argparse.ArgumentParser, what: str) -> None:
    to.add_argument("--file", action="append", default=[], type=_file, metavar="PATH", help=what)


def _add_within(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "--within", type=float, default=_WITHIN, metavar="S", help="seconds to wait for the end of the reply"
    )


def _file(path: str) -> Path:
    found = Path(path)
    if not found.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {path}")
    return found


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

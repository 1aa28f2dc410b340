"""Real `claude` processes before a loopback Claude, stand-ins that misbehave, and what they leave behind."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from parley_executor.engines.claude_cli.launch import Key, Launch, found_program
from parley_executor.engines.claude_cli.process import Process
from parley_executor.engines.port import Deadline, EngineError, EngineEvent
from parley_executor.model import Message, Role, Text

INSTALL = "no claude program: `make .venv/.claude`"
CREDENTIAL = "sk-ant-loopback-credential"
Spawn = Callable[..., Awaitable[Process]]
"""Starts a process: launch, then key and system prompt (None: not introduced) if they are not the usual ones."""
KEY = Key("claude-sonnet-5", "", 1024)


def real_program() -> Path:
    """Return the real program, or skip the test with the line that installs it."""
    try:
        return found_program(None)
    except EngineError:
        pytest.skip(INSTALL)


def launch_of(program: Path, root: Path, base_url: str, **more: Any) -> Launch:
    """Make a launch; its start is given time, for tests share the machine."""
    settings: dict[str, Any] = {"api_key": CREDENTIAL, "start_limit": 30.0}
    return Launch(program, root, base_url, **(settings | more))


def user(*texts: str) -> Message:
    """Say something as a user."""
    return Message(Role.USER, tuple(map(Text, texts)))


def claude(text: str) -> Message:
    """Say something as Claude."""
    return Message(Role.ASSISTANT, (Text(text),))


def soon(first_text: float = 20.0, whole: float = 40.0, gap: float = 20.0) -> Deadline:
    """Give a turn so many seconds from now."""
    now = asyncio.get_running_loop().time()
    return Deadline(first_text=now + first_text, end=now + whole, gap=gap)


async def reply(
    process: Process, *texts: str, deadline: Deadline | None = None
) -> tuple[list[EngineEvent], EngineError | None]:
    """Ask, and read to the end: what came, and the error if it failed."""
    events: list[EngineEvent] = []
    try:
        async for event in process.ask([user(*texts)], deadline or soon()):
            events.append(event)  # noqa: PERF401 — a comprehension would lose what came before a failure
    except EngineError as error:
        return events, error
    return events, None


def script(path: Path, *lines: str) -> Path:
    """Write a shell script that stands for the program."""
    path.write_text("\n".join(("#!/bin/sh", "set -eu", *lines)) + "\n")
    path.chmod(0o755)
    return path


def stand_in(path: Path, turn: str, start: str = "") -> Path:
    """Write a program that speaks the protocol as far as a turn, and then does what Python code in `turn` says.

    `start` is done before anything else; `say(value)` writes a line, `line` is the question.
    """
    prelude = """
        import json, os, signal, subprocess, sys, time
        def say(value):
            sys.stdout.write((value if isinstance(value, str) else json.dumps(value)) + "\\n"); sys.stdout.flush()
        def part(**event):
            say({"type": "stream_event", "event": event})
        def begin():
            say({"type": "system", "subtype": "init", "session_id": "stand-in"})
            part(type="message_start", message={"id": "msg_1", "model": "m", "usage": {"input_tokens": 1}})
        def text(words):
            part(type="content_block_delta", index=0, delta={"type": "text_delta", "text": words})
        def finish():
            part(type="message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 1})
            part(type="message_stop")
            say({"type": "result", "is_error": False, "num_turns": 1})
    """
    loop = """
        for line in map(json.loads, sys.stdin):
            if line["type"] == "control_request":
                told = {"claude_code_version": "2.1.330"}
                about = {"subtype": "success", "request_id": line["request_id"], "response": told}
                say({"type": "control_response", "response": about})
                continue
    """
    code = "".join((textwrap.dedent(prelude), textwrap.dedent(start), textwrap.dedent(loop)))
    path.write_text(f"#!{sys.executable} -IS\n{code}{textwrap.indent(textwrap.dedent(turn), '    ')}")
    path.chmod(0o755)
    return path


@cache
def can_confine() -> bool:
    """Tell whether file systems can be mounted for a child alone: root may, but not in every container."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "mount", "setpriv", "mkdir"))):
        return False
    trial = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(trial, check=False, stderr=subprocess.DEVNULL).returncode == 0


def confined(path: Path, program: Path, tmpfs: str, before: str = ":") -> Path:
    """Write a script that runs the program without root's rights, in a file system that cannot be written to.

    Only /tmp can, as in the chart's pods: a tmpfs with these options; `before` is done as root. It wants `can_confine`.
    """
    inner = f"""
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        mount -t tmpfs tmpfs /mnt
        touch /mnt/claude
        mount --bind "{program}" /mnt/claude
        mount -t tmpfs -o {tmpfs},mode=1777 tmpfs /tmp
        mkdir -p "$HOME/config" "$HOME/work" "$HOME/tmp"
        chown -R 65532:65532 "$HOME"
        while read -r _ at _; do
            case "$at" in /tmp|/proc*|/sys*|/dev*) ;; *) mount -o remount,bind,ro "$at" 2>/dev/null || : ;; esac
        done < /proc/self/mounts
        if touch /written 2>/dev/null; then exit 9; fi
        {before}
        cd "$HOME/work"
        PATH="$HOME/work" exec /usr/bin/setpriv --reuid=65532 --regid=65532 --clear-groups --inh-caps=-all \\
            --bounding-set=-all --no-new-privs /mnt/claude "$@"
    """
    return script(path, f"exec /usr/bin/unshare --mount /bin/sh -eu -c '{textwrap.dedent(inner)}' confined \"$@\"")


def without_disk(path: Path, program: Path) -> Path:
    """Write a script that runs the program where no file may have more than 4 KiB, which takes no rights."""
    return script(path, "trap '' XFSZ", "ulimit -f 8", f'exec "{program}" "$@"')


def running(root: Path) -> set[int]:
    """Return the processes whose directory is under a root."""
    found = set()
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if f"CLAUDE_CONFIG_DIR={root}/".encode() in (entry / "environ").read_bytes():
                found.add(int(entry.name))
    return found


def held(root: Path) -> dict[str, int]:
    """Count what a process could leave behind, and nothing that only waits to be collected."""
    gc.collect()
    return {
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "directories": len(list(root.iterdir())),
        "processes": len(running(root)),
        "tasks": len(asyncio.all_tasks()),
    }


async def until(condition: Callable[[], bool], within: float = 10.0) -> None:
    """Wait for something that the kernel tells nobody of."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 — there is no event to wait for
            await asyncio.sleep(0.01)


async def as_before(root: Path, before: dict[str, int]) -> None:
    """Wait until no more is held than before; what ended lets go of its last a moment later."""
    with suppress(TimeoutError):
        await until(lambda: not _more(held(root), before))
    assert not _more(held(root), before)


def _more(now: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    """Return what there is more of; less is what tests before this one had left."""
    return {name: count - before[name] for name, count in now.items() if count > before[name]}


def of_process(pid: int, what: str) -> str:
    """Return what the kernel tells of a process: status, cmdline, environ."""
    return Path(f"/proc/{pid}/{what}").read_text()

"""How a `claude` process is started: the program, its options, an environment from nothing, a directory of its own.

Nothing that a member wrote is ever an argument: a text can be read as an option and run a command, and arguments
stand in the process list. Nothing of our own environment is handed on, for there are secrets in it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from typing_extensions import override

from parley_executor.engines.port import EngineError
from parley_executor.reasons import Reason

LEAST_VERSION: Final = (2, 1, 330)
"""The version that all of this was measured with; an older one may not know an option or a message."""

READ_SIZE: Final = 1024 * 1024
VERSION_LIMIT: Final = 30.0
"""How long `claude --version` may take, in seconds: the program may still have to come from the disk."""

_PREFIX: Final = "parley-claude-"

_OPTIONS: Final = (
    "--print",
    "--input-format=stream-json",
    "--output-format=stream-json",
    "--verbose",
    "--include-partial-messages",  # without it text comes once, when it is whole
    "--tools=",
    "--strict-mcp-config",
    "--setting-sources=",
    "--disable-slash-commands",
    "--no-session-persistence",
    "--permission-mode=dontAsk",
    "--permission-prompts=none",
)

_ON: Final = (
    "DISABLE_TELEMETRY",
    "DISABLE_ERROR_REPORTING",
    "DISABLE_AUTOUPDATER",
    "DISABLE_COMPACT",  # it would call Claude for a summary, and forget what the conversation holds
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    "CLAUDE_CODE_DISABLE_NONSTREAMING_FALLBACK",  # a fault would begin the reply again
    "CLAUDE_CODE_DISABLE_REFUSAL_RETRY",
    "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS",  # under 400 it calls again without one beta after the other
    "CLAUDE_CODE_DISABLE_FILE_MENTIONS",  # a second lock: client_composed is the first
    "CLAUDE_CODE_DISABLE_CLAUDE_MDS",
    "CLAUDE_CODE_SKIP_PROMPT_HISTORY",
)

_SWITCHES: Final = {
    **dict.fromkeys(_ON, "1"),
    "CLAUDE_CODE_MAX_RETRIES": "0",  # the one retry is ours
    "CLAUDE_CODE_ATTRIBUTION_HEADER": "0",  # else a line of its own stands before the system prompt
    "CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS": "600000",  # our clocks come first
}

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/\[\]-]*")
_EFFORT = re.compile(r"[a-z]*")


class LaunchError(Exception):
    """Why the program cannot be used, in words for the operator; the cause of an EngineError START_FAILED."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a process is made for. effort: empty is Claude's default, without thinking."""

    model: str
    effort: str
    max_output_tokens: int


@dataclass(frozen=True, slots=True)
class Launch:
    """What all processes share; neither credential is ever shown.

    program: the binary. root: where each gets a directory of its own; it may be the only one that can be written to.
    api_key, or sign_in: the token of a Claude subscription. Anthropic's terms want products for other people to use
    an API key; a sign-in is for one's own use only, so nothing but an explicit setting sets it; the program then
    tells Claude its directory, the model and the date before the first question. start_limit: seconds
    until a process is ready. headers_limit: seconds in which Claude's API must begin its answer. proxy: the URL of
    an HTTP proxy.
    """

    program: Path
    root: Path
    base_url: str
    api_key: str = ""
    sign_in: str = ""
    start_limit: float = 10.0
    headers_limit: float = 20.0
    proxy: str = ""

    @override
    def __repr__(self) -> str:
        return f"Launch({str(self.program)!r}, {self.base_url!r})"


@dataclass(frozen=True, slots=True)
class Home:
    """The directory of one process, for its owner only."""

    path: Path

    @classmethod
    def made(cls, root: Path) -> Home:
        """Make one. Raises OSError."""
        home = cls(Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=root)))
        for part in (home.config, home.work, home.temporary):
            part.mkdir()
        return home

    @property
    def config(self) -> Path:
        return self.path / "config"

    @property
    def work(self) -> Path:
        return self.path / "work"

    @property
    def temporary(self) -> Path:
        return self.path / "tmp"

    def environment(self) -> dict[str, str]:
        """Return the variables that keep a process in it. PATH leads nowhere: no program is to be run."""
        return {
            "HOME": str(self.path),
            "PATH": str(self.work),
            "TMPDIR": str(self.temporary),
            "CLAUDE_CONFIG_DIR": str(self.config),
            "CLAUDE_CODE_TMPDIR": str(self.temporary),
        }

    def remove(self) -> None:
        """Remove it; what cannot be removed is left to the next sweep."""
        shutil.rmtree(self.path, ignore_errors=True)


def arguments(launch: Launch, key: Key) -> list[str]:
    """Return the command line. Raises EngineError for a key that no command line should hold."""
    if not _MODEL.fullmatch(key.model):
        raise EngineError(Reason.MODEL_NOT_FOUND)
    if not _EFFORT.fullmatch(key.effort):
        raise EngineError(Reason.INVALID_REQUEST)
    # --bare leaves out everything but the conversation, but takes API keys only.
    kind = "--safe-mode" if launch.sign_in else "--bare"
    effort = [f"--effort={key.effort}"] if key.effort else []
    return [*_guard(), str(launch.program), *_OPTIONS, kind, f"--model={key.model}", *effort]


def environment(launch: Launch, key: Key, home: Home) -> dict[str, str]:
    """Return the whole environment of a process."""
    credential = (
        {"CLAUDE_CODE_OAUTH_TOKEN": launch.sign_in} if launch.sign_in else {"ANTHROPIC_API_KEY": launch.api_key}
    )
    thinking = {} if key.effort else {"MAX_THINKING_TOKENS": "0"}
    proxy = {"HTTPS_PROXY": launch.proxy, "HTTP_PROXY": launch.proxy} if launch.proxy else {}
    return {
        **_SWITCHES,
        **credential,
        **thinking,
        **proxy,
        **home.environment(),
        "ANTHROPIC_BASE_URL": launch.base_url,
        "CLAUDE_CODE_MAX_OUTPUT_TOKENS": str(key.max_output_tokens),
    }


def _guard() -> list[str]:
    """Return what makes the kernel end a process with us, however we end; util-linux has it, other systems do not."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig=KILL", "--no-new-privs", "--"] if setpriv else []


def found_program(named: Path | None) -> Path:
    """Return the binary: the named one, that of claude-agent-sdk's wheel, or the one on PATH. Raises EngineError."""
    if named is not None:
        return named
    bundled = _bundled()
    if bundled is not None and bundled.is_file():
        return bundled
    on_path = shutil.which("claude")
    if on_path is None:
        fail("There is no claude program: pip install -r requirements/claude.txt, or name one by its setting.")
    return Path(on_path)


def _bundled() -> Path | None:
    spec = importlib.util.find_spec("claude_agent_sdk")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / "_bundled" / "claude"


async def checked(launch: Launch) -> str:
    """Return the program's version once it is known to be one that can be used; call it before the first start.

    It reads the binary into the page cache, which spares the first start half a second, and removes what an executor
    that was killed left under the root. Raises EngineError, whose cause says what is wrong.
    """
    try:
        await asyncio.to_thread(_touch, launch.program)
        await asyncio.to_thread(_sweep, launch.root)
        told = await _told_version(launch)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    return accepted(told)


def accepted(version: str) -> str:
    """Return a version that is new enough. Raises EngineError."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    if found is None or tuple(map(int, found.groups())) < LEAST_VERSION:
        least = ".".join(map(str, LEAST_VERSION))
        fail(f"The claude program says that it is version {version[:40]!r}; Parley needs {least} or newer.")
    return found[0]


async def _told_version(launch: Launch) -> str:
    home = Home.made(launch.root)
    try:
        return await _version(launch.program, home)
    finally:
        home.remove()


async def _version(program: Path, home: Home) -> str:
    child = await asyncio.create_subprocess_exec(
        program,
        "--version",
        env={**_SWITCHES, **home.environment()},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(VERSION_LIMIT):
            output, _ = await child.communicate()
    except TimeoutError:
        fail(f"claude --version did not end within {VERSION_LIMIT:g} s.")
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await asyncio.shield(child.wait())
    return output.decode(errors="replace").strip()


def _touch(program: Path) -> None:
    buffer = bytearray(READ_SIZE)
    with program.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def _sweep(root: Path) -> None:
    """Remove directories whose executor is gone; one with our own number was made by an earlier one of that number."""
    for path in root.glob(f"{_PREFIX}*"):
        owner = path.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and (int(owner) == os.getpid() or not _runs(int(owner))):
            Home(path).remove()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def fail(sentence: str) -> NoReturn:
    """Raise the error of a failed start, with its cause."""
    raise EngineError(Reason.START_FAILED) from LaunchError(sentence)

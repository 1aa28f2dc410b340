"""A Redis of the sandbox's own: the system's redis-server, on a free port, in a folder that goes with it."""

import os
import shutil
from pathlib import Path
from typing import Final

from parley_sandbox.children import ChildSpec

NAME: Final = "redis"
PROGRAM: Final = "redis-server"
READY: Final = "Ready to accept connections"


class MissingProgramError(Exception):
    """Something that the system should have is not installed."""


def program() -> str:
    """Where redis-server is. Raises MissingProgramError with the line that installs it."""
    found = shutil.which(PROGRAM)
    if found is None:
        raise MissingProgramError(
            f"{PROGRAM} is not installed; `apt-get install redis-server` installs it, "
            "or set PARLEY_SANDBOX_REDIS (make run REDIS_URL=…) to the URL of a Redis that runs."
        )
    return found


def local_redis(host: str, port: int, folder: Path) -> ChildSpec:
    """A Redis without a password that only this machine reaches; what it keeps outlives its process, not its folder."""
    options = {
        "bind": host,
        "port": str(port),
        "dir": str(folder),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "loglevel": "notice",
    }
    argv = [program(), *(word for key, value in options.items() for word in (f"--{key}", value))]
    environment = {key: os.environ[key] for key in ("PATH", "LANG", "TZ") if key in os.environ}
    return ChildSpec(name=NAME, argv=tuple(argv), environment=environment, ready_line=READY)


def url_of(host: str, port: int) -> str:
    """The URL under which the caches find it."""
    return f"redis://{host}:{port}/0"

"""A child's lines, each with the child's name before it."""

import os
import zlib
from collections.abc import Callable, Mapping
from typing import Final, TextIO

_COLOURS: Final = {"gateway": 36, "cache": 32, "executor": 35, "monitor": 33, "sandbox": 34}
_OTHERS: Final = (31, 32, 33, 34, 35, 36)


def wants_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Colour only for a terminal, and not for one who set NO_COLOR (no-color.org)."""
    return stream.isatty() and not environment.get("NO_COLOR")


def prefixed(name: str, line: str, *, width: int, colour: bool) -> str:
    """One line as it is printed."""
    label = f"{name:<{width}} │"
    if not colour:
        return f"{label} {line}"
    return f"\x1b[{colour_of(name)}m{label}\x1b[0m {line}"


def colour_of(name: str) -> int:
    """The ANSI colour of a child; executor-1 and executor-2 share one."""
    service = name.split("-", maxsplit=1)[0]
    return _COLOURS.get(service, _OTHERS[zlib.crc32(service.encode()) % len(_OTHERS)])


def printer(stream: TextIO, names: tuple[str, ...], *, colour: bool) -> Callable[[str, str], None]:
    """A sink that writes every line of the named children to `stream`."""
    width = max(map(len, names), default=0)

    def write(name: str, line: str) -> None:
        stream.write(prefixed(name, line, width=width, colour=colour) + "\n")
        stream.flush()

    return write

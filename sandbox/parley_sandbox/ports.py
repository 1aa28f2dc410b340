"""Finding ports: the wanted one, or the next free one, or any."""

import contextlib
import functools
import os
import random
import socket
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from typing import Final

_TRIES: Final = 50
_QUIET: Final = range(15_000, 30_000)
"""Where free ports are taken from: below those that a system gives to outgoing connections, which would take them."""
_PARTS: Final = 15
"""Of those, one for a process: between choosing a port and its use by a child another process shall not choose it too."""


class NoFreePortError(OSError):
    """The wanted port and all that follow it are taken."""


def listening_socket(host: str, wanted: int) -> socket.socket:
    """A listening socket on `wanted` or the first free port after it; 0 takes any. The caller closes it."""
    for port in _candidates(wanted):
        found = _listening(host, port)
        if found is not None:
            return found
    raise NoFreePortError(f"the ports {wanted} to {wanted + _TRIES - 1} of {host} are all taken")


def free_ports(host: str, wanted: Iterable[int]) -> tuple[int, ...]:
    """One port for each wanted one, all different; free a moment ago, for processes that bind them themselves."""
    with contextlib.ExitStack() as held:
        return tuple(port_of(held.enter_context(listening_socket(host, port))) for port in wanted)


def port_of(bound: socket.socket) -> int:
    """The port that a socket is bound to."""
    port: int = bound.getsockname()[1]
    return port


def _candidates(wanted: int) -> Iterable[int]:
    if wanted == 0:
        return islice(_quiet(os.getpid()), _TRIES)
    return range(wanted, min(wanted + _TRIES, 65536))


@functools.cache
def _quiet(process: int) -> Iterator[int]:
    """The quiet ports of a process in turn: what it chose stays unchosen until all others had their turn."""
    # Not the shared generator: a test runner may seed it alike in several processes.
    part = _QUIET[process % _PARTS :: _PARTS]
    return cycle(random.SystemRandom().sample(part, len(part)))


def _listening(host: str, port: int) -> socket.socket | None:
    candidate = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        candidate.bind((host, port))
        # With SO_REUSEADDR two may bind the same port; only one may listen.
        candidate.listen()
    except OSError:
        candidate.close()
        return None
    return candidate

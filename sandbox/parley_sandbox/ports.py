"""Finding ports: the wanted one, or the next free one, or any."""

import contextlib
import socket
from collections.abc import Iterable
from typing import Final

_TRIES: Final = 50


class NoFreePortError(OSError):
    """The wanted port and all that follow it are taken."""


def listening_socket(host: str, wanted: int) -> socket.socket:
    """A bound socket on `wanted` or the first free port after it; 0 takes any. The caller closes it."""
    for port in _candidates(wanted):
        taken = _bound(host, port)
        if taken is not None:
            return taken
    raise NoFreePortError(f"the ports {wanted} to {wanted + _TRIES - 1} of {host} are all taken")


def free_ports(host: str, wanted: Iterable[int]) -> tuple[int, ...]:
    """One port for each wanted one, all different; free a moment ago, for processes that bind them themselves."""
    with contextlib.ExitStack() as held:
        return tuple(port_of(held.enter_context(listening_socket(host, port))) for port in wanted)


def port_of(bound: socket.socket) -> int:
    """The port that a socket is bound to."""
    port: int = bound.getsockname()[1]
    return port


def _candidates(wanted: int) -> range:
    if wanted == 0:
        return range(1)
    return range(wanted, min(wanted + _TRIES, 65536))


def _bound(host: str, port: int) -> socket.socket | None:
    candidate = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        candidate.bind((host, port))
    except OSError:
        candidate.close()
        return None
    return candidate

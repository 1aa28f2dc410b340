"""Listening: one sentence when a port is taken, and the address that peers are told."""

from __future__ import annotations

import socket

import grpc

from parley_kit.faults import Precondition
from parley_kit.settings import ServiceSettings, split_address


def bind(server: grpc.aio.Server, settings: ServiceSettings) -> str:
    """Bind the port and return the address where peers reach it. Raises Precondition when it is taken."""
    host, port = split_address(settings.listen)
    _try_port(settings.listen, host, port)
    try:
        port = server.add_insecure_port(settings.listen)
    except RuntimeError:
        raise Precondition(
            "PORT_TAKEN", f"cannot listen on {settings.listen}: the address is taken or not ours"
        ) from None
    shown = f"[{host}]" if ":" in host else host
    return settings.advertise or f"{shown}:{port}"


def _try_port(listen: str, host: str, port: int) -> None:
    """Bind it once ourselves: grpc's core would write a line of its own about a taken port."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        raise Precondition("PORT_TAKEN", f"cannot listen on {listen}: {error.strerror}") from None

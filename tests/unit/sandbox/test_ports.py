"""Free ports are different ones, at the next choice and for two processes that choose at the same moment too."""

from __future__ import annotations

import os

import pytest

from parley_sandbox.ports import free_ports

HOST = "127.0.0.1"


def test_free_ports_are_all_different_and_outside_of_those_for_outgoing_connections() -> None:
    ports = free_ports(HOST, [0] * 30)
    assert len(set(ports)) == 30
    assert all(15_000 <= port < 30_000 for port in ports)


def test_a_port_that_is_chosen_and_not_bound_yet_is_not_chosen_again() -> None:
    chosen = [port for _ in range(30) for port in free_ports(HOST, [0] * 30)]
    assert len(set(chosen)) == 900


def test_neighbouring_processes_choose_from_different_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[set[int]] = []
    for pid in (4000, 4001, 4003):
        monkeypatch.setattr(os, "getpid", lambda pid=pid: pid)
        chosen.append({port for _ in range(40) for port in free_ports(HOST, [0] * 30)})
    assert not chosen[0] & chosen[1]
    assert not chosen[0] & chosen[2]
    assert not chosen[1] & chosen[2]

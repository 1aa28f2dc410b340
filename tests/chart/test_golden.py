"""The key objects as they were when somebody last looked at them.

A change that is meant: `make chart-golden`, then read the difference as an operator who upgrades would.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from support.helm import render

GOLDEN = Path(__file__).parent / "golden"
KEYS = {
    "gateway": ("production", "StatefulSet", "parley-gateway"),
    "cache-with-sentinels": ("sentinel", "Deployment", "parley-cache"),
    "cache-in-memory": ("memory", "Deployment", "parley-cache"),
    "executor-with-everything": ("everything", "Deployment", "parley-executor"),
    "monitor": ("production", "Deployment", "parley-monitor"),
    "monitor-scaled": ("production", "HorizontalPodAutoscaler", "parley-monitor"),
    "sandbox": ("sandbox", "Deployment", "parley-sandbox"),
    "redis": ("bundled-redis", "StatefulSet", "parley-redis"),
    "gateway-network": ("production", "NetworkPolicy", "parley-gateway"),
    "test": ("sandbox", "Pod", "parley-test"),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_object_is_as_it_was(name: str) -> None:
    set_up, kind, called = KEYS[name]
    path = GOLDEN / f"{name}.yaml"
    shown = yaml.safe_dump(render(set_up=set_up).one(kind, called), width=120)
    if os.environ.get("PARLEY_GOLDEN") == "write":
        path.write_text(shown, encoding="utf-8")
    assert path.is_file(), "make chart-golden"
    assert shown == path.read_text(encoding="utf-8"), "if this is meant: make chart-golden"


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.yaml")} == set(KEYS)

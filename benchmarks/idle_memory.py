"""R3: how much memory do the four services need while nobody talks?"""

from __future__ import annotations

import asyncio
from pathlib import Path

from machine import ForeignLoad
from table import Row

from parley_sandbox.settings import SandboxSettings
from parley_sandbox.stack import Stack

GOAL_MB = 260.0
LITELLM_MB = 335.0
SETTLE_SECONDS = 3.0


def resident_mb(pid: int) -> float:
    """Return a process's resident set in MB (10^6 bytes)."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1e6


async def measure() -> list[Row]:
    """Start everything, let it settle, add up."""
    with ForeignLoad() as load:
        async with Stack(SandboxSettings(port=0, log_format="json")) as stack:
            await asyncio.sleep(SETTLE_SECONDS)
            total = sum(resident_mb(child.pid) for child in stack.children.values())
    rival = "LiteLLM idle, published in the reference, not run here"
    return [
        Row("R3", "idle memory of the four services, MB", total, rival, LITELLM_MB, total / LITELLM_MB,
            f"≤ {GOAL_MB:.0f} MB", total <= GOAL_MB, load.share)
    ]  # fmt: skip

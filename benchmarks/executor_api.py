"""X2, X3: what does our engine on the Messages API add to Claude's own time, and cost, beside the official SDK?

Overhead: from the call to the first text, minus what Claude itself took from the request to its first text.
"""

from __future__ import annotations

from executor_stand import Client, client, last_ended, upstream
from machine import ForeignLoad
from table import Row, percentile

from parley_sandbox.anthropic import LoopbackClaude

ROUNDS = 60
LONG_ROUNDS = 6
STREAMS = 16
SHORT = "Say little. [[ttft=0.02 tps=200 tokens=10]]"
LONG = "Say much. [[ttft=0.02 tps=50 tokens=200 text=prose]]"
ENDLESS = "Go on. [[ttft=0.01 tps=50 tokens=2000 text=prose]]"


async def overhead(asking: Client, claude: LoopbackClaude) -> float:
    """Return the seconds that the way adds before the first text."""
    [told] = (await asking.do("ask", SHORT))["done"]
    record = await last_ended(claude)
    assert record.first_delta is not None
    return float(told["first"] - told["asked"] - (record.first_delta - record.started))


async def cost(asking: Client) -> float:
    """Return the CPU seconds of a streamed piece of text, several streams at once."""
    told = await asking.do("ask", LONG, STREAMS)
    return float(told["cpu"] / sum(reply["pieces"] for reply in told["done"]))


async def release(asking: Client, claude: LoopbackClaude) -> float:
    """Return the seconds from the reader's cancellation to the closed connection at Claude."""
    [told] = (await asking.do("leave", ENDLESS))["done"]
    record = await last_ended(claude)
    assert record.closed_by_client
    assert record.ended is not None
    return float(record.ended - told["left"])


async def measure() -> list[Row]:
    """Ask in turns: A B, then B A."""
    with ForeignLoad() as load:
        async with upstream() as (claude, url), client("engine", url) as engine, client("sdk", url) as sdk:
            added: dict[str, list[float]] = {"engine": [], "sdk": []}
            costs: dict[str, list[float]] = {"engine": [], "sdk": []}
            releases: dict[str, list[float]] = {"engine": [], "sdk": []}
            both = [("engine", engine), ("sdk", sdk)]
            for turn in range(ROUNDS):
                for name, one in both if turn % 2 else both[::-1]:
                    added[name].append(await overhead(one, claude))
                    releases[name].append(await release(one, claude))
            for turn in range(LONG_ROUNDS):
                for name, one in both if turn % 2 else both[::-1]:
                    costs[name].append(await cost(one))
    first = [1000 * percentile(added[name], 0.5) for name in ("engine", "sdk")]
    piece = [1e6 * percentile(costs[name], 0.5) for name in ("engine", "sdk")]
    gone = [1000 * percentile(releases[name], 0.99) for name in ("engine", "sdk")]
    rival = "anthropic SDK, create(stream=True)"
    return [
        Row("X2", "Messages API engine, added before the first text, p50, ms", first[0], rival, first[1],
            first[0] / first[1], "≤ 1.3 ×", first[0] <= 1.3 * first[1], load.share),
        Row("X2", f"CPU of a streamed piece, {STREAMS} streams at 50/s, µs", piece[0], rival, piece[1],
            piece[0] / piece[1], "≤ 0.6 ×", piece[0] <= 0.6 * piece[1], load.share),
        Row("X3", "cancel → Claude's connection closed, p99, ms", gone[0], "SDK, its task cancelled", gone[1],
            gone[0] / gone[1], "≤ 10 ms", gone[0] <= 10, load.share),
    ]  # fmt: skip

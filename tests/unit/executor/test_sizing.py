from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_executor.sizing import COSTS, MIB, Sizing, size


@pytest.mark.parametrize(
    ("engine", "cores", "memory", "expected"),
    [
        ("messages_api", 2.0, 512 * MIB, Sizing(16, "setting")),
        ("messages_api", 0.05, 512 * MIB, Sizing(10, "cores")),
        ("messages_api", 2.0, 110 * MIB, Sizing(5, "memory")),
        ("messages_api", 2.0, None, Sizing(16, "setting")),
        ("messages_api", 2.0, 64 * MIB, Sizing(1, "memory")),
        ("claude_cli", 2.0, 1024 * MIB, Sizing(4, "memory")),
        ("claude_cli", 0.5, 8192 * MIB, Sizing(5, "cores")),
    ],
)
def test_the_scarcest_decides(engine: str, cores: float, memory: int | None, expected: Sizing) -> None:
    assert size(16, COSTS[engine], cores, memory) == expected


def test_an_event_loop_has_one_core_at_most() -> None:
    assert size(4096, COSTS["messages_api"], 64.0, None) == Sizing(200, "cores")
    assert size(4096, COSTS["claude_cli"], 64.0, None) == Sizing(640, "cores")


@given(
    wished=st.integers(1, 4096),
    engine=st.sampled_from(sorted(COSTS)),
    cores=st.floats(0.001, 512),
    memory=st.none() | st.integers(1, 1 << 45),
)
def test_there_is_always_a_slot_and_never_more_than_wished(
    wished: int, engine: str, cores: float, memory: int | None
) -> None:
    assert 1 <= size(wished, COSTS[engine], cores, memory).slots <= wished

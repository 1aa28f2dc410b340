from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from parley_gateway.settings import GatewaySettings
from parley_gateway.shards import held, ordinal


@given(count=st.integers(1, 200), sets=st.integers(1, 20))
def test_all_sets_together_hold_each_shard_once_and_about_as_many(count: int, sets: int) -> None:
    parts = [held(count, sets, index) for index in range(sets)]
    assert [shard for part in parts for shard in part] == list(range(count))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(count=st.integers(1, 50), sets=st.integers(1, 10), index=st.integers(0, 30))
def test_pods_beyond_the_sets_hold_them_once_more(count: int, sets: int, index: int) -> None:
    assert held(count, sets, index) == held(count, sets, index + sets)


@pytest.mark.parametrize(
    ("host", "number"), [("parley-gateway-11", 11), ("gateway-0", 0), ("laptop", None), ("a1", None)]
)
def test_a_pod_knows_its_number(host: str, number: int | None) -> None:
    assert ordinal(host) == number


def test_sets_need_as_many_shards_that_all_gateways_agree_on() -> None:
    with pytest.raises(ValidationError, match="PARLEY_GATEWAY_SHARDS"):
        GatewaySettings(discord_token="t", shard_sets=2, shard_index=0)
    assert GatewaySettings(discord_token="t", shards=4, shard_sets=2, shard_index=3).held_shards == (2, 3)
    assert GatewaySettings(discord_token="t", shards=4).held_shards is None

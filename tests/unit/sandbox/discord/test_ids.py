import itertools

from hypothesis import given
from hypothesis import strategies as st

from parley_sandbox.discord.model.ids import Snowflakes, created_at, shard_of


@given(st.lists(st.floats(1_500_000_000, 2_000_000_000), min_size=2, max_size=50))
def test_ids_grow_strictly_whatever_the_clock_does(times: list[float]) -> None:
    reading = iter(times)
    ids = Snowflakes(lambda: next(reading))
    made = [int(ids.next()) for _ in times]
    assert all(earlier < later for earlier, later in itertools.pairwise(made))


@given(st.integers(1_500_000_000_000, 2_000_000_000_000))
def test_an_id_tells_when_it_was_made(milliseconds: int) -> None:
    made = Snowflakes(lambda: milliseconds / 1000).next()
    assert abs(created_at(made) - milliseconds / 1000) <= 0.001


def test_direct_messages_belong_to_shard_0_and_guilds_to_the_shard_of_their_time() -> None:
    assert shard_of(None, 7) == 0
    assert shard_of(str(10 << 22), 7) == 3

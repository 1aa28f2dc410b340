from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_sandbox.anthropic.prompt_cache import LOOKBACK, Block, InputUsage, PromptCache

LEAST = 1_024
MODEL = "claude-sonnet-5-5"


def block(name: str, tokens: int, ttl: str | None = None) -> Block:
    return Block(name.encode(), tokens, ttl)


def ask(
    cache: PromptCache, blocks: Sequence[Block], now: float, *, model: str = MODEL, least: int = LEAST
) -> InputUsage:
    """A request whose reply begins at once."""
    usage, writes = cache.account(model, least, blocks, now)
    cache.keep(writes, now)
    return usage


def test_without_a_breakpoint_nothing_is_cached() -> None:
    cache = PromptCache()
    blocks = [block("system", 5_000), block("hello", 10)]
    assert ask(cache, blocks, 0) == ask(cache, blocks, 1) == InputUsage(5_010)


def test_a_second_request_reads_what_the_first_one_wrote() -> None:
    cache = PromptCache()
    system = block("system", 2_000, "5m")
    assert ask(cache, [system, block("hello", 10)], 0) == InputUsage(10, created_5m=2_000)
    assert ask(cache, [system, block("goodbye", 20)], 1) == InputUsage(20, cache_read=2_000)


@pytest.mark.parametrize(("tokens", "written"), [(LEAST - 1, 0), (LEAST, LEAST)])
def test_a_prefix_shorter_than_the_models_least_is_silently_not_kept(tokens: int, written: int) -> None:
    usage = ask(PromptCache(), [block("system", tokens, "5m"), block("hello", 10)], 0)
    assert (usage.created, usage.input_tokens) == (written, tokens + 10 - written)


def test_another_model_reads_nothing() -> None:
    cache = PromptCache()
    blocks = [block("system", 5_000, "5m")]
    ask(cache, blocks, 0)
    assert ask(cache, blocks, 1, model="claude-opus-5-5").cache_read == 0


def test_one_changed_byte_early_in_the_prompt_makes_the_rest_new() -> None:
    cache = PromptCache()
    ask(cache, [block("clock 12:00", 5), block("system", 5_000, "5m")], 0)
    assert ask(cache, [block("clock 12:01", 5), block("system", 5_000, "5m")], 1).cache_read == 0


def test_a_prefix_lives_five_minutes_from_its_last_use() -> None:
    cache = PromptCache()
    blocks = [block("system", 2_000, "5m")]
    ask(cache, blocks, 0)
    assert ask(cache, blocks, 299).cache_read == 2_000
    assert ask(cache, blocks, 299 + 299).cache_read == 2_000
    assert ask(cache, blocks, 299 + 299 + 300).cache_read == 0


def test_an_hour_can_be_asked_for_and_is_counted_apart() -> None:
    cache = PromptCache()
    blocks = [block("system", 2_000, "1h"), block("history", 1_000, "5m"), block("question", 7)]
    assert ask(cache, blocks, 0) == InputUsage(7, created_1h=2_000, created_5m=1_000)
    assert ask(cache, blocks, 3_599) == InputUsage(7, cache_read=2_000, created_5m=1_000)


def test_a_growing_conversation_pays_only_for_its_new_turn() -> None:
    cache = PromptCache()
    history = [block("system", 1_500)]
    read: list[float] = []
    for turn in range(30):
        history += [block(f"answer {turn}", 300), block(f"question {turn}", 40)]
        usage = ask(cache, [*history[:-1], block(f"question {turn}", 40, "5m")], turn * 60.0)
        read.append(usage.cache_read / (usage.input_tokens + usage.cache_read + usage.created))
    assert read[0] == 0
    assert read[-1] > 0.96


@pytest.mark.parametrize(("added", "found"), [(LOOKBACK - 1, True), (LOOKBACK, False)])
def test_a_breakpoint_looks_back_twenty_blocks_and_no_further(added: int, *, found: bool) -> None:
    cache = PromptCache()
    ask(cache, [block("system", 2_000, "5m")], 0)
    later = [block(f"part {at}", 10) for at in range(added - 1)]
    usage = ask(cache, [block("system", 2_000), *later, block("end", 10, "5m")], 1)
    assert (usage.cache_read == 2_000) is found


def test_a_second_breakpoint_reaches_what_one_alone_would_miss() -> None:
    cache = PromptCache()
    ask(cache, [block("system", 2_000, "5m")], 0)
    later = [block(f"part {at}", 10) for at in range(40)]
    assert ask(cache, [block("system", 2_000, "5m"), *later, block("end", 10, "5m")], 1).cache_read == 2_000


def test_requests_at_the_same_time_do_not_read_what_is_not_written_yet() -> None:
    cache = PromptCache()
    blocks = [block("system", 2_000, "5m")]
    first, writes = cache.account(MODEL, LEAST, blocks, 0)
    second, _ = cache.account(MODEL, LEAST, blocks, 0.1)
    cache.keep(writes, 0.5)
    third, _ = cache.account(MODEL, LEAST, blocks, 0.6)
    assert (first.cache_read, second.cache_read, third.cache_read) == (0, 0, 2_000)


def test_what_has_lived_too_long_takes_no_room() -> None:
    cache = PromptCache()
    for at in range(100):
        ask(cache, [block(f"system {at}", 2_000, "5m")], at * 10.0)
    assert len(cache) <= 31


@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 3_000), st.sampled_from([None, None, "5m"])), min_size=1, max_size=8),
        min_size=1,
        max_size=6,
    )
)
def test_every_token_is_paid_for_exactly_once(requests: list[list[tuple[int, str | None]]]) -> None:
    cache = PromptCache()
    for now, sizes in enumerate(requests):
        blocks = [block(f"{at} {tokens}", tokens, ttl) for at, (tokens, ttl) in enumerate(sizes)]
        usage = ask(cache, blocks, float(now))
        sums = {0, *accumulate(tokens for tokens, _ in sizes)}
        assert usage.input_tokens + usage.cache_read + usage.created == max(sums)
        assert min(usage.input_tokens, usage.cache_read, usage.created_5m, usage.created_1h) >= 0
        assert usage.cache_read in sums


def test_the_usage_reads_as_anthropic_writes_it() -> None:
    assert InputUsage(7, cache_read=100, created_5m=20, created_1h=3).as_json() == {
        "input_tokens": 7,
        "cache_creation_input_tokens": 23,
        "cache_read_input_tokens": 100,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 3},
    }

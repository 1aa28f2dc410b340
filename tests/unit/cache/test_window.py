import itertools

from hypothesis import given
from hypothesis import strategies as st

from parley_cache.window import BYTES_A_TOKEN, Entry, Window, grown

ENTRIES = st.lists(st.builds(Entry, messages=st.integers(1, 2), size=st.integers(1, 900)), max_size=60)
TOKENS = st.integers(50, 400)


def _steps(entries: list[Entry], tokens: int) -> list[Window]:
    windows = [Window()]
    for entry in entries:
        windows.append(grown(windows[-1], entry, tokens))
    return windows


@given(ENTRIES, TOKENS)
def test_a_window_is_always_the_end_of_the_conversation(entries: list[Entry], tokens: int) -> None:
    for number, window in enumerate(_steps(entries, tokens)):
        said = entries[:number]
        dropped = number - len(window.entries)
        assert list(window.entries) == said[dropped:]
        assert window.start == sum(entry.messages for entry in said[:dropped])


@given(ENTRIES, TOKENS)
def test_the_beginning_moves_only_when_the_budget_is_passed_and_then_by_a_block(
    entries: list[Entry], tokens: int
) -> None:
    budget = tokens * BYTES_A_TOKEN
    windows = _steps(entries, tokens)
    for former, window, entry in zip(windows, windows[1:], entries, strict=False):
        if window.start == former.start and len(former.entries) > 0:
            assert former.size + entry.size <= budget
        elif len(former.entries) > 0:
            assert former.size + entry.size > budget
            assert window.size <= budget // 2 or len(window.entries) == 1


@given(ENTRIES, TOKENS)
def test_the_newest_turn_is_always_seen(entries: list[Entry], tokens: int) -> None:
    for entry, window in zip(entries, _steps(entries, tokens)[1:], strict=True):
        assert window.entries[-1] == entry


def test_the_beginning_stays_for_many_turns() -> None:
    windows = _steps([Entry(2, 100)] * 400, tokens=1000)
    cuts = sum(window.start != former.start for former, window in itertools.pairwise(windows))
    assert cuts <= 400 // 20

from hypothesis import given
from hypothesis import strategies as st

from parley_cache.store.text import Text

PIECES = st.lists(st.text(max_size=12), max_size=20)


@given(PIECES, st.integers(0, 200), st.integers(0, 200))
def test_any_part_reads_as_if_it_were_one_string(pieces: list[str], start: int, more: int) -> None:
    text = Text()
    for piece in pieces:
        text.append(piece)
    whole = "".join(pieces)
    assert text.length == len(whole)
    assert text.read(start, start + more) == whole[start : start + more]

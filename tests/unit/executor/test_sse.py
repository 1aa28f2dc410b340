from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_executor.engines.sse import SseEvent, SseOverflowError, SseParser


def read(*chunks: bytes) -> list[SseEvent]:
    parser = SseParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def test_an_event_has_its_name_and_its_data() -> None:
    assert read(b"event: ping\ndata: {}\n\n") == [SseEvent("ping", b"{}")]


def test_an_event_is_told_only_when_its_blank_line_came() -> None:
    assert read(b"event: ping\ndata: {}\n") == []


def test_data_lines_are_joined_by_a_line_feed() -> None:
    assert read(b"data: a\ndata:b\n\n") == [SseEvent("", b"a\nb")]


def test_only_one_space_after_the_colon_is_no_data() -> None:
    assert read(b"data:  a\n\n") == [SseEvent("", b" a")]


def test_comments_and_unknown_fields_are_skipped_and_an_event_without_data_is_none() -> None:
    assert read(b": hello\nid: 7\nretry: 10\nwhatever\n\nevent: lonely\n\ndata: a\n\n") == [SseEvent("", b"a")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_kind_of_line_end_is_understood(end: bytes) -> None:
    text = end.join([b"event: a", b"data: 1", b"", b"data: 2", b"", b": tail", b""])
    assert read(text) == [SseEvent("a", b"1"), SseEvent("", b"2")]


def test_a_byte_order_mark_at_the_beginning_is_no_text() -> None:
    stream = b"\xef\xbb\xbfdata: a\n\n"
    assert read(stream) == read(*(bytes([byte]) for byte in stream)) == [SseEvent("", b"a")]


@pytest.mark.parametrize("stream", [b"data: " + b"x" * 200, b"data: 12345678\n" * 20])
def test_an_event_that_never_ends_is_refused(stream: bytes) -> None:
    with pytest.raises(SseOverflowError):
        SseParser(longest=100).feed(stream)


LINES = st.sampled_from(
    [b"data: {}", b"data:x", b"data", b"event: a", b"event:b", b": c", b"", b"", b"id: 1", "data: 日本".encode()]
)
STREAMS = st.builds(
    lambda lines, end: end.join([*lines, b"", b"data: last", b"", b""]),
    st.lists(LINES, max_size=12),
    st.sampled_from([b"\n", b"\r\n"]),
)


@given(stream=STREAMS, cuts=st.lists(st.integers(0, 200), max_size=10))
def test_the_pieces_in_which_bytes_come_make_no_difference(stream: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    pieces = [stream[begin:end] for begin, end in itertools.pairwise(places)]
    assert read(*pieces) == read(stream)
    assert read(stream)[-1] == SseEvent("", b"last")

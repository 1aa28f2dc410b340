from hypothesis import given
from hypothesis import strategies as st

from parley_sandbox.anthropic.tokens import IMAGE_TOKENS, estimate, estimate_block, pieces


@given(st.text())
def test_the_deltas_of_a_reply_are_the_reply(text: str) -> None:
    assert "".join(pieces(text)) == text


@given(st.text(min_size=1))
def test_no_delta_is_empty(text: str) -> None:
    assert all(pieces(text))


def test_a_sentence_comes_in_pieces_of_about_a_token() -> None:
    assert pieces("Hello there, world!\n\n- internationalisation") == (
        "Hello", " there", ",", " world", "!", "\n\n-", " interna", "tionali", "sation",
    )  # fmt: skip


def test_japanese_comes_in_pieces_too() -> None:
    assert pieces("富士山について。") == ("富士", "山に", "つい", "て", "。")


def test_four_bytes_are_a_token_whatever_the_script() -> None:
    assert [estimate(text) for text in ("", "a", "abcd", "abcde", "富士山")] == [0, 1, 1, 2, 3]


def test_a_picture_costs_the_same_however_it_is_sent() -> None:
    assert (
        estimate_block({"type": "image", "source": {"type": "url", "url": "https://example.org/x.png"}}) == IMAGE_TOKENS
    )


def test_a_tool_costs_what_its_json_takes() -> None:
    assert estimate_block({"name": "look", "input_schema": {"type": "object"}}) == 12

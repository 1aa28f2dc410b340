import pytest

from parley_sandbox.discord import ApiError
from parley_sandbox.discord.acts.history import page

MESSAGES = [{"id": str(number)} for number in range(1, 201)]


def ids(query: dict[str, str]) -> list[int]:
    return [int(each["id"]) for each in page(MESSAGES, query)]


def test_pages_are_newest_first_and_hold_fifty_unless_told() -> None:
    assert ids({}) == list(range(200, 150, -1))
    assert ids({"limit": "3"}) == [200, 199, 198]


def test_after_gives_the_oldest_beyond_and_before_the_newest_below() -> None:
    assert ids({"after": "10", "limit": "3"}) == [13, 12, 11]
    assert ids({"before": "10", "limit": "3"}) == [9, 8, 7]
    assert ids({"after": "200"}) == []
    assert ids({"before": "1"}) == []


def test_around_holds_the_message_itself() -> None:
    assert ids({"around": "10", "limit": "5"}) == [12, 11, 10, 9, 8]
    assert ids({"around": "10", "limit": "1"}) == [10]
    assert ids({"around": "1", "limit": "5"}) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"after": "soon"}])
def test_a_page_that_cannot_be_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(ApiError, match="Invalid Form Body"):
        page(MESSAGES, query)

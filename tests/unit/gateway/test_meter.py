"""What is used is known also of replies that nobody ended."""

from __future__ import annotations

from parley_gateway.model import Started, Usage
from parley_gateway.turns.meter import Meter

BEGUN = Started("messages_api", "claude", Usage(100, 0, 20, 5, cost=300), output_price=10_000_000)


def test_a_reply_that_is_cut_cost_its_input_and_what_was_said() -> None:
    meter = Meter()
    meter.started(BEGUN)
    meter.said("The quick brown ")
    meter.said("fox, jumped.")
    assert meter.used == Usage(100, 7, 20, 5, cost=300 + 70)


def test_small_pieces_are_reckoned_together() -> None:
    meter = Meter()
    meter.started(BEGUN)
    for letter in "four letters":
        meter.said(letter)
    assert meter.used.output_tokens == 3


def test_what_the_executor_tells_in_the_end_counts_alone() -> None:
    meter = Meter()
    meter.started(BEGUN)
    meter.said("a guess of a few tokens")
    told = Usage(100, 9, 20, 5, cost=390)
    meter.completed(told)
    assert meter.used == told


def test_a_reply_that_broke_is_billed_beside_the_next_one() -> None:
    meter = Meter()
    meter.started(BEGUN)
    meter.said("eight by")
    meter.started(BEGUN)
    meter.completed(Usage(100, 50, cost=800))
    assert meter.used == Usage(200, 52, 20, 5, cost=300 + 20 + 800)


def test_without_a_price_only_tokens_are_counted() -> None:
    meter = Meter()
    meter.started(Started("messages_api", "claude-new", Usage(10)))
    meter.said("word")
    assert meter.used == Usage(10, 1)

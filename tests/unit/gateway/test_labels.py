"""Labels stay few whatever others say."""

from __future__ import annotations

from parley_gateway import labels
from parley_gateway.edits import Standing
from parley_gateway.turns.failures import TABLE


def test_every_reason_that_the_gateway_itself_gives_is_a_label() -> None:
    own = {remedy.reason for remedy in TABLE.values()} | {standing.name for standing in Standing}
    assert own <= set(labels.REASONS)


def test_a_foreign_word_makes_no_new_series() -> None:
    assert labels.reason("marzipan") == labels.OTHER
    assert labels.scope("marzipan") == labels.NO_SCOPE


def test_no_reason_is_listed_twice() -> None:
    assert len(labels.REASONS) == len(set(labels.REASONS))

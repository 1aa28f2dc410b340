from __future__ import annotations

from parley_executor.engines.claude_cli.demand import Demand, Kind
from parley_executor.engines.claude_cli.launch import Key

FIRST = Key("claude-sonnet-5", "", 4096)
OTHER = Key("claude-opus-5", "high", 4096)
STABLE = ("You are Parley.",)


def seen(*asked: tuple[Key, tuple[str, ...]]) -> Kind:
    demand = Demand(FIRST)
    for key, system in asked:
        demand.note(key, system)
    return demand.next()


def test_before_any_request_a_spare_is_for_the_usual_one_and_takes_any_system_prompt() -> None:
    assert seen() == Kind(FIRST, None)


def test_what_is_asked_for_most_is_expected_next() -> None:
    assert seen((FIRST, ()), (OTHER, ()), (OTHER, ())).key == OTHER
    assert seen((OTHER, ()), (OTHER, ()), (FIRST, ())).key == OTHER


def test_of_two_that_are_asked_for_as_often_the_later_one_is_expected() -> None:
    assert seen((FIRST, ()), (OTHER, ())).key == OTHER


def test_what_was_asked_long_ago_is_forgotten() -> None:
    assert seen(*[(FIRST, ())] * 16, *[(OTHER, ())] * 9).key == OTHER


def test_a_system_prompt_is_given_ahead_once_it_is_nearly_sure() -> None:
    assert seen(*[(FIRST, STABLE)] * 6) == Kind(FIRST, None)
    assert seen(*[(FIRST, STABLE)] * 7) == Kind(FIRST, STABLE)
    assert seen(*[(FIRST, STABLE)] * 15, (FIRST, ("another",))) == Kind(FIRST, STABLE)
    assert seen(*[(FIRST, STABLE)] * 14, *[(FIRST, ("another",))] * 2) == Kind(FIRST, None)

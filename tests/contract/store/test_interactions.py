"""Turns of interactions: adopted whole, and their token is kept no longer than Discord takes it."""

from typing import Any

import pytest
from support.cache_turns import Gateway, Hold, StoreBench, have, opening

from parley_cache.claims import Granted
from parley_cache.keys import key_of
from parley_cache.model import Opening, OriginKind, State
from parley_cache.tokens import TOKEN_SECONDS
from parley_cache.turns import Ask
from parley_cache.views import Orphan

SECRET = "aW50ZXJhY3Rpb24="
ASK: dict[str, Any] = {"kind": OriginKind.INTERACTION, "message_id": "", "interaction_token": SECRET}


async def _orphan(bench: StoreBench) -> Orphan:
    (orphan,) = await bench.store.orphans()
    return orphan


async def _later(bench: StoreBench, seconds: float) -> None:
    """Let time pass at once, and have done what is due: a lease's end, then a token's."""
    await bench.pass_time(seconds)
    for _ in range(2):
        await bench.store.sweep(lapses=True)


async def _token(bench: StoreBench, hold: Hold) -> str:
    """Return the token that an adopter would get now."""
    await hold.release()
    return (await _orphan(bench)).opening.origin.interaction_token


async def test_an_interactions_turn_is_offered_and_adopted_with_all_that_ends_it(
    bench: StoreBench, gateway: Gateway, sibling: Gateway
) -> None:
    asked = await gateway.open("1000", **ASK)
    await asked.post(0, "6000")
    await bench.later(16.0)
    origin = (await _orphan(bench)).opening.origin
    assert (origin.kind, origin.message_id, origin.interaction_token) == (OriginKind.INTERACTION, "", SECRET)
    adopted = await sibling.adopt("1000")
    assert [posted.message_id for posted in (await adopted.opened()).posted] == ["6000"]
    await adopted.say("adopted", attempt=2)
    await adopted.finish(2)
    await adopted.end()


async def test_a_turn_that_outlives_its_token_goes_on_without(bench: StoreBench, gateway: Gateway) -> None:
    asked = await gateway.open("1000", **ASK)
    await _later(bench, TOKEN_SECONDS - 20)
    assert await _token(bench, asked) == SECRET
    asked = await gateway.open("1000", have=have(), **ASK)
    await bench.later(25, asked)
    assert await _token(bench, asked) == ""
    asked = await gateway.open("1000", have=have(), **ASK)
    await asked.answer("late")


async def test_an_orphan_loses_it_too(bench: StoreBench, gateway: Gateway) -> None:
    await gateway.open("1000", **ASK)
    await _later(bench, TOKEN_SECONDS + 10)
    orphan = await _orphan(bench)
    assert (orphan.opening.prompt, orphan.opening.origin.interaction_token) == ("What is a log?", "")


@pytest.mark.parametrize(("asked_ago", "token"), [(600.0, SECRET), (TOKEN_SECONDS + 1, "")])
async def test_a_forgotten_turn_comes_back_with_a_token_that_is_still_worth_something(
    bench: StoreBench, asked_ago: float, token: str
) -> None:
    wanted = opening("1000", **ASK)
    granted = await bench.store.claim(Ask(wanted, "g", "lease-x", key_of(wanted), have(), asked_ago=asked_ago))
    assert isinstance(granted, Granted)
    await bench.store.release(granted.held)
    assert (await _orphan(bench)).opening.origin.interaction_token == token
    await _later(bench, TOKEN_SECONDS - 600 + 10)
    assert (await _orphan(bench)).opening.origin.interaction_token == ""


async def test_an_ended_turn_keeps_none(bench: StoreBench, gateway: Gateway) -> None:
    asked = await gateway.open("1000", **ASK)
    await asked.answer("done")
    kept = await bench.store.apply("look", lambda tables: _opening(tables.turn("1000")))
    assert (kept.origin.interaction_token, kept.origin.author_name, kept.prompt) == ("", "", "")
    await _later(bench, TOKEN_SECONDS + 10)
    assert await bench.store.stop("1000", "77") is State.ENDED


def _opening(turn: Any) -> Opening:
    found: Opening = turn.opening
    return found


def test_a_token_is_not_shown_where_an_origin_is() -> None:
    assert SECRET not in repr(opening("1000", **ASK))

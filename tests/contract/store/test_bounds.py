"""What is full refuses new work, and serves what is there."""

import itertools
from typing import Any

import pytest
from support.cache_turns import Gateway, StoreBench, opening

from parley_cache import recall
from parley_cache.claims import Granted
from parley_cache.keys import key_of
from parley_cache.model import Mode, Named
from parley_cache.turns import Ask
from parley_cache.words import Opened
from parley_kit.faults import Exhausted

CHAT = Named("chat")
_leases = itertools.count(1)


async def _claim_when_full(bench: StoreBench, turn_id: str, **changes: Any) -> Granted:
    wanted = opening(turn_id, **changes)
    granted = await bench.store.claim(Ask(wanted, "gateway-9", f"full-{next(_leases)}", key_of(wanted), full=True))
    assert isinstance(granted, Granted)
    return granted


async def test_a_full_store_refuses_what_needs_a_new_answer_and_leaves_no_trace(
    bench: StoreBench, gateway: Gateway
) -> None:
    before = await bench.store.figures()
    with pytest.raises(Exhausted) as refused:
        await _claim_when_full(bench, "1000")
    assert refused.value.retry_after is not None
    assert await bench.store.figures() == before
    assert len(await (await gateway.open("1000")).heard(Opened)) == 1


async def test_a_full_store_still_gives_what_is_stored_or_running(bench: StoreBench, gateway: Gateway) -> None:
    await (await gateway.open("1000", prompt="stored")).answer("text")
    await gateway.open("1001", prompt="running")
    for number, prompt in enumerate(("stored", "running")):
        granted = await _claim_when_full(bench, str(2000 + number), prompt=prompt)
        assert granted.fresh
    with pytest.raises(Exhausted):
        await _claim_when_full(bench, "2002", prompt="stored", mode=Mode.REFRESH)


async def test_in_a_full_store_held_turns_go_on_to_their_end(bench: StoreBench, gateway: Gateway) -> None:
    hold = await gateway.open("1000")
    await hold.say("half ")
    granted = await bench.store.claim(Ask(hold.opening, "gateway-1", "again", key_of(hold.opening), full=True))
    assert isinstance(granted, Granted)
    hold.right = granted.held
    await hold.answer("whole")
    assert await (await gateway.open("1001")).text() == "half whole"


async def test_a_conversation_that_became_too_long_keeps_its_newer_half(bench: StoreBench, gateway: Gateway) -> None:
    revisions = []
    for number in range(15):
        turn = await gateway.open(str(1000 + number), prompt=f"q{number}", reference=CHAT)
        opened = await turn.opened()
        assert [message.text for message in opened.window[-2:]] == [f"q{number - 1}", f"a{number - 1}"][: 2 * number]
        revisions.append(opened.revision)
        await turn.answer(f"a{number}")
    found = await bench.store.apply("export", lambda tables: recall.everything(tables, CHAT))
    texts = [message.text for message in found.window]
    assert texts[-2:] == ["q14", "a14"]
    assert texts[0].startswith("q"), "only whole turns go"
    assert len(texts) == found.conversation.length <= 20
    assert revisions == list(range(1, 16))

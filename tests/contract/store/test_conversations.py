"""How a question finds its conversation, and what is remembered of it."""

from datetime import timedelta

import pytest
from support.cache_turns import Gateway, StoreBench

from parley_cache.model import Failed, Named, Outcome, PostedKind, Recent, ReplyTo, Role

CHAT = Named("chat")
LATELY = Recent("20", "30", timedelta(minutes=10))


async def test_an_answered_turn_is_remembered_with_what_was_shown(gateway: Gateway) -> None:
    first = await gateway.open("1000", prompt="Who?", reference=CHAT)
    await first.say("It was me.")
    await first.finish()
    await first.end(shown=6)
    opened = await (await gateway.open("1001", prompt="Why?", reference=CHAT)).opened()
    assert [(m.role, m.text, m.author_name, m.turn_id) for m in opened.window] == [
        (Role.USER, "Who?", "Ada", "1000"),
        (Role.ASSISTANT, "It was", "", "1000"),
    ]
    assert (opened.revision, opened.started_by) == (2, "30")


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.REFUSED, Outcome.ABANDONED])
async def test_a_turn_that_came_to_nothing_leaves_the_window_as_it_was(gateway: Gateway, outcome: Outcome) -> None:
    first = await gateway.open("1000", prompt="Who?", reference=CHAT)
    await first.say("It")
    await first.finish(result=Failed("OVERLOADED", retryable=True, retry_after=None))
    await first.end(outcome)
    opened = await (await gateway.open("1001", prompt="Who?", reference=CHAT)).opened()
    assert opened.window == ()
    assert opened.revision == 1


async def test_a_stopped_turn_without_a_word_keeps_its_question(gateway: Gateway) -> None:
    first = await gateway.open("1000", prompt="Who?", reference=CHAT)
    await first.end(Outcome.STOPPED, shown=0)
    opened = await (await gateway.open("1001", prompt="I mean, why?", reference=CHAT)).opened()
    assert [message.text for message in opened.window] == ["Who?"]


async def test_a_reply_to_an_answer_goes_on_in_its_conversation_even_while_it_streams(gateway: Gateway) -> None:
    first = await gateway.open("1000", reference=ReplyTo("999"))
    await first.post(0, "5000")
    await first.post(0, "5001", PostedKind.NOTICE)
    conversation = (await first.opened()).conversation_id
    replies = [
        await gateway.open(turn_id, prompt=turn_id, reference=ReplyTo(message_id))
        for turn_id, message_id in (("1001", "5000"), ("1002", "5001"), ("1003", "1000"))
    ]
    await first.answer("first")
    for reply in replies:
        assert (await reply.opened()).conversation_id == conversation
        await reply.end(Outcome.ABANDONED)


async def test_replies_to_unknown_messages_begin_conversations_of_their_own(gateway: Gateway) -> None:
    one = await gateway.open("1000", prompt="1", reference=ReplyTo("999"))
    other = await gateway.open("1001", prompt="2", reference=ReplyTo("999"))
    assert (await one.opened()).conversation_id != (await other.opened()).conversation_id


async def test_a_bare_mention_goes_on_for_ten_minutes(bench: StoreBench, gateway: Gateway) -> None:
    first = await gateway.open("1000", prompt="1", reference=LATELY)
    await bench.later(60, first)
    await first.answer("one")
    await bench.later(599)
    second = await gateway.open("1001", prompt="2", reference=LATELY)
    assert len((await second.opened()).window) == 2
    await second.answer("two")
    await bench.later(601)
    third = await gateway.open("1002", prompt="3", reference=LATELY)
    assert (await third.opened()).window == ()


async def test_a_bare_mention_during_a_long_answer_waits_for_it(bench: StoreBench, gateway: Gateway) -> None:
    first = await gateway.open("1000", prompt="1", reference=LATELY)
    await bench.later(700, first)
    second = await gateway.open("1001", prompt="2", reference=LATELY)
    await first.answer("one")
    assert len((await second.opened()).window) == 2


async def test_another_members_mention_begins_another_conversation(gateway: Gateway) -> None:
    first = await gateway.open("1000", prompt="1", reference=LATELY)
    other = await gateway.open("1001", prompt="2", author_id="31", reference=Recent("20", "31", timedelta(minutes=10)))
    assert (await first.opened()).conversation_id != (await other.opened()).conversation_id


async def test_who_joins_anothers_chain_still_comes_back_to_the_own_conversation(gateway: Gateway) -> None:
    own = await gateway.open("1000", prompt="1", author_id="31", reference=Recent("20", "31", timedelta(minutes=10)))
    mine = (await own.opened()).conversation_id
    await own.answer("one")
    theirs = await gateway.open("1001", prompt="2")
    await theirs.answer("two")
    await (await gateway.open("1002", prompt="3", author_id="31", reference=ReplyTo("1001"))).answer("three")
    again = await gateway.open("1003", prompt="4", author_id="31", reference=Recent("20", "31", timedelta(minutes=10)))
    assert (await again.opened()).conversation_id == mine


async def test_a_long_conversation_keeps_its_beginning_until_a_block_is_cut(gateway: Gateway) -> None:
    beginnings = set()
    for number in range(40):
        turn = await gateway.open(str(1000 + number), prompt=f"{number:02}" + "q" * 18, reference=CHAT)
        window = (await turn.opened()).window
        beginnings.add(window[0].text if window else "")
        assert sum(len(message.text) for message in window) <= 400
        await turn.answer("a" * 20)
    assert len(beginnings) < 10


async def test_a_conversation_is_forgotten_when_nobody_came_for_its_time(bench: StoreBench, gateway: Gateway) -> None:
    first = await gateway.open("1000", prompt="1", reference=CHAT)
    await first.post(0, "5000")
    await first.answer("one")
    await bench.pass_time(31 * 24 * 3600.0)
    await bench.store.sweep(lapses=True)
    assert (await bench.store.figures()).conversations == 0
    reply = await gateway.open("1001", prompt="2", reference=ReplyTo("5000"))
    assert (await reply.opened()).conversation_id != "chat"


async def test_a_removed_message_is_no_longer_posted(gateway: Gateway, sibling: Gateway) -> None:
    hold = await gateway.open("1000")
    await hold.post(0, "5000")
    await hold.post(1, "5001")
    await hold.post(1, "")
    await hold.release()
    adopted = await sibling.adopt("1000")
    assert [posted.message_id for posted in (await adopted.opened()).posted] == ["5000"]

"""What a member notices of a turn when everything is well."""

from __future__ import annotations

from support.gateways import World


async def test_a_mention_is_answered_in_a_reply_that_streams_in(parley: World) -> None:
    question = parley.ask("Hello there")
    text = await parley.ended(question)
    assert text.split() == parley.executions()[0].text.split()

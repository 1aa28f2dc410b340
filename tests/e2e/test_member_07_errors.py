"""Expectation 7: errors in plain words: cause, what to do, a short reference, which is the trace's id."""

from __future__ import annotations

import re

import pytest
from support.members import Members

from parley_gateway.texts import Key, Texts

pytestmark = pytest.mark.asyncio(loop_scope="module")
CASES = {
    "Claude's own failure": ("[[error=500 times=9]]", Key.UNREACHABLE),
    "a credential that is refused": ("[[error=401 times=9]]", Key.UPSTREAM_AUTH),
    "an account without money": ("[[error=402 times=9]]", Key.BILLING),
    "a request that is too large": ("[[error=413 times=9]]", Key.PROMPT_TOO_LONG),
    "a stream that breaks": ("[[cut=3 times=9]]", Key.STREAM_BROKEN),
}


@pytest.mark.parametrize(("directive", "key"), CASES.values(), ids=CASES)
@pytest.mark.parametrize(("language", "words"), [("en-US", "Tell me"), ("ja", "おしえて")])
async def test_a_failure_says_its_cause_what_to_do_and_the_reference(
    members: Members, directive: str, key: Key, language: str, words: str
) -> None:
    person = "Mika" if language == "ja" else "Sam"
    reply = await members.answered(f"{words} {key.value} {directive}", members.room(), person=person)
    assert reply.outcome == "failed"
    assert Texts(language).render(key) in reply.text
    assert reply.trace_id in reply.text
    assert (await members.parley.trace(reply.trace_id, lambda trace: bool(trace.spans))).trace_id == reply.trace_id
    assert not re.search(r"\b[45]\d\d\b|Error|Traceback", reply.text.replace(reply.trace_id, ""))

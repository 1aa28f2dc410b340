from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_gateway.addressing import QUOTED, WORDLESS, Message, Quoted, Rules, prompt_of, trigger_of
from parley_gateway.model import Named, Prompt, Recent, RepliesTo, Trigger
from parley_gateway.places import CHANNEL, Place
from parley_gateway.preferences import Effective, MentionRule

NOW = datetime(2026, 11, 22, tzinfo=UTC)
RULES = Rules("99", timedelta(minutes=10))
PLAIN = Message(
    message_id="1",
    channel_id="20",
    guild_id="10",
    author_id="30",
    author_name="Ada",
    author_is_bot=False,
    content="<@99> what is a log?",
    mentions={"99": "Parley"},
    replies_to="",
    replied_author_id="",
    sent_at=NOW,
)


def ask(**changes: object) -> Prompt | None:
    return prompt_of(replace(PLAIN, **changes), RULES, NOW)  # type: ignore[arg-type]  # fields of Message by name


def asked(**changes: object) -> Prompt:
    prompt = ask(**changes)
    assert prompt is not None
    return prompt


def test_a_mention_is_addressed() -> None:
    assert asked().text == "what is a log?"


def test_what_nobody_addressed_to_the_bot_is_not_read() -> None:
    assert ask(content="what is a log?", mentions={}) is None
    assert ask(content="<@31> hello", mentions={"31": "Ben"}) is None


def test_a_direct_message_needs_no_mention_and_is_one_conversation() -> None:
    prompt = asked(guild_id="", content="hello", mentions={})
    assert prompt.reference == Named("dm:20")


def test_a_reply_to_the_bot_goes_on_with_its_conversation() -> None:
    prompt = asked(content="go on", mentions={}, replies_to="7", replied_author_id="99")
    assert prompt.reference == RepliesTo("7")


def test_a_reply_to_somebody_else_is_not_addressed_without_a_mention() -> None:
    assert ask(content="go on", mentions={}, replies_to="7", replied_author_id="31") is None


def test_a_mention_that_replies_to_nothing_goes_on_with_ones_own_conversation() -> None:
    assert asked().reference == Recent("20", "30", timedelta(minutes=10))


def test_bots_are_never_answered_not_even_oneself() -> None:
    assert ask(author_is_bot=True) is None
    assert ask(author_id="99") is None
    assert ask(guild_id="", author_is_bot=True) is None


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("hello <@99>", "hello"),
        ("hello <@!99> there", "hello there"),
        ("<@99> ask <@31> too", "ask @Ben too"),
        ("<@99> ask <@32> too", "ask @someone too"),
        ("<@99>\n```py\nif x:\n    y\n```", "```py\nif x:\n    y\n```"),
        ("<@99>", WORDLESS),
        ("  <@99>  ", WORDLESS),
    ],
)
def test_mentions_read_as_people_say_them(content: str, text: str) -> None:
    assert asked(content=content, mentions={"99": "Parley", "31": "Ben"}).text == text


def test_japanese_gets_japanese_notices() -> None:
    assert asked(content="<@99> こんにちは").locale == "ja"
    assert asked(content="<@99> 你好").locale == "en-US"


THREAD = Place("10", "20", joined=True, own_role="70")
UNJOINED = replace(THREAD, joined=False)
FREE, COMMANDS = MentionRule.EVERYTHING, MentionRule.COMMANDS
NAMED: dict[str, object] = {"content": "<@99> hello", "mentions": {"99": "Parley"}}
SPOKEN: dict[str, object] = {"content": "hello", "mentions": {}}
TO_US: dict[str, object] = SPOKEN | {"replies_to": "7", "replied_author_id": "99"}
TO_BEN: dict[str, object] = SPOKEN | {"replies_to": "7", "replied_author_id": "31"}
ALONE: dict[str, object] = {"guild_id": ""}


def listened(
    changes: dict[str, object],
    place: Place = CHANNEL,
    rule: MentionRule = MentionRule.MENTION,
    *,
    reads_all: bool = True,
) -> Trigger | None:
    message = replace(PLAIN, **changes)  # type: ignore[arg-type]  # fields of Message by name
    return trigger_of(message, replace(RULES, reads_all=reads_all), place, rule)


@pytest.mark.parametrize(
    ("place", "rule", "changes", "trigger"),
    [
        (CHANNEL, MentionRule.MENTION, NAMED, Trigger.MENTION),
        (CHANNEL, MentionRule.MENTION, TO_US, Trigger.REPLY),
        (CHANNEL, MentionRule.MENTION, TO_US | {"mentions": {"99": "Parley"}}, Trigger.REPLY),
        (CHANNEL, MentionRule.MENTION, SPOKEN | {"role_mentions": frozenset({"70"})}, None),
        (UNJOINED, MentionRule.MENTION, SPOKEN | {"role_mentions": frozenset({"70"})}, Trigger.MENTION),
        (CHANNEL, MentionRule.MENTION, SPOKEN | {"content": "@everyone hello"}, None),
        (UNJOINED, MentionRule.MENTION, SPOKEN, None),
        (THREAD, MentionRule.MENTION, SPOKEN, Trigger.THREAD),
        (THREAD, MentionRule.MENTION, TO_BEN, None),
        (CHANNEL, FREE, SPOKEN, Trigger.FREE),
        (CHANNEL, FREE, TO_BEN, None),
        (CHANNEL, FREE, {"content": "<@31> hello", "mentions": {"31": "Ben"}}, None),
        (CHANNEL, FREE, {"content": "<@31> <@99> hello", "mentions": {"31": "Ben", "99": "Parley"}}, Trigger.MENTION),
        (CHANNEL, FREE, SPOKEN | {"replies_to": "7", "replied_author_id": "30"}, Trigger.FREE),
        (CHANNEL, COMMANDS, NAMED, None),
        (THREAD, COMMANDS, SPOKEN, None),
        (CHANNEL, COMMANDS, SPOKEN | {"guild_id": ""}, Trigger.DIRECT),
    ],
)
def test_what_is_addressed_where(
    place: Place, rule: MentionRule, changes: dict[str, object], trigger: Trigger | None
) -> None:
    assert listened(changes, place, rule) is trigger


def test_without_the_intent_only_what_names_the_bot_or_is_for_it_alone_is_read() -> None:
    for place, rule, changes in ((CHANNEL, FREE, SPOKEN), (THREAD, MentionRule.MENTION, SPOKEN)):
        assert listened(changes, place, rule, reads_all=False) is None
    assert listened(TO_US, reads_all=False) is None
    pinged = TO_US | {"mentions": {"99": "Parley"}}
    assert listened(pinged, reads_all=False) is Trigger.MENTION, "the ping lets us read it"
    assert listened(SPOKEN | ALONE, reads_all=False) is Trigger.DIRECT


@given(
    place=st.sampled_from([CHANNEL, THREAD, UNJOINED]),
    rule=st.sampled_from(MentionRule),
    changes=st.sampled_from([NAMED, SPOKEN, TO_US, TO_BEN, SPOKEN | ALONE]),
    own=st.booleans(),
)
def test_no_bot_and_not_oneself_is_ever_answered(
    place: Place, rule: MentionRule, changes: dict[str, object], *, own: bool
) -> None:
    by: dict[str, object] = {"author_id": "99"} if own else {"author_is_bot": True}
    assert listened(changes | by, place, rule) is None


@pytest.mark.parametrize("changes", [NAMED, TO_US, SPOKEN])
def test_a_thread_and_a_channel_of_free_talk_are_one_conversation_of_all(changes: dict[str, object]) -> None:
    message = replace(PLAIN, **changes)  # type: ignore[arg-type]  # fields of Message by name
    thread = prompt_of(message, RULES, NOW, THREAD)
    free = prompt_of(message, RULES, NOW, CHANNEL, Effective("claude", mention_rule=FREE))
    assert thread is not None
    assert thread.reference == Named("thread:20")
    assert free is not None
    assert free.reference == Named("channel:20")


def test_what_somebody_else_wrote_and_is_asked_about_is_quoted_with_its_author() -> None:
    prompt = asked(replies_to="7", replied_author_id="31", quoted=Quoted("Ben", "one\ntwo"))
    assert prompt.text == "(replies to Ben, who wrote:)\n> one\n> two\n\nwhat is a log?"


def test_the_bots_own_words_are_not_quoted_to_it() -> None:
    assert asked(replies_to="7", replied_author_id="99", quoted=Quoted("Parley", "one")).text == "what is a log?"


def test_a_forwarded_message_is_read() -> None:
    assert (
        asked(guild_id="", content="", mentions={}, forwarded="the words").text == "(forwarded message:)\n> the words"
    )


@given(st.text(max_size=3 * QUOTED))
def test_a_quotation_is_bounded_and_marked_in_every_line(words: str) -> None:
    text = asked(replies_to="7", replied_author_id="31", quoted=Quoted("Ben", words)).text
    head, _, spoken = text.rpartition("\n\n") if words.strip() else ("", "", text)
    assert spoken == "what is a log?"
    assert all(line.startswith("> ") for line in head.splitlines()[1:])
    assert len(head.replace("\n> ", "\n")) <= QUOTED + 60


def test_a_members_own_language_is_that_of_the_notices() -> None:
    def locale(here: Effective, content: str = "<@99> hello") -> str:
        prompt = prompt_of(replace(PLAIN, content=content), RULES, NOW, CHANNEL, here)
        assert prompt is not None
        return prompt.locale

    assert locale(Effective("claude", own_language="ja", language="en-US")) == "ja"
    assert locale(Effective("claude", language="ja")) == "ja"
    assert locale(Effective("claude", language="en-US"), "<@99> こんにちは") == "ja"
    assert locale(Effective("claude")) == "en-US"

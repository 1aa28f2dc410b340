from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parley_gateway.addressing import WORDLESS, Message, Rules, prompt_of
from parley_gateway.model import Named, Prompt, Recent, RepliesTo

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

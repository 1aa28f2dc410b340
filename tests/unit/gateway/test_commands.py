"""The commands as Discord shows them, and what they ask."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parley_gateway.addressing import WORDLESS_FILES, Message
from parley_gateway.commands.accounting import GUILD, MEMBER, account_lines
from parley_gateway.commands.asking import Asking, prompt_of
from parley_gateway.commands.definitions import DEFINITIONS, LANGUAGES, Kind
from parley_gateway.commands.models import fitting, matching
from parley_gateway.commands.places import reference_of
from parley_gateway.commands.remembering import context_text
from parley_gateway.commands.telling import help_text
from parley_gateway.discord.registration import builders, digest
from parley_gateway.interactions import Command
from parley_gateway.memory import Account, Quota, QuotaKind, Remembered, Spent
from parley_gateway.model import Attachment, Model, Named, Prompt, Recent, RepliesTo, Said, Tier, Usage
from parley_gateway.places import CHANNEL, Place
from parley_gateway.standing import Standing, presence_text, status_text
from parley_gateway.texts import Key, Texts
from parley_kit.clock import ManualClock

SLASH_NAME = re.compile(r"^[-_\w]{1,32}$")
CATALOGUES = ("en", *LANGUAGES.values())
NOW = datetime(2026, 1, 1, tzinfo=UTC)
WELL = {"cache": True, "monitor": True, "executor": True}
DISCORDS_LIMIT = 2000


def command(name: str, **more: object) -> Command:
    told = {
        "interaction_id": "900",
        "token": "token",
        "channel_id": "20",
        "guild_id": "10",
        "user_id": "30",
        "user_name": "Ada",
        "locale": "ja",
        "made_at": NOW,
    }
    return Command(name=name, **(told | more))  # type: ignore[arg-type]  # each by its name


def standing(**more: object) -> Standing:
    values = {"peers": WELL, "tier": Tier.NORMAL, "free": 2, "estimate": None, "message_content": True}
    return Standing(**(values | more))  # type: ignore[arg-type]  # each by its name


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_name_is_one_that_discord_takes(language: str) -> None:
    texts = Texts(language)
    for definition in DEFINITIONS:
        name = texts.render(definition.name)
        assert 1 <= len(name) <= 32
        names = [name, *(texts.render(one.name) for one in definition.parameters)]
        if definition.kind is Kind.SLASH:
            assert all(SLASH_NAME.match(one) and one == one.lower() for one in names), names
        assert len(set(names[1:])) == len(names[1:])


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_description_is_as_short_as_discord_wants(language: str) -> None:
    for definition in DEFINITIONS:
        for about in (definition.about, *(one.about for one in definition.parameters)):
            assert about is None or 1 <= len(Texts(language).render(about)) <= 100


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_two_commands_of_a_kind_share_a_name(language: str) -> None:
    names = [(one.kind, Texts(language).render(one.name)) for one in DEFINITIONS]
    assert len(set(names)) == len(names)


def test_a_required_option_stands_before_those_that_are_not() -> None:
    for definition in DEFINITIONS:
        required = [one.required for one in definition.parameters]
        assert required == sorted(required, reverse=True)


def test_the_digest_changes_with_the_commands() -> None:
    ours = builders()
    assert digest(ours) == digest(list(reversed(builders())))
    assert digest(ours) != digest(ours[1:])


def test_a_question_of_a_command_begins_a_conversation_of_its_own() -> None:
    prompt = prompt_of(command("ask", options={"prompt": " Why? ", "model": "claude-x"}), NOW)
    assert (prompt.turn_id, prompt.message_id, prompt.text) == ("900", "", "Why?")
    assert (prompt.model, prompt.locale, prompt.interaction_token) == ("claude-x", "ja", "token")
    assert prompt.reference == RepliesTo("900")
    assert prompt.event == "INTERACTION_CREATE"


@pytest.mark.parametrize(
    ("content", "forwarded", "files", "asked"),
    [
        ("How tall is <@31>?", "", 0, "How tall is @Noor?"),
        ("", "", 1, WORDLESS_FILES),
        ("", "Wood floats.", 0, "(forwarded message:)\n> Wood floats."),
        (" ", "", 0, ""),
    ],
)
def test_what_is_asked_at_a_message_is_all_that_it_says(content: str, forwarded: str, files: int, asked: str) -> None:
    told = (Attachment("40", "1", "tree.png", "image/png", 9),) * files
    target = Message(
        "40",
        "20",
        "10",
        "31",
        "Noor",
        False,
        content,
        {"31": "Noor"},
        "",
        "",
        NOW,
        forwarded=forwarded,
        attachments=told,
    )
    prompt = prompt_of(command("Ask Claude", target=target, attachments=told), NOW)
    assert (prompt.message_id, prompt.text) == ("40", asked)


def test_a_file_without_words_is_no_empty_question() -> None:
    told = (Attachment("900", "1", "tree.png", "image/png", 9),)
    prompt = prompt_of(command("ask", options={"prompt": " "}, attachments=told), NOW)
    assert prompt.text == WORDLESS_FILES


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("claude-haiku-5-5", "claude-haiku-5-5"),
        (" HAIKU 5.5 ", "claude-haiku-5-5"),
        ("quick", "claude-haiku-5-5"),
        ("x", None),
    ],
)
def test_a_model_is_understood_by_any_of_its_names(wanted: str, meant: str | None) -> None:
    assert matching([Model("claude-haiku-5-5", "Haiku 5.5", ("quick",))], wanted) == meant


@pytest.mark.parametrize(("typed", "asked"), [("haiku 5.5", "claude-haiku-5-5"), ("unheard-of", "unheard-of")])
async def test_a_typed_model_is_asked_for_by_its_id(typed: str, asked: str) -> None:
    prompts: list[Prompt] = []

    class Known:
        async def list(self) -> list[Model]:
            return [Model("claude-haiku-5-5", "Haiku 5.5", ())]

        async def defer(self, interaction: Command, *, alone: bool) -> bool:
            assert interaction.name == "ask"
            return not alone

    known: Any = Known()

    def ask(prompt: Prompt) -> bool:
        prompts.append(prompt)
        return True

    await Asking(known, known, ask, ManualClock()).take(command("ask", options={"prompt": "Why?", "model": typed}))
    assert [prompt.model for prompt in prompts] == [asked]


def test_a_command_means_the_conversation_that_the_next_message_would_go_on_with() -> None:
    ten = timedelta(minutes=10)
    assert reference_of(command("new"), CHANNEL, ten, free_talk=False) == Recent("20", "30", ten)
    assert reference_of(command("new"), CHANNEL, ten, free_talk=True) == Named("channel:20")
    assert reference_of(command("new"), Place(parent_id="19"), ten, free_talk=True) == Named("thread:20")
    assert reference_of(command("new", guild_id=""), CHANNEL, ten, free_talk=False) == Named("dm:20")


@pytest.mark.parametrize("locale", CATALOGUES)
def test_a_long_conversation_is_shown_within_a_message(locale: str) -> None:
    said = tuple(Said("word `code` " * 200, "30" if n % 2 else "", "Ada" * 10) for n in range(40))
    text = context_text(Remembered("c", "30", 1, 60, said, (), ()), Texts(locale))
    assert len(text) <= DISCORDS_LIMIT
    assert "60" in text


def test_a_conversation_without_messages_is_told_as_such() -> None:
    texts = Texts("en")
    assert context_text(Remembered("c", "30", 1, 0, (), (), ()), texts) == texts.render(Key.TOLD_CONTEXT_EMPTY)


def test_what_is_left_tells_when_one_may_ask_again() -> None:
    spent = Spent(NOW, 3, 2, Usage(1000, 200, 5000, 0, 1_500_000))
    quota = Quota(QuotaKind.COST_DAY, 2_000_000, timedelta(days=1), 500_000, NOW + timedelta(hours=1))
    lines = account_lines(MEMBER, Account(spent, spent, (quota,)), Texts("en"))
    assert lines[1] == "Last 24 hours at most: 3 questions, 1,200 tokens, $1.50"
    assert lines[3] == "US dollars in 24 hours: $0.50 of $2.00 left. You can ask again <t:1767229200:R>."


def test_of_a_guild_the_answers_are_told_since_its_questions_are_counted_only_where_they_are_limited() -> None:
    spent = Spent(NOW, 0, 2, Usage(1000, 200, 0, 0, 1_500_000))
    lines = account_lines(GUILD, Account(spent, spent, ()), Texts("en"))
    assert lines[2] == "Last 30 days at most: 2 answers, 1,200 tokens, $1.50"


@pytest.mark.parametrize("locale", CATALOGUES)
def test_help_fits_into_a_message(locale: str) -> None:
    assert len(help_text(Texts(locale))) <= DISCORDS_LIMIT


def test_models_are_found_by_name_id_and_alias() -> None:
    models = [Model("claude-sonnet-5", "Claude Sonnet 5", ("sonnet",)), Model("claude-opus-5", "Claude Opus 5")]
    assert [one.value for one in fitting(models, "SONN")] == ["claude-sonnet-5"]
    assert len(fitting(models, "")) == len(models)
    assert not fitting(models, "gpt")


def test_status_tells_normal_busy_with_a_time_and_what_is_missing() -> None:
    texts = Texts("en")
    assert "🟢" in status_text(standing(), texts, NOW)
    assert "🟡" in status_text(standing(free=0), texts, NOW)
    assert "<t:1767225630:R>" in status_text(standing(free=0, estimate=timedelta(seconds=30)), texts, NOW)
    degraded = status_text(standing(peers=WELL | {"cache": False}), texts, NOW)
    assert texts.render(Key.STATUS_NO_CACHE) in degraded
    assert texts.render(Key.STATUS_NO_MONITOR) not in degraded
    assert texts.render(Key.STATUS_NO_CONTENT) in status_text(standing(message_content=False), texts, NOW)


def test_the_presence_tells_the_same() -> None:
    texts = Texts("en")
    shown = [presence_text(one, texts) for one in (standing(), standing(free=0), standing(peers={}))]
    assert len(set(shown)) == len(shown)

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

import parley_gateway
from parley_gateway.texts import Key, Texts
from parley_gateway.texts.catalogue import LANGUAGES, catalogue

PACKAGE = Path(parley_gateway.__file__).parent
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_sentence_and_no_other(language: str) -> None:
    assert set(catalogue(language)) == {str(key) for key in Key}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", Key)
def test_a_sentence_has_the_same_placeholders_in_every_language(language: str, key: Key) -> None:
    assert placeholders(catalogue(language)[key]) == placeholders(catalogue("en")[key])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", Key)
def test_a_sentence_is_trimmed_and_fits_under_an_answer(language: str, key: Key) -> None:
    sentence = catalogue(language)[key]
    assert sentence == sentence.strip()
    assert 0 < len(sentence) <= 300


@pytest.mark.parametrize("key", Key)
def test_the_japanese_catalogue_is_japanese(key: Key) -> None:
    words = re.sub(r"\{\w+\}|Claude|Discord|[^\w]", "", catalogue("ja")[key])
    assert not words or JAPANESE.search(words)


@pytest.mark.parametrize("key", [key for key in Key if key.startswith("error.")])
def test_an_error_says_the_cause_and_what_to_do(key: Key) -> None:
    assert len(re.findall(r"[.。](?:\s|$|(?=[^\s]))", catalogue("en")[key])) >= 2
    assert catalogue("ja")[key].count("。") >= 2


def test_small_print_is_marked_on_every_line() -> None:
    for language in LANGUAGES:
        for key, sentence in catalogue(language).items():
            if sentence.startswith("-#"):
                assert all(line.startswith("-# ") for line in sentence.split("\n")), key


def test_every_sentence_is_used() -> None:
    sources = [path.read_text() for path in PACKAGE.rglob("*.py") if path.name != "catalogue.py"]
    used = {name for source in sources for name in re.findall(r"\bKey\.([A-Z_]+)\b", source)}
    assert {key.name for key in Key} - used == set()


@pytest.mark.parametrize(
    ("locale", "language"), [("ja", "ja"), ("en-GB", "en"), ("en-US", "en"), ("de", "en"), ("", "en"), ("pt-BR", "en")]
)
def test_a_member_reads_the_language_of_their_discord(locale: str, language: str) -> None:
    assert Texts(locale).language == language


def test_a_time_is_shown_by_discord_in_the_readers_own_words() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert Texts("en-GB").render(Key.BUSY_UNTIL, ready=at).endswith("<t:1767225600:R>.")
    assert "<t:1767225600:R>" in Texts("ja").render(Key.BUSY_UNTIL, ready=at)


def test_a_promised_time_is_never_shown_before_it_has_come() -> None:
    at = datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)
    assert "<t:1767225601:R>" in Texts("en-GB").render(Key.QUOTA_UNTIL, again=at)


def test_a_missing_placeholder_is_an_error() -> None:
    with pytest.raises(KeyError):
        Texts("en-GB").render(Key.QUEUED)

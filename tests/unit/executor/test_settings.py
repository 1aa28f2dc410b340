from __future__ import annotations

import pytest

from parley_executor.settings import ExecutorSettings
from parley_kit.settings import listing, load


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _, _ in listing(ExecutorSettings):
        monkeypatch.delenv(name, raising=False)


def refused(capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as caught:
        load(ExecutorSettings, "parley-executor", [])
    assert caught.value.code == 2
    return capsys.readouterr().err.splitlines()


def test_a_missing_key_is_one_sentence_that_names_the_setting(capsys: pytest.CaptureFixture[str]) -> None:
    (sentence,) = refused(capsys)
    assert sentence.startswith("parley-executor: ANTHROPIC_API_KEY is not set:")


def test_faults_are_told_together_and_never_show_the_key(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "api.anthropic.com")
    monkeypatch.setenv("PARLEY_EXECUTOR_SLOTS", "0")
    sentences = refused(capsys)
    assert [sentence.split()[1].rstrip(":") for sentence in sentences] == [
        "ANTHROPIC_BASE_URL",
        "PARLEY_EXECUTOR_SLOTS",
    ]
    assert "sk-ant" not in "".join(sentences)


def test_with_a_key_alone_the_defaults_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret")
    settings = load(ExecutorSettings, "parley-executor", [])
    assert settings.anthropic_base_url == "https://api.anthropic.com"
    assert (settings.slots, settings.model, settings.max_output_tokens) == (16, "claude-sonnet-5", 4096)
    assert "sk-ant" not in repr(settings)


def test_every_setting_says_what_it_is() -> None:
    assert all(description.endswith(".") for _, _, description in listing(ExecutorSettings))

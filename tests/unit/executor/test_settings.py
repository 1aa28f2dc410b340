from __future__ import annotations

import pytest

from parley_executor.app import proxy_of
from parley_executor.settings import ExecutorSettings
from parley_kit.settings import listing, load


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _, _ in listing(ExecutorSettings):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def refused(capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as caught:
        load(ExecutorSettings, "parley-executor", [])
    assert caught.value.code == 2
    return capsys.readouterr().err.splitlines()


def test_a_missing_key_is_one_sentence_that_names_the_setting(capsys: pytest.CaptureFixture[str]) -> None:
    (sentence,) = refused(capsys)
    assert sentence.startswith("parley-executor: ANTHROPIC_API_KEY is not set:")


def test_only_a_claude_program_that_signs_in_needs_no_key(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_EXECUTOR_CLAUDE_SIGN_IN", "sk-ant-oat-secret")
    (sentence,) = refused(capsys)
    assert sentence.startswith("parley-executor: ANTHROPIC_API_KEY is not set:")
    monkeypatch.setenv("PARLEY_EXECUTOR_ENGINE", "claude_cli")
    assert "secret" not in repr(load(ExecutorSettings, "parley-executor", []))
    monkeypatch.delenv("PARLEY_EXECUTOR_CLAUDE_SIGN_IN")
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


@pytest.mark.parametrize("aliases", ["sonnet", "sonnet=", "=claude-sonnet-5", "a=b=c", "a=x,a=y", "a=b,b=c"])
def test_aliases_that_name_nothing_clearly_are_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, aliases: str
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret")
    monkeypatch.setenv("PARLEY_EXECUTOR_MODEL_ALIASES", aliases)
    (sentence,) = refused(capsys)
    assert sentence.startswith("parley-executor: PARLEY_EXECUTOR_MODEL_ALIASES: ")


@pytest.mark.parametrize(
    ("base_url", "no_proxy", "used"),
    [
        ("https://api.anthropic.com", "", True),
        ("https://api.anthropic.com/v9", "example.org,localhost", True),
        ("https://api.anthropic.com", "localhost,.anthropic.com", False),
        ("https://api.anthropic.com", "*", False),
        ("http://127.0.0.1:8099", "", False),
    ],
)
def test_the_proxy_stands_before_https_only_and_not_before_exempt_hosts(
    monkeypatch: pytest.MonkeyPatch, base_url: str, no_proxy: str, used: bool
) -> None:
    for name, value in {
        "ANTHROPIC_API_KEY": "sk-ant-secret",
        "ANTHROPIC_BASE_URL": base_url,
        "HTTPS_PROXY": "http://user:password@proxy.test:3128",
        "NO_PROXY": no_proxy,
    }.items():
        monkeypatch.setenv(name, value)
    settings = load(ExecutorSettings, "parley-executor", [])
    assert proxy_of(settings) == ("http://user:password@proxy.test:3128" if used else None)
    assert "password" not in repr(settings)

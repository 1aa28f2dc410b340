from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley_executor.engines.claude_cli.launch import Home, Key, Launch, accepted, arguments, environment, found_program
from parley_executor.engines.port import EngineError
from parley_executor.reasons import Reason

KEY = Key("claude-sonnet-5", "", 1024)
LAUNCH = Launch(Path("/opt/claude"), Path("/tmp"), "https://api.anthropic.com", api_key="sk-ant-secret")
HOME = Home(Path("/tmp/one"))


def test_nothing_of_our_environment_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret of another service")
    monkeypatch.setenv("CLAUDE_CODE_ANYTHING", "1")
    told = environment(LAUNCH, KEY, HOME)
    assert "DISCORD_TOKEN" not in told
    assert "CLAUDE_CODE_ANYTHING" not in told
    assert set(told) & set(os.environ) <= {"HOME", "PATH", "TMPDIR"}
    assert told["HOME"] == "/tmp/one"
    assert told["PATH"] not in os.environ["PATH"].split(":")


def test_no_credential_is_an_argument_or_shown() -> None:
    launch = Launch(
        Path("c"), Path("/tmp"), "https://x", api_key="sk-ant-secret", sign_in="oat-secret", proxy="http://u:secret@p"
    )
    assert "secret" not in " ".join(arguments(launch, KEY))
    assert "secret" not in repr(launch)


def test_with_an_api_key_the_program_is_bare() -> None:
    assert "--bare" in arguments(LAUNCH, KEY)
    told = environment(LAUNCH, KEY, HOME)
    assert told["ANTHROPIC_API_KEY"] == "sk-ant-secret"
    assert "CLAUDE_CODE_OAUTH_TOKEN" not in told


def test_a_sign_in_goes_without_a_key_and_in_safe_mode() -> None:
    launch = Launch(Path("c"), Path("/tmp"), "https://x", sign_in="oat")
    assert "--bare" not in arguments(launch, KEY)
    assert "--safe-mode" in arguments(launch, KEY)
    told = environment(launch, KEY, HOME)
    assert told["CLAUDE_CODE_OAUTH_TOKEN"] == "oat"
    assert "ANTHROPIC_API_KEY" not in told


def test_thinking_is_off_unless_there_is_an_effort() -> None:
    assert environment(LAUNCH, KEY, HOME)["MAX_THINKING_TOKENS"] == "0"
    eager = Key("claude-sonnet-5", "low", 1024)
    assert "--effort=low" in arguments(LAUNCH, eager)
    assert "MAX_THINKING_TOKENS" not in environment(LAUNCH, eager, HOME)


def test_the_length_of_a_reply_and_a_proxy_go_by_the_environment() -> None:
    launch = Launch(Path("c"), Path("/tmp"), "https://x", proxy="http://proxy:3128")
    told = environment(launch, Key("m", "", 77), HOME)
    assert told["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] == "77"
    assert told["HTTPS_PROXY"] == "http://proxy:3128"


@pytest.mark.parametrize("model", ["--settings={}", "", "a b", "-p", "a\nb", "claude;id"])
def test_a_model_that_could_be_more_than_a_name_is_none(model: str) -> None:
    with pytest.raises(EngineError) as caught:
        arguments(LAUNCH, Key(model, "", 1))
    assert caught.value.reason is Reason.MODEL_NOT_FOUND


@given(model=st.text() | st.from_regex(r"[A-Za-z0-9._-]+", fullmatch=True), effort=st.text() | st.just("high"))
def test_whatever_a_key_holds_it_is_one_argument_that_is_no_other_option(model: str, effort: str) -> None:
    try:
        argv = arguments(LAUNCH, Key(model, effort, 1))
    except EngineError:
        return
    assert f"--model={model}" in argv
    known = len(arguments(LAUNCH, KEY))
    assert len(argv) == known + bool(effort)


@pytest.mark.parametrize("told", ["2.1.330 (Claude Code)", "2.1.331", "2.2.0", "3.0.0"])
def test_a_version_that_is_new_enough_is_taken(told: str) -> None:
    assert accepted(told) == told.split(maxsplit=1)[0]


@pytest.mark.parametrize("told", ["2.1.329", "1.9.999", "", "claude", "v2"])
def test_an_old_or_unknown_version_is_refused_with_what_is_needed(told: str) -> None:
    with pytest.raises(EngineError) as caught:
        accepted(told)
    assert caught.value.reason is Reason.START_FAILED
    assert "2.1.330" in str(caught.value.__cause__)


def test_a_named_program_is_taken_as_it_is() -> None:
    assert found_program(Path("/opt/other")) == Path("/opt/other")


def test_without_any_program_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError) as caught:
        found_program(None)
    assert "requirements/claude.txt" in str(caught.value.__cause__)


def test_each_home_is_its_owners_only_and_leaves_nothing(tmp_path: Path) -> None:
    first, second = Home.made(tmp_path), Home.made(tmp_path)
    assert first != second
    assert first.path.stat().st_mode & 0o777 == 0o700
    (first.config / "file").write_text("x")
    first.remove()
    second.remove()
    assert list(tmp_path.iterdir()) == []

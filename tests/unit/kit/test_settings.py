from __future__ import annotations

import pytest
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings

from parley_cache.settings import CacheSettings
from parley_executor.settings import ExecutorSettings
from parley_gateway.settings import GatewaySettings
from parley_kit.settings import (
    Address,
    ServiceSettings,
    Targets,
    listing,
    load,
    new_incarnation,
    split_address,
    split_targets,
)
from parley_monitor.settings import MonitorSettings

SERVICES: list[type[BaseSettings]] = [CacheSettings, ExecutorSettings, GatewaySettings, MonitorSettings]
SECRET = "sk-very-secret"


class ToySettings(ServiceSettings, env_prefix="PARLEY_TOY_"):
    peer: Address | None = Field(None, description="host:port of a peer; unset: none.")
    peers: Targets | None = Field(None, description="Some peers, host:port, separated by commas; unset: none.")
    count: int = Field(3, ge=1, le=9, description="How many, a number.")
    key: SecretStr = Field(
        min_length=4, validation_alias=AliasChoices("TOY_KEY", "key"), description="The key of the toy box; a secret."
    )


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_KEY", SECRET)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_TOY_COUNT", "5")
    monkeypatch.setenv("PARLEY_TOY_LISTEN", "127.0.0.1:7")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    settings = load(ToySettings, "parley-toy", [])
    assert (settings.count, settings.listen, settings.otlp_endpoint) == (5, "127.0.0.1:7", "http://127.0.0.1:4318")
    assert settings.key.get_secret_value() == SECRET


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_TOY_COUNT", "")
    monkeypatch.setenv("PARLEY_TOY_PEER", "")
    settings = load(ToySettings, "parley-toy", [])
    assert (settings.count, settings.peer) == (3, None)


def test_faults_are_told_together_each_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TOY_KEY")
    monkeypatch.setenv("PARLEY_TOY_COUNT", "10")
    monkeypatch.setenv("PARLEY_TOY_PEER", "nowhere")
    monkeypatch.setenv("PARLEY_TOY_LOG_LEVEL", "loud")
    with pytest.raises(SystemExit) as refused:
        load(ToySettings, "parley-toy", [])
    assert refused.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("parley-toy: ") for line in lines)
    for variable in ("TOY_KEY", "PARLEY_TOY_COUNT", "PARLEY_TOY_PEER", "PARLEY_TOY_LOG_LEVEL"):
        assert sum(variable in line for line in lines) == 1
    assert "parley-toy: TOY_KEY is not set: The key of the toy box; a secret." in lines
    assert "expected host:port" in told.err


def test_a_wrong_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TOY_KEY", "abc")
    with pytest.raises(SystemExit):
        load(ToySettings, "parley-toy", [])
    told = capsys.readouterr().err
    assert "TOY_KEY" in told
    assert "abc" not in told


def test_a_secret_is_not_in_what_settings_look_like() -> None:
    assert SECRET not in repr(load(ToySettings, "parley-toy", []))


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_lists_every_setting_with_default_and_meaning(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as asked:
        load(ToySettings, "parley-toy", [flag])
    assert asked.value.code == 0
    told = capsys.readouterr().out
    for variable, default, description in listing(ToySettings):
        assert f"{variable} " in told
        assert f"{description} [{default}]" in told
    assert "How many, a number. [3]" in told
    assert "a secret. [required]" in told
    assert SECRET not in told


def test_an_argument_that_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        load(ToySettings, "parley-toy", ["--listen=1"])
    assert refused.value.code == 2
    assert "'--listen=1'" in capsys.readouterr().err


def test_settings_do_not_change() -> None:
    settings = load(ToySettings, "parley-toy", [])
    with pytest.raises(ValidationError):
        settings.count = 4  # type: ignore[misc]  # this is what must not work


def test_each_process_has_a_name_of_its_own() -> None:
    assert new_incarnation() != new_incarnation()
    assert load(ToySettings, "parley-toy", []).instance != load(ToySettings, "parley-toy", []).instance


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("127.0.0.1:50051", ("127.0.0.1", 50051)),
        ("cache.parley.svc:0", ("cache.parley.svc", 0)),
        ("[::1]:80", ("::1", 80)),
    ],
)
def test_an_address_is_a_host_and_a_port(address: str, parts: tuple[str, int]) -> None:
    assert split_address(address) == parts


@pytest.mark.parametrize("address", ["", "host", ":80", "host:", "host:http", "host:65536", "host:-1", "::1"])
def test_anything_else_is_no_address(address: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        split_address(address)


def test_targets_are_one_or_more_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    assert split_targets("a:1, b:2,a:1") == ("a:1", "b:2")
    monkeypatch.setenv("PARLEY_TOY_PEERS", "a:1, b:2")
    assert load(ToySettings, "parley-toy", []).peers == "a:1,b:2"


@pytest.mark.parametrize("targets", ["", ",", "a:1,", "a:1,b", "a:1 b:2"])
def test_anything_else_is_no_list_of_targets(targets: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        split_targets(targets)


def test_every_setting_of_every_service_says_what_it_means() -> None:
    unsaid = [
        variable
        for settings in SERVICES
        for variable, _, description in listing(settings)
        if not description.endswith(".")
    ]
    assert unsaid == []

import pytest
from pydantic import SecretStr, ValidationError

from parley_sandbox.settings import DEFAULT_PORT, EnvironmentSettings, SandboxSettings


def test_the_environment_of_a_developer_does_not_reach_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    monkeypatch.setenv("PARLEY_SANDBOX_PORT", "1234")
    settings = SandboxSettings()
    assert settings.discord_token is None
    assert settings.port == DEFAULT_PORT


def test_up_reads_the_environment_and_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    monkeypatch.setenv("PARLEY_SANDBOX_PORT", "1234")
    settings = EnvironmentSettings()
    assert settings.port == 1234
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == "secret"
    assert settings.anthropic_api_key is None
    assert "secret" not in repr(settings)


def test_a_wrong_value_names_its_setting() -> None:
    with pytest.raises(ValidationError, match="executors"):
        SandboxSettings(executors=0)


def test_several_caches_without_a_redis_are_refused_and_the_sentence_says_why() -> None:
    with pytest.raises(ValidationError, match="answered twice"):
        SandboxSettings(caches=2)
    assert SandboxSettings(caches=2, redis=SecretStr("local")).caches == 2


@pytest.mark.parametrize("url", ["redis://:pw@h:1/0", "rediss://h", "unix:///run/redis.sock", "local", ""])
def test_a_redis_is_local_or_a_url(url: str) -> None:
    assert SandboxSettings(redis=SecretStr(url)).redis.get_secret_value() == url


def test_anything_else_is_no_redis_and_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_SANDBOX_REDIS", "http://:hunter2@h")
    with pytest.raises(ValidationError, match="redis://") as refused:
        EnvironmentSettings()
    assert "hunter2" not in str(refused.value)


def test_services_elsewhere_are_named_together_or_not_at_all() -> None:
    apart = SandboxSettings(gateway_addresses="a-0.a:50051,a-1.a:50051", monitor_address="m:50054")
    assert apart.elsewhere
    assert not SandboxSettings().elsewhere
    for half in ({"gateway_addresses": "a:1"}, {"monitor_address": "m:1"}):
        with pytest.raises(ValidationError, match="together or not at all"):
            SandboxSettings.model_validate(half)
    with pytest.raises(ValidationError):
        SandboxSettings(gateway_addresses="a-0.a", monitor_address="m:50054")

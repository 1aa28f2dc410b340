"""Which Redis the settings name, and which they refuse."""

import subprocess
import sys

import pytest
from pydantic import SecretStr, ValidationError

from parley_cache.settings import CacheSettings
from parley_cache.store.target import Target


def test_without_a_url_everything_stays_in_the_process() -> None:
    assert CacheSettings().redis is None


def test_who_keeps_everything_in_the_process_never_loads_the_client() -> None:
    looked = "import sys, parley_cache.app; sys.exit('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", looked], check=False, timeout=30).returncode == 0


def test_sentinels_are_told_with_commas_between() -> None:
    settings = CacheSettings(
        redis_url=SecretStr("rediss://cache:pass@unused/2"),
        redis_sentinels="10.0.0.1:26379, 10.0.0.2:26379",
        redis_master="parley",
        redis_sentinel_password=SecretStr("word"),
        redis_ca_file="ca.pem",
    )
    assert settings.redis == Target(
        url="rediss://cache:pass@unused/2",
        ca_file="ca.pem",
        sentinels=(("10.0.0.1", 26379), ("10.0.0.2", 26379)),
        master="parley",
        sentinel_password="word",
    )


def test_a_password_beside_the_url_is_as_it_is_and_never_shown() -> None:
    settings = CacheSettings(
        redis_url=SecretStr("redis://host/0"), redis_username="cache", redis_password=SecretStr("a@b:c/d%")
    )
    assert settings.redis == Target("redis://host/0", username="cache", password="a@b:c/d%", master="mymaster")
    assert "a@b" not in repr(settings)
    assert "a@b" not in repr(settings.redis)


def test_what_people_and_spans_are_told_of_it_has_no_secret() -> None:
    assert Target("redis://user:secret@db.example:6380/1").server == "db.example:6380"
    assert Target("redis://db.example").server == "db.example:6379"
    assert Target("rediss://u:secret@x", sentinels=(("a", 1),), master="parley").server == "parley"
    assert "secret" not in repr(Target("redis://user:secret@db", sentinel_password="secret"))
    assert "secret" not in repr(CacheSettings(redis_url=SecretStr("redis://user:secret@db")))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("redis+cluster://host:6379", "change in one step"),
        ("redis://one:6379,two:6379/0", "change in one step"),
        ("http://host", "redis://, rediss:// or unix://"),
        ("host:6379", "redis://, rediss:// or unix://"),
    ],
)
def test_a_url_that_names_nothing_usable_is_refused_with_the_reason(url: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        CacheSettings(redis_url=SecretStr(url))


def test_a_password_with_a_comma_is_no_cluster() -> None:
    assert CacheSettings(redis_url=SecretStr("redis://user:a,b@host/0")).redis is not None


def test_a_sentinels_address_needs_its_port() -> None:
    with pytest.raises(ValidationError, match="host:port"):
        CacheSettings(redis_sentinels="10.0.0.1")

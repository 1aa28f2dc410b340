"""compose.yaml, read by the library that Docker Compose itself reads with. No engine is needed, and none is used."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import pytest
from support import go, helm
from support.helm import SERVICES

READER = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2"
OVERRIDES = ("compose.discord.yaml", "compose.claude.yaml")

pytestmark = pytest.mark.timeout(300)  # the first run builds the reader


@functools.cache
def model(*files: str) -> dict[str, Any]:
    """Return what Compose makes of the files; a key or a type that it does not know is an error."""
    # Variables are left as they stand: the reader knows no environment but a file's.
    read: dict[str, Any] = json.loads(go.run(READER, "-format", "json", "-no-interpolation", *files))
    return read


@pytest.mark.parametrize("override", OVERRIDES)
def test_each_override_fits(override: str) -> None:
    plain, real = model("compose.yaml"), model("compose.yaml", override)
    assert real["services"].keys() == plain["services"].keys()
    assert real["services"]["sandbox"]["environment"] != plain["services"]["sandbox"]["environment"]


@pytest.mark.parametrize("name", [*SERVICES, "sandbox"])
def test_every_setting_is_one(name: str) -> None:
    known = json.loads((helm.CHART / "files" / "settings.json").read_text())[name]
    given = model("compose.yaml")["services"][name]["environment"]
    assert set(given) <= set(known)


def test_whoever_is_named_is_there_and_listens() -> None:
    services = model("compose.yaml")["services"]
    listening = {
        (name, value.rsplit(":", 1)[1])
        for name in SERVICES
        for key, value in services[name]["environment"].items()
        if key.endswith("_LISTEN")
    }
    loopbacks = {("sandbox", str(port)) for port in (8010, 8011, 8012, 4318)}
    named = {
        tuple(found)
        for service in services.values()
        for value in service.get("environment", {}).values()
        for found in re.findall(rf"\b({'|'.join((*SERVICES, 'sandbox'))}):(\d+)", str(value))
    }
    assert named <= listening | loopbacks
    scraped = set(re.findall(r"(\w+):(\d+)\"", model("compose.yaml")["configs"]["prometheus"]["content"]))
    assert scraped == {(name, port) for name, port in listening if port.startswith("909")}


def test_they_are_shut_in_as_on_kubernetes() -> None:
    for name in (*SERVICES, "sandbox"):
        service = model("compose.yaml")["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["build"]["args"] == {"SERVICE": name}


def test_nothing_is_open_beyond_this_machine() -> None:
    services = model("compose.yaml")["services"]
    assert {name for name in services if "ports" in services[name]} == {"sandbox", "lgtm"}
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert [str(port).startswith("127.0.0.1:") for port in ports] == [True, True]


@pytest.mark.parametrize("name", [*SERVICES, "sandbox"])
def test_each_has_as_long_to_end_as_its_pod(name: str) -> None:
    pod = helm.render(set_up="sandbox").pod(name)["terminationGracePeriodSeconds"]
    given = model("compose.yaml")["services"][name]["stop_grace_period"]
    minutes, seconds = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", given).groups("0")  # type: ignore[union-attr] # fails the test
    assert int(minutes) * 60 + int(seconds) == pod

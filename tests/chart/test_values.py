"""Values, their schema and the services' settings say the same."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import configuration
import pytest
import yaml
from support.helm import CHART, SERVICES, SET_UPS, Rendered, render

from parley.cache.v1 import cache_pb2
from parley.executor.v1 import executor_pb2
from parley.gateway.v1 import gateway_pb2
from parley.monitor.v1 import monitor_pb2
from parley_gateway import app as gateway
from parley_gateway.discord import downloads
from parley_kit import lifecycle, telemetry
from parley_kit.settings import listing
from parley_sandbox.discord import LoopbackDiscord

CLASSES = {program: configuration.settings_of(path) for program, path in configuration.CLASSES.items()}
FOREIGN = {
    *("POD_IP", "POD_NAME", "POD_NAMESPACE", "POD_UID", "NODE_NAME"),  # for other variables
    *("OTEL_RESOURCE_ATTRIBUTES", "OTEL_EXPORTER_OTLP_HEADERS"),  # read by OpenTelemetry's SDK itself
}
MIB = 1024 * 1024
GATEWAY_MIB = 144
"""A gateway's memory without files: 91 MiB when it begins (measured: `make bench`, row R3), and what it knows of its guilds."""
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())


def names(component: str) -> list[str]:
    return [variable for variable, _, _ in listing(CLASSES[component])]


# --- settings


def test_the_list_by_which_the_chart_refuses_a_setting_is_fresh() -> None:
    kept = json.loads((CHART / "files" / "settings.json").read_text())
    assert kept == {component: names(component) for component in CLASSES}


def test_every_variable_that_the_chart_sets_is_a_setting(rendered: Rendered, set_up: str) -> None:
    given = (CHART / "ci" / f"{set_up}-values.yaml").read_text()
    for component in CLASSES:
        unknown = _env(rendered, component) - set(names(component)) - FOREIGN
        assert not [name for name in unknown if name not in given], component


@pytest.mark.parametrize("component", CLASSES)
def test_every_setting_is_reached_from_values(component: str) -> None:
    """By its name in `env`, or by a value of its own, which some set-up uses."""
    by_value = {name for set_up in SET_UPS for name in _env(render(set_up=set_up), component)}
    own = {name for name in names(component) if _refused(component, name)}
    assert own <= by_value, own - by_value
    numbers = {name: 3 for name in names(component) if name not in own}
    shown = render({component: {"env": numbers}}, set_up="sandbox").env(component)
    assert {name: shown[name] for name in numbers} == dict.fromkeys(numbers, "3")


def _env(rendered: Rendered, component: str) -> set[str]:
    there = any(name == f"parley-{component}" for name, _ in rendered.pods())
    return set(rendered.env(component)) if there else set()


def _refused(component: str, name: str) -> bool:
    """Whether a setting has a value of its own; the chart's list of them stands in its validations."""
    own = {
        *("LISTEN", "METRICS_LISTEN", "ADVERTISE", "DISCORD_TOKEN", "REDIS_URL", "REDIS_USERNAME", "REDIS_PASSWORD"),
        *("REDIS_CA_FILE", "REDIS_SENTINELS", "REDIS_MASTER", "REDIS_SENTINEL_PASSWORD"),
    }
    prefix = f"PARLEY_{component.upper()}_"
    secret = name in {"ANTHROPIC_API_KEY", "PARLEY_EXECUTOR_CLAUDE_SIGN_IN"}
    return secret or (component != "sandbox" and name.startswith(prefix) and name.removeprefix(prefix) in own)


# --- facts that the templates repeat


@pytest.mark.parametrize("service", SERVICES)
def test_ports_and_health_names_are_the_programs_own(service: str) -> None:
    fields = CLASSES[service].model_fields
    (container,) = render(set_up="production").pod(service)["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert fields["listen"].default == f"127.0.0.1:{ports['grpc']}"
    assert fields["metrics_listen"].default == f"127.0.0.1:{ports['metrics']}"
    health = {
        "gateway": gateway_pb2.DESCRIPTOR.services_by_name["GatewayService"],
        "cache": cache_pb2.DESCRIPTOR.services_by_name["TurnService"],
        "executor": executor_pb2.DESCRIPTOR.services_by_name["ExecutorService"],
        "monitor": monitor_pb2.DESCRIPTOR.services_by_name["MonitorService"],
    }
    assert container["readinessProbe"]["grpc"] == {"port": ports["grpc"], "service": health[service].full_name}
    for alive in ("startupProbe", "livenessProbe"):
        assert container[alive]["grpc"] == {"port": ports["grpc"]}, "the loop alone, whatever else is missing"


@pytest.mark.parametrize("service", SERVICES)
def test_the_kubelet_never_cuts_a_drain_short(service: str) -> None:
    fields = CLASSES[service].model_fields
    after = gateway.RELEASE_SECONDS + gateway.CALLS_SECONDS if service == "gateway" else 0
    drain = fields["drain_announce"].default + fields["grace"].default + after
    closing = lifecycle.CLOSE_SECONDS + telemetry.FLUSH_SECONDS
    waits = render(set_up="production").pod(service)["terminationGracePeriodSeconds"]
    assert drain + closing <= waits <= drain + closing + 15


def test_the_gateways_memory_has_room_for_the_files_that_it_holds() -> None:
    (container,) = render(set_up="production").pod("gateway")["containers"]
    assert container["resources"]["limits"]["memory"] == f"{GATEWAY_MIB + downloads.COPIES * downloads.HELD // MIB}Mi"


def test_the_token_of_a_trial_is_the_loopbacks() -> None:
    assert render(set_up="sandbox").env("gateway")["PARLEY_GATEWAY_DISCORD_TOKEN"] == LoopbackDiscord().token


def test_the_chart_is_of_the_services_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    for service in SERVICES:
        member = tomllib.loads((CHART.parents[1] / "services" / service / "pyproject.toml").read_text())
        assert member["project"]["version"] == chart["appVersion"]


# --- the schema


def _objects(schema: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if "properties" in schema and isinstance(schema["properties"], dict) and "type" in schema:
            yield at, schema
        for key, value in schema.items():
            yield from _objects(value, f"{at}/{key}")


def test_the_schema_refuses_unknown_keys_everywhere() -> None:
    found = list(_objects(SCHEMA))
    assert len(found) > 20
    assert not [at for at, schema in found if schema.get("additionalProperties") is not False]


def _property(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        node: Any = SCHEMA
        for step in schema["$ref"].removeprefix("#/").split("/"):
            node = node[step]
        schema = node
    return schema


def _missing(schema: dict[str, Any], values: Any, at: str) -> Iterator[str]:
    """Yield what the schema knows and values.yaml does not."""
    for key, below in _property(schema).get("properties", {}).items():
        if not isinstance(values, dict) or key not in values:
            yield f"{at}{key}"
        else:
            yield from _missing(below, values[key], f"{at}{key}.")


def test_values_yaml_has_every_key_that_the_schema_knows() -> None:
    kubernetes = {"initialDelaySeconds", "successThreshold", "claims"}
    missing = [path for path in _missing(SCHEMA, VALUES, "") if path.split(".")[-1] not in kubernetes]
    shaped = [path for path in missing if path.split(".")[0] not in {*SERVICES, "sandbox"}]
    assert shaped == ["global", *(path for path in shaped if path.startswith("defaults.resources."))]


def test_the_components_have_one_shape() -> None:
    properties = SCHEMA["properties"]
    assert {json.dumps(properties[name]) for name in ("defaults", *SERVICES)} == {'{"$ref": "#/$defs/component"}'}
    shape = SCHEMA["$defs"]["component"]["properties"]
    own = properties["sandbox"]["properties"]
    assert set(own) - set(shape) == {"enabled", "pageFrom"}
    assert {own[key]["$ref"] for key in shape} == {f"#/$defs/component/properties/{key}" for key in shape}

"""What cannot work is refused before anything is installed, with the cure."""

from __future__ import annotations

from typing import Any

import pytest
from support.helm import CLUSTER, RefusedError, render

Values = dict[str, Any]
BOTH: Values = {"discord": {"existingSecret": "d"}, "claude": {"existingSecret": "c"}}
TRIAL: Values = {"sandbox": {"enabled": True}}
REDIS: Values = {"redis": {"bundled": {"existingSecret": "r"}}}


def external(**more: Any) -> Values:
    return BOTH | {"redis": {"mode": "external", "external": more}}


@pytest.mark.parametrize(
    ("values", "cure"),
    [
        ({}, "for a trial set sandbox.enabled=true; for production name the Secrets"),
        ({"discord": {"existingSecret": "d"}} | REDIS, "claude.existingSecret is not set"),
        ({"claude": {"existingSecret": "c"}} | REDIS, "discord.existingSecret is not set"),
        (TRIAL | BOTH, "set sandbox.enabled=false"),
        (TRIAL | {"cache": {"replicas": 2}, "redis": {"mode": "memory"}}, "Set cache.replicas=1"),
        (
            BOTH | {"redis": {"mode": "memory"}, "cache": {"autoscaling": {"enabled": True}}},
            "cache.autoscaling.enabled=false, or redis.mode=bundled",
        ),
        (BOTH | {"redis": {"mode": "memory"}, "cache": {"updateStrategy": {"type": "RollingUpdate"}}}, "Leave it out"),
        (BOTH, "Name a Secret, or install with helm"),
        (external(), "neither redis.external.url nor redis.external.urlKey"),
        (external(url="redis://a:1", urlKey="url", existingSecret="r"), "keep the one that is meant"),
        (external(urlKey="url"), "redis.external.existingSecret, which is not set"),
        (external(url="redis://me:secret@host:6379/0"), "set redis.external.username and existingSecret"),
        (external(url="redis://host", username="me"), "name its Secret in redis.external.existingSecret"),
        (external(url="redis://host", tls={"existingSecret": "ca"}), "let it begin with rediss://"),
        (TRIAL | {"gateway": {"autoscaling": {"enabled": True}}}, "Set gateway.replicas"),
        (TRIAL | {"executor": {"autoscaling": {"enabled": True}}}, "Set executor.replicas"),
        (TRIAL | {"monitor": {"replicas": 2, "autoscaling": {"enabled": True}}}, "leave one of them out"),
        (
            TRIAL | {"monitor": {"autoscaling": {"enabled": True, "minReplicas": 7}}},
            "monitor.autoscaling.minReplicas is more than its maxReplicas",
        ),
        (TRIAL | {"sandbox": {"enabled": True, "replicas": 2}}, "one world in one pod's memory"),
        (
            TRIAL | {"gateway": {"env": {"PARLEY_GATEWAY_MODLE": "x"}}},
            "is no setting of the gateway; docs/configuration.md",
        ),
        (TRIAL | {"gateway": {"env": {"PARLEY_CACHE_QUEUE": 1}}}, "is no setting of the gateway"),
        (TRIAL | {"sandbox": {"enabled": True, "env": {"PARLEY_SANDBOX_PROT": 1}}}, "is no setting of the sandbox"),
        (TRIAL | {"cache": {"env": {"PARLEY_CACHE_LISTEN": "x:1"}}}, "it comes from the Services"),
        (
            TRIAL | {"cache": {"env": {"PARLEY_CACHE_REDIS_PASSWORD": "x"}}},
            "it comes from redis.bundled or redis.external",
        ),
        (TRIAL | {"gateway": {"env": {"PARLEY_GATEWAY_DISCORD_TOKEN": "x"}}}, "it comes from discord.existingSecret"),
        (TRIAL | {"executor": {"env": {"ANTHROPIC_API_KEY": "sk"}}}, "it comes from claude.existingSecret"),
        (
            TRIAL | {"executor": {"env": {"PARLEY_EXECUTOR_CLAUDE_SIGN_IN": "sk"}}},
            "put it into executor.extraEnv, from a Secret",
        ),
        (TRIAL | {"cache": {"extraEnv": [{"name": "A"}, {"name": "A"}]}}, "cache.extraEnv has A twice"),
        (
            TRIAL | {"cache": {"extraEnv": [{"name": "PARLEY_CACHE_GRACE", "value": "9"}]}},
            "put it into cache.env",
        ),
        (
            TRIAL | {"otel": {"endpoint": "http://c:4318"}, "observability": {"bundled": {"enabled": True}}},
            "would both take the traces",
        ),
        (TRIAL | {"otel": {"headers": {"existingSecret": "h"}}}, "is for otel.endpoint, which is not set"),
    ],
)
def test_a_combination_that_cannot_work_is_refused_with_its_cure(values: Values, cure: str) -> None:
    with pytest.raises(RefusedError) as refused:
        render(values)
    assert cure in str(refused.value)


def test_a_number_for_all_components_is_not_the_sandboxs() -> None:
    values = {"defaults": {"replicas": 3}, "redis": {"bundled": {"existingSecret": "r"}}}
    release = render(TRIAL | values)
    assert release.workload("sandbox")["spec"]["replicas"] == 1
    assert release.workload("monitor")["spec"]["replicas"] == 3


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(RefusedError) as refused:
        render({"gateway": {"env": {"PARLEY_GATEWAY_NONE": 1}}, "cache": {"env": {"PARLEY_CACHE_NONE": 1}}})
    for told in ("sandbox.enabled=true", "PARLEY_GATEWAY_NONE", "PARLEY_CACHE_NONE"):
        assert told in str(refused.value)


def test_without_a_cluster_no_password_is_made_up_and_in_one_it_is() -> None:
    with pytest.raises(RefusedError, match="each rendering would make a new one"):
        render(BOTH)
    made = render(BOTH, *CLUSTER).one("Secret", "parley-redis")["data"]["password"]
    assert len(made) >= 40
    again = render(BOTH, *CLUSTER, "--description", "again").one("Secret", "parley-redis")["data"]["password"]
    assert made != again


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"gateway": {"replica": 3}}, "additional properties 'replica' not allowed"),
        ({"gatewy": {}}, "additional properties 'gatewy' not allowed"),
        ({"sandbox": {"enabled": "yes"}}, "got string, want boolean"),
        ({"cache": {"replicas": -1}}, "minimum"),
        ({"executor": {"env": {"A": {"b": 1}}}}, "/executor/env/A"),
        ({"executor": {"env": {"A B": "1"}}}, "invalid propertyName 'A B'"),
        ({"redis": {"mode": "cluster"}}, "value must be one of 'auto', 'bundled', 'external', 'memory'"),
        ({"redis": {"external": {"url": "http://host"}}}, "does not match pattern"),
        ({"redis": {"external": {"sentinel": {"addresses": ["host"]}}}}, "does not match pattern"),
        ({"otel": {"endpoint": "collector:4318"}}, "does not match pattern"),
        ({"defaults": {"image": {"digest": "sha256:short"}}}, "does not match pattern"),
        ({"defaults": {"tmpSizeLimit": "many"}}, "does not match pattern"),
        ({"metrics": {"podMonitor": {"enabled": "perhaps"}}}, "value must be one of 'auto'"),
        ({"networkPolicy": {"metricsFrom": [{"ipblock": {}}]}}, "additional properties 'ipblock' not allowed"),
    ],
)
def test_an_unknown_key_or_a_wrong_value_is_refused_by_the_schema(values: Values, told: str) -> None:
    with pytest.raises(RefusedError) as refused:
        render(TRIAL | values)
    assert told in str(refused.value)

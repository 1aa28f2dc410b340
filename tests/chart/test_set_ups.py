"""What holds for every set-up of charts/parley/ci."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils
from support import helm
from support.helm import Object, Rendered

MINORS = list(dict.fromkeys(map(utils.major_minor, utils.all_versions())))[-3:]
"""The last three minor versions of Kubernetes whose schemas the package has."""
OTHERS = {"monitoring.coreos.com/v1"}
"""Kinds that others bring to a cluster; Kubernetes has no schema of them."""


def test_lint_finds_nothing(set_up: str) -> None:
    helm.lint(set_up)


@pytest.fixture
def quick_schemas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package reads a megabyte of definitions anew for each object."""
    monkeypatch.setattr(utils, "schema_contents", _schema)


_schema = functools.cache(utils.schema_contents)


@pytest.mark.usefixtures("quick_schemas")
@pytest.mark.parametrize("minor", MINORS)
def test_kubernetes_knows_every_field(rendered: Rendered, minor: str) -> None:
    for each in rendered.objects:
        if each["apiVersion"] not in OTHERS:
            kubernetes_validate.validate(each, minor, strict=True)


def test_the_last_three_minors_are_those_of_the_year() -> None:
    assert MINORS == ["1.35", "1.36", "1.37"]


def test_no_two_objects_are_the_same_one(rendered: Rendered) -> None:
    names = Counter(
        (each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in rendered.objects
    )
    assert not [name for name, count in names.items() if count > 1]


def test_every_object_says_whose_it_is(rendered: Rendered) -> None:
    for each in rendered.objects:
        if each["metadata"]["name"] == "parley-notes":
            continue  # an extra object is the operator's own
        assert each["metadata"]["labels"]["app.kubernetes.io/part-of"] == "parley"
        assert each["kind"] == "PriorityClass" or each["metadata"]["namespace"] == helm.NAMESPACE


def test_no_variable_is_there_twice_and_what_one_names_stands_before_it(rendered: Rendered) -> None:
    for name, pod in rendered.pods():
        for container in pod["spec"]["containers"]:
            names = [entry["name"] for entry in container.get("env", [])]
            assert len(names) == len(set(names)), name
            for at, entry in enumerate(container.get("env", [])):
                for used in ("POD_IP", "POD_NAME", "POD_UID", "POD_NAMESPACE", "NODE_NAME"):
                    assert f"$({used})" not in str(entry.get("value")) or used in names[:at]


def test_every_pod_is_restricted(rendered: Rendered) -> None:
    """Pod Security Standards, restricted; and besides: nothing to write but /tmp, no token, memory with a limit."""
    for name, pod in rendered.pods():
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert spec["automountServiceAccountToken"] is False, name
        assert {"hostNetwork", "hostPID", "hostIPC"}.isdisjoint(spec), name
        for container in (*spec["containers"], *spec.get("initContainers", [])):
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert security["readOnlyRootFilesystem"] is (name != "parley-lgtm"), name
            resources = container["resources"]
            assert resources["limits"]["memory"] == resources["requests"]["memory"], name
            assert "cpu" not in resources["limits"], name


def test_every_selector_finds_its_pods(rendered: Rendered) -> None:
    pods = [pod["metadata"]["labels"] for _, pod in rendered.pods()]
    for each in rendered.objects:
        selector = _selector(each)
        if selector is not None:
            found = [labels for labels in pods if selector.items() <= labels.items()]
            assert len(found) == 1, (each["kind"], each["metadata"]["name"], found)


def _selector(each: Object) -> dict[str, str] | None:
    spec = each.get("spec", {})
    if each["kind"] == "Service":
        selector: dict[str, str] = spec["selector"]
        return selector
    if each["kind"] in {"Deployment", "StatefulSet", "PodDisruptionBudget"}:
        return dict(spec["selector"]["matchLabels"])
    if each["kind"] == "NetworkPolicy" and each["metadata"]["name"] != "parley-default-deny":
        return dict(spec["podSelector"]["matchLabels"])
    return None


def test_every_service_account_volume_and_priority_is_there(rendered: Rendered) -> None:
    named = {each["metadata"]["name"] for each in rendered.objects}
    for name, pod in rendered.pods():
        spec = pod["spec"]
        account = spec.get("serviceAccountName")
        assert account is None or rendered.find("ServiceAccount", account), name
        assert spec.get("priorityClassName", "parley") in named | {"parley"}, name
        mounted = {mount["name"] for container in spec["containers"] for mount in container.get("volumeMounts", [])}
        claimed = {"data"} if name == "parley-redis" else set()
        assert mounted == {volume["name"] for volume in spec["volumes"]} | (claimed & mounted), name


def test_every_probe_asks_a_port_that_is_there(rendered: Rendered) -> None:
    for name, pod in rendered.pods():
        for container in pod["spec"]["containers"]:
            ports = {each["containerPort"] for each in container.get("ports", [])}
            ports |= {each["name"] for each in container.get("ports", [])}
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                for how in ("grpc", "httpGet", "tcpSocket"):
                    asked = container.get(probe, {}).get(how, {}).get("port")
                    assert asked is None or asked in ports, (name, probe)


def test_the_secrets_that_are_needed_are_those_that_the_values_name(set_up: str, rendered: Rendered) -> None:
    said = json.dumps(yaml.safe_load((helm.CHART / "ci" / f"{set_up}-values.yaml").read_text()))
    for secret in _secrets([pod for _, pod in rendered.pods()]):
        assert f'"{secret}"' in said, f"{secret} is needed, and no value names it"


def _secrets(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "secretKeyRef":
                yield value["name"]
            elif key == "secret":
                yield value["secretName"]
            else:
                yield from _secrets(value)
    if isinstance(node, list):
        for each in node:
            yield from _secrets(each)


def test_whatever_is_scaled_says_nowhere_how_many(rendered: Rendered) -> None:
    """Helm's server-side apply would fight with the autoscaler for the field."""
    for scaler in rendered.of("HorizontalPodAutoscaler"):
        target = rendered.one(scaler["spec"]["scaleTargetRef"]["kind"], scaler["spec"]["scaleTargetRef"]["name"])
        assert "replicas" not in target["spec"]


def test_notes_say_the_next_command(set_up: str) -> None:
    said = helm.notes(set_up)
    assert f"helm -n {helm.NAMESPACE} test parley" in said
    assert "%!" not in said
    assert "<no value>" not in said

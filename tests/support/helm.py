"""The chart, rendered by the real helm."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

Object = dict[str, Any]

CHART = Path(__file__).resolve().parents[2] / "charts" / "parley"
SET_UPS = tuple(sorted(path.name.removesuffix("-values.yaml") for path in (CHART / "ci").glob("*-values.yaml")))
SERVICES = ("gateway", "cache", "executor", "monitor")
RELEASE, NAMESPACE = "parley", "talk"
INSTALL = "helm is not installed: go install helm.sh/helm/v4/cmd/helm@v4.2.4"
GO_INSTALLS = Path.home() / "go" / "bin"
"""Where helm may be besides PATH."""
CLUSTER = ("--api-versions", "apps/v1/Deployment")
"""Tells the templates that they are rendered for a real cluster, which lists kinds beside groups."""
SECONDS = 60.0


class RefusedError(Exception):
    """What helm said instead of rendering."""


def program() -> str:
    """Return helm's path, or skip with the line that installs it."""
    found = shutil.which("helm", path=os.pathsep.join([os.environ.get("PATH", ""), str(GO_INSTALLS)]))
    if found is None:
        pytest.skip(INSTALL)
    return found


@dataclass(frozen=True)
class Rendered:
    """The objects of one release."""

    objects: tuple[Object, ...]

    def of(self, kind: str) -> list[Object]:
        """Return all objects of a kind."""
        return [each for each in self.objects if each["kind"] == kind]

    def find(self, kind: str, name: str) -> Object | None:
        """Return the object, if it is there."""
        return next((each for each in self.of(kind) if each["metadata"]["name"] == name), None)

    def one(self, kind: str, name: str) -> Object:
        """Return the object."""
        found = self.find(kind, name)
        assert found is not None, f"no {kind} {name} among {[each['metadata']['name'] for each in self.of(kind)]}"
        return found

    def workload(self, component: str) -> Object:
        """Return what runs a component's pods."""
        name = f"parley-{component}"
        return next(
            each
            for each in self.objects
            if each["kind"] in {"Deployment", "StatefulSet"} and each["metadata"]["name"] == name
        )

    def pod(self, component: str) -> Object:
        """Return the spec of a component's pods."""
        spec: Object = self.workload(component)["spec"]["template"]["spec"]
        return spec

    def env(self, component: str) -> dict[str, Any]:
        """Return a component's variables by name: a text, or the valueFrom of one."""
        entries = self.pod(component)["containers"][0]["env"]
        return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in entries}

    def pods(self) -> Iterator[tuple[str, Object]]:
        """Yield (name, pod with metadata and spec) of everything that runs."""
        for each in self.objects:
            if each["kind"] in {"Deployment", "StatefulSet"}:
                yield each["metadata"]["name"], each["spec"]["template"]
            elif each["kind"] == "Pod":
                yield each["metadata"]["name"], each


def render(values: Mapping[str, Any] | None = None, *arguments: str, set_up: str | None = None) -> Rendered:
    """Render the chart with a set-up of `ci/`, then values over it. Raises RefusedError with helm's words."""
    return _render(json.dumps(values or {}), arguments, set_up)


@functools.cache
def _render(values: str, arguments: Sequence[str], set_up: str | None) -> Rendered:
    said = run("template", RELEASE, *_values(set_up), *arguments, stdin=values)
    return Rendered(tuple(each for each in yaml.load_all(said, Loader=yaml.CSafeLoader) if each))


def notes(set_up: str) -> str:
    """Return what an operator reads after the installation."""
    said = run("install", RELEASE, "--dry-run=client", *_values(set_up))
    return said.partition("NOTES:")[2]


def lint(set_up: str) -> None:
    """Lint, strictly. Raises RefusedError."""
    run("lint", "--strict", *_values(set_up), named=False)


def _values(set_up: str | None) -> list[str]:
    return ["--values", str(CHART / "ci" / f"{set_up}-values.yaml")] if set_up else []


def run(command: str, *arguments: str, stdin: str = "{}", named: bool = True) -> str:
    """Run helm on the chart and return its output. Raises RefusedError."""
    release, rest = (arguments[:1], arguments[1:]) if named else ((), arguments)
    # No cluster of the developer's is looked into.
    environment = {**os.environ, "KUBECONFIG": os.devnull}
    words = [program(), command, *release, str(CHART), "--namespace", NAMESPACE, *rest, "--values", "-"]
    done = subprocess.run(
        words, input=stdin, capture_output=True, text=True, check=False, timeout=SECONDS, env=environment
    )
    if done.returncode:
        raise RefusedError(done.stderr + done.stdout)
    return done.stdout

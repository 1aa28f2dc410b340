"""The tool that builds and loads images, and the one that prepares a release's chart."""

from __future__ import annotations

import shutil
from pathlib import Path

import chart_release
import images
import pytest
import yaml
from support import helm

ROOT = Path(__file__).resolve().parents[3]


def test_the_images_are_those_that_the_chart_asks_for() -> None:
    pods = helm.render(set_up="sandbox").pods()
    asked = {container["image"] for _, pod in pods for container in pod["spec"]["containers"]}
    wanted = images.Wanted("", images.chart_version())
    assert asked == {wanted.name(service) for service in images.SERVICES}


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ("kind-trial", ["kind", "load", "image-archive", "--name", "trial"]),
        ("k3d-trial", ["k3d", "image", "import", "--cluster", "trial"]),
        ("minikube", ["minikube", "image", "load"]),
    ],
)
def test_the_context_says_how_images_are_loaded(context: str, words: list[str]) -> None:
    assert images.loader_of(context) == words


def test_a_cluster_elsewhere_is_told_to_push() -> None:
    with pytest.raises(images.ImagesError, match="PUSH=1"):
        images.loader_of("production")


@pytest.mark.parametrize("service", images.SERVICES)
def test_an_image_is_locked_to_the_versions_that_were_tested(service: str) -> None:
    def versions(name: str) -> set[str]:
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        return {line.split()[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}

    assert versions(service)
    assert versions(service) <= versions("dev")


def test_every_dependency_of_a_member_is_in_its_image() -> None:
    lock = (ROOT / "requirements" / "gateway.txt").read_text()
    assert "hikari==" in lock
    assert "grpcio==" in lock
    assert "pytest" not in lock
    assert "redis==" not in lock


def test_a_releases_chart_knows_where_its_images_are(tmp_path: Path) -> None:
    chart = tmp_path / "parley"
    shutil.copytree(helm.CHART, chart)
    chart_release.write(chart, "registry.example/parley", "1.2.3")
    metadata = yaml.safe_load((chart / "Chart.yaml").read_text())
    values = yaml.safe_load((chart / "values.yaml").read_text())
    assert (metadata["version"], metadata["appVersion"]) == ("1.2.3", "1.2.3")
    assert values["defaults"]["image"]["registry"] == "registry.example/parley"
    with pytest.raises(ValueError, match="another way"):
        chart_release.write(chart, "registry.example/parley", "1.2.3")


def test_only_the_executors_image_gets_the_claude_program_and_only_when_asked() -> None:
    asked, unasked = images.Wanted("", "1", claude=True), images.Wanted("", "1")
    told = {service: "--build-arg=CLAUDE=1" in asked.arguments(service) for service in images.SERVICES}
    assert told == {service: service == "executor" for service in images.SERVICES}
    assert not any("CLAUDE" in word for service in images.SERVICES for word in unasked.arguments(service))

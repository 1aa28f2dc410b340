"""The dashboards are fresh, complete and whole; what their figures say is proved in tests/telemetry."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import pytest
from support.dashboards import NAMES, PROJECT, Expression, dashboards, expressions, metrics, panels

ALL = dashboards()


@pytest.fixture(params=ALL)
def dashboard(request: pytest.FixtureRequest) -> Any:
    return ALL[request.param]


def test_the_committed_files_are_what_the_code_says() -> None:
    check = subprocess.run(
        [sys.executable, "tools/dashboards/generate.py", "--check"],
        cwd=PROJECT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert check.returncode == 0, check.stderr


def test_each_panel_says_what_it_is(dashboard: Any) -> None:
    for panel in panels(dashboard):
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]


def test_each_latency_shows_exemplars(dashboard: Any) -> None:
    times = [panel for panel in panels(dashboard) if panel["fieldConfig"]["defaults"]["unit"] == "s"]
    latencies = [panel for panel in times if panel["title"] != "Clocks"]
    assert latencies
    assert all(target["exemplar"] for panel in latencies for target in panel["targets"])


def test_each_panel_has_a_number_and_a_title_of_its_own(dashboard: Any) -> None:
    ids = [panel["id"] for panel in dashboard["panels"]]
    titles = [panel["title"] for panel in panels(dashboard)]
    assert len(ids) == len(set(ids))
    assert len(titles) == len(set(titles))


def test_no_panel_lies_on_another_or_beside_the_grid(dashboard: Any) -> None:
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    taken = [
        (x, y) for at in places for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(taken) == len(set(taken))
    assert {x for x, _ in taken} <= set(range(24))


@pytest.mark.parametrize("expression", expressions(), ids=lambda one: one.name)
def test_no_metric_is_unknown_and_every_selector_obeys_the_variables(expression: Expression) -> None:
    assert metrics(expression.expr)
    assert metrics(expression.expr) <= NAMES
    selectors = [part.split("}")[0] for part in expression.expr.split("{")[1:] if "=" in part.split("}")[0]]
    assert all(one.startswith('namespace=~"$namespace",job=~"$job"') for one in selectors)


def test_a_rate_or_a_total_reaches_as_far_as_grafana_says() -> None:
    for expression, function in itertools.product(expressions(), ("rate(", "increase(")):
        windows = expression.expr.count("[$__rate_interval]") + expression.expr.count("[$__range]")
        assert expression.expr.count(function) in {0, windows}, expression.name


def test_each_dashboard_can_be_pointed_at_any_prometheus(dashboard: Any) -> None:
    assert dashboard["schemaVersion"] == 42, "the schema of the pinned grafana-foundation-sdk"
    assert dashboard["editable"] is False
    named = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    assert list(named) == ["datasource", "tempo", "namespace", "job"]
    for name in ("namespace", "job"):
        assert named[name]["allValue"] == ".*", "holds also for what has no such label"
    sources = {target["datasource"]["uid"] for panel in panels(dashboard) for target in panel["targets"]}
    assert sources == {"${datasource}"}


def test_dashboards_have_different_names() -> None:
    assert len({one["uid"] for one in ALL.values()}) == len({one["title"] for one in ALL.values()}) == len(ALL) >= 2

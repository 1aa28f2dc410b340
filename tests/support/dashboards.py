"""The committed dashboards, read as Grafana reads them: panels, expressions, variables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parley_kit import semconv

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "charts" / "parley" / "files" / "dashboards"
NAMES = {value for name, value in vars(semconv).items() if name.isupper() and isinstance(value, str)}
_METRIC = re.compile(r"([A-Za-z_:][\w:]*)\{")
_PART = re.compile(r"_(bucket|count|sum)$")


@dataclass(frozen=True, slots=True)
class Expression:
    """One query of a panel."""

    dashboard: str
    panel: str
    ref: str
    expr: str
    exemplar: bool

    @property
    def name(self) -> str:
        """How tests call it; panels of a dashboard have titles of their own."""
        return f"{self.dashboard}/{self.panel}/{self.ref}"

    def asked(self, window: str, namespace: str = ".*", job: str = ".*") -> str:
        """Return it as Grafana sends it. window: of rates and of totals, such as 5s."""
        chosen = {"$__rate_interval": window, "$__range": window, "$namespace": namespace, "$job": job}
        expr = self.expr
        for variable, value in chosen.items():
            expr = expr.replace(variable, value)
        assert "$" not in expr, expr
        return expr


def dashboards() -> dict[str, Any]:
    """Return every dashboard by its file's name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def panels(dashboard: Mapping[str, Any]) -> list[Any]:
    """Return its panels, headings left out."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions() -> list[Expression]:
    """Return every query of every panel of every dashboard."""
    return [
        Expression(name, panel["title"], target["refId"], target["expr"], target["exemplar"])
        for name, dashboard in dashboards().items()
        for panel in panels(dashboard)
        for target in panel["targets"]
    ]


def metrics(expr: str) -> set[str]:
    """Return the names of an expression's metrics, without the parts of a histogram."""
    return {_PART.sub("", name) for name in _METRIC.findall(expr)}


def variables(dashboard: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield label, selector and name of each variable that asks Prometheus."""
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
            assert found is not None, variable
            yield found[2], found[1], variable["name"]


def links(dashboard: Mapping[str, Any]) -> Iterator[str]:
    """Yield the addresses that clicks on points lead to."""
    for panel in panels(dashboard):
        for link in panel["fieldConfig"]["defaults"].get("links", ()):
            yield link["url"]

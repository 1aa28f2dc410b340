"""Puts panels on the grid and everything else of a dashboard around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model
from panels import Panel
from variables import job, metrics_source, namespace, traces_source

WIDTH = 24
"""Columns of Grafana's grid."""
TAG = "parley"
LOW, HIGH = 4, 8
"""Heights: of a row of numbers, of a row of curves."""


@dataclass(frozen=True, slots=True)
class Line:
    """Panels side by side, as wide as each other, under one heading if it has one."""

    panels: Sequence[Panel]
    height: int = HIGH
    heading: str = ""


def dashboard(uid: str, title: str, description: str, shown: Sequence[Line]) -> model.Dashboard:
    """Return a dashboard that nobody edits by hand: the next version would undo it."""
    whole = build.Dashboard(title).uid(uid).description(description).tags([TAG]).readonly()
    whole = whole.time("now-1h", "now").refresh("30s").tooltip(model.DashboardCursorSync.CROSSHAIR)
    whole = whole.variables([metrics_source(), traces_source(), namespace(), job()]).annotations([]).link(_siblings())
    built = whole.build()
    built.panels = list(_placed(shown))
    return built


def _siblings() -> build.DashboardLink:
    """Lead to Parley's other dashboards, with the same time and choice."""
    link = build.DashboardLink("Parley").type(model.DashboardLinkType.DASHBOARDS).tags([TAG])
    # The library would hide it in a menu; whoever looks at one dashboard should see the others.
    return link.keep_time(True).include_vars(True).placement("")


def _placed(shown: Sequence[Line]) -> Iterator[model.Panel | model.RowPanel]:
    """Yield headings and panels from the top down, numbered from 1."""
    number = top = 0
    for line in shown:
        if line.heading:
            number += 1
            yield _heading(line.heading, number, top)
            top += 1
        for place, panel in zip(_places(line, top), line.panels, strict=True):
            number += 1
            yield panel.id(number).grid_pos(place).build()
        top += line.height


def _heading(title: str, number: int, top: int) -> model.RowPanel:
    return build.Row(title).id(number).grid_pos(model.GridPos(x=0, y=top, w=WIDTH, h=1)).build()


def _places(line: Line, top: int) -> Iterator[model.GridPos]:
    """Share the width; what does not divide goes to the last panel."""
    width = WIDTH // len(line.panels)
    for number in range(len(line.panels)):
        last = number == len(line.panels) - 1
        yield model.GridPos(x=number * width, y=top, w=WIDTH - number * width if last else width, h=line.height)

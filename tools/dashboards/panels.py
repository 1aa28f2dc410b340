"""The kinds of panel that Parley's dashboards use, each with its title, its description and its unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    heatmap,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders.dashboard import DashboardLink, ThresholdsConfig
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common as common_model
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat
from queries import Query
from variables import PROMETHEUS

NEWEST = "lastNotNull"


@dataclass(frozen=True, slots=True)
class About:
    """What every panel says of itself. unit: Grafana's id of it; description: what it tells, and when to worry."""

    title: str
    unit: str
    description: str


class Panel(Protocol):
    """A panel of any kind while it is made: what all builders of the library have, which has no class for it."""

    def title(self, title: str) -> Self:
        """Give it its title."""
        ...

    def description(self, description: str) -> Self:
        """Say what it tells."""
        ...

    def unit(self, unit: str) -> Self:
        """Give it its unit."""
        ...

    def datasource(self, datasource: common_model.DataSourceRef) -> Self:
        """Say whom it asks."""
        ...

    def with_target(self, target: Builder[Dataquery]) -> Self:
        """Add a query."""
        ...

    def id(self, id_val: int) -> Self:
        """Give it its number."""
        ...

    def grid_pos(self, grid_pos: model.GridPos) -> Self:
        """Give it its place."""
        ...

    def build(self) -> model.Panel:
        """Return it."""
        ...


Kind = TypeVar("Kind", bound=Panel)


def lines(about: About, *queries: Query, links: Sequence[DashboardLink] = (), stacked: bool = False) -> Panel:
    """Values over time."""
    panel = _begun(timeseries.Panel(), about, _targets(queries))
    panel = panel.legend(_legend()).tooltip(_tooltip()).fill_opacity(20 if stacked else 8).min(0)
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(common_model.StackingMode.NORMAL))
    return panel.data_links(list(links)) if links else panel


def number(about: About, query: Query) -> Panel:
    """One value, large."""
    return _number(about, query).color_mode(common_model.BigValueColorMode.NONE)


def promise(title: str, description: str, query: Query, goal: float) -> Panel:
    """A share that should reach a goal, with which its description ends: green from there on, red at twice the miss."""
    about = About(title, "percentunit", f"{description} Goal {goal * 100:g} %.")
    panel = _number(about, query).min(0).max(1).decimals(2).no_value("nothing yet")
    panel = panel.color_mode(common_model.BigValueColorMode.BACKGROUND)
    missed = goal - (1 - goal)
    return panel.thresholds(
        ThresholdsConfig()
        .mode(model.ThresholdsMode.ABSOLUTE)
        .steps(
            [
                model.Threshold(value=None, color="red"),
                model.Threshold(value=missed, color="orange"),
                model.Threshold(value=goal, color="green"),
            ]
        )
    )


def heat(about: About, query: Query) -> Panel:
    """How often which values were, over time: slow ones are seen that a quantile hides."""
    targets = [target.format(PromQueryFormat.HEATMAP) for target in _targets([query])]
    return (
        _begun(heatmap.Panel(), about, targets)
        .color(heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Oranges").steps(64))
        .y_axis(heatmap.YAxisConfig().unit(about.unit))
        .filter_values(heatmap.FilterValueRange().le(1e-9))
        .exemplars_color("rgba(80,160,255,0.9)")
    )


def bars(about: About, *queries: Query) -> Panel:
    """Values side by side."""
    return (
        _begun(bargauge.Panel(), about, _targets(queries))
        .min(0)
        .orientation(common_model.VizOrientation.HORIZONTAL)
        .display_mode(common_model.BarGaugeDisplayMode.BASIC)
        .reduce_options(common.ReduceDataOptions().calcs([NEWEST]))
    )


def states(about: About, query: Query) -> Panel:
    """Which of several states holds when: 1 where it does."""
    holds = model.ValueMap(
        options={
            "0": model.ValueMappingResult(text=" ", color="transparent", index=0),
            "1": model.ValueMappingResult(text="holds", color="blue", index=1),
        }
    )
    return (
        _begun(statetimeline.Panel(), about, _targets([query]))
        .mappings([holds])
        .legend(common.VizLegendOptions().show_legend(False))
    )


def rows(about: About, query: Query) -> Panel:
    """A table: a row a series."""
    targets = [target.format(PromQueryFormat.TABLE) for target in _targets([query])]
    left_out = model.DataTransformerConfig(
        id_val="organize", options={"excludeByName": {"Time": True}, "renameByName": {"Value": "number"}}
    )
    return _begun(table.Panel(), about, targets).with_transformation(left_out)


def _number(about: About, query: Query) -> stat.Panel:
    return (
        _begun(stat.Panel(), about, _targets([query]))
        .reduce_options(common.ReduceDataOptions().calcs([NEWEST]))
        .graph_mode(common_model.BigValueGraphMode.NONE if query.instant else common_model.BigValueGraphMode.AREA)
    )


def _begun(panel: Kind, about: About, targets: Sequence[prometheus.Dataquery]) -> Kind:
    """Say what it is and what it asks; all kinds of panel are begun in the same words."""
    panel = panel.title(about.title).description(about.description).unit(about.unit).datasource(PROMETHEUS)
    for target in targets:
        panel = panel.with_target(target)
    return panel


def _targets(queries: Sequence[Query]) -> list[prometheus.Dataquery]:
    return [_target(query, chr(ord("A") + number)) for number, query in enumerate(queries)]


def _target(query: Query, ref_id: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().ref_id(ref_id).datasource(PROMETHEUS).expr(query.expr)
    target = target.legend_format(query.legend or "__auto").exemplar(query.exemplar)
    return target.instant() if query.instant else target.range()


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(common_model.LegendDisplayMode.TABLE)
        .placement(common_model.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs([NEWEST, "max"])
    )


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(common_model.TooltipDisplayMode.MULTI)

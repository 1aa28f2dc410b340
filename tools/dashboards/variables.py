"""What is chosen at the top of a dashboard: the data sources, and whose figures are shown."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.common import DataSourceRef

from parley_kit import semconv

PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${datasource}")
ALL = model.VariableOption(text=["All"], value=["$__all"])


def metrics_source() -> build.DatasourceVariable:
    """Let any Prometheus be chosen."""
    return build.DatasourceVariable("datasource").label("Metrics").type("prometheus")


def traces_source() -> build.DatasourceVariable:
    """Let a Tempo be chosen; without one only the links to traces lead nowhere."""
    return build.DatasourceVariable("tempo").label("Traces").type("tempo")


def namespace() -> build.QueryVariable:
    """Let namespaces be chosen; a Prometheus outside Kubernetes knows none, and All shows everything."""
    return _labels("namespace", "Namespace", semconv.BUILD)


def job() -> build.QueryVariable:
    """Let scrape jobs be chosen, of the namespaces that are."""
    return _labels("job", "Job", f'{semconv.BUILD}{{namespace=~"$namespace"}}')


def _labels(label: str, title: str, selector: str) -> build.QueryVariable:
    query = f"label_values({selector}, {label})"
    return (
        build.QueryVariable(label)
        .label(title)
        .datasource(PROMETHEUS)
        .query({"query": query, "refId": f"variable-{label}"})
        .definition(query)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(ALL)
    )

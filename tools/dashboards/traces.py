"""Links from a figure to its traces. Exemplars need no link here: the data source leads them to theirs."""

from __future__ import annotations

import json
import re
from typing import Literal
from urllib.parse import quote

from grafana_foundation_sdk.builders.dashboard import DashboardLink

_VARIABLE = re.compile(r"%24%7B([\w.]+)%7D")


def search(title: str, attribute: str, value: str, *, scope: Literal["span", "event"] = "span") -> DashboardLink:
    """Return a link that looks in Tempo for spans with an attribute, or with an event that has it.

    The value may be one of Grafana's variables, such as the label that was clicked at.
    """
    return DashboardLink(title).url(_explore(f'{{ {scope}.{attribute} = "{value}" }}')).target_blank(True)


def _explore(query: str) -> str:
    source = {"type": "tempo", "uid": "${tempo}"}
    pane = {
        "datasource": "${tempo}",
        "queries": [{"refId": "A", "datasource": source, "queryType": "traceql", "query": query}],
        "range": {"from": "${__from}", "to": "${__to}"},
    }
    # Grafana fills in its variables only where they stand unquoted.
    panes = quote(json.dumps({"traces": pane}))
    return "/explore?schemaVersion=1&panes=" + _VARIABLE.sub(r"${\1}", panes)

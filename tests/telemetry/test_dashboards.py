"""Every expression of every panel, asked of a real Prometheus that scraped the real services, against what the sandbox
counted: one that is empty, that never moves or that says something else fails.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from support.dashboards import Expression, dashboards, expressions, links, variables
from support.proofs import Seen, Steady
from support.proved import PROOFS

ALL = {one.name: one for one in expressions()}
STEP_SECONDS = 1.0


@pytest.fixture(params=ALL)
def expression(request: pytest.FixtureRequest) -> Expression:
    return ALL[request.param]


def test_each_expression_has_a_proof() -> None:
    assert set(PROOFS) == set(ALL)


def test_it_says_what_the_sandbox_counted(expression: Expression, seen: Seen) -> None:
    PROOFS[expression.name](seen.evidence).check(expression, seen)


def test_it_moves_with_the_conversation(expression: Expression, seen: Seen) -> None:
    evidence = seen.evidence
    if isinstance(PROOFS[expression.name](evidence), Steady):
        return  # its proof is that it is gone when the services are
    moments = seen.prometheus.between(expression.asked("5s"), evidence.begin, evidence.end, STEP_SECONDS)
    values = {round(value, 6) for moment in moments for value in moment.values()}
    if expression.expr.endswith("> 0") and len(moments) < evidence.seconds // STEP_SECONDS:
        values.add(0.0)
    assert len(values) > 1, values


@pytest.mark.parametrize("name", [name for name, one in ALL.items() if one.exemplar])
def test_its_samples_lead_to_traces_that_exist(name: str, seen: Seen) -> None:
    evidence = seen.evidence
    found = seen.prometheus.exemplars(ALL[name].asked(seen.window), evidence.begin, evidence.end)
    traces = {exemplar["trace_id"] for exemplar in found}
    assert traces
    assert traces <= evidence.trace_ids


def test_it_obeys_the_choice_of_job_and_namespace(expression: Expression, seen: Seen) -> None:
    end = seen.evidence.end
    for choice in ({"job": "nobody"}, {"namespace": "nowhere"}):
        assert not seen.prometheus.at(expression.asked(seen.window, **choice), end)
    chosen = expression.asked(seen.window, job="parley-gateway|parley-cache|parley-executor|parley-monitor")
    assert seen.prometheus.at(chosen, end) == seen.at_end(expression)


@pytest.mark.parametrize("dashboard", dashboards().values(), ids=dashboards())
def test_variables_offer_what_there_is(dashboard: object, seen: Seen) -> None:
    assert isinstance(dashboard, dict)
    offered = {
        name: seen.prometheus.values(label, selector.replace("$namespace", ".*"))
        for label, selector, name in variables(dashboard)
    }
    assert offered == {
        "namespace": ["parley"],
        "job": ["parley-cache", "parley-executor", "parley-gateway", "parley-monitor"],
    }


def test_links_look_for_attributes_that_spans_have(seen: Seen) -> None:
    known = {f"span.{name}" for span in seen.evidence.spans for name in span.attributes}
    known |= {f"event.{name}" for span in seen.evidence.spans for event in span.events for name in event.attributes}
    asked = [
        re.findall(r"\{ ((?:span|event)\.[\w.]+) = ", unquote(url))
        for dashboard in dashboards().values()
        for url in links(dashboard)
    ]
    assert asked
    assert all(len(names) == 1 and set(names) <= known for names in asked)

"""PromQL, built from the names of `parley_kit.semconv`: no name of a metric is typed a second time.

Every selector asks for namespace and job, so that the variables of a dashboard hold for all of its panels. Counts over
the shown time use `$__range`, rates `$__rate_interval`, which Grafana fits to the step and the scrape interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

CHOSEN = 'namespace=~"$namespace",job=~"$job"'
"""What the variables choose; their "All" is .*, which also holds where Prometheus sets no namespace."""
STEP = "$__rate_interval"
SHOWN = "$__range"


@dataclass(frozen=True, slots=True)
class Query:
    """One expression of a panel. exemplar: its samples lead to traces; instant: only the newest value is asked for."""

    expr: str
    legend: str = ""
    exemplar: bool = False
    instant: bool = False

    def named(self, legend: str) -> Query:
        """Return it with a legend; {{label}} stands for a label's value."""
        return replace(self, legend=legend)


def series(metric: str, **labels: str) -> str:
    """Return a selector; a value with | in it is one of several."""
    chosen = (f'{name}{"=~" if "|" in value else "="}"{value}"' for name, value in labels.items())
    return f"{metric}{{{','.join((CHOSEN, *chosen))}}}"


def of(metric: str, part: str) -> str:
    """Return the name of a part of a histogram: bucket, count or sum."""
    return f"{metric}_{part}"


def rate(metric: str, *by: str, **labels: str) -> Query:
    """Events in a second, by these labels."""
    return Query(f"{_sum(by)}(rate({series(metric, **labels)}[{STEP}]))", _legend(by))


def gained(metric: str, *by: str, **labels: str) -> Query:
    """How much a counter of something other than events grew in each step, by these labels."""
    return Query(f"{_sum(by)}(increase({series(metric, **labels)}[{STEP}]))", _legend(by))


def steps(metric: str, *by: str, **labels: str) -> Query:
    """Events in each step, by these labels, without those of which there are none: for what should not happen."""
    return Query(f"{_sum(by)}(increase({series(metric, **labels)}[{STEP}])) > 0", _legend(by))


def total(metric: str, **labels: str) -> Query:
    """Events in the shown time."""
    return Query(_total(metric, **labels), instant=True)


def share(metric: str, *, of_these: dict[str, str], among: dict[str, str] | None = None) -> Query:
    """Of the events in the shown time, the share with these labels; 1 is all."""
    return replace(ratio(_total(metric, **of_these), _total(metric, **(among or {}))), instant=True)


def within(histogram: str, edge: str, **labels: str) -> Query:
    """Of all samples in the shown time, the share with these labels below a bucket's edge, as /metrics writes it."""
    below = _total(of(histogram, "bucket"), **labels, le=edge)
    return replace(ratio(below, _total(of(histogram, "count"))), instant=True)


def ratio(above: str, below: str) -> Query:
    """Return one sum over another; nothing where there is nothing to divide by."""
    return Query(f"{above} / ({below} > 0)")


def quantile(share_below: float, metric: str, *by: str, **labels: str) -> Query:
    """Return the time within which so large a share of the samples lies."""
    buckets = f"rate({series(of(metric, 'bucket'), **labels)}[{STEP}])"
    expr = f"histogram_quantile({share_below}, sum by ({', '.join((*by, 'le'))}) ({buckets}))"
    return Query(expr, _legend(by) or f"p{share_below * 100:.0f}", exemplar=True)


def heat(metric: str, **labels: str) -> Query:
    """Samples in each bucket and step."""
    buckets = series(of(metric, "bucket"), **labels)
    return Query(f"sum by (le) (increase({buckets}[{STEP}]))", "{{le}}", exemplar=True)


def summed(metric: str, *by: str) -> Query:
    """A gauge of which every instance shows its own part, by these labels."""
    return Query(f"{_sum(by)}({series(metric)})", _legend(by))


def farthest(metric: str) -> Query:
    """A gauge of which every instance shows its own, that should be 0: the value that is farthest from it, without its sign."""
    return Query(f"max(abs({series(metric)}))")


def highest(metric: str, *by: str, **labels: str) -> Query:
    """A gauge of which every instance shows the whole, as every monitor does."""
    return Query(f"max by ({', '.join(by)}) ({series(metric, **labels)})", _legend(by))


def instances(metric: str, *by: str) -> Query:
    """How many there are of each."""
    return Query(f"count by ({', '.join(by)}) ({series(metric)})", _legend(by), instant=True)


def _total(metric: str, **labels: str) -> str:
    return f"sum(increase({series(metric, **labels)}[{SHOWN}]))"


def _sum(by: tuple[str, ...]) -> str:
    return f"sum by ({', '.join(by)}) " if by else "sum"


def _legend(by: tuple[str, ...]) -> str:
    return " ".join(f"{{{{{label}}}}}" for label in by)

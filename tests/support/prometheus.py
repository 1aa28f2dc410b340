"""A real Prometheus on a free loopback port, with a folder of its own; one line says how to get it."""

from __future__ import annotations

import contextlib
import json
import math
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.redis_server import free_port

INSTALL = "apt-get install -y prometheus"
START_SECONDS = 20.0
SCRAPE_SECONDS = 1.0

Labels = frozenset[tuple[str, str]]
Snapshot = Mapping[Labels, float]
"""The value of each series at one time; what is not a number is left out."""


def needed() -> str:
    """Return the program's path, or skip with the line that installs it."""
    found = shutil.which("prometheus")
    if found is None:
        pytest.skip(f"prometheus is not installed: {INSTALL}")
    return found


@dataclass(frozen=True, slots=True)
class Target:
    """One page to scrape: host:port, the job it is of, and what discovery would say of it."""

    address: str
    job: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Asks one server."""

    url: str

    def ask(self, path: str, **query: Any) -> Any:
        """Return the data of an answer; an expression that is not understood is an AssertionError with the reason."""
        asked = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query, doseq=True)}"
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{query}: {error.read().decode()}") from None

    def at(self, expr: str, when: float) -> Snapshot:
        """Return what an expression is at a time (seconds since the epoch)."""
        return _numbers((one["metric"], one["value"]) for one in self.ask("query", query=expr, time=when)["result"])

    def between(self, expr: str, begin: float, end: float, step: float) -> list[Snapshot]:
        """Return what an expression is at each step."""
        series = self.ask("query_range", query=expr, start=begin, end=end, step=step)["result"]
        moments = sorted({moment for one in series for moment, _ in one["values"]})
        found: dict[float, dict[Labels, float]] = {moment: {} for moment in moments}
        for one in series:
            for moment, value in one["values"]:
                found[moment].update(_numbers([(one["metric"], (moment, value))]))
        return [found[moment] for moment in moments]

    def exemplars(self, expr: str, begin: float, end: float) -> list[Mapping[str, str]]:
        """Return the labels of the exemplars that an expression's samples carry."""
        series = self.ask("query_exemplars", query=expr, start=begin, end=end)
        return [exemplar["labels"] for one in series for exemplar in one["exemplars"]]

    def values(self, label: str, selector: str) -> list[str]:
        """Return what Grafana's label_values(selector, label) lists."""
        return list(self.ask(f"label/{label}/values", **{"match[]": selector}))

    def scraped_since(self, when: float) -> bool:
        """Whether every target was scraped after a time."""
        seen = self.at("min(timestamp(up))", time.time())
        return bool(seen) and min(seen.values()) > when

    def down(self) -> bool:
        """Whether no target answers any more."""
        return set(self.at("up", time.time()).values()) == {0.0}


def _numbers(pairs: Any) -> Snapshot:
    """Return label sets without the metric's name, with their values as numbers."""
    found = {
        frozenset((name, value) for name, value in labels.items() if name != "__name__"): float(sample[1])
        for labels, sample in pairs
    }
    return {labels: value for labels, value in found.items() if not math.isnan(value)}


@contextlib.contextmanager
def prometheus(folder: Path, targets: Sequence[Target]) -> Iterator[Prometheus]:
    """Scrape these targets every second, exemplars included."""
    port = free_port()
    config = folder / "prometheus.yml"
    config.write_text(json.dumps(_config(targets)))  # JSON is YAML
    command = [needed(), f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}", "--log.level=warn"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=exemplar-storage"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        server = Prometheus(f"http://127.0.0.1:{port}")
        _wait(lambda: _ready(server), process, folder / "log")
        yield server
    finally:
        process.kill()
        process.wait()


def _config(targets: Sequence[Target]) -> dict[str, Any]:
    jobs = [
        {"job_name": one.job, "static_configs": [{"targets": [one.address], "labels": dict(one.labels)}]}
        for one in targets
    ]
    interval = f"{SCRAPE_SECONDS:g}s"
    return {"global": {"scrape_interval": interval, "scrape_timeout": interval}, "scrape_configs": jobs}


def _ready(server: Prometheus) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{server.url}/-/ready", timeout=1) as answer:
        return bool(answer.status == 200)
    return False


def _wait(condition: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"prometheus is not ready: {log.read_text()}"
        time.sleep(0.05)

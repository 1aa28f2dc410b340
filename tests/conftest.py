"""What holds for every test: nothing is skipped where nothing may be."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

E2E = Path(__file__).parent / "e2e"

# No test asserts a time: a busy machine would fail it for nothing.
hypothesis.settings.register_profile("parley", deadline=None)
hypothesis.settings.load_profile("parley")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, a file stays together, and of whole systems there is one at a time."""
    if getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
        for item in items:
            systems = E2E in item.path.parents
            item.add_marker(pytest.mark.xdist_group("e2e" if systems else str(item.path)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where PARLEY_TEST_NO_SKIPS is set, as CI does."""
    report = yield
    if report.skipped and os.environ.get("PARLEY_TEST_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and here nothing may be: {report.longrepr}"
    return report

"""What holds for every test: nothing is skipped where nothing may be."""

from __future__ import annotations

import os
from collections.abc import Generator

import hypothesis
import pytest

# No test asserts a time: a busy machine would fail it for nothing.
hypothesis.settings.register_profile("parley", deadline=None)
hypothesis.settings.load_profile("parley")


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

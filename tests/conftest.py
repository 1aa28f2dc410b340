"""What holds for every test: what shares a process, and that nothing is skipped where nothing may be."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import PurePosixPath

import hypothesis
import pytest
from typing_extensions import override
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

E2E = "tests/e2e/"

# No test asserts a time: a busy machine would fail it for nothing.
hypothesis.settings.register_profile("parley", deadline=None)
hypothesis.settings.load_profile("parley")


class Together(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Where several processes share the tests, a file stays together, and so do the folders of whole systems.

    A module's fixtures are made once then, and there are never more than two whole systems at a time: one has a browser.
    """

    @override
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", maxsplit=1)[0]
        return str(PurePosixPath(file).parent) if file.startswith(E2E) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """Use it for every --dist."""
    return Together(config, log)


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

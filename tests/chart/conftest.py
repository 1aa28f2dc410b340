"""The chart's tests need helm; each renders it for real."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import helm


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two cores may be busy elsewhere; a rendering takes a tenth of a second when they are not."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(180))


@pytest.fixture(params=helm.SET_UPS)
def set_up(request: pytest.FixtureRequest) -> str:
    """Each set-up of charts/parley/ci."""
    return str(request.param)


@pytest.fixture
def rendered(set_up: str) -> helm.Rendered:
    """Its objects."""
    return helm.render(set_up=set_up)

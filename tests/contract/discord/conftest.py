import os
from pathlib import Path

import pytest
from support.openapi import OpenApi


@pytest.fixture(scope="session")
def openapi() -> OpenApi:
    path = os.environ.get("DISCORD_OPENAPI")
    if not path:
        pytest.skip("DISCORD_OPENAPI is not set to the path of Discord's OpenAPI document")
    return OpenApi(Path(path))

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Literal

import pytest
from pydantic import Field, SecretStr

from parley_kit.settings import ServiceSettings

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("configuration", PROJECT / "tools" / "configuration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "PAGE", tmp_path / "configuration.md")
    return module


class Toy(ServiceSettings, env_prefix="PARLEY_TOY_"):
    colour: Literal["red", "blue"] = Field("red", description="Its colour | or none.")
    key: SecretStr = Field(description="A key; a secret.")


def test_a_table_holds_name_default_and_meaning(tool: ModuleType) -> None:
    table = tool.section("monitor", Toy)
    assert "| `PARLEY_TOY_COLOUR` | `red` | Its colour \\| or none. One of `red`, `blue`. |" in table
    assert "| `PARLEY_TOY_KEY` | required | A key; a secret. |" in table
    assert "| `PARLEY_TOY_ADVERTISE` | unset |" in table


def test_a_page_that_is_not_what_the_settings_say_is_stale(tool: ModuleType) -> None:
    assert tool.main(["--check"]) == 1
    assert tool.main([]) == 0
    assert tool.main(["--check"]) == 0
    tool.PAGE.write_text(tool.PAGE.read_text() + "\n")
    assert tool.main(["--check"]) == 1


def test_every_program_has_its_table(tool: ModuleType) -> None:
    page = tool.render()
    for prefix in ("GATEWAY", "CACHE", "EXECUTOR", "MONITOR", "SANDBOX"):
        assert f"| `PARLEY_{prefix}_" in page

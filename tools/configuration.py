"""Write docs/configuration.md from the settings classes; with `--check`, say whether it is stale."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic_settings import BaseSettings

from parley_kit.settings import listing

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "configuration.md"
CLASSES = {
    "gateway": "parley_gateway.settings:GatewaySettings",
    "cache": "parley_cache.settings:CacheSettings",
    "executor": "parley_executor.settings:ExecutorSettings",
    "monitor": "parley_monitor.settings:MonitorSettings",
    "sandbox": "parley_sandbox.settings:EnvironmentSettings",
}
PROGRAMS = {name: f"parley-{name}" for name in CLASSES}
HEAD = """\
# Configuration

Everything is set by environment variables. Each program lists its own with `--help`, reports all faults together,
each with the variable's name, and then ends with exit code 2. An empty variable counts as unset. Secrets are never
shown.

This page is written by `make docs` from the settings classes; do not edit it.
"""


def main(arguments: list[str]) -> int:
    """Write the page or check it; return the exit code."""
    page = render()
    if "--check" not in arguments:
        PAGE.write_text(page, encoding="utf-8")
        print(f"docs: wrote {PAGE.relative_to(ROOT)}")
        return 0
    if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page:
        print(f"docs: {PAGE.relative_to(ROOT)} is stale; run `make docs`", file=sys.stderr)
        return 1
    return 0


def render() -> str:
    """Return the whole page."""
    sections = (section(name, settings_of(path)) for name, path in CLASSES.items())
    return "\n".join([HEAD, *sections])


def settings_of(path: str) -> type[BaseSettings]:
    """Import a class named as module:Class."""
    module, name = path.split(":")
    found: type[BaseSettings] = getattr(importlib.import_module(module), name)
    return found


def section(name: str, settings: type[BaseSettings]) -> str:
    """Return one program's table."""
    rows = [f"| `{variable}` | {default} | {meaning} |" for variable, default, meaning in entries(settings)]
    head = [f"## {name}", "", f"`{PROGRAMS[name]}`", "", "| variable | default | meaning |", "|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def entries(settings: type[BaseSettings]) -> Iterator[tuple[str, str, str]]:
    """Yield variable, default and meaning of each setting, as cells."""
    for (variable, default, description), field in zip(listing(settings), settings.model_fields.values(), strict=True):
        shown = default if default in {"unset", "required"} else f"`{default}`"
        yield variable, cell(shown), cell(f"{description}{choices(field.annotation)}")


def choices(annotation: object) -> str:
    """Return the sentence that lists what may be chosen; empty where anything may."""
    if get_origin(annotation) is not Literal:
        return ""
    return f" One of {', '.join(f'`{value}`' for value in get_args(annotation))}."


def cell(text: str) -> str:
    """Keep a text within its cell."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

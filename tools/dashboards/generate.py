"""Writes Parley's dashboards as Grafana's JSON into the chart; with `--check`, says which of them are stale.

`make dashboards` and `make dashboards-check`. A new dashboard is a module here and a line in DASHBOARDS.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import overview
import reply_life
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "charts" / "parley" / "files" / "dashboards"
DASHBOARDS: dict[str, Callable[[], Dashboard]] = {
    "overview": overview.dashboard,
    "reply-life": reply_life.dashboard,
}


def main(arguments: list[str]) -> int:
    """Write the files or check them; return the exit code."""
    wanted = {FOLDER / f"{name}.json": render(build()) for name, build in DASHBOARDS.items()}
    if "--check" in arguments:
        return check(wanted)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, content in wanted.items():
        path.write_text(content, encoding="utf-8")
        print(f"dashboards: wrote {path.relative_to(ROOT)}")
    return 0


def render(dashboard: Dashboard) -> str:
    """Return its JSON, the same for the same dashboard."""
    return json.dumps(dashboard, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def check(wanted: dict[Path, str]) -> int:
    """Say what is stale and what nobody generates."""
    stale = [path for path, content in wanted.items() if not path.is_file() or path.read_text("utf-8") != content]
    strange = sorted(set(FOLDER.glob("*.json")) - set(wanted))
    for path in stale:
        print(f"dashboards: {path.relative_to(ROOT)} is stale; run `make dashboards`", file=sys.stderr)
    for path in strange:
        print(f"dashboards: {path.relative_to(ROOT)} is not generated; remove it", file=sys.stderr)
    return 1 if stale or strange else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

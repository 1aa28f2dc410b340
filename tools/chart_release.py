"""Write a release's version and registry into the chart, for the package that others install. The tree stays without."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

CHART = Path(__file__).resolve().parents[1] / "charts" / "parley"
REGISTRY = (
    '    # -- The registry and path before the name; empty: the images are on the nodes already\n    registry: ""\n'
)


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registry", required=True, help="registry and path of the images")
    parser.add_argument("--version", required=True, help="of chart and images")
    given = parser.parse_args()
    write(CHART, given.registry, given.version)


def write(chart: Path, registry: str, version: str) -> None:
    """Change both files. Raises ValueError when they no longer look as they did."""
    metadata, values = chart / "Chart.yaml", chart / "values.yaml"
    versioned, count = re.subn(
        r"^(version|appVersion): .+$", rf"\1: {version}", metadata.read_text("utf-8"), flags=re.MULTILINE
    )
    text = values.read_text("utf-8")
    if count != len(("version", "appVersion")) or text.count(REGISTRY) != 1:
        raise ValueError("the chart's version or its image registry is written in another way now")
    metadata.write_text(versioned, "utf-8")
    values.write_text(text.replace(REGISTRY, REGISTRY.replace('""', registry)), "utf-8")


if __name__ == "__main__":
    main()

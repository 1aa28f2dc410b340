"""`make bench`: runs every benchmark, or those named, and writes one table; each file asks one question."""

from __future__ import annotations

import asyncio
import importlib
import sys
from pathlib import Path

from table import Row, as_markdown, write

HERE = Path(__file__).parent
NO_QUESTION = {
    "__main__",
    "table",
    "machine",
    "cache_stand",
    "executor_client",
    "executor_stand",
    "litellm_rival",
    "retention_rivals",
    "retention_traces",
    "standing",
    "typing_rival",
}


def questions(only: list[str]) -> list[str]:
    """Return the names of the benchmarks to run: all, or those that contain one of the words."""
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NO_QUESTION)
    return [name for name in names if not only or any(word in name for word in only)]


def main() -> int:
    """Measure and print; the exit code says only whether everything could be measured."""
    rows: list[Row] = []
    for name in questions(sys.argv[1:]):
        print(f"bench: {name}", flush=True)
        rows += asyncio.run(importlib.import_module(name).measure())
    write(rows, HERE.parent / "build")
    print(as_markdown(rows))
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())

"""Programs that go builds from a pinned version and runs; one line says how to get go."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALL = "no go: `apt-get install golang`"


def run(program: str, *arguments: str | Path) -> str:
    """Return what a program (package@version) says in the project's folder, or skip; where it fails, so does the test."""
    if shutil.which("go") is None:
        pytest.skip(INSTALL)
    done = subprocess.run(["go", "run", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

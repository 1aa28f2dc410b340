"""Generates protos/gen from the .proto files; with --check, says whether what is committed is fresh.

The package path is the folder path is the Python import path, so no generated import needs a patch.
"""

from __future__ import annotations

import filecmp
import shutil
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

ROOT = Path(__file__).parent
GENERATED = ROOT / "gen"


def generate(into: Path) -> None:
    """Run protoc with the plugins for messages, stubs and their types. Raises CalledProcessError."""
    protos = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("parley/**/*.proto"))
    well_known = resources.files("grpc_tools") / "_proto"
    scripts = Path(sys.executable).parent
    subprocess.run(
        [
            sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT}", f"-I{well_known}",
            f"--plugin=protoc-gen-mypy={scripts / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={scripts / 'protoc-gen-mypy_grpc'}",
            f"--python_out={into}", f"--grpc_python_out={into}",
            f"--mypy_out=quiet:{into}", f"--mypy_grpc_out=quiet,only_async:{into}",
            *protos,
        ],
        check=True,
    )  # fmt: skip
    (into / "parley" / "py.typed").touch()


def stale(fresh: Path) -> list[str]:
    """Name the files that differ between what is committed and `fresh`."""
    made = {str(path.relative_to(fresh)) for path in fresh.rglob("*") if path.is_file()}
    kept = {str(p.relative_to(GENERATED)) for p in GENERATED.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    differing = {name for name in made & kept if not filecmp.cmp(fresh / name, GENERATED / name, shallow=False)}
    return sorted((made ^ kept) | differing)


def main() -> int:
    """Generate, or check with --check; the exit code is 1 when something is stale."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        generate(fresh)
        if "--check" in sys.argv:
            names = stale(fresh)
            print("\n".join(["stale: run `make protos`", *names]) if names else "protos/gen is fresh")
            return 1 if names else 0
        shutil.rmtree(GENERATED, ignore_errors=True)
        shutil.copytree(fresh, GENERATED)
    return 0


if __name__ == "__main__":
    sys.exit(main())

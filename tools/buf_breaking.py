"""Check that the contract breaks nobody: the protos as they are here against those that others have.

Others have what `main` had where this branch left it; on `main` itself, which is what CI clones, what was there
one commit before. Where there is no such commit, or it has no protos, there is nobody to break.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUF = Path(sys.executable).parent / "buf"
BRANCHES = ("refs/heads/main", "refs/remotes/origin/main")


def main() -> int:
    """Return buf's exit code; 0 where there is nothing to compare with."""
    commit = base()
    if commit is None:
        print("protos: no earlier commit of main in this clone; nothing to compare with")
        return 0
    kept = [path for path in ("buf.yaml", "protos") if git("ls-tree", "--name-only", commit, "--", path)]
    if not any(path.endswith(".proto") for path in git("ls-tree", "-r", "--name-only", commit, "--", "protos").split()):
        print(f"protos: {commit[:12]} has none; nothing to compare with")
        return 0
    return compare(commit, kept)


def base() -> str | None:
    """Return the commit whose protos others have, if this clone holds it."""
    head = git("rev-parse", "--verify", "--quiet", "HEAD")
    branch = next((found for name in BRANCHES if (found := git("rev-parse", "--verify", "--quiet", name))), "")
    shared = git("merge-base", head, branch) if head and branch else ""
    if shared == head:
        shared = git("rev-parse", "--verify", "--quiet", "HEAD^")
    return shared or None


def compare(commit: str, paths: list[str]) -> int:
    """Let buf compare the working tree with a commit."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "before.tar"
        git("archive", "--format=tar", f"--output={archive}", commit, "--", *paths)
        against = str(archive) if "buf.yaml" in paths else f"{archive}#subdir=protos"
        code = subprocess.run([BUF, "breaking", ".", "--against", against], cwd=ROOT, check=False).returncode
    print(f"protos: {'break' if code else 'compatible with'} {commit[:12]}")
    return code


def git(*arguments: str) -> str:
    """Return what git says; nothing when it fails, as it does outside a repository or for an unknown name."""
    ran = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S607 — the developer's own git
    return ran.stdout.strip() if ran.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main())

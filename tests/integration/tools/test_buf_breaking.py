from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
PROTO = "protos/parley/toy/v1/toy.proto"
BEFORE = 'syntax = "proto3";\npackage parley.toy.v1;\nmessage Toy {\n  string name = 1;\n  string colour = 2;\n}\n'
GROWN = BEFORE.replace("}", "  string size = 3;\n}")
BROKEN = BEFORE.replace("  string colour = 2;\n", "")


class Clone:
    """A repository with the tool in it and a contract of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "tools").mkdir(parents=True)
        shutil.copy(PROJECT / "tools" / "buf_breaking.py", root / "tools")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("commit", "--quiet", "--allow-empty", "-m", "start")

    def git(self, *arguments: str) -> None:
        who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *arguments], cwd=self.root, check=True, capture_output=True)

    def write(self, proto: str) -> None:
        file = self.root / PROTO
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(proto)
        shutil.copy(PROJECT / "buf.yaml", self.root)

    def commit(self, proto: str) -> None:
        self.write(proto)
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", "protos")

    def check(self) -> tuple[int, str]:
        ran = subprocess.run(
            [sys.executable, "tools/buf_breaking.py"], cwd=self.root, check=False, capture_output=True, text=True
        )
        return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone")


@pytest.mark.parametrize(("change", "code"), [(GROWN, 0), (BROKEN, 100)])
def test_a_branch_is_compared_with_main(clone: Clone, change: str, code: int) -> None:
    clone.commit(BEFORE)
    clone.git("switch", "--quiet", "--create", "work")
    clone.commit(BEFORE + "message First {}\n")
    clone.commit(change)
    assert clone.check()[0] == code


@pytest.mark.parametrize(("change", "code"), [(GROWN, 0), (BROKEN, 100)])
def test_a_submitted_main_is_compared_with_its_parent(clone: Clone, change: str, code: int) -> None:
    clone.commit(BEFORE)
    clone.commit(change)
    assert clone.check()[0] == code


def test_a_break_that_is_not_committed_is_found(clone: Clone) -> None:
    clone.commit(BEFORE)
    clone.commit(GROWN)
    clone.write(BROKEN)
    code, said = clone.check()
    assert code == 100
    assert "colour" in said


def test_what_main_gained_meanwhile_is_no_break(clone: Clone) -> None:
    clone.commit(BEFORE)
    clone.git("branch", "work")
    clone.commit(GROWN)
    clone.git("switch", "--quiet", "work")
    clone.commit(BEFORE + "message Second {}\n")
    assert clone.check()[0] == 0


def test_the_first_protos_break_nobody(clone: Clone) -> None:
    clone.commit(BEFORE)
    code, said = clone.check()
    assert code == 0
    assert "nothing to compare with" in said


def test_a_clone_of_one_commit_says_so_and_passes(clone: Clone, tmp_path: Path) -> None:
    clone.commit(BEFORE)
    clone.commit(BROKEN)
    shallow = tmp_path / "shallow"
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", f"file://{clone.root}", str(shallow)], check=True, capture_output=True
    )
    clone.root = shallow
    code, said = clone.check()
    assert (code, "nothing to compare with" in said) == (0, True)


def test_a_clone_without_main_says_so_and_passes(clone: Clone) -> None:
    clone.commit(BEFORE)
    clone.git("branch", "--move", "work")
    code, said = clone.check()
    assert (code, "nothing to compare with" in said) == (0, True)

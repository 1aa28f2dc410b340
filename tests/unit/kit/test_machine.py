from __future__ import annotations

import os
from pathlib import Path

import pytest

from parley_kit.cgroup import ControlGroup
from parley_kit.machine import machine


def group(tmp_path: Path, membership: str, folder: str, **files: str) -> ControlGroup:
    """A control group with these files; __ in a name stands for a dot."""
    place = tmp_path / "mount" / folder
    place.mkdir(parents=True)
    (place / "cgroup.procs").write_text("1\n")
    for name, text in files.items():
        (place / name.replace("__", ".")).write_text(text)
    (tmp_path / "membership").write_text(membership)
    return ControlGroup(tmp_path / "membership", tmp_path / "mount")


def test_what_a_group_allows_bounds_what_the_machine_has(tmp_path: Path) -> None:
    here = machine(group(tmp_path, "0::/pod\n", "pod", cpu__max="25000 100000\n", memory__max="1000000\n"))
    assert (here.cores, here.memory_bytes) == (0.25, 1_000_000)


def test_version_1_tells_its_quota_in_two_files(tmp_path: Path) -> None:
    here = group(tmp_path, "3:cpu:/pod\n", "cpu/pod", cpu__cfs_quota_us="150000\n", cpu__cfs_period_us="100000\n")
    assert here.cpu_limit() == 1.5


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"cpu__max": "max 100000\n", "memory__max": "max\n"},
        {"cpu__max": "\n", "memory__max": "\n"},
        {"cpu__max": "5 0\n"},
        {"cpu__cfs_quota_us": "-1\n", "cpu__cfs_period_us": "100000\n"},
    ],
)
def test_without_a_limit_it_is_the_machines(tmp_path: Path, files: dict[str, str]) -> None:
    here = machine(group(tmp_path, "0::/pod\n", "pod", **files))
    assert here.cores == len(os.sched_getaffinity(0))
    assert here.memory_bytes == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def test_this_machine_has_something() -> None:
    here = machine()
    assert here.cores > 0
    assert here.memory_bytes is None or here.memory_bytes > 0

from __future__ import annotations

from pathlib import Path

import pytest

from parley_kit.cgroup import ControlGroup
from parley_kit.clock import ManualClock
from parley_monitor.samplers.cgroup import CgroupSampler
from parley_monitor.samplers.port import Sample
from parley_monitor.samplers.process import ProcessSampler

MEBIBYTE = 1024 * 1024


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def group(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup.procs").write_text("1\n")
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def sampler(clock: ManualClock, tmp_path: Path, membership: str) -> CgroupSampler:
    (tmp_path / "membership").write_text(membership)
    return CgroupSampler(clock, ControlGroup(tmp_path / "membership", tmp_path / "mount"))


async def test_version_2_is_read_whole(clock: ManualClock, tmp_path: Path) -> None:
    folder = group(
        tmp_path / "mount" / "pod",
        memory__current=f"{64 * MEBIBYTE}\n",
        memory__max=f"{256 * MEBIBYTE}\n",
        memory__pressure="some avg10=12.50 avg60=1.00 avg300=0.00 total=9\nfull avg10=2.00 avg60=0 avg300=0 total=1\n",
        cpu__stat="usage_usec 1000000\nuser_usec 1\n",
    )
    reading = sampler(clock, tmp_path, "0::/pod\n")
    assert reading.sample().cpu_cores is None
    await clock.advance(2)
    (folder / "cpu.stat").write_text("usage_usec 2000000\nuser_usec 1\n")
    sample = reading.sample()
    assert sample == Sample(64 * MEBIBYTE, 256 * MEBIBYTE, cpu_cores=0.5, memory_stall=0.125)
    assert sample.memory_share == 0.25


async def test_version_1_is_read_where_its_hierarchies_are(clock: ManualClock, tmp_path: Path) -> None:
    group(
        tmp_path / "mount" / "memory" / "pod",
        memory__usage_in_bytes="1000\n",
        memory__limit_in_bytes=f"{1 << 62}\n",
    )
    folder = group(tmp_path / "mount" / "cpuacct" / "pod", cpuacct__usage="0\n")
    reading = sampler(clock, tmp_path, "4:memory:/pod\n3:cpu,cpuacct:/pod\n1:name=systemd:/\n")
    reading.sample()
    await clock.advance(1)
    (folder / "cpuacct.usage").write_text("250000000\n")
    assert reading.sample() == Sample(memory_bytes=1000, cpu_cores=0.25)


def test_a_container_of_version_1_finds_its_group_at_the_mount_itself(clock: ManualClock, tmp_path: Path) -> None:
    group(tmp_path / "mount" / "memory", memory__usage_in_bytes="7\n")
    assert sampler(clock, tmp_path, "4:memory:/the/host/says\n").sample() == Sample(memory_bytes=7)


def test_a_missing_file_leaves_its_figure_out(clock: ManualClock, tmp_path: Path) -> None:
    group(tmp_path / "mount" / "pod", memory__current="7\n")
    sample = sampler(clock, tmp_path, "0::/pod\n").sample()
    assert sample == Sample(memory_bytes=7)
    assert sample.memory_share is None


@pytest.mark.parametrize("text", ["", "max\n", "many\n"])
def test_what_is_no_number_is_no_figure(clock: ManualClock, tmp_path: Path, text: str) -> None:
    group(tmp_path / "mount" / "pod", memory__max=text, memory__pressure=text, cpu__stat=text, memory__current=text)
    assert sampler(clock, tmp_path, "0::/pod\n").sample() == Sample()


@pytest.mark.parametrize("membership", ["", "nonsense\n", "0::/elsewhere\n"])
def test_without_a_group_nothing_is_claimed(clock: ManualClock, tmp_path: Path, membership: str) -> None:
    (tmp_path / "mount").mkdir()
    assert sampler(clock, tmp_path, membership).sample() == Sample()


def test_without_a_membership_file_nothing_is_claimed(clock: ManualClock, tmp_path: Path) -> None:
    assert CgroupSampler(clock, ControlGroup(tmp_path / "none", tmp_path)).sample() == Sample()


def test_a_process_knows_its_memory_and_its_work() -> None:
    process = ProcessSampler()
    sum(n * n for n in range(200_000))
    sample = process.sample()
    assert sample.memory_bytes is not None
    assert sample.memory_bytes > 5 * MEBIBYTE
    assert sample.cpu_cores is not None
    assert sample.cpu_cores > 0


async def test_this_machine_can_be_read(clock: ManualClock) -> None:
    here = CgroupSampler(clock)
    here.sample()
    await clock.advance(1)
    sample = here.sample()
    figures = (sample.memory_bytes, sample.memory_limit_bytes, sample.cpu_cores, sample.memory_stall)
    assert all(figure is None or figure >= 0 for figure in figures)

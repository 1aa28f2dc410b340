"""This process's control group, version 2 or 1: memory used and allowed, cores used, memory pressure.

What the kernel writes: https://docs.kernel.org/admin-guide/cgroup-v2.html and cgroup-v1/memory.html. Pressure is
read from the group's own file only; /proc/pressure would be the whole node's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from typing_extensions import override

from parley_kit.clock import Clock
from parley_monitor.samplers.port import Sample, Sampler

NANOSECONDS = 1e9
MICROSECONDS = 1e6
ANY = ""  # version 2 has one hierarchy for every controller
UNLIMITED = 1 << 60  # version 1 writes the largest page-aligned number where there is no limit

T = TypeVar("T")


class CgroupSampler(Sampler):
    """Reads the group's files; a missing file leaves its figure out.

    membership: the file that names this process's groups; mount: where the hierarchies are mounted.
    """

    def __init__(
        self, clock: Clock, *, membership: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")
    ) -> None:
        self._clock = clock
        self._folders = dict(_folders(membership, mount))
        self._last: tuple[float, float] | None = None

    @override
    def sample(self) -> Sample:
        limit = self._read("memory", _number, "memory.max", "memory.limit_in_bytes")
        return Sample(
            memory_bytes=self._read("memory", _number, "memory.current", "memory.usage_in_bytes"),
            memory_limit_bytes=limit if limit is not None and limit < UNLIMITED else None,
            cpu_cores=self._cores(),
            memory_stall=self._read("memory", _some_avg10, "memory.pressure"),
        )

    def _cores(self) -> float | None:
        used = self._cpu_seconds()
        if used is None:
            return None
        now, last = self._clock.monotonic(), self._last
        self._last = (now, used)
        if last is None or now <= last[0]:
            return None
        return max(0.0, used - last[1]) / (now - last[0])

    def _cpu_seconds(self) -> float | None:
        microseconds = self._read("cpu", _usage_usec, "cpu.stat")
        if microseconds is not None:
            return microseconds / MICROSECONDS
        nanoseconds = self._read("cpuacct", _number, "cpuacct.usage")
        return None if nanoseconds is None else nanoseconds / NANOSECONDS

    def _read(self, controller: str, parse: Callable[[str], T | None], *names: str) -> T | None:
        folders = [self._folders[key] for key in (ANY, controller) if key in self._folders]
        readings = (_parsed(folder / name, parse) for folder in folders for name in names)
        return next((reading for reading in readings if reading is not None), None)


def _folders(membership: Path, mount: Path) -> Iterator[tuple[str, Path]]:
    """Yield (controller, folder) of each hierarchy that this process is in and whose folder can be seen."""
    for line in _lines(membership):
        _, controllers, group = line.split(":", 2)
        for controller in controllers.split(","):
            tops = (mount / controller,) if controller else (mount, mount / "unified")
            # inside a container version 1 tells the host's path, while the mount shows the container's group itself
            places = [top / group.lstrip("/") for top in tops] + [top for top in tops if controller]
            folder = next((place for place in places if _is_group(place)), None)
            if folder is not None:
                yield controller, folder


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text().splitlines() if line.count(":") >= 2]  # noqa: PLR2004 — id:controllers:group
    except OSError:
        return []


def _is_group(folder: Path) -> bool:
    return (folder / "cgroup.procs").is_file()


def _parsed(file: Path, parse: Callable[[str], T | None]) -> T | None:
    try:
        return parse(file.read_text())
    except (OSError, ValueError):
        return None


def _number(text: str) -> int | None:
    """Read one number; version 2 writes `max` for none."""
    return None if text.strip() == "max" else int(text)


def _usage_usec(text: str) -> int | None:
    """Find `usage_usec` in cpu.stat."""
    pairs = (line.split() for line in text.splitlines())
    return next((int(pair[1]) for pair in pairs if pair[0] == "usage_usec"), None)


def _some_avg10(text: str) -> float | None:
    """Find the share of `some` over ten seconds in a pressure file, given there in percent."""
    some = next((line for line in text.splitlines() if line.startswith("some ")), "")
    fields = dict(field.split("=", 1) for field in some.split()[1:])
    return float(fields["avg10"]) / 100 if "avg10" in fields else None

"""This process's control group, version 2 or 1: memory used and allowed, cores used and allowed, memory pressure.

What the kernel writes: https://docs.kernel.org/admin-guide/cgroup-v2.html and cgroup-v1/memory.html. Pressure is
read from the group's own file only; /proc/pressure would be the whole node's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

NANOSECONDS = 1e9
MICROSECONDS = 1e6
ANY = ""  # version 2 has one hierarchy for every controller
UNLIMITED = 1 << 60  # version 1 writes the largest page-aligned number where there is no limit

T = TypeVar("T")


class ControlGroup:
    """Reads the group's files; a figure is None where its file is missing or says that there is no limit.

    membership: the file that names this process's groups; mount: where the hierarchies are mounted.
    """

    def __init__(self, membership: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")) -> None:
        self._folders = dict(_folders(membership, mount))

    def memory_bytes(self) -> int | None:
        """Memory in use, in bytes."""
        return self._read("memory", _number, "memory.current", "memory.usage_in_bytes")

    def memory_limit_bytes(self) -> int | None:
        """Memory that is allowed, in bytes."""
        limit = self._read("memory", _number, "memory.max", "memory.limit_in_bytes")
        return limit if limit is not None and limit < UNLIMITED else None

    def memory_stall(self) -> float | None:
        """The share of the last ten seconds (0 to 1) in which something waited for memory."""
        return self._read("memory", _some_avg10, "memory.pressure")

    def cpu_seconds(self) -> float | None:
        """Processor time used so far, in seconds."""
        microseconds = self._read("cpu", _usage_usec, "cpu.stat")
        if microseconds is not None:
            return microseconds / MICROSECONDS
        nanoseconds = self._read("cpuacct", _number, "cpuacct.usage")
        return None if nanoseconds is None else nanoseconds / NANOSECONDS

    def cpu_limit(self) -> float | None:
        """Cores that are allowed; 0.5 is half of one."""
        cores = self._read("cpu", _quota, "cpu.max")
        if cores is not None:
            return cores
        quota = self._read("cpu", _number, "cpu.cfs_quota_us")  # -1: no limit
        period = self._read("cpu", _number, "cpu.cfs_period_us")
        return quota / period if quota is not None and quota > 0 and period else None

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


def _quota(text: str) -> float | None:
    """Read cpu.max: microseconds of processor time, and in how many microseconds; `max` for no limit."""
    quota, _, period = text.strip().partition(" ")
    return None if quota == "max" or not int(period) else int(quota) / int(period)


def _usage_usec(text: str) -> int | None:
    """Find `usage_usec` in cpu.stat."""
    pairs = (line.split() for line in text.splitlines())
    return next((int(pair[1]) for pair in pairs if pair[0] == "usage_usec"), None)


def _some_avg10(text: str) -> float | None:
    """Find the share of `some` over ten seconds in a pressure file, given there in percent."""
    some = next((line for line in text.splitlines() if line.startswith("some ")), "")
    fields = dict(field.split("=", 1) for field in some.split()[1:])
    return float(fields["avg10"]) / 100 if "avg10" in fields else None

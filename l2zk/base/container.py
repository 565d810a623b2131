"""The limits of the container that a process runs in: memory and processors, from the control groups of Linux.

    limit = the least that the process's own group says, or any group above it

Version 2 has one tree of groups, version 1 one for each controller; both may be mounted at once. A group is a folder; a
file of it that is missing or cannot be understood sets no limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

USUAL = "/sys/fs/cgroup"
"""The usual mount point of groups, tried even if the system does not list its mounts."""

UNBOUNDED = 2**60
"""Bounds from here on mean none: version 1 writes nearly 2^63 bytes."""

PERIOD = 100_000
"""Microseconds of the period where a quota stands alone."""


@dataclass(frozen=True)
class Limits:
    """Bytes of memory, and processors by quota, which may be a fraction; None for no limit."""

    memory: int | None = None
    processors: float | None = None


@dataclass(frozen=True)
class _Mount:
    """A tree of groups: the folder it is mounted at, which group is there, and its controllers; "" for version 2."""

    folder: PurePosixPath
    group: PurePosixPath
    controllers: frozenset[str]


def limits(system: Path = Path("/")) -> Limits:
    """The limits of this process, if `system` is the root of its files."""
    groups = _own_groups(_text(system / "proc/self/cgroup"))
    mounts = [*_mounts(_text(system / "proc/self/mountinfo")), *_usual_mounts()]
    memory: list[int] = []
    processors: list[float] = []
    for mount in mounts:
        for folder in _folders(system, mount, groups):
            if mount.controllers & {"", "memory"}:
                memory += _memory(folder)
            if mount.controllers & {"", "cpu"}:
                processors += _processors(folder)
    return Limits(min(memory, default=None), min(processors, default=None))


def _own_groups(text: str) -> dict[str, PurePosixPath]:
    """The group of each controller, from lines such as 4:cpu,cpuacct:/a/b and, of version 2, 0::/a/b."""
    found = re.findall(r"^\d+:([^:\n]*):(/.*)$", text, re.MULTILINE)
    return {controller: _absolute(path) for controllers, path in found for controller in controllers.split(",")}


def _mounts(text: str) -> Iterator[_Mount]:
    """The trees that are mounted, from lines such as `31 23 0:28 /a /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu`."""
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        places, kind = before.split(" "), after.split(" ")
        if len(places) < 6 or len(kind) < 3 or kind[0] not in ("cgroup", "cgroup2"):
            continue
        controllers = [""] if kind[0] == "cgroup2" else kind[2].split(",")
        group, folder = (re.sub(r"\\([0-7]{3})", _character, place) for place in places[3:5])
        if group.startswith("/") and folder.startswith("/"):
            yield _Mount(_absolute(folder), _absolute(group), frozenset(controllers))


def _absolute(path: str) -> PurePosixPath:
    """The path from the root; two strokes at its beginning, which a path may keep, are one."""
    return PurePosixPath("/" + path.lstrip("/"))


def _character(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 8))


def _usual_mounts() -> Iterator[_Mount]:
    root = PurePosixPath("/")
    for place, controllers in (
        (".", ["", "memory", "cpu"]),
        ("unified", [""]),
        ("memory", ["memory"]),
        *((folder, ["cpu"]) for folder in ("cpu", "cpu,cpuacct", "cpuacct,cpu")),
    ):
        yield _Mount(PurePosixPath(USUAL, place), root, frozenset(controllers))


def _folders(system: Path, mount: _Mount, groups: dict[str, PurePosixPath]) -> Iterator[Path]:
    """The folders of the process's own group and of those above it, as far as the mount shows them."""
    top = system / mount.folder.relative_to("/")
    for path in {groups[controller] for controller in mount.controllers if controller in groups} or {mount.group}:
        below = path.relative_to(mount.group) if path.is_relative_to(mount.group) else path.relative_to("/")
        inner = PurePosixPath(*[part for part in below.parts if part != ".."])
        for group in (inner, *inner.parents):
            yield top / group


def _memory(group: Path) -> list[int]:
    """The memory limits of a group, in bytes; version 1 also states that of the groups above, perhaps not mounted."""
    above = re.search(r"^hierarchical_memory_limit (\S+)$", _text(group / "memory.stat"), re.MULTILINE)
    said = [_text(group / "memory.max"), _text(group / "memory.limit_in_bytes"), above[1] if above else ""]
    return [bound for text in said for bound in _numbers(text, 1) if 0 < bound < UNBOUNDED]


def _processors(group: Path) -> list[float]:
    """The processors that a group allows: microseconds of processor time in a period, over the period."""
    text = _text(group / "cpu.max")
    both = _numbers(text, 2) or [*_numbers(text, 1), PERIOD]
    older = [*_numbers(_text(group / "cpu.cfs_quota_us"), 1), *_numbers(_text(group / "cpu.cfs_period_us"), 1)]
    return [pair[0] / pair[1] for pair in (both, older) if len(pair) == 2 and min(pair) > 0]


def _numbers(text: str, count: int) -> list[int]:
    """The numbers in a text, if there are exactly `count` of them; else none, as for "max 100000"."""
    words = text.split()
    return [int(word) for word in words] if len(words) == count and all(map(_is_number, words)) else []


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) <= 20


def _text(path: Path) -> str:
    """The first MiB of a file; empty if it cannot be read."""
    with suppress(OSError, ValueError), open(path, encoding="utf-8", errors="replace") as file:
        return file.read(1 << 20)
    return ""

"""The limits of a container: both versions of control groups, nested groups, no limits, and files that say nonsense."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import l2zk

from l2zk import TraceZkVm
from l2zk.base import resources
from l2zk.base.container import Limits, limits
from l2zk.base.resources import physical_memory, processors
from l2zk.errors import MemoryLimitError

MIB = 2**20
NO_BOUND = "9223372036854771712"
CHOSEN = "4:memory:/kube/pod\n1:cpu,cpuacct:/kube/pod\n0::/\n"


def tree(root: Path, files: dict[str, str]) -> Path:
    """A system's files: the groups of the process, and what its groups say, below sys/fs/cgroup."""
    for name, text in files.items():
        path = root / (name if name.startswith("proc/") else f"sys/fs/cgroup/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


VERSION_2 = {"proc/self/cgroup": "0::/a/b\n"}
VERSION_1 = {"proc/self/cgroup": CHOSEN}


@pytest.mark.parametrize(
    "files, expected",
    [
        ({}, Limits()),
        (
            {"proc/self/cgroup": "0::/\n", "memory.max": "268435456\n", "cpu.max": "150000 100000\n"},
            Limits(256 * MIB, 1.5),
        ),
        ({"memory.max": "268435456\n"}, Limits(256 * MIB, None)),
        ({**VERSION_2, "a/b/memory.max": "1048576", "memory.max": "max"}, Limits(MIB, None)),
        ({**VERSION_2, "a/b/memory.max": "max", "a/memory.max": "1048576"}, Limits(MIB, None)),
        ({**VERSION_2, "a/b/memory.max": "2097152", "a/memory.max": "1048576"}, Limits(MIB, None)),
        ({**VERSION_2, "a/b/cpu.max": "400000 100000", "a/cpu.max": "50000 100000"}, Limits(None, 0.5)),
        ({**VERSION_2, "a/b/cpu.max": "max 100000", "cpu.max": "200000"}, Limits(None, 2.0)),
        ({**VERSION_2, "a/b/c/memory.max": "1048576", "d/memory.max": "1048576"}, Limits()),
        ({"proc/self/cgroup": "0::/../outside\n", "memory.max": "1048576"}, Limits(MIB, None)),
        ({"proc/self/cgroup": "0::/a\n", "unified/a/memory.max": "1048576"}, Limits(MIB, None)),
        ({**VERSION_1, "memory/kube/pod/memory.limit_in_bytes": "1048576"}, Limits(MIB, None)),
        ({**VERSION_1, "memory/kube/memory.limit_in_bytes": "1048576"}, Limits(MIB, None)),
        ({**VERSION_1, "memory/memory.limit_in_bytes": "1048576"}, Limits(MIB, None)),
        ({**VERSION_1, "memory/kube/pod/memory.limit_in_bytes": NO_BOUND}, Limits()),
        ({**VERSION_1, "memory/memory.stat": "cache 5\nhierarchical_memory_limit 1048576\n"}, Limits(MIB, None)),
        ({**VERSION_1, "cpu/kube/pod/cpu.cfs_quota_us": "-1", "cpu/kube/pod/cpu.cfs_period_us": "100000"}, Limits()),
        (
            {**VERSION_1, "cpu/kube/pod/cpu.cfs_quota_us": "250000\n", "cpu/kube/pod/cpu.cfs_period_us": "100000\n"},
            Limits(None, 2.5),
        ),
        *(
            (
                {
                    "proc/self/cgroup": "1:cpu,cpuacct:/pod\n",
                    f"{folder}/pod/cpu.cfs_quota_us": "250000\n",
                    f"{folder}/cpu.cfs_quota_us": "-1\n",
                    f"{folder}/pod/cpu.cfs_period_us": "100000\n",
                },
                Limits(None, 2.5),
            )
            for folder in ("cpu,cpuacct", "cpuacct,cpu")
        ),
        ({"proc/self/cgroup": "0:://a\n", "a/memory.max": "1048576"}, Limits(MIB, None)),
    ],
)
def test_a_limit_is_the_least_of_the_groups_above(tmp_path: Path, files: dict[str, str], expected: Limits) -> None:
    assert limits(tree(tmp_path, files)) == expected


@pytest.mark.parametrize(
    "text", ["", "max", "-5", "0", "lots", "1 2 3", "1.5", "9" * 5000, "\N{ARABIC-INDIC DIGIT FIVE}", "\x00"]
)
@pytest.mark.parametrize(
    "name", ["memory.max", "cpu.max", "memory/memory.limit_in_bytes", "cpu/cpu.cfs_quota_us", "memory/memory.stat"]
)
def test_what_nobody_understands_is_no_limit(tmp_path: Path, name: str, text: str) -> None:
    assert limits(tree(tmp_path, {"proc/self/cgroup": "0::/\n", name: text})) == Limits()


@pytest.mark.parametrize(
    "text", ["", "::::", "0:", "nonsense\n\n", "0::relative", "-1::/a", "0::/a\x00b", "1:cpu\n", "\n" * 1000]
)
def test_a_list_of_groups_that_is_nonsense(tmp_path: Path, text: str) -> None:
    system = tree(tmp_path, {"proc/self/cgroup": text, "proc/self/mountinfo": text, "memory.max": "1048576"})
    assert limits(system) == Limits(MIB, None)


def test_bytes_that_are_no_text_and_folders_for_files(tmp_path: Path) -> None:
    system = tree(tmp_path, {"cpu.max": "100000 100000"})
    (system / "sys/fs/cgroup/memory.max").write_bytes(b"\xff\xfe\x00\x80")
    (system / "proc/self/cgroup").mkdir(parents=True)
    assert limits(system) == Limits(None, 1.0)


def test_groups_are_found_where_they_are_mounted(tmp_path: Path) -> None:
    """A container that sees a part of the tree: what is mounted is its own group, whose path is the machine's."""
    mounts = (
        "31 23 0:28 / /proc rw - proc proc rw\n"
        "40 23 0:39 /docker/abc /my\\040groups/mem ro,nosuid shared:7 - cgroup cgroup rw,memory\n"
        "41 23 0:40 / /two rw - cgroup2 cgroup rw\n"
    )
    system = tree(tmp_path, {"proc/self/cgroup": "3:memory:/docker/abc/inner\n0::/x\n", "proc/self/mountinfo": mounts})
    for name, text in {
        "my groups/mem/inner/memory.limit_in_bytes": "1048576",
        "two/x/cpu.max": "300000 100000",
    }.items():
        path = system / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    assert limits(system) == Limits(MIB, 3.0)


@pytest.mark.parametrize(
    "group, folder", [("a", "/g"), ("/", "g"), ("..", "/g"), ("nsfs:[1]", "mnt:[2]"), ("//", "//")]
)
def test_a_mount_that_nobody_understands_is_passed_over(tmp_path: Path, group: str, folder: str) -> None:
    line = f"40 23 0:39 {group} {folder} rw - cgroup2 cgroup rw\n"
    for path in ("0::/", "0::/a/b", "1:memory:/x", ""):
        system = tree(tmp_path, {"proc/self/cgroup": f"{path}\n", "proc/self/mountinfo": line})
        assert limits(system) == Limits()
        usual = tree(tmp_path, {"memory.max": "1048576"})
        assert limits(usual) == Limits(MIB, None)
        (usual / "sys/fs/cgroup/memory.max").unlink()


# What follows from them.


@pytest.mark.parametrize("quota, expected", [(0.1, 1), (1.0, 1), (1.5, 2), (2.0, 2), (64.0, 3), (None, 3)])
def test_a_quota_bounds_the_threads(monkeypatch: pytest.MonkeyPatch, quota: float | None, expected: int) -> None:
    monkeypatch.delenv(resources.VARIABLE, raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {1, 4, 5}, raising=False)
    monkeypatch.setattr(resources, "container", lambda: Limits(None, quota))
    assert TraceZkVm().threads == processors() == expected


def test_more_memory_than_the_container_may_use_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "container", lambda: Limits(MIB, None))
    assert physical_memory() == MIB
    with pytest.raises(
        MemoryLimitError, match="^1,048,577 bytes of memory are needed, but this container may use 1,048,576;"
    ):
        resources.require_memory(MIB + 1, None)
    resources.require_memory(MIB, None)
    resources.require_memory(MIB + 1, 2 * MIB)


def test_info_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("l2zk.cli.installation.container", lambda: Limits(MIB, 1.5))
    facts = json.loads(l2zk("info", "--json").stdout)
    assert facts["container"] == {"memory": MIB, "processors": 1.5} and facts["memory"] == physical_memory()
    assert "container         1.5 processors, 1,048,576 bytes\n" in l2zk("info").stdout
    monkeypatch.setattr("l2zk.cli.installation.container", Limits)
    assert "container         no limits\n" in l2zk("info").stdout


SCRIPT = """
mount -t tmpfs none /sys/fs/cgroup || exit 77
echo 268435456 > /sys/fs/cgroup/memory.max
echo "100000 100000" > /sys/fs/cgroup/cpu.max
exec "$0" -c 'from l2zk.base.resources import physical_memory, processors
print(processors(), physical_memory())'
"""


def test_the_files_of_this_system_are_read() -> None:
    """In a namespace of its own, where the system allows one; else the limits are at least those of this machine."""
    if shutil.which("unshare"):
        run = subprocess.run(["unshare", "-rm", "sh", "-c", SCRIPT, sys.executable], capture_output=True, text=True)
        assert run.returncode or run.stdout.split() == ["1", "268435456"]
    quota = limits().processors
    assert processors() <= (math.inf if quota is None else math.ceil(quota))

"""The tools of a release, without a compiler: what a wheel must hold, sums, dates of an sdist, where it is tried."""

import gzip
import io
import re
import tarfile
import zipfile
from pathlib import Path

import pytest
import trying
import wheels
from places import NATIVE, ROOT

MACHINES = {"X86_64": "x86_64", "ARM64": "aarch64"}  # setup.py's names


def sdist(folder: Path, *, at: int, owner: str, names: list[str]) -> Path:
    """An sdist of small files, as a machine would write it."""
    folder.mkdir()
    path = folder / "l2zk-1.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(f"l2zk-1/{name}")
            member.mtime, member.uname, member.uid, member.mode = at, owner, at % 7, 0o664 if at % 2 else 0o600
            member.size = len(name)
            archive.addfile(member, io.BytesIO(name.encode()))
    return path


def wheel(path: Path, content: bytes) -> Path:
    """A wheel whose extension has this content."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("l2zk/_core.abi3.so", content)
    return path


def test_a_platform_needs_the_kernels_that_setup_compiles_for_its_machine():
    sets = re.findall(r'^    Isa\("(\w+)", (\w+)', (ROOT / "setup.py").read_text(), re.MULTILINE)
    assert sets
    for one in wheels.PLATFORMS:
        compiled = {name for name, machines in sets if MACHINES[machines] == one.machine}
        assert one.kernels == compiled | {"portable"}, one.name


def test_every_kernel_has_a_platform():
    written = {path.stem.removeprefix("isa_") for path in NATIVE.glob("isa_*.h")}
    assert written == set().union(*(one.kernels for one in wheels.PLATFORMS))


def test_kernels_are_found_in_a_wheel_of_any_machine(tmp_path: Path):
    mark = b"\0l2zk kernels for avx2\0...l2zk kernels for portable\0 l2zk kernels for nothing"
    assert wheels.kernels(wheel(tmp_path / "a.whl", mark)) == {"avx2", "portable"}


def test_an_sdist_has_the_same_bytes_whoever_makes_it_and_when(tmp_path: Path):
    one = sdist(tmp_path / "one", at=1_700_000_000, owner="ada", names=["b.py", "a.py"])
    other = sdist(tmp_path / "other", at=1_800_000_001, owner="", names=["a.py", "b.py"])
    assert one.read_bytes() != other.read_bytes()
    settled = wheels.settled(one, 1_600_000_000)
    assert settled == wheels.settled(other, 1_600_000_000)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(settled))) as archive:
        assert {(member.name, member.mtime, member.mode) for member in archive} == {
            ("l2zk-1/a.py", 1_600_000_000, 0o644),
            ("l2zk-1/b.py", 1_600_000_000, 0o644),
        }


def test_sums_are_kept_of_files_that_are_there_and_other_bytes_are_told(tmp_path: Path, capsys):
    names = [tmp_path / "a.whl", tmp_path / "b.whl"]
    for name in names:
        name.write_text(name.name)
        wheels.write_sums([name], tmp_path)
    assert len((tmp_path / "SHA256SUMS").read_text().splitlines()) == 2
    assert wheels.compare(names, tmp_path) == 0
    names[0].write_text("other")
    assert wheels.compare(names, tmp_path) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == ["a.whl: OTHER BYTES", "b.whl: the same bytes"]
    names[0].unlink()
    wheels.write_sums(names[1:], tmp_path)
    assert (tmp_path / "SHA256SUMS").read_text().endswith("  b.whl\n")
    assert len((tmp_path / "SHA256SUMS").read_text().splitlines()) == 1


def test_every_python_that_can_take_the_wheel_is_found_once(tmp_path: Path, monkeypatch):
    for place, name in (
        ("a", "python3.11"),
        ("b", "python3.11"),
        ("b", "python3.9"),
        ("b", "python3.13"),
        ("b", "python3.12-config"),
    ):
        (tmp_path / place).mkdir(exist_ok=True)
        (tmp_path / place / name).touch()
    monkeypatch.setenv("PATH", f"{tmp_path / 'a'}:{tmp_path / 'b'}")
    assert trying.pythons() == [tmp_path / "a" / "python3.11", tmp_path / "b" / "python3.13"]


def test_a_wheel_that_ran_nowhere_is_said_to_be_built_only(tmp_path: Path, capsys):
    nowhere = wheel(tmp_path / "l2zk-1-cp311-abi3-musllinux_1_2_sparc64.whl", b"")
    assert trying.try_one(nowhere, trying.SYSTEMS) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "    built only: it has run nowhere"


def test_a_system_that_lacks_something_is_named_with_what_it_lacks(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    emulated = wheel(tmp_path / "l2zk-1-cp311-abi3-manylinux_2_17_aarch64.whl", b"")
    assert trying.try_one(emulated, trying.SYSTEMS) == 0
    assert "aarch64: NOT TRIED, qemu-aarch64-static is not on the path" in capsys.readouterr().out


def test_no_wheels_are_an_error(tmp_path: Path):
    with pytest.raises(SystemExit, match=r"has no such wheel"):
        trying.try_all(tmp_path, [], systems=False)

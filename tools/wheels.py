"""Makes the files of a release: the sdist, and from it a wheel for each platform of Linux; or tries such wheels.

    tools/wheels.py                        the sdist and all wheels, in dist/, with SHA256SUMS
    tools/wheels.py manylinux x86_64       the wheels whose platforms have these words in their names
    tools/wheels.py --again                once more, elsewhere: are the bytes those of SHA256SUMS?
    tools/wheels.py --try                  runs each wheel of dist/ wherever this machine can (tools/trying.py)
    tools/wheels.py --check                the wheel for this machine, in no folder, tried on its Pythons

The source is what git does not ignore, as it stands. The compiler is zig's clang, for each platform at its oldest libc.
It and the tools that check a wheel are installed at their versions ("wheels" in pyproject.toml) in an environment that
is removed afterwards. The Python that runs this gives the headers: a CPython for Linux, as its makers write it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import platform
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path
from shutil import copy2
from tempfile import TemporaryDirectory
from typing import NamedTuple

from trying import try_all

ROOT = Path(__file__).parents[1]
SUMS = "SHA256SUMS"
MARK = re.compile(rb"l2zk kernels for (\w+)\0")  # _native/kernels.c
FLAGS = (
    "-O3 -DNDEBUG -Wall"  # in place of those that this Python was compiled with, which differ from machine to machine
)


class Platform(NamedTuple):
    """A platform as wheels name it, the target of the compiler, and the sets that the kernels must be there for."""

    name: str
    target: str
    kernels: frozenset[str]

    @property
    def machine(self) -> str:
        return self.target.partition("-")[0]

    @property
    def libc(self) -> str:
        """The name of the libc on systems of musl, where zig writes libc.so; otherwise nothing."""
        return f"libc.musl-{self.machine}.so.1" if self.target.endswith("musl") else ""


X86_64 = frozenset({"portable", "avx2", "avx512"})
AARCH64 = frozenset({"portable", "neon"})
PLATFORMS = (
    Platform("manylinux_2_17_x86_64", "x86_64-linux-gnu.2.17", X86_64),
    Platform("manylinux_2_17_aarch64", "aarch64-linux-gnu.2.17", AARCH64),
    Platform("musllinux_1_2_x86_64", "x86_64-linux-musl", X86_64),
    Platform("musllinux_1_2_aarch64", "aarch64-linux-musl", AARCH64),
)


class Tools:
    """The environment in which all is built: its folder, and the variables of what runs in it."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False)
        self.bin = folder / "bin"
        pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["wheels"]
        run([sys.executable, "-m", "pip", "--python", self.bin / "python", "install", "--quiet", *pins])
        epoch = subprocess.check_output(["git", "log", "-1", "--format=%ct"], cwd=ROOT, text=True).strip()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "L2ZK", "LD"))}
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        self.variables = {**kept, "PATH": path, "SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": "0"}

    def run(self, *command: str | Path, at: Path, **variables: str) -> str:
        """Run a program of the environment; gives what it writes."""
        return run([self.bin / command[0], *command[1:]], cwd=at, env={**self.variables, **variables})

    def build(self, kind: str, source: Path, folder: Path, **variables: str) -> Path:
        """Build an "sdist" or a "wheel" of a source tree in a folder, by the hook that pip and build call."""
        script = f"from setuptools import build_meta; print(build_meta.build_{kind}({str(folder)!r}))"
        return folder / self.run("python", "-c", script, at=source, **variables).splitlines()[-1]


def run(command: list[str | Path], **settings: object) -> str:
    """What a program writes; where it fails, that goes with it."""
    done = subprocess.run(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **settings
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nfailed: {' '.join(map(str, command))}")
    return done.stdout


def make(platforms: Iterable[Platform], folder: Path) -> list[Path]:
    """The sdist and the wheels, in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place:
        work = Path(place)
        tools = Tools(work / "tools")
        sdist = make_sdist(tools, work, folder)
        made = [sdist]
        for one in platforms:
            made.append(make_wheel(tools, one, sdist, work / one.name, folder))
            print(f"{made[-1].name}: {made[-1].stat().st_size:,} bytes", flush=True)
        return made


def make_sdist(tools: Tools, work: Path, folder: Path) -> Path:
    """The sdist of what git does not ignore."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    source = work / "source"
    for name in subprocess.check_output(listing, cwd=ROOT, text=True).split("\0"):
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            copy2(ROOT / name, source / name)
    built = tools.build("sdist", source, work)
    (folder / built.name).write_bytes(settled(built, int(tools.variables["SOURCE_DATE_EPOCH"])))
    return folder / built.name


def settled(sdist: Path, epoch: int) -> bytes:
    """The sdist with one date and no owner, its files in order."""
    plain = io.BytesIO()
    with tarfile.open(sdist) as old, tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as new:
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = epoch, 0, 0, "", ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    return gzip.compress(plain.getvalue(), mtime=epoch)


def make_wheel(tools: Tools, wanted: Platform, sdist: Path, work: Path, folder: Path) -> Path:
    """The wheel for a platform, checked: its libc, the stable ABI, the kernels in it."""
    with tarfile.open(sdist) as archive:
        archive.extractall(work, filter="data")
    [source] = work.iterdir()
    compiler = f"{tools.bin / 'python'} -m ziglang cc -target {wanted.target}"
    host = {"_PYTHON_HOST_PLATFORM": f"linux-{wanted.machine}", "CFLAGS": FLAGS}
    built = tools.build("wheel", source, work, CC=compiler, LDSHARED=f"{compiler} -shared", **host)
    if wanted.libc:
        built = with_libc(tools, built, wanted, work)
    tools.run("auditwheel", "repair", "--plat", "auto", "--wheel-dir", work / "repaired", built, at=work)
    [wheel] = (work / "repaired").iterdir()
    if wanted.name not in wheel.name:
        sys.exit(f"{wheel.name} is not for {wanted.name}: it needs a newer libc")
    tools.run("abi3audit", "--strict", "--assume-minimum-abi3", "3.11", wheel, at=work)
    if kernels(wheel) != wanted.kernels:
        sys.exit(f"{wheel.name} has kernels for {sorted(kernels(wheel))}, not for {sorted(wanted.kernels)}")
    return Path(copy2(wheel, folder))


def with_libc(tools: Tools, wheel: Path, wanted: Platform, work: Path) -> Path:
    """The wheel, its extension asking for the libc by the name that it has on systems of musl."""
    tools.run("python", "-m", "wheel", "unpack", "--dest", work / "unpacked", wheel, at=work)
    [folder] = (work / "unpacked").iterdir()
    [extension] = folder.glob("l2zk/_core.*.so")
    tools.run("patchelf", "--replace-needed", "libc.so", wanted.libc, extension, at=work)
    (work / "packed").mkdir()
    tools.run("python", "-m", "wheel", "pack", "--dest-dir", work / "packed", folder, at=work)
    return work / "packed" / wheel.name


def kernels(wheel: Path) -> set[str]:
    """The instruction sets that a wheel has kernels for."""
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".so")]
        return {found.decode() for found in MARK.findall(archive.read(name))}


def sums(files: Iterable[Path]) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def written_sums(folder: Path) -> dict[str, str]:
    """The file's lines, as sha256sum writes them."""
    lines = (folder / SUMS).read_text().splitlines() if (folder / SUMS).exists() else []
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def write_sums(made: list[Path], folder: Path) -> None:
    """Put the sums of files into SHA256SUMS, beside those of others that are still there."""
    all_sums = sorted({**written_sums(folder), **sums(made)}.items())
    (folder / SUMS).write_text("".join(f"{digest}  {name}\n" for name, digest in all_sums if (folder / name).exists()))


def compare(made: list[Path], folder: Path) -> int:
    """Tell of files whether they are those of SHA256SUMS, byte for byte; how many are not."""
    expected = written_sums(folder)
    same = {name: expected.get(name) == digest for name, digest in sums(made).items()}
    for name, agrees in same.items():
        print(f"{name}: {'the same bytes' if agrees else 'OTHER BYTES'}")
    return list(same.values()).count(False)


def check() -> int:
    """Make the wheel for this machine and try it on its Pythons; nothing is kept."""
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    own = [one for one in PLATFORMS if libc in one.name and one.machine == platform.machine()]
    if not own:
        sys.exit(f"there is no wheel for {platform.system()} on {platform.machine()} among those that are made here")
    with TemporaryDirectory() as folder:
        make(own, Path(folder))
        return try_all(Path(folder), [], systems=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--folder", type=Path, default=ROOT / "dist", metavar="DIST")
    what = parser.add_mutually_exclusive_group()
    for other in ("again", "try", "check"):
        what.add_argument(f"--{other}", action="store_const", const=other, dest="what")
    asked = parser.parse_args()
    platforms = [one for one in PLATFORMS if all(word in one.name for word in asked.words)]
    if asked.what == "check":
        return check()
    if asked.what == "try":
        return try_all(asked.folder, asked.words, systems=True)
    if asked.what == "again":
        with TemporaryDirectory() as elsewhere:
            return compare(make(platforms, Path(elsewhere)), asked.folder)
    write_sums(make(platforms, asked.folder), asked.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Systems other than this machine's, to run wheels on: folders with Debian's packages, and a Python.

Packages come from wherever this Debian has its own from (`apt-get`, its lists in the folder; nothing is installed).
A Python for an old or another libc is compiled by zig from Debian's source package, once.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import copytree, which
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "systems"
SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
OLD = "bullseye"  # the oldest Debian that is where the others are: glibc 2.31
MUSL = "trixie"  # musl 1.2.5: numpy's libraries need 1.2.4, whose loader knows relative relocations in their short form


MODULES = """
_asyncio _bisect _blake2 _contextvars _csv _datetime _heapq _json _lsprof _md5 _multiprocessing _opcode _pickle
_posixshmem _posixsubprocess _queue _random _sha1 _sha256 _sha3 _sha512 _socket _statistics _struct _typing _zoneinfo
array binascii cmath fcntl grp math mmap resource select termios unicodedata
"""
"""The modules of the standard library in C that need no library of others."""


class Missing(Exception):
    """What this machine lacks to run something."""


def needs(*programs: str) -> None:
    for program in programs:
        if which(program) is None:
            raise Missing(f"{program} is not on the path")


# ---- Debian's packages -----------------------------------------------------------------------------------------------


def sources(kind: str, suite: str) -> tuple[str, str]:
    """The name and the text of apt's list of this machine, for packages or for sources, of this or another Debian."""
    listed = next((path for path in SOURCES if path.exists() and path.stat().st_size), None)
    own = re.search(r"VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text())
    if listed is None or own is None:
        raise Missing("this is no Debian")
    between = "\n\n" if listed.suffix == ".sources" else "\n"
    main = [part for part in listed.read_text().split(between) if f"{own[1]}-security" not in part]
    text = re.sub(rf" ?\b{own[1]}-updates\b", "", between.join(main))
    text = re.sub(r"^(Types: |)deb\b", rf"\1{kind}", text, flags=re.MULTILINE)
    return listed.name, re.sub(rf"\b{own[1]}\b", suite or own[1], text)


def apt(folder: Path, architecture: str, suite: str = "", kind: str = "deb") -> list[str]:
    """apt-get's words for a folder's own lists and state, of an architecture and of this or another Debian."""
    needs("apt-get", "dpkg-deb")
    name, text = sources(kind, suite)
    for place in ("lists/partial", "cache/archives/partial"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    (folder / name).write_text(text)
    settings = {
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "Dir::Etc::sourcelist": folder / name,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::Lists": folder / "lists",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
    }
    words = ["apt-get", "-qq", "-y", *(f"-o{name}={value}" for name, value in settings.items())]
    call([*words, "update"], folder)
    return words


def unpacked(folder: Path, architecture: str, *packages: str, suite: str = "") -> Path:
    """A folder with the files of packages and of those that they need, which is made where it is missing."""
    root = folder / "root"
    if root.exists():
        return root
    words = apt(folder, architecture, suite)
    call([*words, "--download-only", "--no-install-recommends", "install", *packages], folder)
    for package in sorted((folder / "cache" / "archives").glob("*.deb")):
        call(["dpkg-deb", "-x", str(package), str(folder / "unpacked")], folder)
    return (folder / "unpacked").rename(root)


# ---- Pythons ---------------------------------------------------------------------------------------------------------


def compiled(folder: Path, target: str) -> Path:
    """The program of a Python 3.11 for a target of zig, its modules in it; compiled where it is missing."""
    python = folder / "python"
    if python.exists():
        return python / "bin" / "python3.11"
    needs("make", "readelf", "ar", "python3.11")
    call([*apt(folder, "amd64", kind="deb-src"), "--download-only", "source", "python3.11"], folder)
    [archive] = folder.glob("python3.11_*.orig.tar.*")
    source = folder / "source"
    source.mkdir(exist_ok=True)
    call(["tar", "-x", "--strip-components=1", "-C", source, "-f", archive], folder)
    choose_modules(source / "Modules")
    machine, _, system = target.partition(".")[0].partition("-")
    words = [f"--host={machine}-unknown-{system}", "--build=x86_64-pc-linux-gnu", "--disable-ipv6"]
    words += [f"ac_cv_{what}=no" for what in ("file__dev_ptmx", "file__dev_ptc", "func_preadv2", "func_pwritev2")]
    words += [f"--with-build-python={which('python3.11')}"]
    compiler = {"CC": f"{zig(FOLDER / 'zig')} cc -target {target} -dynamic"}
    compiler |= {"AR": "ar", "READELF": str(which("readelf"))}  # its path: a mere name is refused for another target
    compiler["PKG_CONFIG"] = "false"  # it would find this machine's libraries
    call(["./configure", *words], source, OPT="-DNDEBUG -O1 -Wno-date-time", **compiler)
    soabi = f"SOABI=cpython-311-{target.partition('.')[0]}"  # in the names of extensions; configure knows glibc alone
    call(["make", f"-j{os.cpu_count()}", soabi, "python"], source)
    (source / "installed" / "bin").mkdir(parents=True)
    (source / "python").rename(source / "installed" / "bin" / "python3.11")
    copytree(source / "Lib", source / "installed" / "lib" / "python3.11")
    (source / "installed" / "lib" / "python3.11" / "lib-dynload").mkdir()
    (source / "installed").rename(python)
    return python / "bin" / "python3.11"


def choose_modules(folder: Path) -> None:
    """Have MODULES within the program."""
    lines = (folder / "Setup").read_text().splitlines()
    chosen = [line[1:] for line in lines if line.startswith("#") and line[1:].split(" ")[0] in MODULES.split()]
    (folder / "Setup.local").write_text("\n".join(["*static*", *chosen, ""]))


def zig(folder: Path) -> Path:
    """The program of zig, in an environment of its own."""
    found = list(folder.glob("lib/*/site-packages/ziglang/zig"))
    if found:
        return found[0]
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["wheels"]
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet"]
    call([*pip, *(pin for pin in pins if pin.startswith("ziglang"))], folder)
    return next(folder.glob("lib/*/site-packages/ziglang/zig"))


# ---- Systems ---------------------------------------------------------------------------------------------------------


def debian_arm() -> list[Path | str]:
    """The words that start Debian's Python on an emulated processor."""
    needs("qemu-aarch64-static")
    root = unpacked(FOLDER / "debian-arm64", "arm64", "python3", "libstdc++6")
    return ["qemu-aarch64-static", "-L", root, root / "usr/bin/python3.11"]


def old_glibc() -> list[Path | str]:
    """The words that start a Python, compiled for glibc 2.17, with the libraries of an old Debian."""
    root = unpacked(FOLDER / OLD, "amd64", "libc6", "libstdc++6", suite=OLD)
    libraries = [root / "lib/x86_64-linux-gnu", root / "usr/lib/x86_64-linux-gnu"]
    [loader] = libraries[0].glob("ld-2.*.so")
    return [
        loader,
        "--library-path",
        ":".join(map(str, libraries)),
        compiled(FOLDER / "glibc", "x86_64-linux-gnu.2.17"),
    ]


def musl(machine: str, architecture: str) -> list[Path | str]:
    """The words that start a Python, compiled for musl, with Debian's musl; emulated if the machine is another."""
    emulator = [] if machine == os.uname().machine else [f"qemu-{machine}-static"]
    needs(*emulator)
    files = unpacked(FOLDER / f"musl-{machine}", architecture, "musl", suite=MUSL)
    library = files / f"usr/lib/{machine}-linux-musl/libc.so"
    return [*emulator, library, compiled(FOLDER / f"musl-{machine}", f"{machine}-linux-musl")]


class System(NamedTuple):
    """A system: its name, words in names of the wheels that it takes, what gives the words that start its Python."""

    name: str
    takes: tuple[str, str]
    start: Callable[[], list[Path | str]]


SYSTEMS = (
    System("glibc 2.31, Python for 2.17", ("manylinux", "x86_64"), old_glibc),
    System("Debian on an emulated aarch64", ("manylinux", "aarch64"), debian_arm),
    System("musl", ("musllinux", "x86_64"), partial(musl, "x86_64", "amd64")),
    System("musl on an emulated aarch64", ("musllinux", "aarch64"), partial(musl, "aarch64", "arm64")),
)


def call(command: list[str | Path], folder: Path, **variables: str) -> None:
    """Run a program, whose words are kept in a file of the folder."""
    with open(folder / "log", "ab") as log:
        done = subprocess.run(
            list(map(str, command)), cwd=folder, env={**os.environ, **variables}, stdout=log, stderr=log
        )
    if done.returncode:
        raise Missing(f"{Path(command[0]).name} failed: see {folder / 'log'}")

"""Tries wheels: each on the Pythons of this machine that can take it, and on the systems of systems.py.

A try installs the wheel where nothing else is and no compiler is on the path, and lets first_proof.py prove and verify.
What could not be run is said to be built only.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from shutil import which
from tempfile import TemporaryDirectory

from systems import SYSTEMS, Missing, System

FIRST_PROOF = Path(__file__).with_name("first_proof.py")
PIP = [sys.executable, "-m", "pip"]
ONLY_WHEELS = ["install", "--quiet", "--root-user-action=ignore", "--only-binary=:all:"]
SECONDS, IMPORT_SECONDS = (
    2.0,
    0.15,
)  # what a wheel is to stay below, from its file to a verified proof and for its import


def try_all(folder: Path, words: list[str], *, systems: bool) -> int:
    """Try the wheels of a folder with these words in their names, also on other systems; how many tries failed."""
    wheels = sorted(wheel for wheel in folder.glob("*.whl") if all(word in wheel.name for word in words))
    if not wheels:
        sys.exit(f"{folder} has no such wheel: tools/wheels.py makes them")
    return sum(try_one(wheel, SYSTEMS if systems else ()) for wheel in wheels)


def try_one(wheel: Path, systems: tuple[System, ...]) -> int:
    """Try one wheel wherever it runs; how many tries failed."""
    print(wheel.name, flush=True)
    outcomes = []
    for name, attempt in attempts(wheel, systems):
        try:
            outcomes.append(attempt())
            print(f"    {name}: {outcomes[-1] or 'FAILED'}", flush=True)
        except Missing as missing:
            print(f"    {name}: NOT TRIED, {missing}", flush=True)
    if not outcomes:
        print("    built only: it has run nowhere", flush=True)
    return outcomes.count("")


def attempts(wheel: Path, systems: tuple[System, ...]) -> Iterator[tuple[str, Callable[[], str]]]:
    """The tries of a wheel: each with the name of where it is."""
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    if libc in wheel.name and platform.machine() in wheel.name:
        for python in pythons():
            yield " ".join(python.parts[-3::2]), lambda python=python: try_here(python, wheel)
    for system in systems:
        if all(word in wheel.name for word in system.takes):
            yield system.name, lambda system=system: try_there(system, wheel)


def pythons() -> list[Path]:
    """The CPythons of this machine from 3.11 on, one of each version: on the path, or of pyenv."""
    places = [Path(place) for place in os.get_exec_path()]
    if pyenv := which("pyenv"):
        root = Path(subprocess.check_output([pyenv, "root"], text=True).strip())
        places = [*sorted(root.glob("versions/*/bin")), *(place for place in places if place != root / "shims")]
    found: dict[str, Path] = {}
    for path in (path for place in places for path in sorted(place.glob("python3.*"))):
        if re.fullmatch(r"python3\.(1[1-9]|[2-9]\d)", path.name):
            found.setdefault(path.name, path)
    return [found[name] for name in sorted(found)]


def try_here(python: Path, wheel: Path) -> str:
    """Install in an environment of a Python of this machine."""
    with TemporaryDirectory() as place:
        subprocess.run([python, "-m", "venv", "--without-pip", place], check=True)
        variables = {"PATH": f"{place}/bin"}  # no compiler is on it
        pip = [*PIP, "--python", f"{place}/bin/python", *ONLY_WHEELS]
        return told([*pip, "--no-deps", wheel], [*pip, wheel], [f"{place}/bin/python", "-I"], variables)


def try_there(system: System, wheel: Path) -> str:
    """Install for a system in a folder, and run its Python."""
    start = system.start()
    libc, machine = system.takes
    versions = [f"_2_{n}" for n in range(17, 32)] if libc == "manylinux" else ["_1_1", "_1_2"]
    tags = [f"--platform={libc}{version}_{machine}" for version in versions]
    tags += ["--implementation=cp", "--python-version=3.11", "--abi=cp311", "--abi=abi3", "--abi=none"]
    with TemporaryDirectory() as place:
        pip = [*PIP, *ONLY_WHEELS, f"--target={place}", *tags]
        variables = {"PATH": os.environ["PATH"], "PYTHONPATH": place}
        return told([*pip, "--no-deps", wheel], [*pip, "--upgrade", wheel], start, variables)


def told(install: list, rest: list, start: list, variables: dict[str, str]) -> str:
    """A line with the figures of a try; nothing if it failed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "L2ZK"))}
    for command in (install, rest):
        begun = processor_seconds()
        subprocess.run(list(map(str, command)), env=kept, check=True)
        if command is install:
            installed = processor_seconds() - begun
    done = subprocess.run([*map(str, start), str(FIRST_PROOF)], env=variables, capture_output=True, text=True)
    if done.returncode:
        print(f"{done.stderr}ended with {done.returncode}")
        return ""
    found = json.loads(done.stdout)
    if lacking := set(found["runnable"]) - set(found["offered"]):
        print(f"        the processor has {', '.join(lacking)}, the wheel does not offer it")
        return ""
    return (
        f"Python {found['python']}, installed in {installed:.2f} s, imported in {1000 * found['import']:.0f} ms, "
        f"verified after {found['verified']:.2f} s; {' '.join(found['offered'])}"
    )


def processor_seconds() -> float:
    """The seconds of the processor that ended processes of this one have taken."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

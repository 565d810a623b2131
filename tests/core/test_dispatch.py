"""The choice of an instruction set: what the processor and its system allow, and what is said of it."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import l2zk
from places import NATIVE, TESTS

from l2zk import TraceZkVm, _core
from l2zk.base.wording import short
from l2zk.errors import OptionsError

ZIG = [[sys.executable, "-m", "ziglang", "cc"]] if importlib.util.find_spec("ziglang") else []
COMPILERS = [[path] for name in ("gcc", "clang") if (path := shutil.which(name))] + ZIG
ALL_SETS = [f"-DL2ZK_HAVE_{name}=1" for name in ("AVX2", "AVX512", "NEON")]

AVX, OSXSAVE = 1 << 28, 1 << 27
AVX2, F, DQ, BW, VL = 1 << 5, 1 << 16, 1 << 17, 1 << 30, 1 << 31
WIDE = AVX2 | F | DQ | BW | VL

needs_compiler = pytest.mark.skipif(not COMPILERS, reason="no C compiler")
needs_x86 = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="another kind of machine")


def program(folder: Path, compiler: list[str], *sources: Path) -> Path:
    made = folder / "program"
    subprocess.run([*compiler, "-std=gnu11", *ALL_SETS, f"-I{NATIVE}", *sources, "-o", made], check=True)
    return made


@needs_compiler
@pytest.mark.parametrize("compiler", COMPILERS, ids=lambda command: Path(command[-1]).name)
def test_every_compiler_finds_the_same_sets(tmp_path: Path, compiler: list[str]) -> None:
    built = program(tmp_path, compiler, TESTS / "native" / "sets.c", NATIVE / "dispatch.c")
    run = subprocess.run([built], capture_output=True, text=True, check=True)
    assert tuple(run.stdout.split()) == _core.machine_isas()


@needs_x86
@needs_compiler
def test_a_set_runs_where_the_processor_has_it_and_the_system_keeps_its_registers(tmp_path: Path) -> None:
    cases = {
        (AVX | OSXSAVE, WIDE, 0xE7): "11",
        (AVX | OSXSAVE, WIDE, 0x07): "10",  # a system that does not know of zmm registers
        (AVX | OSXSAVE, WIDE, 0x67): "10",
        (AVX | OSXSAVE, WIDE, 0xE1): "00",
        (AVX | OSXSAVE, WIDE, 0x03): "00",
        (AVX, WIDE, 0): "00",  # a system that keeps nothing of this kind
        (AVX | OSXSAVE, AVX2, 0xE7): "10",
        (AVX | OSXSAVE, WIDE & ~VL, 0xE7): "10",
        (AVX | OSXSAVE, WIDE & ~BW, 0xE7): "10",
        (AVX | OSXSAVE, WIDE & ~DQ, 0xE7): "10",
        (AVX | OSXSAVE, WIDE & ~F, 0xE7): "10",
        (AVX | OSXSAVE, WIDE & ~AVX2, 0xE7): "00",
        (OSXSAVE, WIDE, 0xE7): "00",
        (0, 0, 0): "00",
    }
    lines = "".join(f"{a:x} {b:x} {c:x}\n" for a, b, c in cases)
    run = subprocess.run(
        [program(tmp_path, COMPILERS[0], TESTS / "native" / "processors.c")],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == list(cases.values())


def test_the_system_agrees() -> None:
    """Linux lists what it lets programs use."""
    path = Path("/proc/cpuinfo")
    flags = set(path.read_text().split()) if path.exists() and platform.machine() == "x86_64" else None
    if flags is not None:
        assert ("avx2" in _core.machine_isas()) == ("avx2" in flags)
        assert ("avx512" in _core.machine_isas()) == ({"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= flags)
    both = set(_core.compiled_isas()) & set(_core.machine_isas())
    assert set(_core.isas()) == both and _core.isas()[-1] == "portable"


# What is said.


@pytest.mark.parametrize(
    "compiled, machine, usable, used, said",
    [
        ("avx512 avx2 portable", "avx512 avx2 portable", "avx512 avx2 portable", "avx512", []),
        (
            "portable",
            "avx512 avx2 portable",
            "portable",
            "portable",
            ["this machine has avx2 and avx512, for which this build has no kernels: proofs could be faster"],
        ),
        (
            "avx512 avx2 portable",
            "avx2 portable",
            "avx2 portable",
            "avx2",
            ["this build has kernels for avx512, which this machine or its system cannot run"],
        ),
        (
            "avx2 portable",
            "avx2 portable",
            "avx2 portable",
            "portable",
            ["avx2 could be used instead of portable, which L2ZK_ISA asks for"],
        ),
    ],
)
def test_info_says_why_the_best_is_not_used(
    monkeypatch: pytest.MonkeyPatch, compiled: str, machine: str, usable: str, used: str, said: list[str]
) -> None:
    monkeypatch.setattr(_core, "compiled_isas", lambda: tuple(compiled.split()))
    monkeypatch.setattr(_core, "machine_isas", lambda: tuple(machine.split()))
    monkeypatch.setattr(_core, "isas", lambda: tuple(usable.split()))
    monkeypatch.setattr(_core, "isa", lambda: used)
    assert json.loads(l2zk("info", "--json").stdout)["notes"] == said
    notes = [line for line in l2zk("info").stdout.splitlines() if line.startswith("note ")]
    assert [note.split(maxsplit=1)[1] for note in notes] == said


REFUSAL = f"L2ZK_ISA: this machine and build have no instruction set {{}}: choose one of {', '.join(_core.isas())}"


@pytest.mark.parametrize("name", ["nonsense", "PORTABLE", " ", "a" * 300, b"\xff"])
def test_a_set_that_there_is_not(name: str | bytes) -> None:
    """To import it is no fault; who proves, verifies or asks what is installed is told in a line."""
    environment = {**os.environb, b"L2ZK_ISA": os.fsencode(name)}
    expected = REFUSAL.format(short(os.fsdecode(name)))
    assert len(expected) < 300
    for command in (["info"], ["prove", "fib", "--rounds", "5"], ["check", "fib", "--rounds", "5"]):
        run = subprocess.run([sys.executable, "-m", "l2zk", *command], env=environment, capture_output=True, text=True)
        assert (run.returncode, run.stderr, run.stdout) == (2, f"l2zk: {expected}\n", "")
    code = "import l2zk\ntry: l2zk.TraceZkVm()\nexcept l2zk.OptionsError as error: print(ascii(str(error)))"
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert run.stdout == ascii(expected) + "\n" and run.stderr == ""


@pytest.mark.parametrize("name", _core.isas())
def test_a_set_that_there_is(name: str) -> None:
    code = "import l2zk; l2zk.TraceZkVm(); print(l2zk._core.isa())"
    run = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "L2ZK_ISA": name}, capture_output=True, text=True
    )
    assert run.stdout == f"{name}\n"


def test_a_name_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OptionsError, match="have no instruction set 'abacus': choose one of .*portable"):
        _core.use_isa("abacus")
    monkeypatch.setattr(_core, "ISA_REFUSED", "L2ZK_ISA: no")
    with pytest.raises(OptionsError, match="^L2ZK_ISA: no$"):
        TraceZkVm()

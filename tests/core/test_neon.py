"""NEON gives the bits of the portable kernels: cross-compiled, and run under emulation where both tools are there."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from places import NATIVE, TESTS

SOURCE = TESTS / "native" / "compare_kernels.c"
HERE = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
ZIG = [sys.executable, "-m", "ziglang", "cc", "-target", "aarch64-linux-musl"]
GCC = shutil.which("aarch64-linux-gnu-gcc")
COMPILER = [GCC] if GCC else ZIG if importlib.util.find_spec("ziglang") else []
EMULATOR = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
FLAGS = ["-O2", "-std=gnu11", f"-I{NATIVE}"]


@pytest.mark.skipif(not COMPILER or not EMULATOR, reason="needs aarch64-linux-gnu-gcc or ziglang, and qemu-aarch64")
def test_neon_is_as_portable(tmp_path: Path) -> None:
    objects = [tmp_path / "PORTABLE.o", tmp_path / "NEON.o"]
    for made in objects:
        isa = f"-DL2ZK_ISA_{made.stem}=1"
        subprocess.run([*COMPILER, *FLAGS, isa, "-c", NATIVE / "kernels.c", "-o", made], check=True)
    program = tmp_path / "compare"
    joined = [SOURCE, *objects, "-DOTHER=l2zk_kernels_neon", "-static", "-o", program]
    subprocess.run([*COMPILER, *FLAGS, *joined], check=True)
    run = subprocess.run([str(EMULATOR), program], capture_output=True, text=True, timeout=120)
    assert run.stdout == "neon: as portable\n" and run.returncode == 0, run.stdout


@pytest.mark.skipif(not HERE, reason="no C compiler")
def test_the_comparison_is_of_todays_kernels() -> None:
    """It is compiled on every machine, for the set that most machines have."""
    strict = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-DOTHER=l2zk_kernels_portable"]
    subprocess.run([str(HERE), *FLAGS, *strict, SOURCE], check=True)


def test_the_comparison_leaves_no_kernel_out() -> None:
    kernels = re.findall(r"^    \S.*\(\*(\w+)\)\(", (NATIVE / "kernels.h").read_text(encoding="utf-8"), re.MULTILINE)
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCE.parent.glob("compare_*"))
    assert len(kernels) > 30
    assert not [name for name in kernels if not re.search(rf"\b{name}[,(]", text)]

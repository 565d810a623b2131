"""NEON gives the bits of the portable kernels: cross-compiled, and run under emulation where both tools are there."""

import shutil
import subprocess

import pytest
from places import NATIVE, TESTS

COMPILER = shutil.which("aarch64-linux-gnu-gcc")
EMULATOR = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")


@pytest.mark.skipif(not COMPILER or not EMULATOR, reason="needs aarch64-linux-gnu-gcc and qemu-aarch64")
def test_neon_is_as_portable(tmp_path):
    flags = ["-O2", "-std=gnu11", f"-I{NATIVE}", "-static"]
    objects = []
    for isa in ("PORTABLE", "NEON"):
        objects.append(tmp_path / f"{isa}.o")
        subprocess.run(
            [COMPILER, *flags, f"-DL2ZK_ISA_{isa}=1", "-c", NATIVE / "kernels.c", "-o", objects[-1]], check=True
        )
    program = tmp_path / "compare"
    source = TESTS / "native" / "compare_kernels.c"
    subprocess.run([COMPILER, *flags, "-DOTHER=l2zk_kernels_neon", source, *objects, "-o", program], check=True)
    run = subprocess.run([EMULATOR, program], capture_output=True, text=True, timeout=120)
    assert run.stdout == "neon: as portable\n" and run.returncode == 0, run.stdout

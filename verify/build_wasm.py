"""Builds the verifier as WebAssembly, for Node and browsers: `python verify/build_wasm.py`, into verify/npm.

The compiler is zig's clang, at the version that pyproject.toml pins under "wheels". The result imports nothing.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PLACE = HERE / "npm" / "l2zk_verify.wasm"

TARGET = ["-target", "wasm32-freestanding", "-mcpu=generic+bulk_memory", "-std=c11", "-Wall", "-Wextra", "-Werror"]
FOLDERS = ["-DL2ZK_PORTABLE", f"-I{HERE / 'wasm'}", f"-I{HERE}"]  # no products of 128 bits: they would be calls
LINKED = ["-nostdlib", "-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=262144"]

SMALL = ["-Os", "-mllvm", "-inline-threshold=-9", "-mllvm", "-disable-lsr"]
"""Two thirds of the bytes of -O2, and twice its time: a few milliseconds (benchmarks/verifiers.py)."""

PARTS = ("l2zk_verify.c", "wasm/wasm.c")


def build(place: Path = PLACE) -> bytes:
    """Compile and link; the module, which is written to `place`."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        objects = [compiled(source, Path(folder)) for source in PARTS]
        made = Path(folder) / place.name
        zig(*TARGET, *LINKED, *objects, "-o", str(made))
        beside = place.with_name(f"{place.name}.{os.getpid()}")  # whole at each moment: two builds may run at once
        shutil.copyfile(made, beside)
        os.replace(beside, place)
    return place.read_bytes()


def compiled(source: str, folder: Path) -> str:
    """The path of the object of a source."""
    place = str(folder / f"{Path(source).stem}.o")
    zig(*TARGET, *FOLDERS, *SMALL, "-c", str(HERE / source), "-o", place)
    return place


def zig(*arguments: str) -> None:
    """Run the compiler; SOURCE_DATE_EPOCH and paths do not get into what it makes."""
    subprocess.run([sys.executable, "-m", "ziglang", "cc", *arguments], check=True, env={**os.environ, "LC_ALL": "C"})


def main() -> None:
    """Build it, and say how large it is."""
    module = build()
    print(f"{PLACE}: {len(module):,} bytes, {len(gzip.compress(module, 9)):,} gzipped")


if __name__ == "__main__":
    main()

"""The instructions of a few acts, counted by valgrind: the same within half a percent, whatever else the machine does.

Proofs do not hide and do not grind, since masks and nonces are luck. The kernels are those of AVX2, on another
processor the best ones: valgrind knows no AVX-512. Without valgrind, its headers or a C compiler it is passed over.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
ACTS = ("prove", "verify", "hit", "define")
COUNT = re.compile(r"^desc: Trigger: Client Request: (\w+)$.*?^totals: (\d+)$", re.MULTILINE | re.DOTALL)
TOOL = ("valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=counted")


class Instructions:
    """Fibonacci of 2^8 rows, warm: proved, verified, found in a cache, defined once more."""

    param_names = ["act"]
    params = [list(ACTS)]
    timeout = 600

    def setup_cache(self) -> dict[str, int]:
        """All counts of one process, which is slow to begin; none where something is missing."""
        with TemporaryDirectory() as place:
            try:
                return counts(Path(place))
            except (FileNotFoundError, subprocess.CalledProcessError):
                return {}

    def setup(self, found: dict[str, int], act: str) -> None:
        if act not in found:
            raise NotImplementedError("valgrind counts nothing here")

    def track_instructions(self, found: dict[str, int], act: str) -> int:
        return found[act]

    track_instructions.unit = "instructions"


def counts(place: Path) -> dict[str, int]:
    """The instructions of each act, by its name."""
    run = partial(subprocess.run, check=True, capture_output=True, cwd=place)
    run(["cc", "-shared", "-fPIC", "-O1", "-o", "marks.so", HERE / "marks.c"])
    run([*TOOL, sys.executable, HERE / "acts.py", "./marks.so"], env={"PYTHONHASHSEED": "0", **kernels()})
    return {act: int(count) for path in place.glob("counted.*") for act, count in COUNT.findall(path.read_text())}


def kernels() -> dict[str, str]:
    """The variable that chooses kernels which valgrind can run."""
    return {"L2ZK_ISA": "avx2"} if platform.machine() in ("x86_64", "AMD64") else {}

"""Run by an installed l2zk: its first proof, verified; prints one JSON object with times of the processor and kernels.

seconds: of `import l2zk` · since the start of the process: until the proof is verified
kernels: those that are offered here · those that this processor can run, by /proc/cpuinfo
package: the file that was imported
"""

import json
import platform
import time
from dataclasses import dataclass
from pathlib import Path

begun = time.process_time()
import l2zk  # noqa: E402 - its time is taken

imported = time.process_time() - begun

FEATURES = {"avx512": {"avx512f", "avx512dq", "avx512bw", "avx512vl"}, "avx2": {"avx2"}}


@dataclass(frozen=True)
class Fibonacci(l2zk.TraceProgram):
    """The README's program."""

    id = "fib.v0"
    rounds: int

    def define(self, m):
        a, b = m.columns("a", "b")
        m.start({a: 0, b: 1})
        m.step({a: b, b: a + b})
        m.output("result", a, row=self.rounds)


def runnable() -> list[str]:
    """The instruction sets of kernels that this processor can run."""
    if platform.machine() == "aarch64":
        return ["neon", "portable"]
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    flags = next(set(line.partition(":")[2].split()) for line in lines if line.startswith("flags"))
    return [*(name for name, wanted in FEATURES.items() if wanted <= flags), "portable"]


vm, program = l2zk.TraceZkVm(), Fibonacci(rounds=20)
proof = vm.prove(program)
assert vm.verify(program, proof, outputs={"result": 6765})
assert not vm.verify(program, proof, outputs={"result": 6766})
verified = time.process_time()

from l2zk import _core  # noqa: E402

print(
    json.dumps(
        {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "import": imported,
            "verified": verified,
            "offered": list(_core.isas()),
            "runnable": runnable(),
            "package": l2zk.__file__,
        }
    )
)

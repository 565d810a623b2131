"""Times of the three verifiers side by side, and the bytes of what is shipped: `python benchmarks/verifiers.py [LOGS]`.

LOGS: logarithms of rows, 8, 16, 20 unless said otherwise. The proof is of `fib`, with the default options. Each time is
the least of so many runs, in milliseconds: of the library (in lanes), of the C compiled here with -O2, and of the
WebAssembly in Node, the first run in a new process and the least afterwards.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import l2zk

ROOT = Path(__file__).parents[1]
sys.path[:0] = [
    str(ROOT / "tests"),
    str(ROOT / "tests" / "support"),
    str(ROOT / "verify"),
    str(ROOT / "verify" / "page"),
]

import build as page  # noqa: E402
import build_wasm  # noqa: E402
from c_verifier import compiled  # noqa: E402
from c_verifier import verify as verify_in_c  # noqa: E402

RUNS = 100
FAST = ("-O2",)

IN_NODE = """
import { readFileSync } from "node:fs";
import { load } from "%s";
const [key, proof] = process.argv.slice(1).map((name) => new Uint8Array(readFileSync(name)));
const { verify } = await load(), times = [];
for (let i = 0; i <= %d; i++) {
  const began = performance.now();
  if (!verify(key, proof).accepted) throw new Error("refused");
  times.push(performance.now() - began);
}
console.log(JSON.stringify([times[0], Math.min(...times.slice(1))]));
"""


def least(act: Callable[[], object]) -> float:
    """The least milliseconds of RUNS runs."""
    times = []
    for _ in range(RUNS):
        began = perf_counter()
        act()
        times.append(1000 * (perf_counter() - began))
    return min(times)


def in_node(key: bytes, proof: bytes, folder: Path) -> tuple[float, float]:
    """Milliseconds of the first run in Node, and the least of the others."""
    names = []
    for name, data in (("key", key), ("proof", proof)):
        (folder / name).write_bytes(data)
        names.append(str(folder / name))
    script = IN_NODE % (ROOT / "verify" / "npm" / "index.js", RUNS)
    done = subprocess.check_output(["node", "--input-type=module", "-e", script, *names], text=True)
    first, best = json.loads(done)
    return first, best


def row(log: int, folder: Path) -> str:
    """A line of the table."""
    program, machine = l2zk.get_program("fib")(rounds=2**log - 1), l2zk.TraceZkVm()
    proof, key = bytes(machine.prove(program)), l2zk.export_key(program)
    assert machine.verify(program, proof) and verify_in_c([key], proof, bits=128, flags=FAST).accepted
    by_library = least(lambda: machine.verify(program, proof))
    by_c = least(lambda: verify_in_c([key], proof, bits=128, flags=FAST))
    first, best = in_node(key, proof, folder)
    return f"| 2^{log} | {len(proof):,} | {len(key):,} | {by_library:.2f} | {by_c:.2f} | {first:.1f} | {best:.1f} |"


def sizes(folder: Path) -> list[str]:
    """What is shipped, and its bytes."""
    module = build_wasm.build(folder / "module.wasm")
    html = page.build(folder / "page.html", module).encode()
    script = (ROOT / "verify" / "npm" / "index.js").read_bytes()
    native = compiled(folder, flags=[*FAST, "-s"]).read_bytes()
    named = {"l2zk_verify.wasm": module, "npm/index.js": script, "the page": html, "libl2zk-verify.so": native}
    return [f"{name}: {len(data):,} bytes, {len(gzip.compress(data, 9)):,} gzipped" for name, data in named.items()]


def main() -> None:
    """Print both tables."""
    logs = [int(text) for text in sys.argv[1:]] or [8, 16, 20]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_wasm.build()
        print("| rows | bytes of the proof | of the key | library, ms | C | wasm, first | wasm, warm |")
        print("|---|---|---|---|---|---|---|")
        for log in logs:
            print(row(log, folder), flush=True)
        print("", *sizes(folder), sep="\n")


if __name__ == "__main__":
    main()

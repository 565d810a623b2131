"""Proves the same statements with l2zk, winterfell and Plonky3, a proof or a batch of each in turn: medians and ratios.

    ratio = median of ours / median of theirs,   each warm, at 128 proven bits, on as many threads

Plonky3 has two provers: over FRI (plonky3), and a multilinear one over WHIR at a rate of 1/2, 1/4 or 1/8
(plonky3-whir-2, -4, -8; with -fast as its schedule can be chosen for time).

The peers are built from benchmarks/peers by cargo, which the first run takes minutes for.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from settings import add_options, as_arguments

HERE = Path(__file__).parent
WHIR = ("plonky3-whir-2", "plonky3-whir-4", "plonky3-whir-8")
PEERS = ("winterfell", "plonky3", "plonky3-hiding", *WHIR, *(f"{name}-fast" for name in WHIR))
STATEMENTS = ("fib", "wide", "chain", "bits")
KEEP = {"MALLOC_MMAP_THRESHOLD_": 32 << 30, "MALLOC_TRIM_THRESHOLD_": 32 << 30, "MALLOC_TOP_PAD_": 64 << 20}
"""glibc keeps the memory of a proof for the next; fresh memory costs the peers as much as all the rest."""

NO_CARGO = """\
cargo was not found. winterfell and Plonky3 are Rust libraries: install Rust 1.90 or newer with cargo from
https://rustup.rs and run this again. `--peers` with no name after it measures l2zk alone; floor.py and asv
need no cargo."""


@dataclass
class Contestant:
    """A process that proves one kind of statement again and again, and its answers so far."""

    name: str
    process: subprocess.Popen[str]
    answers: list[dict[str, float]] = field(default_factory=list)
    peak_mib: float | None = None

    def prove(self, seed: int) -> None:
        """Have it prove and verify the statements of the seed."""
        assert self.process.stdin and self.process.stdout
        print(seed, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended without an answer; its message is above")
        self.answers.append(json.loads(line))

    def leave(self) -> None:
        """End the process, once its memory is known."""
        self.peak_mib = peak_mib(self.process.pid)
        self.process.communicate()

    def median(self, key: str) -> float:
        """The median over all answers but the first, which is cold."""
        return median(answer[key] for answer in self.answers[1:])


def main() -> None:
    arguments = parse()
    if arguments.peers and not shutil.which("cargo"):
        raise SystemExit(NO_CARGO)
    binary = build(arguments.threads, arguments.target_cpu) if arguments.peers else None
    results: list[dict[str, Any]] = []
    for statement in arguments.statements:
        for log_rows in arguments.log_rows:
            found = measure(arguments, binary, statement, log_rows)
            results += found
            if not arguments.json:
                print_table(found)
    if arguments.json:
        print(json.dumps(results, indent=1))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--statements", nargs="+", choices=STATEMENTS, default=["fib"])
    parser.add_argument("--log-rows", nargs="+", type=int, default=[8, 12, 16], metavar="K", help="2^K rows")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5, help="warm proofs, or batches, of each")
    parser.add_argument(
        "--batch",
        type=int,
        default=1,
        metavar="N",
        help="N proofs at a time: ours by BatchProcessor.prove_batch, theirs by a loop",
    )
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=["winterfell", "plonky3", *WHIR])
    parser.add_argument("--plain", action="store_true", help="measure our proofs that do not hide, too")
    parser.add_argument("--isa", help="instruction set of l2zk: the value of L2ZK_ISA")
    parser.add_argument("--target-cpu", default="native", help="what the peers are built for, as x86-64-v3")
    parser.add_argument(
        "--clock",
        choices=("wall", "cpu"),
        default="wall",
        help="of ratios, first proofs and verification; cpu: time on processors, less disturbed by others",
    )
    parser.add_argument("--json", action="store_true")
    add_options(parser)
    arguments = parser.parse_args()
    if arguments.repeats < 1 or arguments.batch < 1:
        parser.error("--repeats and --batch are at least 1")
    if "bits" in arguments.statements and arguments.peers:
        parser.error("the peers do not prove bits: say --peers with no name after it")
    return arguments


def build(threads: int, target_cpu: str) -> Path:
    """The peers' program; for one thread it is built without rayon, as it is faster then."""
    place = Path(os.environ.get("CARGO_TARGET_DIR", HERE / "peers" / "target"))
    target = place / f"{target_cpu}-{'n' if threads > 1 else '1'}"
    command = ["cargo", "build", "--release", "--quiet", "--target-dir", str(target)]
    command += ["--features", "parallel"] if threads > 1 else []
    environment = {**os.environ, "RUSTFLAGS": f"-Ctarget-cpu={target_cpu}"}
    print("building the peers, which takes minutes at first", file=sys.stderr)
    if subprocess.run(command, cwd=HERE / "peers", env=environment).returncode:
        raise SystemExit("the peers could not be built; what cargo says is above")
    return target / "release" / "peers"


def measure(arguments: argparse.Namespace, binary: Path | None, statement: str, log_rows: int) -> list[dict[str, Any]]:
    """Every contestant proves once, then again, each time other statements."""
    contestants = [start(name, arguments, binary, statement, log_rows) for name in names(arguments)]
    for seed in range(1, arguments.repeats + 2):
        for contestant in contestants:
            contestant.prove(seed)
    for contestant in contestants:
        contestant.leave()
    ours = contestants[0]
    return [result(contestant, ours, arguments, statement, log_rows) for contestant in contestants]


def names(arguments: argparse.Namespace) -> list[str]:
    return ["l2zk hiding", *(["l2zk plain"] if arguments.plain else []), *arguments.peers]


def start(
    name: str,
    arguments: argparse.Namespace,
    binary: Path | None,
    statement: str,
    log_rows: int,
    together: bool = False,
) -> Contestant:
    """A contestant's process, waiting for seeds; `together`: for each of them one proof of all statements."""
    environment, threads = dict(os.environ), str(arguments.threads)
    what = [statement, str(log_rows), str(arguments.batch)]
    if name.startswith("l2zk"):
        command = [sys.executable, str(HERE / "ours.py"), *what, "--threads", threads, *as_arguments(arguments)]
        command += ["--plain"] if name == "l2zk plain" else []
        command += ["--together"] if together else []
        environment |= {"L2ZK_ISA": arguments.isa} if arguments.isa else {}
    else:
        command = [str(binary), name, *what, *(["together"] if together else [])]
        environment |= {key: str(value) for key, value in KEEP.items()} | {"RAYON_NUM_THREADS": threads}
    pipe = subprocess.PIPE
    return Contestant(name, subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment))


def peak_mib(pid: int) -> float | None:
    """The most memory that a living process has had, where the system tells (Linux does)."""
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)


def result(
    contestant: Contestant, ours: Contestant, arguments: argparse.Namespace, statement: str, log_rows: int
) -> dict[str, Any]:
    """Medians; and by the clock that was chosen, ours divided by them."""
    prove, verify = ("ms", "verify_ms") if arguments.clock == "wall" else ("cpu_ms", "verify_cpu_ms")
    return {
        "statement": statement,
        "log_rows": log_rows,
        "threads": arguments.threads,
        "batch": arguments.batch,
        "options": arguments.rate or arguments.preset,
        "prover": contestant.name,
        "queries": contestant.answers[0]["queries"],
        "prove_ms": contestant.median("ms"),
        "prove_cpu_ms": contestant.median("cpu_ms"),
        "ours_by_theirs": ours.median(prove) / contestant.median(prove),
        "first_ms": contestant.answers[0][prove],
        "verify_ms": contestant.median(verify),
        "ours_by_theirs_verifying": ours.median(verify) / contestant.median(verify),
        "kib": contestant.median("bytes") / 1024,
        "peak_mib": contestant.peak_mib,
    }


COLUMNS = {
    "prover": ("", "<19", "s"),
    "prove_ms": ("wall ms", ">9", ".2f"),
    "prove_cpu_ms": ("cpu ms", ">9", ".2f"),
    "ours_by_theirs": ("ratio", ">7", ".3f"),
    "first_ms": ("first", ">9", ".2f"),
    "verify_ms": ("verify", ">7", ".2f"),
    "ours_by_theirs_verifying": ("ratio", ">7", ".3f"),
    "kib": ("KiB", ">6", ".0f"),
    "peak_mib": ("MiB", ">6", ".0f"),
    "queries": ("n_q", ">4", ".0f"),
}
"""The table: title, width and form of what is printed of a result."""


def print_table(results: Sequence[dict[str, Any]]) -> None:
    """A line for each prover."""
    first = results[0]
    batch = f", {first['batch']} proofs in a batch" if first["batch"] > 1 else ""
    what = f"{first['statement']}, 2^{first['log_rows']} rows, {first['threads']} thread(s){batch}"
    print(f"\n{what}, ours {first['options']}")
    print(" ".join(format(title, width) for title, width, _ in COLUMNS.values()))
    for found in results:
        cells = [(found[key], width, form) for key, (_, width, form) in COLUMNS.items()]
        print(
            " ".join(
                format(value, width + form) if value is not None else format("?", width) for value, width, form in cells
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()

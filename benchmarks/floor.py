"""The stages of a hiding proof beside the least that this machine could take for them, in the same minutes.

    floor of a stage = hashes * seconds of a compression + the rest in a short plain proof, scaled by work

A short proof stays in the cache, the compressions of grinding in registers: a ratio above 1 is what hiding, memory
and (on several threads) waiting cost. With --chain, a chain of kernels written for one statement is run in turn with
the proof: a folder with a `run.sh K THREADS REPEATS` that prints "whole run min A med B ms".
"""

from __future__ import annotations

import argparse
import math
import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from statistics import fmean, median
from time import perf_counter

from benchmarks.common import options, stages
from benchmarks.probes import probes
from benchmarks.programs import STATEMENTS, Statement

from l2zk.proof.shape import Shape
from l2zk.proof.solver import solve

SHORT = 12
RUNS = 3  # runs that count in each turn, of the proof and of the chain, after a first one that does not
NONCES = 1 << 18
BLOCK = 64
MASK = 24
HASHING = ("commit trace", "commit quotient", "fold")
CONSTANT = ("grind", "open")

Seconds = dict[str, float]


def main() -> None:
    arguments = parse()
    short, program = (STATEMENTS[arguments.statement](log_rows) for log_rows in (SHORT, arguments.log_rows))
    shorts: list[Seconds] = []
    proofs: list[Seconds] = []
    chain: list[tuple[float, float]] = []
    for seed in range(arguments.repeats + 1):
        shorts += [stages(short, False, 1, seed) for _ in range(8)]
        proofs += [stages(program, True, arguments.threads, seed) for _ in range(1 + RUNS)][1:]
        if arguments.chain:
            chain.append(run_chain(arguments.chain, arguments.log_rows, arguments.threads))
    shapes = shape_of(short, False), shape_of(program, True)
    print_stages(least(proofs), floors(*shapes, least(shorts), compression(), arguments.threads))
    if chain:
        print_chain([1e3 * sum(proof.values()) for proof in proofs[RUNS:]], chain[1:])


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--statement", choices=STATEMENTS, default="fib")
    parser.add_argument("--log-rows", type=int, default=16, metavar="K", help="2^K rows")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument(
        "--chain",
        type=Path,
        default=os.environ.get("L2ZK_CHAIN"),
        metavar="DIR",
        help="where the chain's run.sh is; also the variable L2ZK_CHAIN",
    )
    return parser.parse_args()


def compression() -> float:
    """Seconds of one BLAKE3 compression, many at once."""
    times = []
    for first in range(0, 8 * NONCES, NONCES):
        start = perf_counter()
        probes.grind_probe(bytes(48), first, NONCES, 64)
        times.append(perf_counter() - start)
    return min(times) / NONCES


def shape_of(program: Statement, hiding: bool) -> Shape:
    """The sizes of its proofs."""
    return solve(options(hiding), program.definition.air.profile)


def floors(short: Shape, shape: Shape, seconds: Seconds, compression: float, threads: int) -> Seconds:
    """The seconds of each stage of a proof at the speed of the short one's."""
    hashes, more_hashes = compressions(short), compressions(shape)
    found = {}
    for stage, time in seconds.items():
        rest = max(0.0, time - compression * hashes[stage]) * work(stage, shape) / work(stage, short)
        found[stage] = (compression * more_hashes[stage] + rest) / (1 if stage in CONSTANT else threads)
    found["grind"] = compression * 2**shape.grinding / threads
    return found


def work(stage: str, shape: Shape) -> float:
    """Rows, times the layers of a transform in the stages that have some."""
    if stage in CONSTANT:
        return 1
    if stage == "fold":
        return max(1, sum(word * word.bit_length() for word in words(shape)))
    return shape.domain_length * (shape.domain_length.bit_length() if stage in HASHING else 1)


def words(shape: Shape) -> list[int]:
    """The sizes of the words that FRI commits to."""
    return [shape.leaves // math.prod(shape.arities[:i]) for i in range(len(shape.arities))]


def compressions(shape: Shape) -> Counter[str]:
    """The compressions of each stage's trees: leaves, and the nodes above them."""
    counts: Counter[str] = Counter()
    mask = MASK if shape.zero_knowledge else 0
    rows = {
        "commit trace": 8 * shape.columns * shape.rows_per_leaf,
        "commit quotient": 24 * shape.pieces * shape.rows_per_leaf + mask,
    }
    for stage, size in rows.items():
        counts[stage] = shape.leaves * (1 + blocks(size))
    for word, arity in zip(words(shape), shape.arities):
        counts["fold"] += word // arity * (1 + blocks(24 * arity))
    return counts


def blocks(size: int) -> int:
    return -(-size // BLOCK)


def least(proofs: list[Seconds]) -> Seconds:
    """Stage by stage, the least of several proofs; of grinding, whose time is luck, the mean."""
    found = {stage: min(proof[stage] for proof in proofs) for stage in proofs[0]}
    return found | {"grind": fmean(proof["grind"] for proof in proofs)}


def run_chain(folder: Path, log_rows: int, threads: int) -> tuple[float, float]:
    """The least and the median milliseconds of a few runs of the chain."""
    command = [str(Path(folder) / "run.sh"), str(log_rows), str(threads), str(RUNS)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"whole run min ([\d.]+) med ([\d.]+) ms", printed)
    if not found:
        raise SystemExit(f"{command[0]} did not print 'whole run min A med B ms'")
    return float(found[1]), float(found[2])


def print_stages(proof: Seconds, floors: Seconds) -> None:
    print(f"{'least of each stage':<22}{'ms':>9}{'floor':>9}{'ratio':>8}")
    for stage in [*proof, "whole"]:
        time, bound = (sum(each.values()) if stage == "whole" else each[stage] for each in (proof, floors))
        ratio = f"{time / bound:8.2f}" if bound else ""
        print(f"{stage:<22}{1e3 * time:>9.2f}{1e3 * bound:>9.2f}{ratio}")


def print_chain(proofs: list[float], chain: list[tuple[float, float]]) -> None:
    """The proof beside the chain, both ways."""
    least_chain, median_chain = min(run[0] for run in chain), median(run[1] for run in chain)
    print(f"\n{'':<22}{'least ms':>9}{'median':>9}")
    print(f"{'proof':<22}{min(proofs):>9.2f}{median(proofs):>9.2f}")
    print(f"{'chain':<22}{least_chain:>9.2f}{median_chain:>9.2f}")
    print(f"{'proof / chain':<22}{min(proofs) / least_chain:>9.2f}{median(proofs) / median_chain:>9.2f}")


if __name__ == "__main__":
    main()

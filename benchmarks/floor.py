"""The stages of a proof beside what its kernels alone would take, in the same minutes.

    kernels of a stage = sum of calls * seconds of a call,   each kernel timed again and again on arrays of its own

The calls follow from the shape of the proof; a kernel works in cache unless the proof gives it more than that at once.
What a stage takes beyond them is memory, what is done element by element, and (on several threads) waiting.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import subprocess
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from benchmarks.common import stages
from benchmarks.probes import probes
from benchmarks.programs import ALL, Statement
from settings import add_options, options_of

from l2zk import TraceZkVm
from l2zk.air.air import Air
from l2zk.air.bytecode import compile_constraints
from l2zk.proof.shape import Shape, solve
from l2zk.vm.cost import Estimate

HERE = Path(__file__).parent
NATIVE = HERE.parent / "l2zk" / "_native"
TILE, CHUNK = 64, 1024
ADD, MULTIPLY = 0, 2  # instructions of the constraint code
OPERATIONS = 100  # of the code that is timed
DIRECT_POINTS = 6  # so few values of Q are found one by one, more on cosets of 16 points


@dataclass(frozen=True)
class Call:
    """A kernel on n elements, and `width` of what it has several of: columns, constraints, operations of one kind."""

    kernel: str
    n: int = CHUNK
    width: int = 1
    operation: int = ADD


Calls = dict[Call, float]
Seconds = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--statement", choices=ALL, default="fib")
    parser.add_argument("--log-rows", type=int, default=16, metavar="K", help="2^K rows")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--plain", action="store_true", help="a proof that does not hide")
    add_options(parser)
    arguments = parser.parse_args()
    program, options = ALL[arguments.statement](arguments.log_rows), options_of(arguments, not arguments.plain)
    proofs = [stages(program, options, arguments.threads, seed) for seed in range(arguments.repeats + 1)][1:]
    shape = solve(options, program.definition.air.profile)
    work = calls(program, shape)
    if arguments.statement == "bits":
        work = {stage: as_bits(found, shape) if stage in NARROW else found for stage, found in work.items()}
    with TemporaryDirectory() as place:
        seconds_of = cache(timer(Path(place)))
        alone = {
            stage: sum(times * seconds_of(call) for call, times in found.items()) / arguments.threads
            for stage, found in work.items()
        }
        by_kernel: Seconds = defaultdict(float)
        for found in work.values():
            for call, times in found.items():
                by_kernel[call.kernel] += times * seconds_of(call)
    print(sizes(shape, TraceZkVm(options, threads=arguments.threads).estimate(program)))
    print_stages(least(proofs), alone)
    print("\nof which, by kernel: " + ", ".join(f"{name} {1e3 * by_kernel[name]:.2f}" for name in by_kernel))


def timer(place: Path) -> Callable[[Call], float]:
    """What times a call: kernels.c, compiled for the kernels of this clone."""
    library = place / "kernels.so"
    command = [os.environ.get("CC", "cc"), "-O2", "-shared", "-fPIC", f"-I{NATIVE}", "-o", library, HERE / "kernels.c"]
    subprocess.run(command, check=True)
    time = ctypes.CDLL(str(library)).kernel_seconds
    time.restype, time.argtypes = (
        ctypes.c_double,
        [ctypes.c_void_p, ctypes.c_char_p, *[ctypes.c_size_t] * 2, ctypes.c_uint],
    )

    def seconds(call: Call) -> float:
        found = time(probes.kernel_table(), call.kernel.encode(), call.n, call.width, call.operation)
        if found < 0:
            raise SystemExit(f"kernels.c cannot time {call.kernel}")
        return float(found)

    return seconds


# ---- the calls of each stage -----------------------------------------------------------------------------------------


def calls(program: Statement, shape: Shape) -> dict[str, Calls]:
    """The calls of each stage that consists of kernels."""
    air = program.definition.air
    return {
        "commit": commit(shape),
        "zerocheck": zerocheck(air, shape),
        "rows": rows(air),
        "open": opening(shape),
        "words": words(shape),
        "grind": {Call("grind", 4 * CHUNK): (1 + len(shape.words)) * 2**shape.grinding / (4 * CHUNK)},
    }


NARROW = ("commit", "zerocheck", "rows", "open")
"""The stages that know columns of bits."""
TOGETHER = 8  # columns of bits that are transformed together


def as_bits(found: Calls, shape: Shape) -> Calls:
    """The same for columns that are bits, all but those of masks and of R; claims that weigh rows alike are one."""
    wide = (1 + 3 * shape.hiding) / (shape.columns + 3 * shape.hiding)
    bits: Calls = defaultdict(float)
    for call, times in found.items():
        if call.kernel in ("ntt_values", "ntt_reverse"):
            bits[call] += wide * times
            if call.kernel == "ntt_values":
                bits[Call("ntt_bits", call.n, TOGETHER)] += (1 - wide) * times / TOGETHER
        elif call.kernel == "extend_streams":
            bits[Call("extend_bits")] += times * call.n / CHUNK
        elif call.kernel == "dot":
            bits[Call("sum_bits", CHUNK, 16)] += times / 16
        elif call.kernel == "fold_streams":
            bits[Call("fold_bits", TILE, call.width)] += times * CHUNK / TILE
        elif call.kernel == "round_products":
            continue
        else:
            bits[call] += times
    return bits


def joined(*found: Calls) -> Calls:
    """All of them together."""
    total: Calls = defaultdict(float)
    for one in found:
        for call, times in one.items():
            total[call] += times
    return total


def encoded(columns: int, log_m: int, log_n: int) -> Calls:
    """So many columns on a domain, and the tree over them."""
    m, leaves = 1 << log_m, 1 << log_n
    transforms = {Call("ntt_reverse", m): columns, Call("ntt_values", m): columns << (log_n - log_m)}
    return transforms | {Call("hash_columns", width=columns): leaves / CHUNK, Call("hash_parents"): leaves / CHUNK}


def commit(shape: Shape) -> Calls:
    """Columns and R on word 0; masks, tails and R from a stream, eight elements a block."""
    if not shape.hiding:
        return encoded(shape.columns, shape.log_m, shape.log_n0)
    drawn = 3 * shape.masked + shape.columns * shape.tail + 3 * ((1 << shape.log_m) + shape.tail)
    salts = (1 << shape.log_n0) / 4
    return encoded(shape.columns + 3, shape.log_m, shape.log_n0) | {Call("expand"): (drawn / 8 + salts) / CHUNK}


def code(air: Air, kernel: str, tiles: float) -> Calls:
    """The constraints' code, so many times on a tile."""
    made = compile_constraints(air)
    kinds = made.body[:, 0].tolist()
    products = sum(kind in (MULTIPLY, 6, 10) for kind in kinds)
    return {
        Call(kernel, TILE, OPERATIONS, operation): count * tiles / OPERATIONS
        for operation, count in (
            (MULTIPLY, products),
            (ADD, len(kinds) - products + len(made.terms)),
        )  # a term takes about as long as a sum
    }


def zerocheck(air: Air, shape: Shape) -> Calls:
    """The first round on cosets of the skipped bits, the binding of these, the rounds over the others."""
    argument, profile = shape.argument, air.profile
    height = 1 << argument.rounds
    tiles = height / TILE
    everywhere = [need for need, one in zip(air.needs, air.constraints) if len(one.domain.rows(air.rows)) > 1]
    need = max(everywhere, default=0)
    cosets = 0 if need <= DIRECT_POINTS else -(-need // 16)
    points = 16 * cosets if cosets else need
    extend = Call("extend_streams", TILE) if cosets else Call("extend_streams_directly", TILE, points)
    rounds = profile.degree * height / TILE
    loads, arrays = profile.openings, profile.read_columns + len({one.domain for one in air.constraints})
    return joined(
        code(air, "store_results", points * tiles),
        {
            extend: profile.read_columns * (cosets or 1) * tiles,
            Call("combine_groups", TILE, max(1, len(everywhere))): points * tiles,
            Call("dot_extension", TILE): points * tiles,
            Call("fold_streams", CHUNK, 16): profile.read_columns * height / CHUNK,
            Call("double_eq"): 2 * height / CHUNK,
        },
        code(air, "store_results_extension", rounds),
        {
            Call("set_top", TILE): loads * rounds,
            Call("sum_group", TILE, max(1, len(everywhere))): rounds,
            Call("fold_pairs"): 2 * arrays * height / CHUNK,
            Call("add_multiple"): height / CHUNK,
        },
    )


def rows(air: Air) -> Calls:
    """The sums of every pair with eq, the fold of the columns, the rounds of columns and weights."""
    profile = air.profile
    n, height = 1 << profile.log_rows, 1 << (profile.log_rows - 4)
    return {
        Call("split_weights"): height / CHUNK,
        Call("dot"): profile.openings * n / CHUNK,
        Call("fold_streams", CHUNK, 16): profile.read_columns * height / CHUNK,
        Call("add_multiple"): profile.openings * height / CHUNK,
        Call("round_products"): 2 * profile.read_columns * height / CHUNK,
        Call("fold_pairs"): 4 * profile.read_columns * height / CHUNK,
        Call("double_eq"): 2 * height / CHUNK,
    }


def opening(shape: Shape) -> Calls:
    """The products of all columns with eq, the first fold, R."""
    chunks = (1 << shape.log_m) / CHUNK
    return {
        Call("double_eq"): 2 * chunks,
        Call("split_weights"): chunks,
        Call("dot"): shape.columns * chunks,
        Call("fold_streams", CHUNK, shape.columns): chunks,
        Call("add_multiple"): (2 if shape.hiding else 1) * chunks,
        Call("dot_extension"): chunks if shape.hiding else 0,
    }


def words(shape: Shape) -> Calls:
    """Of each later word its columns, the weights of the word before, the rounds."""
    found: Calls = {}
    log_size, queries = shape.log_m, shape.queries
    for k, log_n, next_queries in shape.words:
        chunks = (1 << log_size) / CHUNK
        sumcheck = {
            Call("add_powers"): chunks,
            Call("dot_extension"): chunks,
            Call("add_multiple"): chunks,
            Call("add_powers_by_class", 1 << log_size, queries): 1,
            Call("round_products"): 2 * chunks,
            Call("fold_pairs"): 4 * chunks,
        }
        found = joined(found, encoded(3 << k, log_size - k, log_n), sumcheck)
        log_size, queries = log_size - k, next_queries
    return found


# ---- what is printed -------------------------------------------------------------------------------------------------


def sizes(shape: Shape, estimate: Estimate) -> str:
    """Columns, entries, points and queries of word 0; fold, points and queries of each later word; the whole."""
    later = "".join(f", {k}/2^{log_n}/{queries}" for k, log_n, queries in shape.words)
    word = f"{shape.columns} x 2^{shape.log_m} on 2^{shape.log_n0}, {shape.queries} queries"
    return f"{word}{later}; {estimate.size / 1024:.0f} KiB, {estimate.memory / 2**20:.1f} MiB"


def least(proofs: list[Seconds]) -> Seconds:
    """Stage by stage, the least of several proofs; of grinding, whose time is luck, the mean."""
    found = {stage: min(proof[stage] for proof in proofs) for stage in proofs[0]}
    return found | {"grind": fmean(proof["grind"] for proof in proofs)}


def print_stages(proof: Seconds, alone: Seconds) -> None:
    print(f"{'least of each stage':<22}{'ms':>9}{'kernels':>9}{'ratio':>8}")
    for stage, time in proof.items():
        kernels = f"{1e3 * alone[stage]:>9.2f}{time / alone[stage]:>8.2f}" if alone.get(stage) else ""
        print(f"{stage:<22}{1e3 * time:>9.2f}{kernels}")
    time, bound = sum(proof.values()), sum(alone.values())
    print(f"{'whole':<22}{1e3 * time:>9.2f}{1e3 * bound:>9.2f}{time / bound:>8.2f}")


if __name__ == "__main__":
    main()

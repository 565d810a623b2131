"""Lookups, memories and many statements in one proof: times, memory and bytes beside their goals, stage by stage.

    goal = what was set in ms or KiB before there was a prover of several tables

Each kind of proof has a process of its own; all prove in turn, once cold and then warm, and verify. Plonky3's prover
over WHIR proves what it can say of the same: lookups by fractional GKR (lanesN), with `--indexed` by its indexed reads.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from time import process_time
from typing import Any

from benchmarks.common import stages
from benchmarks.programs import TABLES, Found, Statement, witness
from compare import NO_CARGO, WHIR, Contestant, build, start
from ours import KEPT
from settings import add_options, options_of

from l2zk import TraceZkVm, keep_memory
from l2zk.language.filling_tables import filled_tables
from l2zk.language.witness import bind

PEERS = tuple(name + kind for name in WHIR for kind in ("", "-fast"))
COMMITMENT = {"commit", "open", "words", "grind"}
"""The stages that grow with what is committed to, whatever is claimed of it."""


Goals = tuple[float | None, float | None, float | None]
NO_GOALS: Goals = (None, None, None)


@dataclass(frozen=True)
class Case:
    """A kind of proof: a statement, how many of a seed, in one proof or in as many; goals in ms, KiB and MiB."""

    statement: str
    log_rows: int
    count: int = 1
    together: bool = False
    goals: Goals = NO_GOALS

    def __str__(self) -> str:
        how = "" if self.count == 1 else f"{self.count} x " if self.together else f"{self.count} proofs of "
        return f"{how}{self.statement}, 2^{self.log_rows}"


TOGETHER = [
    Case("fib", 16, 64, True, (600, 190, None)),
    Case("fib", 16, 64),
    Case("fib", 8, 1024, True, (60, 169, None)),
    Case("fib", 8, 1024),
]
GOALS = {"lanes1": (600, None, None), "lanes8": (1000, None, 700), "memory": (800, None, None)}
"""At 2^20 rows."""


def main() -> None:
    arguments = parse()
    if arguments.peers and not shutil.which("cargo"):
        raise SystemExit(NO_CARGO)
    binary = build(arguments.threads, arguments.target_cpu) if arguments.peers else None
    keep_memory(KEPT)
    results: list[dict[str, Any]] = []
    for cases in groups(arguments):
        results += measure(arguments, binary, cases)
    if arguments.json:
        print(json.dumps(results, indent=1))
        return
    if "lanes" in arguments.parts:
        print_stages(arguments)
    if "filling" in arguments.parts:
        print_filling(arguments)
    if "verifier" in arguments.parts:
        print_verifier(arguments)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parts = ("together", "lanes", "filling", "verifier")
    parser.add_argument("--parts", nargs="+", choices=parts, default=parts)
    parser.add_argument("--log-rows", type=int, default=20, metavar="K", help="2^K rows of lanes")
    parser.add_argument("--small", type=int, default=0, metavar="K", help="statements together of 2^K times fewer rows")
    parser.add_argument("--repeats", type=int, default=5, help="warm proofs of each")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=["plonky3-whir-2", "plonky3-whir-4"])
    parser.add_argument("--ranges", nargs="+", type=int, default=[1, 8], help="lookups a row of the peers' lanes")
    parser.add_argument("--indexed", action="store_true", help="the peers' other way of looking up, too")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--target-cpu", default="native", help="what the peers are built for, as x86-64-v3")
    parser.add_argument("--isa", help="instruction set of l2zk: the value of L2ZK_ISA")
    parser.add_argument("--json", action="store_true", help="of the first two parts")
    add_options(parser)
    arguments = parser.parse_args()
    if arguments.repeats < 1:
        parser.error("--repeats is at least 1")
    return arguments


# ---- proofs in turn --------------------------------------------------------------------------------------------------


def groups(arguments: argparse.Namespace) -> list[list[tuple[str, Case]]]:
    """The kinds of proofs that are made in turn, each with its prover."""
    found = []
    if "together" in arguments.parts:
        for pair in (TOGETHER[:2], TOGETHER[2:]):
            cases = [shorter(case, case.log_rows - arguments.small) for case in pair]
            found.append(
                [("l2zk hiding", case) for case in cases]
                + [(peer, replace(cases[0], goals=NO_GOALS)) for peer in arguments.peers]
            )
    if "lanes" in arguments.parts:
        log_rows = arguments.log_rows
        cases = [shorter(Case(name, 20, goals=GOALS.get(name, NO_GOALS)), log_rows) for name in TABLES]
        ways = [f"lanes{n}" for n in (0, *arguments.ranges)]
        ways += [f"indexed{n}" for n in arguments.ranges if arguments.indexed]
        theirs = [(peer, Case(way, log_rows)) for peer in arguments.peers for way in ways]
        found.append([("l2zk hiding", case) for case in cases] + theirs)
    return found


def shorter(case: Case, log_rows: int) -> Case:
    """The case at another length, for which no goal was set."""
    return case if log_rows == case.log_rows else replace(case, log_rows=log_rows, goals=NO_GOALS)


def measure(arguments: argparse.Namespace, binary: Any, cases: Sequence[tuple[str, Case]]) -> list[dict[str, Any]]:
    """Every kind once, then again, each time other statements."""
    contestants = []
    for name, case in cases:
        arguments.batch = case.count
        contestants.append(start(name, arguments, binary, case.statement, case.log_rows, case.together))
    for seed in range(1, arguments.repeats + 2):
        for contestant in contestants:
            contestant.prove(seed)
    for contestant in contestants:
        contestant.leave()
    results = [result(contestant, case) for contestant, (_, case) in zip(contestants, cases)]
    if not arguments.json:
        print_results(results)
    return results


def result(contestant: Contestant, case: Case) -> dict[str, Any]:
    """Medians of the warm proofs, and the first one; the bytes are those of all."""
    proofs = 1 if case.together else case.count
    return {
        "prover": contestant.name,
        "case": str(case),
        "ms": contestant.median("ms"),
        "cpu_ms": contestant.median("cpu_ms"),
        "goal_ms": case.goals[0],
        "first_cpu_ms": contestant.answers[0]["cpu_ms"],
        "verify_cpu_ms": contestant.median("verify_cpu_ms"),
        "kib": proofs * contestant.median("bytes") / 1024,
        "goal_kib": case.goals[1],
        "peak_mib": contestant.peak_mib,
        "goal_mib": case.goals[2],
        "queries": contestant.answers[0]["queries"],
    }


COLUMNS = {
    "case": ("", "<24", "s"),
    "prover": ("", "<19", "s"),
    "ms": ("wall ms", ">9", ".1f"),
    "cpu_ms": ("cpu ms", ">9", ".1f"),
    "goal_ms": ("goal", ">6", ".0f"),
    "first_cpu_ms": ("first", ">9", ".1f"),
    "verify_cpu_ms": ("verify", ">7", ".2f"),
    "kib": ("KiB", ">7", ".0f"),
    "goal_kib": ("goal", ">5", ".0f"),
    "peak_mib": ("MiB", ">6", ".0f"),
    "goal_mib": ("goal", ">5", ".0f"),
    "queries": ("n_q", ">4", ".0f"),
}
"""The table: title, width and form of what is printed of a result."""


def print_results(results: Sequence[dict[str, Any]]) -> None:
    """A line for each kind of proof."""
    print("\n" + " ".join(format(title, width) for title, width, _ in COLUMNS.values()))
    for found in results:
        cells = [(found[key], width, form) for key, (_, width, form) in COLUMNS.items()]
        print(" ".join(format(*cell(*one)) for one in cells), flush=True)


def cell(value: Any, width: str, form: str) -> tuple[Any, str]:
    return ("-", width) if value is None else (value, width + form)


# ---- stages ----------------------------------------------------------------------------------------------------------


def print_stages(arguments: argparse.Namespace) -> None:
    """The least of each stage, in ms; and what a lookup costs above the commitment."""
    proofs = {name: least_stages(arguments, TABLES[name](arguments.log_rows)) for name in TABLES}
    print("\nleast of each stage, ms  " + "".join(f"{name:>10}" for name in proofs))
    for stage in proofs["lanes0"]:
        print(f"{stage:<24}" + "".join(f"{1e3 * proof[stage]:>10.1f}" for proof in proofs.values()))
    print(f"{'whole':<24}" + "".join(f"{1e3 * sum(proof.values()):>10.1f}" for proof in proofs.values()))
    rows = 1 << arguments.log_rows
    for name, lookups in (("lanes1", 1), ("lanes8", 8)):
        above, alone = argument(proofs[name]) - argument(proofs["lanes0"]), proofs[name]["lookups"]
        each = 1e9 / (lookups * rows)
        print(
            f"{name}: {each * above:.1f} ns a lookup above the commitment, goal 30; its stage alone {each * alone:.1f}"
        )


def least_stages(arguments: argparse.Namespace, program: Statement) -> dict[str, float]:
    """Stage by stage, the least of several proofs."""
    options = options_of(arguments)
    proofs = [stages(program, options, arguments.threads, seed=1) for _ in range(arguments.repeats + 1)][1:]
    return {stage: min(proof[stage] for proof in proofs) for stage in proofs[0]}


def argument(proof: dict[str, float]) -> float:
    """The seconds of a proof without those of the commitment."""
    return sum(seconds for stage, seconds in proof.items() if stage not in COMMITMENT)


# ---- filling ---------------------------------------------------------------------------------------------------------


def print_filling(arguments: argparse.Namespace) -> None:
    """What fills itself, beside the whole proof, both by the processor's clock; the goal is a tenth."""
    print()
    for name in ("lanes1", "lanes8", "memory"):
        program = TABLES[name](arguments.log_rows)
        given, vm = witness(program, 1), TraceZkVm(options_of(arguments), threads=arguments.threads)
        bound = bind(program.definition, given)
        filling = least(partial(filled_tables, program.definition, bound), arguments.repeats)
        proof = least(partial(vm.prove, program, given), arguments.repeats)
        print(f"{name}: filling {1e3 * filling:.1f} ms, {filling / proof:.3f} of the proof, goal 0.1")


def least(act: Callable[[], object], repeats: int) -> float:
    """The least seconds on the processor, of several."""
    return min(seconds(act) for _ in range(repeats))


def seconds(act: Callable[[], object]) -> float:
    begun = process_time()
    act()
    return process_time() - begun


# ---- the verifier ----------------------------------------------------------------------------------------------------


def print_verifier(arguments: argparse.Namespace) -> None:
    """A lookup a row in tables of 2^16 and of 2^4 numbers, below 2^18 rows: what the larger table costs to verify."""
    vm, rounds = TraceZkVm(options_of(arguments), threads=1), 100 * arguments.repeats
    programs = [Found(18, bits) for bits in (4, 16)]
    proofs = [vm.prove(program, witness(program, 1)) for program in programs]
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for found, program, proof in zip(times, programs, proofs):
            found.append(seconds(partial(vm.verify, program, proof)))
    small, large = map(median, times)
    print(
        f"\nverified with a range table of 2^4 {1e6 * small:.0f} us, of 2^16 {1e6 * large:.0f}:"
        f" {1e6 * (large - small):+.0f}, goal 10; proofs of {' and '.join(str(proof.size) for proof in proofs)} bytes"
    )


if __name__ == "__main__":
    main()

"""Hashes: a compression of SHA-256 or BLAKE3, a Keccak-f, a Poseidon2 permutation, beside Plonky3's own AIRs in turn.

    ms a unit = milliseconds of a proof, its trace among them, by compressions or permutations in it

Ours are the programs of plugins/, hiding, at 128 proven bits. Plonky3's do not hide: over FRI at blow-up 8 in
Goldilocks (plonky3) and in KoalaBear with an extension of degree 5 (plonky3-koala, which proves the bits that it says),
over WHIR in Goldilocks (plonky3-whir-2, -4, -8). Its AIRs prove units that have nothing to do with one another.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from compare import KEEP, NO_CARGO, WHIR, Contestant, build
from ours import KEPT, timed
from settings import add_options, as_arguments, options_of

import l2zk

PEERS = ("plonky3", "plonky3-koala", *WHIR)


@dataclass(frozen=True)
class Hash:
    """A hash: our program of so many units and its witness for a seed; the peers' rows for as many units; a goal."""

    program: Callable[[int], l2zk.TraceProgram]
    witness: Callable[[int, Random], Any]
    log_units: int
    rows: Callable[[int], int]
    goal_ms: float
    goal_kb: float | None = None


def of(name: str, **parameters: Any) -> l2zk.TraceProgram:
    """The installed program of this name."""
    return l2zk.get_program(name)(**parameters)


HASHES = {
    "sha256": Hash(
        lambda units: of("sha256", length=64 * units - 9),
        lambda units, random: random.randbytes(64 * units - 9),
        10,
        lambda units: units,
        0.35,
        250,
    ),
    "blake3": Hash(
        lambda units: of("blake3", length=64 * units),
        lambda units, random: random.randbytes(64 * units),
        10,
        lambda units: units,
        0.35,
        260,
    ),
    "keccak": Hash(
        lambda units: of("sha3-256", length=136 * units - 1),
        lambda units, random: random.randbytes(136 * units - 1),
        6,
        lambda units: 24 * units,
        3,
        200,
    ),
    "poseidon2": Hash(
        lambda units: of("poseidon2", count=units),
        lambda units, random: [random.randrange(l2zk.MODULUS) for _ in range(8)],
        13,
        lambda units: units,
        0.004,
    ),
}


def main() -> None:
    arguments = parse()
    if arguments.ours:
        return answer(arguments)
    if arguments.peers and not shutil.which("cargo"):
        raise SystemExit(NO_CARGO)
    binary = build(1, arguments.target_cpu) if arguments.peers else None
    results = [one for name in arguments.hashes for one in measure(arguments, binary, name)]
    if arguments.json:
        print(json.dumps(results, indent=1))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--hashes", nargs="+", choices=HASHES, default=list(HASHES))
    parser.add_argument("--log-units", type=int, metavar="K", help="2^K units in place of the hash's own number")
    parser.add_argument("--repeats", type=int, default=5, help="warm proofs of each")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=["plonky3", "plonky3-koala", "plonky3-whir-2"])
    parser.add_argument("--target-cpu", default="native", help="what the peers are built for, as x86-64-v3")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--ours", choices=HASHES, help=argparse.SUPPRESS)
    add_options(parser)
    return parser.parse_args()


# ---- ours ------------------------------------------------------------------------------------------------------------


def answer(arguments: argparse.Namespace) -> None:
    """For each seed on standard input a proof by one thread, verified, and a line of JSON, as the peers do."""
    l2zk.keep_memory(KEPT)
    hash, units = HASHES[arguments.ours], 1 << arguments.log_units
    vm, program = l2zk.TraceZkVm(options_of(arguments), threads=1), hash.program(units)
    queries = vm.estimate(program).queries
    for line in sys.stdin:
        witness = hash.witness(units, Random(int(line)))
        _, _, filled = timed(partial(vm.trace, program, witness))
        proof, ms, cpu_ms = timed(partial(vm.prove, program, witness))
        accepted, verify_ms, verify_cpu_ms = timed(partial(vm.verify, program, proof))
        if not accepted:
            raise SystemExit(f"a proof of {program} was not accepted")
        found = {"ms": ms, "cpu_ms": cpu_ms, "verify_ms": verify_ms, "verify_cpu_ms": verify_cpu_ms}
        print(json.dumps({**found, "fill_cpu_ms": filled, "bytes": proof.size, "queries": queries}), flush=True)


# ---- both in turn ----------------------------------------------------------------------------------------------------


def measure(arguments: argparse.Namespace, binary: Path | None, name: str) -> list[dict[str, Any]]:
    """Every contestant proves once, then again."""
    hash = HASHES[name]
    log_units = hash.log_units if arguments.log_units is None else arguments.log_units
    log_rows = (hash.rows(1 << log_units) - 1).bit_length()
    command = [sys.executable, __file__, "--ours", name, "--log-units", str(log_units), *as_arguments(arguments)]
    contestants = [started("l2zk hiding", command)]
    contestants += [started(peer, [str(binary), peer, name, str(log_rows), "1"]) for peer in arguments.peers]
    for seed in range(1, arguments.repeats + 2):
        for contestant in contestants:
            contestant.prove(seed)
    for contestant in contestants:
        contestant.leave()
    units = (1 << log_rows) // hash.rows(1)
    found = [result(one, name, units if one.name in PEERS else 1 << log_units) for one in contestants]
    if not arguments.json:
        print_results(found, hash)
    return found


def started(name: str, command: Sequence[str]) -> Contestant:
    environment = {**os.environ, **{key: str(value) for key, value in KEEP.items()}}
    pipe = subprocess.PIPE
    return Contestant(name, subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment))


def result(contestant: Contestant, name: str, units: int) -> dict[str, Any]:
    """Medians of the warm proofs."""
    filled = contestant.median("fill_cpu_ms") if "fill_cpu_ms" in contestant.answers[0] else None
    return {
        "hash": name,
        "prover": contestant.name,
        "units": units,
        "cpu_ms": contestant.median("cpu_ms"),
        "ms_a_unit": contestant.median("cpu_ms") / units,
        "filling": None if filled is None else filled / contestant.median("cpu_ms"),
        "verify_cpu_ms": contestant.median("verify_cpu_ms"),
        "kb": contestant.median("bytes") / 1000,
        "peak_mib": contestant.peak_mib,
        "queries": contestant.answers[0]["queries"],
    }


def print_results(results: Sequence[dict[str, Any]], hash: Hash) -> None:
    """A line for each prover; the ratio is ours by theirs."""
    goal = f"{hash.goal_ms} ms" + (f", {hash.goal_kb} KB" if hash.goal_kb else "")
    print(f"\n{results[0]['hash']}, goal {goal} a unit")
    print(f"{'':19} units   cpu ms  ms a unit  ratio   fill verify     KB   MiB")
    for one in results:
        ratio = results[0]["ms_a_unit"] / one["ms_a_unit"]
        filling = "    -" if one["filling"] is None else f"{one['filling']:5.2f}"
        print(
            f"{one['prover']:19}{one['units']:6}{one['cpu_ms']:9.1f}{one['ms_a_unit']:11.4f}{ratio:7.2f}  {filling}"
            f"{one['verify_cpu_ms']:7.1f}{one['kb']:7.0f}{one['peak_mib'] or 0:6.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

"""Every bad proof is an answer soon and in little memory, whatever its header asks for."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from cheats import few
from example_programs import Fibonacci
from hostile import tiny

from l2zk import Machine, ProofOptions, TraceProgram, TraceZkVm, release_memory
from l2zk.proof.header import Header


def in_a_process(function: str) -> dict:
    """The result of a function of this module in a fresh process: a crash there is a failure, not the tests' end."""
    code = f"import json; from core import test_hostile_cost; print(json.dumps(test_hostile_cost.{function}()))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-2000:]}"
    return json.loads(done.stdout.splitlines()[-1])


def greedy_headers() -> list[Header]:
    """For a program of 2^20 rows: options that ask for as much as they can."""
    program = Fibonacci(2**20 - 1)
    air = program.definition.air
    changes = [
        {"blowup": 32},
        {"blowup": 32, "queries": 1023},
        {"blowup": 2, "queries": 1023, "folding": 2, "final_rows": 1},
        {"blowup": 32, "rows_per_leaf": 8},
        {"blowup": 2, "rows_per_leaf": 8, "regime": "unique"},
        {"final_rows": 256, "grinding": 32},
        {"zero_knowledge": True, "blowup": 32},
        {"zero_knowledge": True, "queries": 1023},
        {"folding": 2, "final_rows": 1},
        {"blowup": 2, "grinding": 0},
        {"security": 128, "regime": "unique", "blowup": 2, "grinding": 0, "rows_per_leaf": 1},
    ]
    return [
        Header(
            options=ProofOptions(**change),
            digest=air.digest,
            program_id=air.id,
            rows=air.rows,
            parameters=air.parameters,
            inputs=(("a0", 0), ("a1", 1)),
            outputs=(("result", 5),),
        )
        for change in changes
    ]


def what_greedy_headers_cost() -> dict:
    """The slowest answer in seconds, and by how many MiB this process grew."""
    import resource
    import time

    program, machine = Fibonacci(2**20 - 1), TraceZkVm()
    machine.verify(program, tiny())
    unit = 2**20 if sys.platform == "darwin" else 2**10
    before, slowest, answers = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 0.0, []
    for header in greedy_headers():
        for body in (b"", bytes(64), bytes(5000), bytes(10**6)):
            start = time.perf_counter()
            answers.append(machine.verify(program, header.to_bytes() + body))
            slowest = max(slowest, time.perf_counter() - start)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"seconds": slowest, "mebibytes": after - before, "accepted": any(answers)}


@dataclass(frozen=True)
class Broad(TraceProgram):
    """A thousand columns of few rows."""

    id = "broad.v0"

    def define(self, m: Machine) -> None:
        x = m.columns(*(f"x{i}" for i in range(1000)))
        m.start({cell: i for i, cell in enumerate(x)})
        m.step({cell: cell + 1 for cell in x})
        m.rows(250)


def what_more_queries_than_leaves_cost() -> dict:
    """By how many MiB this process grew to verify a proof of few leaves, each of which is asked for many times."""
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    machine = TraceZkVm(few(queries=1023, rows_per_leaf=8, blowup=2), threads=1)
    data = bytes(machine.prove(Broad()))
    release_memory()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    accepted = machine.verify(Broad(), data)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"mebibytes": after - before, "accepted": accepted, "size": len(data) / 2**20}


def test_more_queries_than_leaves_cost_little() -> None:
    pytest.importorskip("resource")
    cost = in_a_process("what_more_queries_than_leaves_cost")
    assert cost["accepted"]
    assert cost["mebibytes"] < 8 * cost["size"]


def test_what_a_header_asks_for_costs_little() -> None:
    pytest.importorskip("resource")
    cost = in_a_process("what_greedy_headers_cost")
    assert not cost["accepted"]
    assert cost["seconds"] < 10  # of what could take minutes
    assert cost["mebibytes"] < 64


def many_rounds() -> dict:
    """Folding by 2 down to one row: more rounds the longer the trace, 26 at the longest."""
    options = ProofOptions(folding=2, final_rows=1, rows_per_leaf=1, zero_knowledge=False)
    answers = []
    for log_rows in range(14, 27):
        program = Fibonacci(2**log_rows - 1)
        air = program.definition.air
        header = dataclasses.replace(
            greedy_headers()[0], options=options, digest=air.digest, rows=air.rows, parameters=air.parameters
        )
        answers.append(TraceZkVm().verify(program, header.to_bytes() + bytes(50_000)))
    program, machine = Fibonacci(2**17 - 1), TraceZkVm(few(blowup=2, folding=2, final_rows=1))
    proof = machine.prove(program)
    changed = bytearray(bytes(proof))
    changed[-1] ^= 1
    answers.append(machine.verify(program, bytes(changed)))
    return {"refused": not any(answers), "accepted": machine.verify(program, proof)}


def test_more_rounds_than_any_default_has() -> None:
    assert in_a_process("many_rounds") == {"refused": True, "accepted": True}

"""Every bad proof is an answer soon and in little memory, whatever its header asks for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from example_programs import Fibonacci
from hostile import few, tiny

from l2zk import Machine, ProofOptions, TraceProgram, TraceZkVm, release_memory
from l2zk.proof.header import Header, stated


def in_a_process(function: str) -> dict:
    """The result of a function of this module in a fresh process: a crash there is a failure, not the tests' end."""
    code = f"import json; from core import test_hostile_cost; print(json.dumps(test_hostile_cost.{function}()))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-2000:]}"
    return json.loads(done.stdout.splitlines()[-1])


GREEDY = [
    {"rate": 1 / 16},
    {"rate": 1 / 16, "queries": 1023},
    {"rate": 1 / 2, "queries": 1023},
    {"rate": 1 / 16, "grinding": 32},
    {"zero_knowledge": False, "rate": 1 / 16},
    {"zero_knowledge": False, "queries": 1023},
    {"preset": "compact"},
    {"preset": "fast", "grinding": 0},
    {"rate": 1 / 2, "grinding": 0},
]


def header_of(program: TraceProgram, **options: Any) -> bytes:
    """A header under which a verifier of any public values looks at a body."""
    told = stated(program.definition.air)
    inputs, outputs = (0,) * len(told.inputs), (0,) * len(told.outputs)
    return Header.single(options=ProofOptions(**options), program=told, inputs=inputs, outputs=outputs).to_bytes()


def what_greedy_headers_cost() -> dict:
    """The slowest answer in seconds, and by how many MiB this process grew."""
    import resource
    import time

    program, machine = Fibonacci(2**20 - 1), TraceZkVm()
    machine.verify(program, tiny())
    unit = 2**20 if sys.platform == "darwin" else 2**10
    before, slowest, answers = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 0.0, []
    for options in GREEDY:
        header = header_of(program, **options)
        for body in (b"", bytes(64), bytes(5000), bytes(150_000), bytes(10**6)):
            start = time.perf_counter()
            answers.append(machine.verify(program, header + body, {"a0": None, "a1": None}))
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
    machine = TraceZkVm(few(queries=1023, rate=1 / 2), threads=1)
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


def many_lengths() -> dict:
    """Every length that a trace can have: more words the longer it is."""
    answers = []
    for log_rows in range(1, 27):
        program = Fibonacci(2**log_rows - 1)
        header = header_of(program, zero_knowledge=log_rows % 2 == 0)
        answers += [
            TraceZkVm().verify(program, header + bytes(size), {"a0": None, "a1": None}) for size in (50_000, 200_000)
        ]
    program, machine = Fibonacci(2**17 - 1), TraceZkVm(few(rate=1 / 2))
    proof = machine.prove(program)
    changed = bytearray(bytes(proof))
    changed[-1] ^= 1
    answers.append(machine.verify(program, bytes(changed)))
    return {"refused": not any(answers), "accepted": machine.verify(program, proof)}


def test_every_length_of_a_trace_is_refused_and_verified() -> None:
    assert in_a_process("many_lengths") == {"refused": True, "accepted": True}

"""Calls that make or verify one proof of several statements: misuse, costs, batches, caches, cancellation."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from defining import FUNCTION, capsule, program
from example_programs import Cubes, Fibonacci, Powers
from quick import QUICK
from warned import any_length

from l2zk import TraceZkVm, _core
from l2zk.errors import (
    ArgumentError,
    DegreeError,
    MemoryLimitError,
    OptionsError,
    ProgramError,
    StepError,
    WitnessError,
)
from l2zk.vm.batch.processor import BatchProcessor

pytestmark = any_length

VM = TraceZkVm(threads=1)


# Misuse, and what is refused before anything is made.


def test_misuse_is_told() -> None:
    with pytest.raises(ArgumentError, match="programs are a list with a program for each statement, not Fibonacci"):
        QUICK.prove_together(Fibonacci(20), [()])  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="2 x program, but 1 x witness"):
        QUICK.prove_together([Fibonacci(20)] * 2, [()])
    with pytest.raises(ArgumentError, match="of one program at least, and none was given"):
        QUICK.prove_together([], [])
    with pytest.raises(ProgramError, match="^statement 1: a program is a TraceProgram, not int"):
        QUICK.prove_together([Fibonacci(20), 3], [(), ()])  # type: ignore[list-item]
    with pytest.raises(OptionsError, match="check=1"):
        QUICK.prove_together([Fibonacci(20)], [()], check=1)  # type: ignore[arg-type]
    proof = QUICK.prove_together([Fibonacci(20)] * 2, [(), ()])
    with pytest.raises(ArgumentError, match="2 x program, but 1 x hint"):
        QUICK.verify_together([Fibonacci(20)] * 2, proof, [()])
    with pytest.raises(ArgumentError, match="2 x program, but 3 x set of outputs"):
        QUICK.verify_together([Fibonacci(20)] * 2, proof, outputs=[()] * 3)
    with pytest.raises(WitnessError, match="^statement 1: example-fibonacci.v0 has no input 'b'"):
        QUICK.verify_together([Fibonacci(20)] * 2, proof, [(), {"b": 1}])
    with pytest.raises(ArgumentError, match="a proof is a Proof or bytes"):
        QUICK.verify_together([Fibonacci(20)] * 2, "proof")  # type: ignore[arg-type]


def test_memory_and_size_are_said_before() -> None:
    little = TraceZkVm(max_memory=1 << 20, threads=1)
    with pytest.raises(MemoryLimitError, match="bytes of memory are needed, but max_memory is 1,048,576"):
        little.prove_together([Fibonacci(1000)] * 64, [None] * 64)  # before any witness is looked at
    assert little.estimate_together([Fibonacci(1000)] * 64).memory > 1 << 20


@FUNCTION
def fail_at_seven(columns: Any, first: int, last: int, context: Any) -> int:
    """Count up; a run that begins with 7 fails."""
    for row in range(first, last):
        columns[0][row] = columns[0][row - 1] + 1
    return 3 if columns[0][0] == 7 else 0


def test_a_step_that_fails_names_its_statement() -> None:
    def define(m: Any) -> None:
        x = m.column("x")
        m.start({x: m.public_input("x0")})
        m.step_function(capsule(fail_at_seven))
        m.constrain("up", x.next == x + 1)
        m.output("end", x, row=7)

    programs = [program(define)] * 10
    proof = QUICK.prove_together(programs, [(10 + i,) for i in range(10)])
    assert QUICK.verify_together(programs, proof, outputs=[(17 + i,) for i in range(10)])
    with pytest.raises(StepError, match="^statement 3: the step function failed and returned 3"):
        QUICK.prove_together(programs, [(4 + i,) for i in range(10)])


def test_an_estimate_of_statements() -> None:
    programs = [Fibonacci(200)] * 1000 + [Cubes(9)]
    told = VM.estimate_together(programs)
    assert told.statements == 1001 and told.groups[-1] == ("example-cubes.v0", 1)
    assert told.proven_bits >= 128 and told.size == pytest.approx(150_000, rel=0.2)
    assert "1001 statements in 2 groups: example-fibonacci.v0 x 1,000, example-cubes.v0 x 1" in str(told)
    proof = VM.prove_together(programs, [()] * 1001)
    assert len(proof) == pytest.approx(told.size, rel=0.05)
    with pytest.raises(DegreeError, match="has degree 33"):
        VM.estimate_together([Powers(33, 5)] * 3)


# Progress, batches, caches.


def test_progress_tells_stages_and_may_cancel() -> None:
    class Enough(Exception):
        pass

    def stop(stage: str, done: int, total: int) -> None:
        raise Enough(stage)

    with pytest.raises(Enough):
        VM.prove_together([Fibonacci(60_000)] * 8, [()] * 8, progress=stop)


def test_a_batch_as_one_proof() -> None:
    batch, stages = BatchProcessor(QUICK), list[str]()
    programs, witnesses = [Fibonacci(20)] * 3, [(i, 1) for i in range(3)]
    proof = batch.prove_batch(
        programs, witnesses, one_proof=True, progress=lambda stage, done, total: stages.append(stage)
    )
    assert proof == QUICK.prove_together(programs, witnesses)
    assert set(stages) <= set(_core.STAGES)
    with pytest.raises(OptionsError, match="return_exceptions=True has no meaning with one_proof=True"):
        batch.prove_batch(programs, witnesses, one_proof=True, return_exceptions=True)
    with pytest.raises(OptionsError, match="one_proof=True needs a program at least"):
        batch.prove_batch([], [], one_proof=True)
    with pytest.raises(OptionsError, match="one_proof=1 is not allowed"):
        batch.prove_batch(programs, witnesses, one_proof=1)  # type: ignore[call-overload]
    with pytest.raises(WitnessError, match="3 x program, but 2 x witness"):
        batch.prove_batch(programs, witnesses[:2], one_proof=True)
    with pytest.raises(MemoryLimitError):
        BatchProcessor(QUICK, max_memory=1000).prove_batch(programs, witnesses, one_proof=True)


def test_an_executor_has_no_part_in_one_proof() -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as threads, pytest.raises(OptionsError, match="an executor has no part in it"):
        BatchProcessor(QUICK, executor=threads).prove_batch([Fibonacci(20)], [()], one_proof=True)


def test_together_asynchronously() -> None:
    proof = asyncio.run(QUICK.prove_together_async([Fibonacci(20)] * 2, [(), ()]))
    assert proof == QUICK.prove_together([Fibonacci(20)] * 2, [(), ()])

    async def cancel() -> None:
        await asyncio.wait_for(VM.prove_together_async([Fibonacci(500_000)] * 8, [()] * 8), 0.2)

    with pytest.raises(TimeoutError):
        asyncio.run(cancel())


def test_observers_hear_of_one_proof(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "l2zk"):
        QUICK.prove_together([Fibonacci(20), Cubes(9)], [(), ()])
    assert [one.getMessage().split()[0] for one in caplog.records] == ["proving", "proved"]

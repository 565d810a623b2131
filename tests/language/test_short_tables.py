"""Tables of 1 to 33 rows: one rule for all of them, from the padding to the proof that somebody else reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from code_interpreter import P
from example_programs import Fibonacci, Powers
from hostile import few
from twin import prove, twin_proof, twin_verify
from warned import any_length

from l2zk import Machine, Proof, ProofOptions, TraceProgram, TraceZkVm
from l2zk.air.domains import Domain

pytestmark = any_length  # 9 rows, 17 and 33

ROWS = range(1, 34)
SHORT = {"hiding": few(queries=40, zero_knowledge=True), "plain": few(queries=40)}
FULL = {"hiding": ProofOptions(), "plain": ProofOptions(zero_knowledge=False)}
hiding = pytest.mark.parametrize("hiding", ["hiding", "plain"])


def padded(rows: int) -> int:
    """The least power of two, at least 2, that is at least `rows`."""
    return next(length for length in (2, 4, 8, 16, 32, 64) if length >= rows)


@dataclass(frozen=True)
class Total(TraceProgram):
    """A private column of bytes and its sum so far: cells of the witness, bits, a step, a period."""

    id = "total.v0"
    rows: int

    def define(self, m: Machine) -> None:
        entry, total = m.private_column("entry", pad=0), m.column("total")
        m.bits("bit", entry, 3)
        m.start({total: m.public_input("first", default=5)})
        m.step({total: total + entry * m.periodic((1, 2))})
        m.output("total", total, row="last")
        m.rows(self.rows)


@dataclass(frozen=True)
class EveryDomain(TraceProgram):
    """A claim on every domain that its trace has: look-aheads, single rows, and the rows of each period from each."""

    id = "every-domain.v0"
    rows: int

    def define(self, m: Machine) -> None:
        length = padded(self.rows)
        periods = [2**i for i in range(1, length.bit_length())]
        x, *phases = m.columns("x", *(f"phase{period}" for period in periods))
        m.constrain("every", phases[0] * (phases[0] - 1) == 0, on="every")
        for ahead in range(1, length):
            m.constrain(f"{ahead} ahead", x[ahead] == x + ahead)
        for row in range(self.rows):
            m.constrain(f"row {row}", x == row, on=row)
        m.constrain("end", x == length - 1, on="end")
        for period, phase in zip(periods, phases):
            for first in range(period):
                m.constrain(f"row {first} of {period}", phase == first, on=m.every(period, start=first))
        m.output("middle", x, row=self.rows // 2)
        m.rows(self.rows)

    def generate_trace(self, witness: Any) -> dict[str, Any]:
        air = self.definition.air
        counted = np.arange(air.length)
        return {name: counted if name == "x" else counted % int(name.removeprefix("phase")) for name in air.columns}


@cache
def numbers(rows: int, first: int = 5) -> tuple[list[int], int]:
    """Entries below 8, and the sum before the last of them by Total's step."""
    entries = [(3 * i + 1) % 8 for i in range(rows)]
    return entries, first + sum(entry * (1 + i % 2) for i, entry in enumerate(entries[:-1]))


def run(rows: int) -> list[tuple[TraceProgram, Any, dict[str, int]]]:
    """Programs of so many rows, each with its witness and its outputs."""
    fibonacci, power = [0, 1], 3
    while len(fibonacci) < rows:
        fibonacci.append(sum(fibonacci[-2:]))
    for _ in range(rows - 1):
        power = (power**3 + 1) % P
    entries, total = numbers(rows)
    return [
        (Fibonacci(rows - 1), (), {"result": fibonacci[rows - 1]}),
        (Powers(3, rows - 1), (), {"end": power}),
        (Total(rows), {"entry": entries}, {"total": total}),
        (EveryDomain(rows), (), {"middle": rows // 2}),
    ]


@hiding
@pytest.mark.parametrize("rows", ROWS)
def test_it_is_padded_proved_and_verified(rows: int, hiding: str) -> None:
    for program, witness, outputs in run(rows):
        air = program.definition.air
        assert (air.rows, air.length) == (rows, padded(rows))
        proof = TraceZkVm(FULL[hiding]).prove(program, witness)
        assert dict(proof.public_outputs) == outputs and proof.steps == rows
        read = Proof.from_bytes(bytes(proof))
        assert TraceZkVm(FULL[hiding]).verify(program, read, outputs=outputs)
        name, value = next(iter(outputs.items()))
        assert not TraceZkVm(FULL[hiding]).verify(program, read, outputs={name: value + 1})


@pytest.mark.parametrize("rows", ROWS)
def test_it_says_nothing_of_other_rows(rows: int) -> None:
    """Neither of one row more, nor of one less, even if the trace is as long."""
    machine = TraceZkVm(SHORT["hiding"])
    proof = machine.prove(Total(rows), {"entry": numbers(rows)[0]})
    assert machine.verify(Total(rows), proof)
    assert not any(machine.verify(Total(other), proof) for other in (rows - 1, rows + 1) if other)


@hiding
@pytest.mark.parametrize("rows", ROWS)
def test_no_cell_can_be_another(rows: int, hiding: str) -> None:
    """A proof of a trace with one cell changed is refused: each of some rows, the padding's last one too."""
    machine = TraceZkVm(SHORT[hiding])
    for program, witness, _ in run(rows):
        length = program.definition.air.length
        for row in {0, rows // 2, rows - 1, length - 1}:
            trace = machine.trace(program, witness)
            trace.padded[-1, row] ^= 1
            assert machine.check(program, trace=trace).violations
            assert not machine.verify(program, machine.prove(program, trace=trace, check=False))


@hiding
@pytest.mark.parametrize("rows", [1, 2, 3, 5, 9, 17, 33])
def test_the_proof_is_the_twins(rows: int, hiding: str) -> None:
    options = few(zero_knowledge=hiding == "hiding")
    for program, witness, _ in run(rows)[1 : 3 + (rows < 16)]:
        proof = prove(program, options, witness)
        twin_verify(program, proof)
        assert twin_proof(program, proof, witness) == bytes(proof)


@pytest.mark.parametrize("rows", ROWS)
def test_every_domain_is_there(rows: int) -> None:
    length = padded(rows)
    assert {c.domain for c in EveryDomain(rows).definition.air.constraints} == {
        Domain.every(),
        *map(Domain.transition, range(1, length)),
        *map(Domain.row, [*range(rows), length - 1]),
        *(Domain.cyclic(first, 2**i) for i in range(1, length.bit_length()) for first in range(2**i)),
    }

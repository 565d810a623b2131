"""Programs that leave nothing out: inputs and choices fix every cell, and the solver proves it."""

from __future__ import annotations

import pytest
import table_programs
import ten_programs as ten
from example_programs import MASKED, SUMMED, Cubes, Domains, LookAhead, Masked, Powers, Silent, Sums, Wide
from solving import open_columns, solver_of
from table_programs import values
from warned import any_length

pytestmark = any_length

PROGRAMS = {
    "fibonacci": (ten.Fibonacci(31), [5, 7]),
    "by eight": (ten.FibonacciByEight(100), [2, 7]),
    "products": (ten.MultiplicativeFibonacci(15), {"a0": 3, "a1": 5}),
    "mimc": (ten.Mimc(25), {"x0": 11, "key": 123456789}),
    "tribonacci": (ten.Tribonacci(40), ()),
    "bounded sum": (ten.BoundedSum(10, 8), {"number": values(10, 256)}),
    "sorted": (ten.SortedArray(21), {"entry": sorted(values(21, 2**16))}),
    "powers": (ten.Exponentiation(10), {"base": 7, "bit": [1, 0, 1, 1, 0, 0, 1, 0, 1, 1]}),
    "collatz": (ten.Collatz(20), {"start": 27}),
    "merkle": (ten.MerklePath(5), {"leaf": 7, "sibling": values(5, 2**60), "right": [1, 0, 0, 1, 1]}),
    "cubes": (Cubes(20), ()),
    "powers of 7": (Powers(7, 12), ()),
    "look ahead": (LookAhead(12), ()),
    "domains": (Domains(16), ()),
    "silent": (Silent(), ()),
    "wide": (Wide(40, 7), ()),
    "public column": (Sums(), SUMMED),
    "output column": (Masked(), MASKED, [(0, 0, row) for row in range(8)]),
    "lookup": (table_programs.ByteXor(16), {"x": values(16, 256), "y": values(16, 256, 8)}),
    "fixed table": (table_programs.SubBytes(16), {"x": values(16, 256)}),
    "range": (table_programs.InRange(16), {"x": values(16, 2**16)}),
    "served table": (table_programs.Cubes(16, 8), {"a": values(16, 8)}),
    "convolution": (table_programs.Edges(4, 4), {"image": values(16, 256)}),
    "permutation": (table_programs.Sort(8), {"given": values(8, 2**16)}),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_everything_is_known(name):
    program, witness, *choices = PROGRAMS[name]
    solver = solver_of(program, witness, *choices)
    solver.refute(20)
    assert open_columns(solver) == set()


def test_what_a_memory_finds_is_known_where_it_is_read():
    program = table_programs.RegisterMachine(32, size=64)
    solver = solver_of(program, {"a": 1})
    air, helpers = program.definition.air, solver.puzzle.helpers
    assert [cell for cell in solver.open_cells() if cell[:2] not in helpers] == []
    reads = [row for row in range(32) if _is_read(solver, air, row)]
    value = air.columns.index("ram_value0")
    assert reads and all(isinstance(solver.state((0, value, row)), int) for row in reads)


def _is_read(solver, air, row):
    return any(solver.state((0, air.columns.index(name), row)) == 1 for name in ("load", "add"))

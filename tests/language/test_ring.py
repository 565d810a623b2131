"""Claims on a ring: the row after the last one is row 0."""

from __future__ import annotations

from typing import Any

import pytest
from defining import program as written
from defining import refusal
from hostile import few
from twin import prove, twin_proof, twin_verify

from l2zk import Machine, TraceZkVm

TURNED = [3, 1, 4, 1, 5, 9, 2, 6]


def _turns(m: Machine) -> None:
    m.rows(8)
    x, y, z = m.private_columns("x", "y", "z")
    m.constrain("y is x turned", y[2] == x[7], ring=True)  # y on row i is x on row i + 5
    m.constrain("z is x three rows behind", z == x[-3], ring=True)
    m.constrain("at odd rows", x[7] == z[2], on=m.every(2, 1), ring=True)
    m.constrain("on the last row", x[1] == y[4], on=7, ring=True)


def _witness(x: Any) -> dict[str, list[int]]:
    return {"x": list(x), "y": [x[(i + 5) % 8] for i in range(8)], "z": [x[i - 3] for i in range(8)]}


def test_rows_are_counted_from_the_last_one_to_the_first() -> None:
    vm, witness = TraceZkVm(few()), _witness(TURNED)
    assert vm.check(written(_turns), witness)
    proof = prove(written(_turns), few(), witness)
    assert vm.verify(written(_turns), proof)
    twin_verify(written(_turns), proof)
    assert twin_proof(written(_turns), proof, witness) == bytes(proof)


@pytest.mark.parametrize("column, row", [("y", 0), ("y", 7), ("z", 0), ("z", 2), ("z", 7)])
def test_a_wrong_cell_is_found_beyond_the_end_as_well(column: str, row: int) -> None:
    witness = _witness(TURNED)
    witness[column][row] += 1
    report = TraceZkVm(few()).check(written(_turns), witness)
    assert {"y": "y is x turned", "z": "z is x three rows behind"}[column] in [
        one.constraint for one in report.violations
    ]


@pytest.mark.parametrize("power, found", [(1, True), (2, False)])
def test_the_kit_follows_a_ring(power: int, found: bool) -> None:
    """A square leaves the sign of a cell open, whose other side stands beyond the last row."""

    def define(m: Machine) -> None:
        m.rows(8)
        x, y = m.private_column("x"), m.column("y")
        m.constrain("turn", y**power == x[5] ** power, ring=True)
        m.output("sixth", y, row=6)

    turned = written(define, lambda witness: {"y": [int(witness["x"][(i + 5) % 8]) for i in range(8)]})
    result = turned.examine({"x": TURNED}, seconds=2)
    assert bool(result) == found and bool(result.holes) != found


def test_other_rows_of_a_ring_are_refused() -> None:
    for on in ("last", "transitions", range(2, 4)):
        said = refusal(lambda m, x, on=on: m.constrain("turns", x[1] == x, on=on, ring=True))
        assert "'every', m.every(k) or a row" in said, said


def test_behind_the_first_rows_are_the_last_ones() -> None:
    def define(m: Machine) -> None:
        m.rows(8)
        x, y = m.private_column("x"), m.column("y")
        m.constrain("on row 0", x[-1] == 5, on=0, ring=True)
        m.constrain("on every fourth", x[-1] == 5, on=m.every(4), ring=True)
        m.constrain("turn", y == x[-3], ring=True)
        m.output("third", y, row=2)  # which the constraint pins from row 7

    turned = written(define, lambda witness: {"y": [int(witness["x"][i - 3]) for i in range(8)]})
    vm, x = TraceZkVm(few()), [0, 1, 2, 5, 4, 5, 6, 5]
    assert vm.verify(turned, prove(turned, few(), {"x": x}))
    found = {one.constraint: (one.row, one.domain) for one in vm.check(turned, {"x": [*x[:7], 7]}).violations}
    assert found == {"on row 0": (0, "row 0"), "on every fourth": (0, "rows 0, 4, 8, …")}


def test_the_number_of_a_row_is_not_counted_round() -> None:
    said = refusal(lambda m, x: m.constrain("numbers", x[-1] == m.row_number(), ring=True))
    assert "reads the number of its row, which is not counted round" in said

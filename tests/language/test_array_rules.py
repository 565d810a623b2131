"""What is refused of arrays where a program is defined, as it is of columns and scalars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from quick import QUICK

from l2zk import Machine, ProgramError, TraceProgram


@pytest.mark.parametrize(
    "define, sentence",
    [
        (lambda m: m.public_column("p")[1], r"only a column can be read rows ahead, and p is none: copy it"),
        (lambda m: m.start({m.column("a"): m.public_column("p")}), "the start of a holds a public column"),
        (lambda m: m.public_column("p", 0), "count=0 of 'p': an integer from 1 to 2"),
        (lambda m: m.public_column("p", every=0), "every=0 of 'p'"),
        (lambda m: m.public_column("p", start=-1), "start=-1 of 'p': an integer from 0"),
        (lambda m: m.public_column("p q"), "is no name for a public column"),
        (lambda m: (m.column("p"), m.public_column("p")), "the name 'p' of a public column is taken by a column"),
        (
            lambda m: m.output_column("o", m.output("x", m.column("a"), row=0)),
            "output column 'o' holds a public output",
        ),
    ],
)
def test_a_wrong_array_of_a_program_is_refused(define: Any, sentence: str) -> None:
    @dataclass(frozen=True)
    class Wrong(TraceProgram):
        id = "wrong.v0"

        def define(self, m: Machine) -> None:
            define(m)

    with pytest.raises(ProgramError, match=sentence):
        _ = Wrong().definition


def refused(define: Any) -> str:
    """The sentence with which a program is refused."""

    @dataclass(frozen=True)
    class Wrong(TraceProgram):
        id = "wrong.v0"

        def define(self, m: Machine) -> None:
            define(m)
            m.rows(8)

    with pytest.raises(ProgramError) as caught:
        _ = Wrong().definition
    return str(caught.value)


def selected(m: Machine) -> None:
    x = m.private_column("x")
    m.constrain("five", m.public_column("k", 1) * (x - 5) == 0)
    m.output("s", x, row=1)


def tied(m: Machine) -> None:
    x = m.private_column("x")
    m.constrain("bit", x * (x - 1) == 0, on=m.every(2))
    m.constrain("tie", x == m.public_column("p"), on=1)


def nothing(m: Machine) -> None:
    x = m.private_column("x")
    m.constrain("bit", x * (x - 1) == 0)
    m.constrain("none", m.public_column("p", 2) * x == 0, on=5)


def alone(m: Machine) -> None:
    x = m.private_column("x")
    m.constrain("bit", x * (x - 1) == 0)
    m.public_column("p")


def test_what_is_refused_of_public_inputs_is_refused_of_public_columns() -> None:
    assert "public column 'p' stands in no constraint, so a proof may be about any values" in refused(alone)
    assert "constraint 'none' says 0 == 0 on row 5, whatever the cells hold" in refused(nothing)
    assert "constraint 'tie' ties public column p to x on row 1, where no other constraint on x pins it" in refused(
        tied
    )
    assert "output s is x on row 1, where no constraint on x pins it" in refused(selected)


@dataclass(frozen=True)
class Rhythm(TraceProgram):
    """Output columns of a periodic column, and of a product with one: their rows are what they are."""

    id = "rhythm.v0"

    def define(self, m: Machine) -> None:
        a, keys, gate = m.column("a"), m.periodic([3, 1, 4, 1]), m.periodic([1, 0])
        m.start({a: 1})
        m.step({a: a + 1})
        m.output_column("keys", keys)
        m.output_column("gated", gate * a)
        m.rows(6)


def test_output_columns_of_periodic_ones() -> None:
    proof = QUICK.prove(Rhythm())
    outputs = {name: values.tolist() for name, values in proof.public_outputs.items()}
    assert outputs == {"keys": [3, 1, 4, 1, 3, 1], "gated": [1, 0, 3, 0, 5, 0]} and QUICK.verify(Rhythm(), proof)


def test_an_output_column_of_cells_that_nothing_pins_is_refused() -> None:
    @dataclass(frozen=True)
    class Loose(TraceProgram):
        id = "loose.v0"

        def define(self, m: Machine) -> None:
            a = m.private_column("a")
            m.constrain("first half", a * (a - 1) == 0, on=m.every(2))
            m.output_column("all", a)
            m.rows(8)

    with pytest.raises(ProgramError, match="output all is a on row 1, where no constraint on a pins it"):
        _ = Loose().definition


@dataclass(frozen=True)
class Ahead(TraceProgram):
    """An output column that looks ahead, of a table with a padding."""

    id = "ahead.v0"
    rows: int = 6
    count: int | None = None

    def define(self, m: Machine) -> None:
        m.rows(self.rows)
        x = m.private_column("x")
        m.output_column("d", x[2] - x, self.count)


def test_an_output_column_that_looks_ahead_has_an_entry_for_each_row_that_there_is() -> None:
    for program in (Ahead(), Ahead(count=4)):
        proof = QUICK.prove(program, {"x": [1, 4, 9, 16, 25, 36]})
        assert proof.public_outputs["d"].tolist() == [8, 12, 16, 20] and QUICK.verify(program, proof)
    assert len(QUICK.prove(Ahead(rows=8), {"x": range(8)}).public_outputs["d"]) == 6
    with pytest.raises(ProgramError, match="output column 'd' needs row 6"):
        _ = Ahead(count=5).definition
    with pytest.raises(ProgramError, match="output column 'd' looks 2 rows ahead, but the program has 2 rows"):
        _ = Ahead(rows=2).definition

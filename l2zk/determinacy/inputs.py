"""Inputs: whether each public input matters, that is, whether another value of it breaks something.

The trace stays as it is; or else, `moving`, but for single cells that a constraint of them and the input alone fixes,
as those that m.start fills, which take the value that goes with the other input. What is claimed then still holds only
if nothing else reads these cells, and the input says nothing of the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from l2zk.air.nodes import COLUMN, INPUT, OUTPUT, PERIODIC, SEQUENCE, Node, evaluate, extract
from l2zk.base.field import MODULUS
from l2zk.determinacy.assignment import Assignment, LeftOut
from l2zk.determinacy.cells import Cell
from l2zk.determinacy.subject import Subject

ADDED = (1, 0x9E3779B97F4A7C15)
"""What is added to an input, to have others."""

MOST_INPUTS = 128


@dataclass(frozen=True)
class _Claim:
    """A constraint: its table, name, nodes, and rows."""

    table: int
    name: str
    nodes: tuple[Node, ...]
    rows: Sequence[int]

    def reads(self, inputs: int, columns: set[tuple[int, int]]) -> bool:
        """True if it reads an input, or one of these (table, column)."""
        return (INPUT, inputs, 0) in self.nodes or any(
            kind == COLUMN and (self.table, x) in columns for kind, x, _ in self.nodes
        )


def loose_inputs(subject: Subject, leave_out: LeftOut = (), *, moving: bool = False) -> tuple[str, ...]:
    """The names of the public inputs of which other values break no claim and change no output."""
    claims = [one for one in _claims(subject) if (one.table, one.name) not in leave_out]
    return tuple(
        name
        for number, name in enumerate(subject.definition.air.inputs[:MOST_INPUTS])
        if all(_passes(_Changed(subject, claims, number, added, moving), leave_out) for added in ADDED)
    )


def _claims(subject: Subject) -> Iterator[_Claim]:
    for number, air in enumerate(subject.definition.air.tables):
        for one in air.constraints:
            nodes, _ = extract(air.nodes, [one.node])
            yield _Claim(number, one.name, tuple(nodes), one.domain.rows(air.length))


class _Changed:
    """The run with another value of an input. moved: (table, column) of the cells that went with it."""

    def __init__(self, subject: Subject, claims: Sequence[_Claim], number: int, added: int, moving: bool) -> None:
        self.subject, self.claims, self.number = subject, claims, number
        values = list(subject.binding.public_inputs)
        values[number] = (int(values[number]) + added) % MODULUS
        cells = [one.copy() for one in subject.honest.cells]
        self.moved: set[tuple[int, int]] = set()
        for (table, column, row), value in _fixed(subject, claims, number, values) if moving else ():
            cells[table][column, row] = value
            self.moved.add((table, column))
        binding = replace(subject.binding, public_inputs=tuple(values))
        self.assignment = Assignment.of(subject.definition, binding, cells)


def _passes(changed: _Changed, leave_out: LeftOut) -> bool:
    """True if all is satisfied, and states the same."""
    one, honest = changed.assignment, changed.subject.honest
    if one.outputs != honest.outputs or any((a != b).any() for a, b in zip(one.stated, honest.stated)):
        return False
    read = {(claim.table, claim.name) for claim in changed.claims if claim.reads(changed.number, changed.moved)}
    tables = changed.subject.definition.air.tables
    read |= {(k, interaction.name) for k, air in enumerate(tables) for interaction in air.interactions}
    same = {(claim.table, claim.name) for claim in changed.claims} - read
    return one.satisfies(same.union(leave_out))


def _fixed(
    subject: Subject, claims: Sequence[_Claim], number: int, inputs: Sequence[int]
) -> Iterator[tuple[Cell, int]]:
    """Cells that constraints of one cell and this input fix, with the values that go with these inputs."""
    for one in claims:
        leaves = {node for node in one.nodes if node[0] in (COLUMN, OUTPUT, PERIODIC, SEQUENCE)}
        if (INPUT, number, 0) not in one.nodes or len(leaves) != 1 or len(one.rows) != 1:
            continue
        [(kind, column, ahead)] = leaves
        at = [_value(one.nodes, inputs, value) for value in range(3)] if kind == COLUMN else [0, 0, 0]
        factor = (at[1] - at[0]) % MODULUS
        if factor and (at[2] - at[1]) % MODULUS == factor:
            cell = one.table, column, (one.rows[0] + ahead) % subject.definition.air.tables[one.table].length
            if cell not in subject.said_free:
                yield cell, -at[0] * pow(factor, -1, MODULUS) % MODULUS


def _value(nodes: Sequence[Node], inputs: Sequence[int], value: int) -> int:
    """A constraint's value where its cell has this value."""
    return evaluate(nodes, lambda node: value if node[0] == COLUMN else int(inputs[node[1]]))[-1]

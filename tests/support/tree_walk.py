"""A walk in Python beside the constraint machine: expressions as trees, and what they are on each row.

An expression is a tree, which `written` turns into the builder's words and `value` into a number on a row.
`found_by` is what the machine says of a trace, `failing` what the walk says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from code_interpreter import domain_rows
from fuzzing import SAME, examples
from hypothesis import settings
from hypothesis import strategies as st

from l2zk import ExecutionTrace, Machine, ProofOptions, TraceProgram
from l2zk.air.air import Air, Constraint
from l2zk.air.bytecode import compile_constraints
from l2zk.air.domains import Domain
from l2zk.air.nodes import extract
from l2zk.language.program import Definition

P = 2**64 - 2**32 + 1
EDGES = sorted(
    {0, 1, 2, 3, 7, P // 2, P // 2 + 1, P - 3, P - 2, P - 1}
    | {2**e + d for e in (16, 31, 32, 33, 48, 63) for d in (-1, 0, 1)}
    | {P - 2**e + d for e in (16, 31, 32, 33, 48, 63) for d in (-1, 0, 1)}
)
OPTIONS = ProofOptions(queries=5, allow_insecure=True, grinding=0, zero_knowledge=False)

elements = st.one_of(st.sampled_from((0, 1, P - 1)), st.sampled_from(EDGES), st.integers(0, P - 1))


def fixed(count):
    return settings(derandomize=SAME, deadline=None, max_examples=examples(count))


# Expressions as trees.


def trees(columns, periodic=0, inputs=0, ahead=0, depth=3):
    """Trees that read 0 to `ahead` rows ahead, of at most 2^depth factors."""
    leaves = [st.tuples(st.just("cell"), st.integers(0, columns - 1), st.integers(0, ahead))] * 3
    leaves.append(st.tuples(st.just("constant"), elements))
    if periodic:
        leaves.append(st.tuples(st.just("periodic"), st.integers(0, periodic - 1)))
    if inputs:
        leaves.append(st.tuples(st.just("input"), st.integers(0, inputs - 1)))
    tree = st.one_of(leaves)
    for _ in range(depth):
        operation = st.tuples(st.sampled_from("+-*"), tree, tree)
        tree = st.one_of(operation, operation, tree, st.tuples(st.just("neg"), tree))
    return tree


@dataclass(frozen=True)
class Words:
    """The builder's names for the leaves."""

    columns: tuple
    periodic: tuple
    inputs: tuple


def written(tree, words):
    """A tree in the words of the builder."""
    match tree:
        case ("cell", column, ahead):
            return words.columns[column][ahead]
        case ("constant", number):
            return words.columns[0].graph.lift(number)
        case ("periodic", index):
            return words.periodic[index]
        case ("input", index):
            return words.inputs[index]
        case ("neg", x):
            return -written(x, words)
        case (sign, x, y):
            x, y = written(x, words), written(y, words)
            return x + y if sign == "+" else x - y if sign == "-" else x * y


def value(tree, row, table, periodic=(), inputs=()):
    """The number that a tree is on a row of a table of columns, rows being counted modulo the length."""
    match tree:
        case ("cell", column, ahead):
            return table[column][(row + ahead) % len(table[column])]
        case ("constant", number):
            return number
        case ("periodic", index):
            return periodic[index][row % len(periodic[index])]
        case ("input", index):
            return inputs[index]
        case ("neg", x):
            return -value(x, row, table, periodic, inputs) % P
        case (sign, x, y):
            x, y = value(x, row, table, periodic, inputs), value(y, row, table, periodic, inputs)
            return (x + y if sign == "+" else x - y if sign == "-" else x * y) % P


def failing(domain, tree, table, periodic=(), inputs=()):
    """(first row, number of rows) of the domain where the tree is not 0, or None."""
    rows = [i for i in domain_rows(domain, len(table[0])) if value(tree, i, table, periodic, inputs)]
    return (rows[0], len(rows)) if rows else None


def found_by(machine, program, witness, table):
    """{constraint: (first row, number of rows)} as the machine's check of this trace says it."""
    columns = program.definition.air.columns
    trace = ExecutionTrace(columns, np.array(table, dtype=np.uint64), program.definition.air.rows)
    report = machine.check(program, witness, trace=trace)
    assert report.ok == (not report.violations)
    return {v.constraint: (v.row, v.count) for v in report.violations}


# AIRs that the builder does not write.


@dataclass(frozen=True)
class Given(TraceProgram):
    """A program that is an AIR, without a step."""

    id = "given.v0"
    given: object

    @property
    def definition(self):
        return self.given


def definition_of(length, width, claims, periodic=(), inputs=0):
    """The definition with these (domain, tree) as its constraints, named "0", "1", …"""
    m = Machine()
    columns = m.columns(*(f"c{i}" for i in range(width)))
    words = Words(columns, tuple(map(m.periodic, periodic)), tuple(m.public_input(f"x{i}") for i in range(inputs)))
    nodes, roots = extract(columns[0].graph.nodes, [written(tree, words).index for _, tree in claims])
    air = Air.of_table(
        id="given.v0",
        parameters=b"\0\0",
        rows=length,
        length=length,
        columns=tuple(f"c{i}" for i in range(width)),
        inputs=tuple(f"x{i}" for i in range(inputs)),
        outputs=(),
        periodic=tuple(map(tuple, periodic)),
        periodic_names=tuple(f"p{i}" for i in range(len(periodic))),
        nodes=nodes,
        constraints=tuple(
            Constraint(str(i), domain, root) for i, ((domain, _), root) in enumerate(zip(claims, roots, strict=True))
        ),
    )
    return Definition(
        air=air,
        constraint_code=compile_constraints(air),
        step_code=None,
        step_targets=np.zeros((0, 2), np.uint32),
        step_reach=0,
        inputs=tuple(m._draft.inputs),
        outputs=(),
        start_nodes=(),
        start=(),
    )


def domains(length):
    powers = [2**e for e in range(1, length.bit_length())]
    return st.one_of(
        st.just(Domain.every()),
        st.integers(1, length - 1).map(Domain.transition),
        st.sampled_from([1, 2, length - 1]).map(Domain.transition),
        st.integers(0, length - 1).map(Domain.row),
        st.sampled_from(powers).flatmap(lambda y: st.integers(0, y - 1).map(lambda x: Domain.cyclic(x, y))),
    )

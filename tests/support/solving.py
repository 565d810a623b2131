"""A solver of a program and a witness, what is chosen in them, and the columns of which something is open."""

from __future__ import annotations

import l2zk
from l2zk.air.nodes import PRIVATE, operands
from l2zk.determinacy.puzzle import Puzzle
from l2zk.determinacy.solver import Solver
from l2zk.language.witness import bind


def solver_of(program, witness=(), choices=(), leave_out=()):
    """A solver, after it has propagated; private columns and started cells are choices."""
    definition = program.definition
    trace = l2zk.TraceZkVm().trace(program, witness)
    cells = [trace.padded, *(table.padded for table in trace.tables.values())]
    chosen = [*choices, *chosen_cells(definition)]
    solver = Solver(Puzzle.of(definition, bind(definition, witness), cells, choices=chosen, leave_out=leave_out))
    assert solver.propagate(30)
    return solver


def chosen_cells(definition):
    """The cells that the witness fills: private columns, and of each private input the first cell."""
    for number, table in enumerate(definition.tables):
        yield from ((number, one.column, row) for one in table.given for row in range(table.air.length))
        covered = set()
        for start in table.start:
            below = private_below(table.start_nodes, start.node) - covered
            covered |= below
            if below:
                yield number, start.column, start.row


def private_below(nodes, node):
    """The private inputs that a start reads."""
    kind, x, _ = nodes[node]
    if kind == PRIVATE:
        return {x}
    return {one for operand in operands(nodes[node]) for one in private_below(nodes, operand)}


def open_columns(solver):
    """The names of the columns of which a cell among the user's rows is open, but those that are free."""
    definition = solver.puzzle.definition
    free = {(t, c, row) for t, table in enumerate(definition.tables) for c, rows in table.free for row in rows}
    found = set()
    for cell in solver.open_cells():
        table, column, row = cell
        if table < 0:
            found.add(f"output {column}")
        elif cell not in free and row < definition.air.tables[table].rows:
            found.add(definition.air.tables[table].columns[column])
    return found

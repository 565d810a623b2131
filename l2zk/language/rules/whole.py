"""Checks of a whole draft, when `define` has ended: columns that nothing fills or nothing pins.

Each raises ProgramError with what would be right. `check_filled` and `check_claims` look at the draft,
`check_constrained` and `check_not_constant` at the AIR that came of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from random import Random

from l2zk.air.air import SMALL_DEGREE, Air, TableAir
from l2zk.air.nodes import COLUMN, INPUT, SEQUENCE, Node, columns_in, evaluate, extract
from l2zk.base.field import MODULUS
from l2zk.base.wording import cut
from l2zk.errors import ProgramError
from l2zk.language.draft import Common, Draft
from l2zk.language.flow import entered, late_columns, marks_below, steps_that_read
from l2zk.language.rules.call import constant_claim
from l2zk.language.steps import first_filled
from l2zk.language.walks import is_walked

MORE_POINTS = 64  # a polynomial of degree p/2 has one value on all of them with a probability of 2^-64


def check_filled(draft: Draft, generated: bool) -> None:
    """Refuse a column that two things fill; one that nothing fills needs a trace that is given.

    generated: True if the program has its own generate_trace, which fills what nothing else fills.
    """
    if draft.targets and draft.step_function is not None:
        raise ProgramError(
            "the program has both m.step and m.step_function, which takes its place: claim the steps by m.constrain"
        )
    if not draft.graph.columns:
        raise ProgramError(
            "it is empty: it has no column; begin with table.columns"
            if draft.number
            else "the program is empty: define makes no column; begin with m.columns"
        )
    bits = {column for split in draft.bits for column in split.columns} | draft.own
    whole = True
    for column in range(len(draft.graph.columns)):
        filled = column in draft.given or column in bits
        whole = whole and (filled or column in draft.targets or draft.step_function is not None)
        if column in draft.targets:
            _check_stepped(draft, column, filled)
    _check_starts(draft, bits)
    _check_bits_in_steps(draft, generated)
    if whole and not generated:
        _check_private_inputs(draft)


def _check_stepped(draft: Draft, column: int, filled: bool) -> None:
    """Refuse a column with a step that something else fills too, or whose first rows nothing starts."""
    name, target = draft.graph.columns[column], draft.targets[column]
    if filled:
        own = "it fills itself" if column in draft.own else "m.bits fills it"
        other = "the witness gives it" if column in draft.given else own
        raise ProgramError(f"column {name!r} has a step, but {other}: claim the step by m.constrain")
    if draft.pads[column] is not None:
        raise ProgramError(
            f"column {name!r} has a step, which goes on in the padding: pad= is for columns that are given"
        )
    for row in range(first_filled(draft, target)):
        if (row, column) not in draft.start:
            raise ProgramError(f"column {name!r} has no start for row {row}: give m.start a value for it")


def _check_starts(draft: Draft, bits: set[int]) -> None:
    """Refuse a start of a column that is not filled row by row, or on a row that its step fills."""
    for row, column in draft.start:
        name = draft.graph.columns[column]
        if column in draft.targets and row >= first_filled(draft, draft.targets[column]):
            raise ProgramError(
                f"row {row} of column {name!r} is started, but its step fills it: to claim its value use"
                " m.constrain or m.output"
            )
        given = column in draft.given or column in bits
        if given or (column not in draft.targets and draft.step_function is None):
            raise ProgramError(
                f"column {name!r} is started, but it has no step: give m.step its next value, or where it is"
                f" filled as a whole claim the value by m.constrain(..., on={row})"
            )


def _check_private_inputs(draft: Draft) -> None:
    """Refuse a private input that fills no cell."""
    starts = [start for table in draft.common.tables for start in table.private_starts.values()]
    used = {index for start in starts for index in start.multiples}
    for index, name in enumerate(draft.graph.private):
        if index not in used:
            raise ProgramError(
                f"private input {name!r} fills no cell, so it says nothing: start a column with it by m.start, or"
                " leave it out"
            )


def _check_bits_in_steps(draft: Draft, generated: bool) -> None:
    """Refuse a step that reads bits of what steps fill, or what fills itself: those are filled after all steps.

    generated: generate_trace may give what fills itself before the steps.
    """
    if is_walked(draft):
        return
    if not generated:
        _check_own_in_steps(draft)
    late, names = late_columns(draft), draft.graph.columns
    for column in sorted(steps_that_read(draft, late)):
        nodes, _ = extract(draft.graph.nodes, [draft.targets[column].node])
        wrong = [x for kind, x, _ in nodes if kind == COLUMN and x in late]
        if wrong:
            raise ProgramError(
                f"the step of {cut(names[column])} reads {cut(names[min(wrong)])}, a bit of what the steps fill"
                " themselves: fill these columns in generate_trace(self, witness) instead"
            )


def _check_own_in_steps(draft: Draft) -> None:
    """Refuse a step that reads a column which fills itself, or a bit of one."""
    own, names = draft.own - draft.served, draft.graph.columns
    splits = [(split.node, split.columns) for split in draft.bits]
    own = entered(draft.graph.nodes, own, splits)
    reads = marks_below(draft.graph.nodes, lambda node: int(node[0] == COLUMN and node[1] in own)) if own else []
    for column, target in draft.targets.items() if own else ():
        if reads[target.node]:
            nodes, _ = extract(draft.graph.nodes, [target.node])
            wrong = [x for kind, x, _ in nodes if kind == COLUMN and x in own]
            raise ProgramError(
                f"the step of {cut(names[column])} reads {cut(names[min(wrong)])}, which fills itself after all steps:"
                " fill one of the two in generate_trace(self, witness) instead"
            )


def check_claims(draft: Draft) -> None:
    """Refuse a program without claims, and a table without any."""
    if not any(table.claims or table.posted for table in draft.common.tables):
        raise ProgramError("the program claims nothing, so any trace passes: write m.step or m.constrain")
    if not (draft.claims or draft.posted):
        raise ProgramError(
            "its columns stand in no constraint and on no bus, so any values in them pass: constrain them, or leave the"
            " table out"
        )


def check_shared_private(common: Common) -> None:
    """Refuse a private input that fills cells of two tables: no constraint could say that they agree."""
    seen: dict[int, str] = {}
    for table in common.tables if len(common.tables) > 1 else ():
        for index in {index for start in table.private_starts.values() for index in start.multiples}:
            if seen.setdefault(index, table.name) != table.name:
                raise ProgramError(
                    f"private input {table.graph.private[index]!r} fills cells of tables {seen[index]!r} and"
                    f" {table.name!r}, and no constraint can say that it is one value: start a cell of one table with"
                    " it, and send it to the other by a bus"
                )


def check_constrained(draft: Draft, table: TableAir) -> None:
    """Refuse a column in no constraint: it could be anything."""
    read = columns_in(table.nodes) | {column for column, _ in draft.free}
    for column, name in enumerate(table.columns):
        if column not in read:
            raise ProgramError(
                f"column {name!r} stands in no constraint, so any values in it pass: constrain it, or say"
                f" m.free({name}) if that is meant"
            )


def check_public(air: Air) -> None:
    """Refuse a public input or public column in no constraint: it could be anything."""
    nodes = [node for table in air.tables for node in table.nodes]
    told = [node for message in air.messages for entry in message.tuple for node in entry]
    stated = {x for kind, x, _ in (*nodes, *told) if kind == INPUT}
    for index, name in enumerate(air.inputs):
        if index not in stated:
            raise ProgramError(
                f"public input {name!r} stands in no constraint, so a proof may state any value for it:"
                " constrain a cell to it, or make it a private input"
            )
    placed = {x for kind, x, _ in nodes if kind == SEQUENCE}
    for index, sequence in enumerate(air.sequences):
        if index not in placed:
            raise ProgramError(
                f"public column {sequence.name!r} stands in no constraint, so a proof may be about any values of it:"
                " constrain a cell to it, or leave it out"
            )


def check_not_constant(air: TableAir) -> None:
    """Refuse a constraint with one value whatever is in the cells: it has the same value at arbitrary points.

    A polynomial of degree d that is no constant has the value of the first point at another one with a
    probability of d/p at most. So one more point tells if d is small, and some more if it is up to p/2: half of
    all x have x**((p-1)/2) = 1, and nearly all have x**(p-1) = 1, which is why degrees above p/2 are not judged.
    """
    at = cache(lambda point: evaluate(air.nodes, _arbitrary(point)))
    for constraint in air.constraints:
        degree, value = air.total_degrees[constraint.node], at(0)[constraint.node]
        more = 1 if degree <= SMALL_DEGREE else MORE_POINTS
        if degree <= MODULUS // 2 and all(at(point)[constraint.node] == value for point in range(1, 1 + more)):
            raise constant_claim(constraint.name, value)


def _arbitrary(point: int) -> Callable[[Node], int]:
    """Arbitrary values for the leaves, the same each time."""
    numbers = Random(point)
    values: defaultdict[Node, int] = defaultdict(lambda: numbers.randrange(MODULUS))
    return values.__getitem__

"""Witnesses of many statements of one program: bound all at once as arrays where a step alone fills its table.

witnesses of integers → inputs uint64[count, inputs], start cells uint64[count, cells, 3]
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from l2zk.air.nodes import INPUT, Node, extract
from l2zk.air.vectors import Vector, evaluate_rows
from l2zk.base.field import MODULUS
from l2zk.language.definition import Definition
from l2zk.language.run import has_tables


class Bound(NamedTuple):
    """Public inputs of many statements, uint64[count, inputs], and the cells that their tables start with, each a row,
    a column and a value, uint64[count, cells, 3]."""

    inputs: Vector
    start: Vector


def bound_at_once(definition: Definition, witnesses: Sequence[Any]) -> Bound | None:
    """The witnesses, bound; None where they have to be bound one by one, since more than integers and a step fill the
    table, or one of them is wrong."""
    rows = _rows(definition, witnesses) if _by_step_alone(definition) else None
    if rows is None:
        return None
    public = [index for index, known in enumerate(definition.inputs) if known.public]
    return Bound(np.ascontiguousarray(rows[:, public]), _start(definition, rows, public))


def _by_step_alone(definition: Definition) -> bool:
    """True if inputs and a step fill every column."""
    air = definition.air
    stepped = definition.step_function is not None or len({int(c) for c, _ in definition.step_targets}) == len(
        air.columns
    )
    others = definition.arrays or air.sequences or definition.bits or has_tables(definition)
    return stepped and not others and definition.generate is None


def _rows(definition: Definition, witnesses: Sequence[Any]) -> Vector | None:
    """The inputs of each statement, uint64[count, inputs], if all give the same ones, as integers below p."""
    names = tuple(known.name for known in definition.inputs)
    first = witnesses[0]
    if type(first) in (tuple, list):
        alike = all(type(one) is type(first) and len(one) == len(first) for one in witnesses)
        given, values = names[: len(first)], list(chain.from_iterable(witnesses)) if alike else None
        values = None if len(first) > len(names) else values
    elif type(first) is dict:
        alike = all(type(one) is dict and one.keys() == first.keys() for one in witnesses)
        given, values = tuple(first), [one[name] for one in witnesses for name in first] if alike else None
    else:
        return None
    missing = [known for known in definition.inputs if known.name not in given]
    if values is None or not set(given) <= set(names) or any(known.default is None for known in missing):
        return None
    return _laid_out(definition, given, values, len(witnesses))


def _laid_out(definition: Definition, given: tuple[str, ...], values: list[Any], count: int) -> Vector | None:
    """The values by statement and input, the defaults of those that are not given among them."""
    if not set(map(type, values)) <= {int} or min(values, default=0) < 0 or max(values, default=0) >= MODULUS:
        return None
    array = np.array(values, dtype=np.uint64).reshape(count, len(given))
    rows = np.empty((count, len(definition.inputs)), dtype=np.uint64)
    for index, known in enumerate(definition.inputs):
        rows[:, index] = array[:, given.index(known.name)] if known.name in given else known.default or 0
    return rows


def _start(definition: Definition, rows: Vector, public: list[int]) -> Vector:
    """The start cells of each statement."""
    private = [index for index, known in enumerate(definition.inputs) if not known.public]
    cells = np.empty((len(rows), len(definition.start), 3), dtype=np.uint64)

    def leaf(node: Node) -> Vector:
        kind, index, _ = node
        values: Vector = rows[:, (public if kind == INPUT else private)[index]]
        return values

    for place, start in enumerate(definition.start):
        nodes, _ = extract(definition.start_nodes, [start.node])
        cells[:, place, 0], cells[:, place, 1] = start.row, start.column
        cells[:, place, 2] = evaluate_rows(nodes, leaf, len(rows))
    return cells

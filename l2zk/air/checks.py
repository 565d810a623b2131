"""Checks of an AIR when it is made: every number in it names something, and sizes are those of PROTOCOL 3."""

from __future__ import annotations

from collections.abc import Sequence, Set

from l2zk.air.domains import EVERY
from l2zk.air.nodes import (
    COLUMN,
    CONJUNCTION,
    CONSTANT,
    INPUT,
    NEG,
    OUTPUT,
    PERIODIC,
    ROW_NUMBER,
    SEQUENCE,
    Node,
    extract,
    operands,
    placement_of,
)
from l2zk.air.table import Bus, Interaction, Message, TableAir
from l2zk.base.field import LONGEST_TRACE, MODULUS, is_power_of_two
from l2zk.errors import ProgramError


def check_table(table: TableAir) -> None:
    """Refuse a table with a size, a node, a domain or a sequence that does not fit."""
    _check_sizes(table)
    _check_nodes(table)
    for constraint in table.constraints:
        if not (0 <= constraint.node < len(table.nodes) and constraint.domain.fits(table.length)):
            raise ProgramError(
                f"constraint {constraint.name!r} has a node or a domain that does not fit an AIR of {table.length} rows"
            )


def check_buses(tables: Sequence[TableAir], buses: Sequence[Bus], messages: Sequence[Message]) -> None:
    """Refuse interactions and messages that do not fit their bus, or that PROTOCOL 3.4 does not allow."""
    for bus in buses:
        if not bus.fields:
            raise ProgramError(f"bus {bus.name!r} has no fields: a tuple has at least one entry")
    for table in tables:
        for interaction in table.interactions:
            _check_interaction(buses, table, interaction)
    on_buses = {one.bus for table in tables for one in table.interactions}
    for message in messages:
        _check_message(buses, tables[0], message, on_buses)


def _check_sizes(table: TableAir) -> None:
    rows, length = table.rows, table.length
    if not (is_power_of_two(length) and max(2, rows) <= length <= LONGEST_TRACE and rows >= 1):
        raise ProgramError(
            f"an AIR of n = {rows} rows has as length N a power of two with max(2, n) <= N <= 2^26, not {length}"
        )
    if not (table.columns and (table.constraints or table.interactions)):
        raise ProgramError("an AIR has at least one column and one constraint")
    if len(table.periodic) != len(table.periodic_names):
        raise ProgramError("an AIR has one name for each periodic column")
    for name, values in zip(table.periodic_names, table.periodic):
        if not (is_power_of_two(len(values)) and len(values) <= length):
            raise ProgramError(f"periodic column {name!r} has {len(values)} values; a power of two up to N is needed")
        if not all(0 <= value < MODULUS for value in values):
            raise ProgramError(f"periodic column {name!r} has a value outside 0 <= x < p")


def _check_nodes(table: TableAir) -> None:
    for index, node in enumerate(table.nodes):
        if not _is_known(table, node, index):
            raise ProgramError(f"node {index} of an AIR is {node}, which names nothing that comes before it")
        if node[0] == SEQUENCE:
            _check_placement(table, node)
    if len(set(table.nodes)) != len(table.nodes):
        raise ProgramError("two nodes of an AIR are equal")


def _is_known(table: TableAir, node: Node, index: int) -> bool:
    """True if what a node names is there: leaves of the program, operands before it."""
    kind, x, y = node
    counts = {
        CONSTANT: MODULUS,
        COLUMN: len(table.columns),
        PERIODIC: len(table.periodic),
        INPUT: len(table.inputs),
        OUTPUT: len(table.outputs),
        SEQUENCE: len(table.sequences),
        ROW_NUMBER: 1,
    }
    if kind == CONJUNCTION:
        return x >= 1 and y == 0 and 1 << 2 * x <= table.length
    if kind not in counts:
        return kind <= NEG and all(0 <= operand < index for operand in operands(node))
    return 0 <= x < counts[kind] and (kind != COLUMN or abs(y) < table.length)


def _check_placement(table: TableAir, node: Node) -> None:
    placement = placement_of(node)
    sequence = table.sequences[placement.sequence]
    if node != placement.node or not placement.ends_within(sequence.length, table.length):
        raise ProgramError(
            f"{sequence.kind} {sequence.name!r} of {sequence.length} values, from row {placement.first} on with the"
            f" step {placement.step}, does not end within {table.length} rows"
        )


def _check_interaction(buses: Sequence[Bus], table: TableAir, one: Interaction) -> None:
    what = f"interaction {one.name!r} of table {table.name!r}"
    known = 0 <= one.bus < len(buses) and len(one.tuple) == len(buses[one.bus].fields)
    if not (known and all(0 <= node < len(table.nodes) for node in one.nodes) and one.domain.fits(table.length)):
        raise ProgramError(f"{what} has a bus, a tuple, a node or a domain that does not fit")
    for node in one.tuple:
        table.affine(node)
    leaves = [leaf for leaf in table.affine(one.multiplicity) if leaf[0] != CONSTANT]
    if any(leaf[0] == COLUMN and leaf[2] for leaf in leaves):
        raise ProgramError(f"{what} has a multiplicity that reads another row: put it into a column of this row")
    if one.domain.kind != EVERY and any(leaf[0] != COLUMN for leaf in leaves):
        raise ProgramError(f"{what} has a multiplicity with a known leaf, which is allowed on every row alone")


def _check_message(buses: Sequence[Bus], main: TableAir, message: Message, on_buses: Set[int]) -> None:
    what = f"public message {message.name!r}"
    if not 0 <= message.bus < len(buses) or len(message.tuple) != len(buses[message.bus].fields):
        raise ProgramError(f"{what} has a bus or a tuple that does not fit")
    if message.sign not in (1, -1):
        raise ProgramError(f"{what} has the sign {message.sign}, where 1 or -1 is needed")
    if message.bus not in on_buses:
        raise ProgramError(f"{what} is on a bus on which no row puts anything, so nobody would look at it")
    for nodes in message.tuple:
        _check_public(main, what, nodes)


def _check_public(main: TableAir, what: str, nodes: Sequence[Node]) -> None:
    """Refuse an entry of a message that is no expression in constants and public values."""
    counts = {CONSTANT: MODULUS, INPUT: len(main.inputs), OUTPUT: len(main.outputs)}
    for index, (kind, x, y) in enumerate(nodes):
        below = operands((kind, x, y))
        if not (0 <= x < counts[kind] if kind in counts else below and all(0 <= o < index for o in below)):
            raise ProgramError(f"{what} is made of more than constants, public inputs and public outputs")
    if not nodes or extract(nodes, [len(nodes) - 1])[0] != tuple(nodes):
        raise ProgramError(f"{what} has an entry with nodes that it does not need, or in another order")

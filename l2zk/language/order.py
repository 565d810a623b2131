"""Order: what fills itself, in an order in which it can, and what else is found to: columns that serve or are equal.

A filling reads columns that earlier ones, or the steps before all of them, have filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from l2zk.air.nodes import COLUMN, OUTPUT, SUB, Node, columns_in, extract
from l2zk.errors import ProgramError
from l2zk.language.draft import Common, Draft, Placed, Posted
from l2zk.language.fillings import Filling, Let, Limbs, MemoryPass, Served, Times, Walk
from l2zk.language.flow import entered
from l2zk.language.inlined import nodes_of
from l2zk.language.rows_behind import looks
from l2zk.language.waiting import Place, Waiting, in_order
from l2zk.language.walks import is_walked, with_walks


class _Part(NamedTuple):
    """A filling, and the columns that it reads and fills."""

    filling: Filling
    reads: set[Place]
    fills: set[Place]


def found_fillings(common: Common) -> list[Filling]:
    """All that fills itself, in the order of tables and calls; what is found here is noted as the table's own."""
    found: list[Filling] = list(common.passes)
    for draft in common.tables:
        if draft.number and not draft.made:
            found += _equal_columns(draft)
        found += [
            Let(draft.number, column, *_looked(draft, node))
            for column, node in (draft.let_values | draft.hints).items()
        ]
        found += draft.limbs
    for draft in common.tables:
        found += _serving(common, draft)
    found += common.times
    for draft in common.tables:
        found += _late_bits(draft)
    return found


def ordered(common: Common, found: list[Filling], generated: bool) -> tuple[tuple[Filling, ...], tuple[Waiting, ...]]:
    """The fillings, each after those that fill what it reads; refused if there is no such order.

    generated: generate_trace may fill some of the columns, so that there may be one; what each of them waits for comes
    with them then.
    """
    found = with_walks(common, found)
    parts = [_part(common, filling) for filling in found]
    several = tuple(Waiting(frozenset(part.reads), frozenset(part.fills)) for part in parts)
    try:
        numbers = in_order(several, [draft.graph.columns for draft in common.tables])
    except ProgramError:
        if generated:
            return tuple(found), several
        raise
    return tuple(found[number] for number in numbers), ()


def _looked(draft: Draft, node: int) -> tuple[tuple[Node, ...], int, int]:
    """The nodes of a let's value, and how far it looks, ahead and behind."""
    return extract(draft.graph.nodes, [node])[0], *looks(draft, [node])


def _unfilled(draft: Draft) -> set[int]:
    """The columns that nothing fills so far."""
    if draft.step_function is not None:
        return set()
    bits = {column for split in draft.bits for column in split.columns}
    return set(range(len(draft.graph.columns))) - bits - set(draft.given) - set(draft.targets) - draft.own


def _equal_columns(draft: Draft) -> list[Filling]:
    """The columns that a constraint says to be equal to an expression on their row, and nothing else fills."""
    graph, found, unfilled = draft.graph, list[Filling](), _unfilled(draft)
    reads = {column: _columns_in(draft, split.node) for split in draft.bits for column in split.columns}
    for one in draft.claims.values() if unfilled else ():
        kind, left, right = graph.nodes[one.node]
        if kind != SUB or one.on not in ("every", "transitions"):
            continue
        for cell, value in ((left, right), (right, left)):
            column = _plain_column(draft, cell)
            if column is None or column not in unfilled or graph.has(value, OUTPUT):
                continue
            below = _reached(_columns_in(draft, value), reads)
            if column not in below:
                reads[column] = below
                unfilled.remove(column)
                draft.own.add(column)
                found.append(Let(draft.number, column, *_looked(draft, value)))
                break
    return found


def _columns_in(draft: Draft, node: int) -> set[int]:
    return columns_in(nodes_of(draft, node))


def _reached(columns: set[int], reads: dict[int, set[int]]) -> set[int]:
    """These columns and all that they are made of."""
    return columns.union(*(reads[column] for column in columns if column in reads))


def _serving(common: Common, draft: Draft) -> Iterator[Filling]:
    """The columns of a table that are filled by what is sent to it, and those that count it."""
    unfilled = set() if draft.made else _unfilled(draft)
    for number, posted in enumerate(draft.posted if unfilled else ()):
        times = _plain_column(draft, posted.multiplicity)
        if posted.sign > 0 or posted.selects or times not in unfilled or _receivers(common, posted.bus) > 1:
            continue
        unfilled.remove(times)
        keys = list(_keys(draft, posted, unfilled))
        draft.served |= {column for _, column in keys}
        draft.own |= {times, *draft.served}
        if keys:
            yield Served(draft.number, posted.bus, number, tuple(keys))
        yield Times(draft.number, posted.bus, number, times)


def _keys(draft: Draft, posted: Posted, unfilled: set[int]) -> Iterator[tuple[int, int]]:
    """The places of a tuple that are columns which nothing fills; they are filled by it."""
    for place, node in enumerate(posted.tuple):
        column = _plain_column(draft, node)
        if column is not None and column in unfilled:
            unfilled.remove(column)
            yield place, column


def _plain_column(draft: Draft, node: int) -> int | None:
    kind, column, ahead = draft.graph.nodes[node]
    return column if kind == COLUMN and not ahead else None


def _receivers(common: Common, bus: int) -> int:
    """How many interactions receive on a bus a number of times of their own."""
    several = (common.tables[table].posted[number] for table, number in common.on_bus.get(bus, ()))
    return sum(posted.sign < 0 and not posted.selects for posted in several)


def _late_bits(draft: Draft) -> list[Filling]:
    """The bits of what fills itself, which m.bits makes: they are filled among the fillings."""
    late = late_splits(draft)
    return [
        Limbs(
            draft.number,
            split.columns,
            (1,) * len(split.columns),
            nodes_of(draft, split.node),
            *looks(draft, [split.node]),
        )
        for split in draft.bits
        if split.columns[0] in late
    ]


def late_splits(draft: Draft) -> set[int]:
    """The bit columns of values that fill themselves, but for those of keys that are served."""
    own = (draft.own - draft.served) | (draft.targets.keys() if is_walked(draft) else set())
    if not own:
        return set()
    bits = {column for split in draft.bits for column in split.columns}
    return entered(draft.graph.nodes, own, [(split.node, split.columns) for split in draft.bits]) & bits


def _part(common: Common, filling: Filling) -> _Part:
    """A filling with what it reads and fills."""
    table = filling.table
    if isinstance(filling, Walk):
        return _walk_part(common, filling)
    if isinstance(filling, Limbs):
        return _Part(filling, _cells(table, filling.nodes), _places(table, filling.columns))
    if isinstance(filling, Let):
        return _Part(filling, _cells(table, filling.nodes), {(table, filling.column)})
    if isinstance(filling, MemoryPass):
        return _memory_part(filling)
    draft, sent = common.tables[table], _sent(common, filling)
    if isinstance(filling, Times):
        fills = {(table, filling.column)}
        return _Part(filling, (_read_by(draft, draft.placed[filling.interaction]) | sent) - fills, fills)
    follow = {*draft.targets, *(column for split in draft.bits for column in split.columns)} - late_splits(draft)
    return _Part(filling, sent, _places(table, {*(column for _, column in filling.keys), *follow}))


def _memory_part(filling: MemoryPass) -> _Part:
    fills = _places(filling.cells, (filling.last, filling.time))
    reads = _cells(filling.cells, filling.initial)
    for access in filling.accesses:
        fills |= _places(filling.table, (access.old, access.then))
        for nodes in (access.address, access.value, access.when):
            reads |= _cells(filling.table, nodes)
    return _Part(filling, reads - fills, fills)


def _walk_part(common: Common, walk: Walk) -> _Part:
    """All of a walk together; what it reads of its own is there by then."""
    several = [_part(common, one) for one in (*walk.memories, *walk.parts) if not isinstance(one, tuple)]
    fills = _places(walk.table, (column for step in walk.steps for column, _ in step.columns))
    fills = fills.union(*(part.fills for part in several))
    reads = set[Place]().union(*(part.reads for part in several))
    return _Part(walk, reads.union(*(_cells(walk.table, step.nodes) for step in walk.steps)) - fills, fills)


def _sent(common: Common, filling: Served | Times) -> set[Place]:
    """The columns that all other interactions on a bus read."""
    places: set[Place] = set()
    for table, number in common.on_bus.get(filling.bus, ()):
        if (table, number) != (filling.table, filling.interaction):
            places |= _read_by(common.tables[table], common.tables[table].placed[number])
    return places


def _read_by(draft: Draft, placed: Placed) -> set[Place]:
    nodes, _ = extract(draft.graph.nodes, (*placed.tuple, placed.multiplicity))
    return _cells(draft.number, nodes)


def _cells(table: int, nodes: Iterable[Node]) -> set[Place]:
    return _places(table, columns_in(nodes))


def _places(table: int, columns: Iterable[int]) -> set[Place]:
    return {(table, column) for column in columns}

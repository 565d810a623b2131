"""Walk lists: a walk as lists of nodes for its rows, and what of it can wait until all rows are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from l2zk.air.nodes import Node, columns_in
from l2zk.language.bit_words import by_words
from l2zk.language.definition import Definition
from l2zk.language.fillings import Let, Limbs, MemoryPass, Walk
from l2zk.language.merged import Merged, bit_columns


class StepList(NamedTuple):
    """Columns that are filled `ahead` rows ahead of where the nodes are read, and the place of the value of each."""

    ahead: int
    columns: list[int]
    nodes: list[Node]
    roots: list[int]


class WalkLists(NamedTuple):
    """The parts of a walk in their order on a row, accesses by (memory, access); its steps; and what nothing of these
    reads, as bits whose words are read instead, so that it is filled after them."""

    parts: list[Merged | tuple[int, int]]
    steps: list[StepList]
    after: list[Merged]


def walk_lists(definition: Definition, walk: Walk, known: Collection[int]) -> WalkLists:
    """known: the columns of the table that are given."""
    bits = bit_columns(definition, walk.table, known)
    parts = [one.by_words(definition) if isinstance(one, Merged) else one for one in _together(walk, known, bits)]
    steps = [
        StepList(
            step.ahead,
            [column for column, _ in step.columns],
            *by_words(step.nodes, [root for _, root in step.columns], bits),
        )
        for step in walk.steps
    ]
    wanted = set[int]().union(*(columns_in(step.nodes) for step in steps), _accessed(walk.memories))
    during: list[Merged | tuple[int, int]] = []
    after: list[Merged] = []
    for one in reversed(parts):
        if isinstance(one, Merged) and not one.columns & wanted:
            after.append(one)
            continue
        during.append(one)
        wanted |= columns_in(one.nodes) if isinstance(one, Merged) else set()
    return WalkLists(during[::-1], steps, after[::-1])


def _together(walk: Walk, known: Collection[int], bits: Collection[int]) -> Iterator[Merged | tuple[int, int]]:
    """The parts of a walk, those together that follow one another and come equally late; bits of words apart."""
    last: Merged | None = None
    kind: object = None
    for part, delay in zip(walk.parts, walk.delays):
        next_kind = None if isinstance(part, tuple) else (_rows(part), delay, _is_of(part, bits))
        if last is not None and next_kind != kind:
            if last.filled:
                yield last
            last = None
        kind = next_kind
        if isinstance(part, tuple):
            yield part
            continue
        last = last or Merged(*_rows(part), known, delay)
        last.add(part)
    if last is not None and last.filled:
        yield last


def _rows(part: Let | Limbs) -> tuple[int, int, int]:
    return part.table, part.ahead, part.behind


def _is_of(part: Let | Limbs, bits: Collection[int]) -> bool:
    return isinstance(part, Limbs) and all(column in bits for column in part.columns)


def _accessed(memories: Sequence[MemoryPass]) -> set[int]:
    """What the accesses of a walk read."""
    accesses = [access for memory in memories for access in memory.accesses]
    return {column for one in accesses for column in columns_in((*one.address, *one.value, *one.when))}

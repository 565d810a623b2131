"""Walks: tables whose steps read what their memories hold, so that rows are filled one after the other.

On each row come the accesses and what they and the steps read, each after what it reads; then the steps fill the next
row. Bits of what steps fill are among it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from l2zk.air.nodes import COLUMN, Node, extract
from l2zk.language.draft import Common, Draft
from l2zk.language.fillings import Filling, Let, Limbs, MemoryPass, Stepped, Walk
from l2zk.language.flow import entered
from l2zk.language.waiting import circle

Part = Let | Limbs | tuple[int, int]


def is_walked(draft: Draft) -> bool:
    """True if a step reads what the table's memories hold, at once or through columns that equal or split it."""
    found = {access.old for memory in draft.common.memories if memory.table is draft for access in memory.accesses}
    if not (found and draft.targets) or draft.served or draft.step_function is not None:
        return False
    fillings = [(split.node, split.columns) for split in draft.bits]
    fillings += [(node, (column,)) for column, node in draft.let_values.items()]
    found = entered(draft.graph.nodes, found, fillings)
    nodes, _ = extract(draft.graph.nodes, (target.node for target in draft.targets.values()))
    return any(kind == COLUMN and x in found for kind, x, _ in nodes)


def with_walks(common: Common, found: Sequence[Filling]) -> list[Filling]:
    """The fillings, those that have to be carried out row by row put together."""
    left = list(found)
    for draft in common.tables:
        if is_walked(draft):
            walk = _walk(draft, left)
            taken = {id(one) for one in (*walk.memories, *walk.parts)}
            left = [walk, *(one for one in left if id(one) not in taken)]
    return left


def _walk(draft: Draft, found: Sequence[Filling]) -> Walk:
    memories = [one for one in found if isinstance(one, MemoryPass) and one.table == draft.number]
    steps = tuple(_steps(draft))
    others = [one for one in found if isinstance(one, Let | Limbs) and one.table == draft.number and not one.ahead]
    accesses = [(m, k) for m, memory in enumerate(memories) for k in range(len(memory.accesses))]
    reads = {one: _read(_nodes(memories, one)) for one in (*others, *accesses)}
    fills = {one: set(_columns(memories, one)) for one in reads}
    wanted = {x for step in steps for x in _read(step.nodes)}.union(*(reads[one] for one in accesses))
    chosen: list[Part] = list(accesses)
    while more := [one for one in others if one not in chosen and fills[one] & wanted]:
        chosen += more
        wanted.update(*(reads[one] for one in more))
    needs = {one: {other for other in chosen if fills[other] & reads[one]} - {one} for one in chosen}
    for m, k in accesses:
        needs[m, k] |= {(m, k - 1)} if k else set()
    try:
        return Walk(draft.number, tuple(memories), tuple(TopologicalSorter(needs).static_order()), steps)
    except CycleError as error:
        columns = sorted({column for one in error.args[1] for column in _columns(memories, one)})
        raise circle(draft.graph.columns[column] for column in columns) from None


def _steps(draft: Draft) -> Iterator[Stepped]:
    """The steps, those together that fill equally far ahead."""
    for ahead in dict.fromkeys(target.ahead for target in draft.targets.values()):
        targets = [target for target in draft.targets.values() if target.ahead == ahead]
        nodes, roots = extract(draft.graph.nodes, (target.node for target in targets))
        yield Stepped(nodes, ahead, tuple((target.column, root) for target, root in zip(targets, roots)))


def _nodes(memories: Sequence[MemoryPass], one: Part) -> tuple[Node, ...]:
    """What a part reads, as nodes."""
    if isinstance(one, tuple):
        access = memories[one[0]].accesses[one[1]]
        return (*access.address, *access.value, *access.when)
    return one.nodes


def _columns(memories: Sequence[MemoryPass], one: Part) -> tuple[int, ...]:
    """What a part fills."""
    if isinstance(one, tuple):
        access = memories[one[0]].accesses[one[1]]
        return access.old, access.then
    return one.columns if isinstance(one, Limbs) else (one.column,)


def _read(nodes: Sequence[Node]) -> set[int]:
    return {x for kind, x, _ in nodes if kind == COLUMN}

"""Walks: tables that are filled row by row, since steps read what fills itself from what steps and memories fill.

On each row come the accesses and what they and the steps read, each after what it reads; then the steps fill the next
row. What looks ahead comes so many rows later: its row is then that much behind the one where the walk is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from l2zk.air.nodes import COLUMN, Node, columns_in, extract
from l2zk.base.wording import counted, cut
from l2zk.errors import ProgramError
from l2zk.language.draft import Common, Draft
from l2zk.language.fillings import Filling, Let, Limbs, MemoryPass, Stepped, Walk
from l2zk.language.flow import entered
from l2zk.language.inlined import nodes_of
from l2zk.language.rows_behind import moved
from l2zk.language.steps import first_filled
from l2zk.language.waiting import circle

Part = Let | Limbs | tuple[int, int]


def is_walked(draft: Draft) -> bool:
    """True if a step reads what fills itself or splits what does, or an access what is made of an earlier one."""
    if draft.served or draft.step_function is not None:
        return False
    fillings = [(split.node, split.columns) for split in draft.bits]
    fillings += [(node, (column,)) for column, node in (draft.let_values | draft.hints).items()]
    if draft.targets and (draft.own or fillings):
        targets = draft.targets.keys()
        nodes, _ = extract(draft.graph.nodes, (target.node for target in draft.targets.values()))
        if columns_in(nodes) & (entered(draft.graph.nodes, draft.own | targets, fillings) - targets):
            return True
    found = {access.old for memory in draft.common.memories if memory.table is draft for access in memory.accesses}
    made = entered(draft.graph.nodes, found, fillings) - found if found and fillings else set()
    return bool(made and any(columns_in(nodes) & made for nodes in _accessed(draft)))


def _accessed(draft: Draft) -> Iterator[tuple[Node, ...]]:
    """What the accesses of a table's memories read."""
    for memory in draft.common.memories:
        for access in memory.accesses if memory.table is draft else ():
            yield from (nodes_of(draft, node) for node in (access.address, access.value, access.when))


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
    others = [one for one in found if isinstance(one, Let | Limbs) and one.table == draft.number]
    accesses = [(m, k) for m, memory in enumerate(memories) for k in range(len(memory.accesses))]
    reads = {one: columns_in(_nodes(memories, one)) for one in (*others, *accesses)}
    fills = {one: set(_columns(memories, one)) for one in reads}
    late = _late(draft, others, accesses, reads, fills)
    wanted = {x for step in steps for x in columns_in(step.nodes)}.union(*(reads[one] for one in accesses))
    chosen: list[Part] = list(accesses)
    while more := [one for one in late if one not in chosen and fills[one] & wanted]:
        chosen += more
        wanted.update(*(reads[one] for one in more))
    needs = {one: {other for other in chosen if fills[other] & reads[one]} - {one} for one in chosen}
    for m, k in accesses:
        needs[m, k] |= {(m, k - 1)} if k else set()
    try:
        parts = tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        columns = sorted({column for one in error.args[1] for column in _columns(memories, one)})
        raise circle(draft.graph.columns[column] for column in columns) from None
    return Walk(draft.number, tuple(memories), parts, steps, _delays(draft, memories, parts, steps))


def _late(
    draft: Draft,
    others: Sequence[Let | Limbs],
    accesses: Iterable[Part],
    reads: dict[Part, set[int]],
    fills: dict[Part, set[int]],
) -> list[Let | Limbs]:
    """What is made of cells that steps or accesses fill; all else is there before the walk."""
    filled = set(draft.targets).union(*(fills[one] for one in accesses))
    late: list[Let | Limbs] = []
    while more := [one for one in others if one not in late and reads[one] & filled]:
        late += more
        filled.update(*(fills[one] for one in more))
    return late


def _delays(
    draft: Draft, memories: Sequence[MemoryPass], parts: Sequence[Part], steps: Sequence[Stepped]
) -> tuple[int, ...]:
    """How many rows behind the walk each part is, so that all that it reads is there."""
    known, delays = dict.fromkeys(draft.targets, 0), list[int]()
    for part in parts:
        delay, column = _delay(known, _nodes(memories, part))
        if delay and isinstance(part, tuple):
            raise ProgramError(
                f"memory {memories[part[0]].name!r} is accessed by {cut(draft.graph.columns[column])}, which is known"
                f" {counted(delay, 'row')} later, where the rows that it looks ahead at are filled: read rows behind"
                " instead"
            )
        known |= dict.fromkeys(_columns(memories, part), delay)
        delays.append(delay)
    for step in steps:
        delay, column = _delay(known, step.nodes)
        if delay >= step.ahead:
            name = cut(draft.graph.columns[step.columns[0][0]])
            raise ProgramError(
                f"the step of {name} reads the future: it needs {cut(draft.graph.columns[column])}, which looks"
                " ahead at rows that the step fills later; a step reads what is made of rows before the one that it"
                " fills"
            )
    return tuple(delays)


def _delay(known: dict[int, int], nodes: Sequence[Node]) -> tuple[int, int]:
    """The rows after its own on which an expression can be computed, and the column that it waits for."""
    return max([(0, 0), *((y + known[x], x) for kind, x, y in nodes if kind == COLUMN and x in known)])


def _steps(draft: Draft) -> Iterator[Stepped]:
    """The steps, those together that fill equally far ahead of the first row that they read."""
    firsts = {target: first_filled(draft, target) for target in draft.targets.values()}
    for ahead in dict.fromkeys(firsts.values()):
        targets = [target for target, first in firsts.items() if first == ahead]
        read = [moved(draft, target.node, ahead - target.ahead) for target in targets]
        nodes, roots = extract(draft.graph.nodes, read)
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

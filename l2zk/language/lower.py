"""Lower: a draft becomes a definition, when `define` has ended.

The number n of rows is known by then, N is the least power of two with room, and each claim becomes a constraint on a
domain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from l2zk.air.air import Air, Constraint, PublicSequence
from l2zk.air.bytecode import compile_constraints, compile_nodes
from l2zk.air.domains import Domain
from l2zk.air.nodes import COLUMN, PERIODIC, SEQUENCE, Node, extract, renumbered
from l2zk.base.wording import counted
from l2zk.errors import ProgramError
from l2zk.language.definition import Bits, Definition, Output, Start
from l2zk.language.draft import Draft, Every, Settled, Target
from l2zk.language.flow import hidden_columns, late_columns
from l2zk.language.private_starts import private_claims
from l2zk.language.rules.shared_names import check_shared_names
from l2zk.language.rules.unpinned_rows import check_pinned
from l2zk.language.rules.whole import check_claims, check_constrained, check_filled, check_not_constant
from l2zk.language.trace_length import count_rows, doubled_by, padded_length


@dataclass(frozen=True)
class _Lengths:
    """n, N, a sentence on what doubles N if something does, and the entries of each sequence."""

    rows: int
    length: int
    doubled_by: str | None
    entries: tuple[int, ...]


def definition_of(
    draft: Draft, id: str, parameters: bytes, generate: Callable[[Mapping[str, Any]], Any] | None
) -> Definition:
    """The definition of a draft; `generate` is the program's own generate_trace.

    Each phase needs those before it: the draft is checked as the program stated it, and measured; then it gets the
    claims that private starts bring, and changes no more; the AIR is made of it, and checked.
    """
    _check_stated(draft, generated=generate is not None)
    lengths = _measured(draft)
    draft.claims |= {claim.name: claim for claim in private_claims(draft)}
    air = _air(draft, id, parameters, lengths)
    free = _free_cells(draft, lengths.rows, lengths.length)
    _check_made(draft, air, free)
    return Definition(
        air=air,
        doubled_by=lengths.doubled_by,
        constraint_code=compile_constraints(air),
        inputs=tuple(draft.inputs),
        outputs=_output_places(air),
        step_function=draft.step_function,
        given=tuple(draft.given.values()),
        private_arrays=tuple(draft.private_arrays),
        arrays=tuple(draft.arrays),
        sequence_claims=_sequence_claims(draft, air),
        generate=generate,
        pads=tuple(draft.pads),
        bits=_bit_parts(draft),
        hidden=frozenset(hidden_columns(draft)),
        free=free + _free_bits(draft, lengths.length),
        **_step_parts(draft, air),
        **_start_parts(draft),
    )


def _check_stated(draft: Draft, generated: bool) -> None:
    """The checks of a draft that has the program's own claims alone."""
    check_shared_names(draft)
    check_filled(draft, generated=generated)
    check_claims(draft)


def _measured(draft: Draft) -> _Lengths:
    """The lengths, which follow from the program's own claims: those of private starts look less far ahead than N."""
    rows = count_rows(draft)
    length = padded_length(draft, rows)
    return _Lengths(rows, length, doubled_by(draft, rows, length), _entries(draft, rows, length))


def _check_made(draft: Draft, air: Air, free: tuple[tuple[int, range], ...]) -> None:
    """The checks of an AIR; `free` are the cells by m.free."""
    check_constrained(draft, air)
    check_not_constant(air)
    stated = [output.constraint for output in _output_places(air)]
    stated += [constraint for constraint, _ in _sequence_claims(draft, air)]
    check_pinned(air, stated, draft.targets, free, _bit_domains(draft, air))


def _air(draft: Draft, id: str, parameters: bytes, lengths: _Lengths) -> Air:
    """The AIR: the claims as constraints, with only the nodes that they need."""
    claims, rows, length = list(draft.claims.values()), lengths.rows, lengths.length
    sized = list(zip(draft.sequences, lengths.entries))
    stated = {placed.claim: Domain.first(count, length) for placed, count in sized if placed.claim}
    nodes, roots = extract(draft.graph.nodes, (claim.node for claim in claims))
    return Air(
        id=id,
        parameters=parameters,
        rows=rows,
        length=length,
        columns=tuple(draft.graph.columns),
        inputs=tuple(draft.graph.inputs),
        outputs=tuple(draft.graph.outputs),
        sequences=tuple(PublicSequence(placed.name, count, placed.claim is not None) for placed, count in sized),
        periodic=tuple(draft.periodic),
        periodic_names=tuple(draft.graph.periodic),
        nodes=nodes,
        constraints=tuple(
            Constraint(
                claim.name,
                stated.get(claim.name) or _domain(claim.on, draft.graph.look_ahead[claim.node], rows, length),
                root,
            )
            for claim, root in zip(claims, roots)
        ),
    )


def _entries(draft: Draft, rows: int, length: int) -> tuple[int, ...]:
    """The number of entries of each sequence."""
    counts = []
    for placed in draft.sequences:
        ahead = draft.graph.look_ahead[draft.claims[placed.claim].node] if placed.claim else 0
        there = range(placed.first, min(rows, length - ahead), placed.step)
        if not there:
            raise ProgramError(
                f"public column {placed.name!r} begins on row {placed.first}, but the program has"
                f" {counted(rows, 'row')}"
            )
        counts.append(len(there) if placed.count is None else placed.count)
    return tuple(counts)


def _sequence_claims(draft: Draft, air: Air) -> tuple[tuple[int, int], ...]:
    """For each output column the constraint that states it, and its placement."""
    index = {constraint.name: i for i, constraint in enumerate(air.constraints)}
    placed = {placement.sequence: i for i, placement in enumerate(air.placements)}
    return tuple((index[one.claim], placed[i]) for i, one in enumerate(draft.sequences) if one.claim)


def _domain(on: Settled, look_ahead: int, rows: int, length: int) -> Domain:
    """The rows of a claim as a domain of PROTOCOL 3.3."""
    if isinstance(on, Every):
        return Domain.cyclic(on.first, on.period)
    if isinstance(on, int):
        return Domain.row(on)
    if on in ("last", "end"):
        return Domain.row((rows if on == "last" else length) - 1)
    return Domain.every() if on == "every" else Domain.transition(max(1, look_ahead))


def _output_places(air: Air) -> tuple[Output, ...]:
    """For each output its constraint, `output NAME`, and the row."""
    index = {constraint.name: i for i, constraint in enumerate(air.constraints)}
    places = [(name, index[f"output {name}"]) for name in air.outputs]
    return tuple(Output(name, place, air.constraints[place].domain.x) for name, place in places)


def _bit_parts(draft: Draft) -> tuple[Bits, ...]:
    """The bit columns by m.bits."""
    parts: list[Bits] = []
    late = late_columns(draft)
    for split in draft.bits:
        nodes, _ = extract(draft.graph.nodes, [split.node])
        parts.append(Bits(split.columns, nodes, draft.graph.look_ahead[split.node], split.columns[0] in late))
    return tuple(parts)


def _free_cells(draft: Draft, rows: int, length: int) -> tuple[tuple[int, range], ...]:
    """The (column, rows) by m.free."""
    for column, on in draft.free:
        if isinstance(on, int) and on >= rows:
            name = draft.graph.columns[column]
            raise ProgramError(f"m.free({name}) names row {on}, but the program has {counted(rows, 'row')}")
    return tuple((column, _domain(on, 0, rows, length).rows(length)) for column, on in draft.free)


def _free_bits(draft: Draft, length: int) -> tuple[tuple[int, range], ...]:
    """The last rows of the bits of expressions that look ahead: nothing pins them."""
    return tuple(
        (column, range(length - draft.graph.look_ahead[split.node], length))
        for split in draft.bits
        if draft.graph.look_ahead[split.node]
        for column in split.columns
    )


def _bit_domains(draft: Draft, air: Air) -> dict[int, Domain]:
    """The rows on which bits of what looks ahead are bits of something, for the constraints `NAME is a bit`."""
    ahead = {
        f"{draft.graph.columns[column]} is a bit": draft.graph.look_ahead[split.node]
        for split in draft.bits
        for column in split.columns
    }
    return {
        index: Domain.transition(ahead[constraint.name])
        for index, constraint in enumerate(air.constraints)
        if ahead.get(constraint.name)
    }


def _step_parts(draft: Draft, air: Air) -> dict[str, Any]:
    """The fields of the definition that come of m.step."""
    targets = list(draft.targets.values())
    cells = np.array([(target.column, target.ahead) for target in targets], dtype=np.uint32).reshape(-1, 2)
    cells.setflags(write=False)
    parts: dict[str, Any] = {"step_code": None, "step_targets": cells, "step_reach": _reach(draft)}
    if targets:
        nodes, roots = _step_nodes(draft, targets, parts["step_reach"])
        sizes = {"inputs": len(draft.graph.inputs), "outputs": len(draft.graph.outputs)}
        parts["step_code"] = compile_nodes(nodes, roots, **sizes, placements=air.placements)
    return parts


def _step_nodes(draft: Draft, targets: Sequence[Target], reach: int) -> tuple[list[Node], list[int]]:
    """The nodes of all steps and their roots, shifted so that every step fills the row `reach` ahead."""
    nodes: dict[Node, int] = {}
    roots: dict[int, int] = {}
    for ahead in dict.fromkeys(target.ahead for target in targets):
        chosen = [target for target in targets if target.ahead == ahead]
        more, places = extract(draft.graph.nodes, (target.node for target in chosen))
        new: list[int] = []
        for node in more:
            new.append(nodes.setdefault(_moved(node, new, reach - ahead), len(nodes)))
        roots |= {target.column: new[place] for target, place in zip(chosen, places)}
    return list(nodes), [roots[target.column] for target in targets]


def _moved(node: Node, place: Sequence[int], rows: int) -> Node:
    """A node shifted `rows` rows further ahead, a periodic column too; its operands are at their new places."""
    kind, x, y = node
    if kind == SEQUENCE:
        return kind, x, y + (rows << 64)  # as nodes.rows_ahead reads it
    return (kind, x, y + rows) if kind in (COLUMN, PERIODIC) else renumbered(node, place)


def _reach(draft: Draft) -> int:
    """The number of rows that the step code fills ahead; for a C function, the row at which it begins."""
    if draft.targets:
        return max(target.ahead for target in draft.targets.values())
    return 1 + max((row for row, _ in draft.start), default=-1)


def _start_parts(draft: Draft) -> dict[str, Any]:
    """The fields of the definition that come of m.start."""
    nodes, roots = extract(draft.graph.nodes, draft.start.values())
    start = tuple(Start(row, column, root) for (row, column), root in zip(draft.start, roots))
    return {"start_nodes": nodes, "start": start}

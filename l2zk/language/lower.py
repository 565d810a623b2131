"""Lower: a draft becomes a definition, when `define` has ended.

The number n of rows is known by then, N is the least power of two with room, and each claim becomes a constraint on a
domain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from l2zk.air.air import Air, Constraint, Interaction, PublicSequence, TableAir
from l2zk.air.bytecode import compile_constraints
from l2zk.air.domains import Domain, gaps
from l2zk.air.nodes import extract
from l2zk.base.wording import counted
from l2zk.errors import ProgramError
from l2zk.language.definition import Bits, Choice, Definition, Generate, Output, TableDefinition
from l2zk.language.draft import Below, Claim, Draft, Said, Settled
from l2zk.language.encoding import Encode
from l2zk.language.fillings import Claimed
from l2zk.language.flow import late_columns, private_columns
from l2zk.language.inlined import nodes_of
from l2zk.language.order import found_fillings, late_splits, ordered
from l2zk.language.posted_rows import Size, domain_of
from l2zk.language.private_starts import private_claims
from l2zk.language.rows_behind import looks, moved, reach_of, shift_of
from l2zk.language.rules.loose_bits import LooseBits
from l2zk.language.rules.shared_names import check_shared_names
from l2zk.language.rules.unpinned_rows import check_pinned
from l2zk.language.rules.whole import (
    check_claims,
    check_constrained,
    check_filled,
    check_not_constant,
    check_public,
    check_shared_private,
)
from l2zk.language.settle import settle
from l2zk.language.steps import start_parts, step_parts
from l2zk.language.trace_length import count_rows, doubled_by, padded_length


@dataclass(frozen=True)
class _Lengths:
    """n, N, and a sentence on what doubles N if something does."""

    rows: int
    length: int
    doubled_by: str | None


def definition_of(
    draft: Draft, id: str, parameters: bytes, generate: Generate | None, encode: Encode | None
) -> Definition:
    """The definition of a draft, that of the main table; `generate` and `encode` are the program's own.

    Each phase needs those before it: buses are settled, which adds columns and claims; the drafts are checked as the
    program stated them, and measured; then they get the claims that private starts bring, and change no more; the AIR
    is made of them, and checked.
    """
    common = draft.common
    settle(common)
    found = found_fillings(common)
    for table in common.tables:
        with _in_table(table):
            _check_stated(table, generated=generate is not None)
    check_shared_private(common)
    fillings, waiting = ordered(common, found, generated=generate is not None)
    lengths = [_measured(table) for table in common.tables]
    for table in common.tables:
        table.claims |= {claim.name: claim for claim in private_claims(table)}
    air = _air(draft, id, parameters, lengths)
    for table, made, size in zip(common.tables, air.tables, lengths):
        with _in_table(table):
            chosen = ((one.column, rows) for one in _choices(table, size) for rows in one.rows)
            _check_made(table, made, (*_free_cells(table, size), *chosen), _loose_cells(table, size.length))
    check_public(air)
    parts = [_table_parts(*each) for each in zip(common.tables, air.tables, lengths)]
    return Definition(
        air=air,
        doubled_by=next((size.doubled_by for size in lengths if size.doubled_by), None),
        inputs=tuple(draft.inputs),
        outputs=_output_places(air.main),
        private_arrays=tuple(draft.private_arrays),
        arrays=tuple(draft.arrays),
        sequence_claims=_sequence_claims(draft, air.main),
        generate=generate,
        encode=encode,
        others=tuple(TableDefinition(air=made, **part) for made, part in zip(air.tables[1:], parts[1:])),
        fillings=fillings,
        waiting=waiting,
        claimed=tuple(map(_claimed, common.said)),
        lists=tuple(draft.graph.lists),
        **parts[0],
    )


@contextmanager
def _in_table(draft: Draft) -> Iterator[None]:
    """Name a further table in the errors about it."""
    try:
        yield
    except ProgramError as error:
        if draft.number:
            raise ProgramError(f"table {draft.name!r}: {error}") from None
        raise


def _check_stated(draft: Draft, generated: bool) -> None:
    """The checks of a draft that has the program's own claims alone."""
    check_shared_names(draft)
    check_filled(draft, generated=generated)
    check_claims(draft)


def _measured(draft: Draft) -> _Lengths:
    """The lengths, which follow from the program's own claims: those of private starts look less far ahead than N."""
    rows = count_rows(draft)
    length = padded_length(draft, rows)
    return _Lengths(rows, length, None if draft.made else doubled_by(draft, rows, length))


def _check_made(
    draft: Draft, table: TableAir, free: tuple[tuple[int, range], ...], loose: tuple[tuple[int, range], ...]
) -> None:
    """The checks of a table's AIR; `free` are the cells by m.free, `loose` those that nothing ties to their value."""
    check_constrained(draft, table)
    check_not_constant(table)
    stated = [output.constraint for output in _output_places(table)] if not draft.number else []
    stated += [constraint for constraint, _ in _sequence_claims(draft, table)]
    spared = {one.column for one in draft.chosen} | {column for column, _ in draft.free} | draft.own
    LooseBits(table, stated, spared).check()
    several = {index for index, one in enumerate(draft.claims.values()) if isinstance(one.on, (range, Below))}
    check_pinned(table, stated, draft.targets, free, _bit_domains(draft, table), several, loose)


def _air(draft: Draft, id: str, parameters: bytes, lengths: Sequence[_Lengths]) -> Air:
    """The AIR: the claims as constraints, what is placed as interactions, with only the nodes that they need."""
    tables, common = draft.common.tables, draft.common
    counts = _entries(draft, lengths)
    public: dict[str, Any] = dict(
        inputs=tuple(draft.graph.inputs),
        outputs=tuple(draft.graph.outputs),
        sequences=tuple(
            PublicSequence(one.name, count, one.claim is not None) for one, count in zip(draft.sequences, counts)
        ),
    )
    return Air(
        id=id,
        parameters=parameters,
        tables=tuple(_table_air(table, size, counts, public) for table, size in zip(tables, lengths)),
        buses=tuple(common.buses),
        messages=tuple(common.messages),
        **public,
    )


def _table_air(draft: Draft, size: _Lengths, counts: Sequence[int], public: dict[str, Any]) -> TableAir:
    """The AIR of one table. counts: of the entries of each sequence."""
    claims, graph = list(draft.claims.values()), draft.graph
    sized = zip(draft.sequences, counts)
    stated = {one.claim: Domain.first(count, size.length) for one, count in sized if one.claim and not draft.number}
    spoken = [node for one in draft.placed for node in (*one.tuple, one.multiplicity)]
    shifts = [shift_of(draft, [claim.node], claim.on) for claim in claims]
    said = [moved(draft, claim.node, shift) for claim, shift in zip(claims, shifts)]
    nodes, roots = extract(graph.nodes, (*said, *spoken))
    place = dict(zip((*said, *spoken), roots))
    return TableAir(
        name=draft.name,
        rows=size.rows,
        length=size.length,
        columns=tuple(graph.columns),
        periodic=tuple(draft.periodic),
        periodic_names=tuple(graph.periodic),
        nodes=nodes,
        constraints=tuple(
            Constraint(
                claim.name,
                stated.get(claim.name) or _domain(draft, claim, shift, size),
                place[node],
                shift,
                claim.selected,
            )
            for claim, node, shift in zip(claims, said, shifts)
        ),
        interactions=tuple(
            Interaction(
                one.name,
                one.bus,
                tuple(place[node] for node in one.tuple),
                place[one.multiplicity],
                one.domain,
                one.behind,
            )
            for one in draft.placed
        ),
        **public,
    )


def _table_parts(draft: Draft, table: TableAir, size: _Lengths) -> dict[str, Any]:
    """The fields of a definition that are of one table."""
    return dict(
        constraint_code=compile_constraints(table),
        step_function=draft.step_function,
        given=tuple(draft.given.values()),
        pads=tuple(draft.pads),
        bits=_bit_parts(draft),
        hidden=frozenset(private_columns(draft)),
        choices=_choices(draft, size),
        free=_free_cells(draft, size) + _free_bits(draft, size.length) + _loose_cells(draft, size.length),
        **step_parts(draft, table),
        **start_parts(draft),
    )


def _claimed(said: Said) -> Claimed:
    """What was said of buses, for reports."""
    nodes = nodes_of(*said.node) if said.node is not None else ()
    return Claimed(said.kind, said.name, said.bus, tuple(said.posted), said.into, nodes, said.bits)


def _entries(draft: Draft, lengths: Sequence[_Lengths]) -> tuple[int, ...]:
    """The number of entries of each sequence."""
    counts = []
    for placed in draft.sequences:
        rows = lengths[placed.table].rows
        ahead = draft.graph.look_ahead[draft.claims[placed.claim].node] if placed.claim else 0
        there = range(placed.first, rows - ahead, placed.step)
        if not there:
            what = (
                f"output column {placed.name!r} looks {counted(ahead, 'row')} ahead"
                if ahead
                else f"public column {placed.name!r} begins on row {placed.first}"
            )
            raise ProgramError(f"{what}, but the program has {counted(rows, 'row')}")
        counts.append(len(there) if placed.count is None else placed.count)
    return tuple(counts)


def _sequence_claims(draft: Draft, air: TableAir) -> tuple[tuple[int, int], ...]:
    """For each output column the constraint that states it, and its placement; all are of the main table."""
    if draft.number:
        return ()
    index = {constraint.name: i for i, constraint in enumerate(air.constraints)}
    placed = {placement.sequence: i for i, placement in enumerate(air.placements)}
    return tuple((index[one.claim], placed[i]) for i, one in enumerate(draft.sequences) if one.claim)


def _domain(draft: Draft, claim: Claim, behind: int, size: _Lengths) -> Domain:
    """The rows of a claim as a domain of PROTOCOL 3.3, once it is moved ahead by so many."""
    if claim.on == "last" and behind >= size.rows:
        raise ProgramError(
            f"constraint {claim.name!r} on the last row looks {counted(behind, 'row')} behind, but the program has"
            f" {counted(size.rows, 'row')}"
        )
    return domain_of(claim.on, reach_of(draft, claim.node), behind, Size(size.rows, size.length))


def _output_places(air: TableAir) -> tuple[Output, ...]:
    """For each output its constraint, `output NAME`, and the row."""
    index = {constraint.name: i for i, constraint in enumerate(air.constraints)}
    places = [(name, index[f"output {name}"]) for name in air.outputs]
    return tuple(Output(name, place, air.constraints[place].domain.x) for name, place in places)


def _bit_parts(draft: Draft) -> tuple[Bits, ...]:
    """The bit columns by m.bits."""
    parts: list[Bits] = []
    late, own = late_columns(draft), late_splits(draft)
    for split in draft.bits:
        if split.columns[0] in own:
            continue
        nodes, _ = extract(draft.graph.nodes, [split.node])
        ahead, behind = looks(draft, [split.node])
        parts.append(Bits(split.columns, nodes, ahead, split.columns[0] in late, behind))
    return tuple(parts)


def _free_cells(draft: Draft, size: _Lengths) -> tuple[tuple[int, range], ...]:
    """The (column, rows) by m.free."""
    return tuple((column, _said_rows(draft, "free", column, on, size)) for column, on in draft.free)


def _choices(draft: Draft, size: _Lengths) -> tuple[Choice, ...]:
    """The cells by m.choice."""
    return tuple(
        Choice(
            one.column,
            tuple(_said_rows(draft, "choice", one.column, on, size) for on in one.on),
            one.bits,
            one.among,
            () if one.when is None else nodes_of(draft, one.when),
        )
        for one in draft.chosen
    )


def _said_rows(draft: Draft, call: str, column: int, on: Settled | range, size: _Lengths) -> range:
    """The rows that m.free or m.choice names."""
    last = on if isinstance(on, int) else on[-1] if isinstance(on, range) else 0
    if last >= size.rows:
        name = draft.graph.columns[column]
        raise ProgramError(f"m.{call}({name}) names row {last}, but the program has {counted(size.rows, 'row')}")
    return on if isinstance(on, range) else domain_of(on, 0, 0, Size(size.rows, size.length)).rows(size.length)


def _free_bits(draft: Draft, length: int) -> tuple[tuple[int, range], ...]:
    """The last rows of the bits of expressions that look ahead, and the first of those that look behind: nothing pins
    them."""
    return tuple(
        (column, rows)
        for split in draft.bits
        for column in split.columns
        for rows in _outside(draft, split.node, length)
    )


def _outside(draft: Draft, node: int, length: int) -> Iterator[range]:
    """The rows on which an expression looks beyond the trace: the last ones, the first ones."""
    ahead, behind = looks(draft, [node])
    yield from (rows for rows in (range(length - ahead, length), range(behind)) if rows)


def _loose_cells(draft: Draft, length: int) -> tuple[tuple[int, range], ...]:
    """The rows on which nothing pins the pieces of a value, and those of values that look beyond the end."""
    loose: list[tuple[int, range]] = []
    for column, rows in draft.loose:
        loose += [(column, gap) for gap in gaps(rows, length)]
    for column, node in draft.let_values.items():
        loose += [(column, rows) for rows in _outside(draft, node, length)]
    loose += [(column, range(rows.first, length, rows.period)) for column, rows in draft.idle]
    return tuple((column, rows) for column, rows in loose if rows)


def _bit_domains(draft: Draft, air: TableAir) -> dict[int, Domain]:
    """The rows on which bits of what looks ahead or behind are bits of something, for constraints `NAME is a bit`."""
    apart = {
        f"{draft.graph.columns[column]} is a bit": looks(draft, [split.node])
        for split in draft.bits
        for column in split.columns
    }
    return {
        index: Domain.between(*apart[constraint.name])
        for index, constraint in enumerate(air.constraints)
        if any(apart.get(constraint.name, ()))
    }

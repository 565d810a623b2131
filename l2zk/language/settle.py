"""Settle: what was said of buses becomes interactions, when `define` has ended and the rows of all tables are known.

Memories and ranges are written out first; then each tuple gets columns for what is not affine, each selector the claim
that it is 0 or 1, and each interaction its rows as a domain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from l2zk.air.affine import ONE, terms_below
from l2zk.air.domains import EVERY, Domain
from l2zk.air.nodes import COLUMN, WRITTEN, Node, extract, operands
from l2zk.air.vectors import evaluate_rows, leaves_on_all_rows
from l2zk.base.wording import counted, short
from l2zk.errors import ProgramError
from l2zk.language.affine_columns import affine_value, let_column
from l2zk.language.draft import Common, Draft, Placed, Posted
from l2zk.language.expression import Expression
from l2zk.language.memory import post_memory
from l2zk.language.noted import claim
from l2zk.language.posted_rows import Size, rows_domain
from l2zk.language.ranges import expand_ranges
from l2zk.language.rows_behind import looks, moved, shift_of
from l2zk.language.trace_length import count_rows, padded_length


def settle(common: Common) -> None:
    """Place the interactions of every table."""
    if not any(draft.posted or draft.ranges for draft in common.tables) and not common.memories:
        _check_messages(common)
        return
    sizes = {draft.number: _size(draft) for draft in common.tables}
    for memory in common.memories:
        post_memory(memory, sizes[memory.table.number].rows)
    expand_ranges(common, sizes)
    for draft in common.tables[len(sizes) :]:
        sizes[draft.number] = _size(draft)
    for draft in common.tables:
        stated = {one.node for one in draft.claims.values() if one.on == "every"}
        for number, posted in enumerate(draft.posted):
            draft.placed.append(_placed(draft, posted, sizes[draft.number], stated))
            common.on_bus[posted.bus].append((draft.number, number))
    _check_messages(common)
    _check_permutations(common, sizes)


def _size(draft: Draft) -> Size:
    rows = count_rows(draft)
    return Size(rows, padded_length(draft, rows))


def _placed(draft: Draft, posted: Posted, size: Size, stated: set[int]) -> Placed:
    """One interaction, with the columns and claims that it needs. stated: what is claimed on every row so far."""
    said = *posted.tuple, posted.multiplicity
    (ahead, _), behind = looks(draft, said), shift_of(draft, said, posted.on)
    domain = rows_domain(posted.on, ahead, size, short(posted.name), behind)
    stem = re.sub(r"[^\w.]+", "_", posted.name)
    values = [affine_value(draft, f"{stem}_{k}", node).index for k, node in enumerate(posted.tuple)]
    entries = tuple(moved(draft, value, behind) for value in values)
    name = f"{stem}_when" if posted.selects else f"{stem}_times"
    times = _multiplicity(draft, name, posted.multiplicity, domain)
    if posted.selects:
        _check_selector(draft, posted, times, size, stated)
    if behind:
        times = _multiplicity(draft, f"{name}_ahead", moved(draft, times.index, behind), domain)
    signed = times if posted.sign > 0 else -times
    return Placed(posted.name, posted.bus, entries, signed.index, domain, behind)


def _multiplicity(draft: Draft, name: str, node: int, domain: Domain) -> Expression:
    """A multiplicity that is affine in cells of its own row, and on some rows in cells alone; else a column."""
    terms = terms_below(draft.graph.nodes, node)
    if terms is not None and all(_stands(leaf, domain) for leaf in terms):
        return draft.graph.expression(node)
    return let_column(draft, name, node)


def _stands(leaf: Node, domain: Domain) -> bool:
    """True if a multiplicity may read a leaf on a domain."""
    return leaf == ONE or (leaf[2] == 0 if leaf[0] == COLUMN else domain.kind == EVERY)


def _check_selector(draft: Draft, posted: Posted, when: Expression, size: Size, stated: set[int]) -> None:
    """Claim that a selector is 0 or 1 on every row; what is known is looked at instead."""
    graph = draft.graph
    nodes, _ = extract(graph.nodes, [when.index])
    if any(not operands(node) and node[0] not in WRITTEN for node in nodes):
        both = when * (when - 1)
        if both.index not in stated:
            stated.add(both.index)
            claim(draft, f"when of {posted.name} is 0 or 1", both.index, "every", derived=True)
        return
    leaf = leaves_on_all_rows(size.length, {}, draft.periodic, {})
    values = evaluate_rows(nodes, leaf, size.length)
    wrong = np.flatnonzero(values > 1)
    if len(wrong):
        raise ProgramError(
            f"when= of {posted.name!r} is {values[wrong[0]]} on row {wrong[0]}: a selector is 0 or 1 on every row"
        )
    if not values.any():
        raise ProgramError(f"when= of {posted.name!r} is 0 on every row, so that it says nothing")


def _check_messages(common: Common) -> None:
    """Refuse a public message where no row puts anything, since nobody would look at it."""
    there = {posted.bus for draft in common.tables for posted in draft.posted}
    for message in common.messages:
        if message.bus not in there:
            raise ProgramError(
                f"a public message stands on bus {short(common.buses[message.bus].name)}, where no row sends or"
                " receives, so that nobody would look at it"
            )
    for number, bus in enumerate(common.buses):
        if number not in there:
            raise ProgramError(f"bus {short(bus.name)} carries nothing: send and receive on it, or leave it out")


def _check_permutations(common: Common, sizes: Mapping[int, Size]) -> None:
    """Refuse a permutation of tables with different numbers of rows."""
    for said in common.said:
        if said.kind == "permutation":
            one, other = (sizes[table].rows for table, _ in said.posted)
            if one != other:
                raise ProgramError(
                    f"permutation {said.name!r} is of {counted(one, 'row')} and of {other}: both sides have as many"
                )

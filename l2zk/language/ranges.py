"""Ranges: the pieces of a value that are looked up, when the rows of all tables are known.

All ranges of a program share one table of 2^l numbers. A value of k pieces of l bits costs k - 1 columns, for the last
piece is what the others leave, and k lookups; a last piece of fewer bits one more: it is looked up as itself and as its
multiple that has l bits, so that it is below both bounds. Beside these stand the rows of the table, and the columns of
bits that need no table. The width is the one that costs least.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from l2zk.air.domains import EVERY
from l2zk.base.field import MODULUS
from l2zk.base.wording import short
from l2zk.language.affine_columns import affine_value
from l2zk.language.buses import post, rows_of
from l2zk.language.draft import Below, Common, Draft, Ranged, Said, Settled
from l2zk.language.expression import Expression
from l2zk.language.fillings import Limbs
from l2zk.language.fixed_tables import RangeTable, fixed_in, is_there
from l2zk.language.inlined import nodes_of
from l2zk.language.noted import claim, number_of, own_column
from l2zk.language.posted_rows import Size, less_than_all, rows_domain
from l2zk.language.rows_behind import looks, moved, shift_of
from l2zk.language.rules.call import named_in
from l2zk.language.rules.posted import check_range, check_rows
from l2zk.language.when import degree, idle_rows

WIDEST = 20
"""Bits of the pieces, at most."""

CELL, LOOKUP = 2, 1
"""What a cell of a column costs, and a lookup of one row."""

FIRST_LOOKUP = 1 << 12
"""What lookups cost a program that has none otherwise: the messages of their argument."""

MOST_BITS = 62
"""Of a range that may be wider than asked: a number of so many bits and a time do not wrap."""


class _Priced(NamedTuple):
    """A range, and the rows of its table."""

    draft: Draft
    ranged: Ranged
    length: int

    def widths(self, width: int) -> list[int]:
        """The bits of its pieces, of which the last may be shorter."""
        full, short = divmod(self.ranged.bits, width)
        if short and not self.ranged.exact and (full + 1) * width <= MOST_BITS:
            full, short = full + 1, 0
        return [width] * full + [short] * (short > 0)

    def by_lookups(self, width: int) -> int:
        """What it costs in pieces of so many bits, but for their table."""
        widths = self.widths(width)
        return self.length * (CELL * (len(widths) - 1) + LOOKUP * (len(widths) + (widths[-1] < width)))

    @property
    def by_bits(self) -> int:
        """What it costs in bits."""
        return self.length * CELL * self.ranged.bits


def claim_range(
    draft: Draft, name: Any, value: Expression, bits: Any, on: Any, pins: Sequence[Expression] = ()
) -> None:
    """Note the claim 0 <= value < 2^bits. pins: columns that nothing else pins."""
    what = f"range {short(name)}"
    number = check_range(draft, name, value, bits)
    looked = [value] if draft.when is None else [value, draft.graph.expression(draft.when)]
    rows = rows_of(draft, what, looked, on)
    check_rows(draft, what, [one.index for one in looked], rows)
    pinned = tuple(number_of(draft, column) for column in pins)
    draft.ranges.append(Ranged(named_in(draft, name), value.index, number, rows, when=draft.when, pins=pinned))


def expand_ranges(common: Common, sizes: dict[int, Size]) -> None:
    """Add columns, lookups and claims for every range of the program."""
    priced = [_Priced(draft, one, sizes[draft.number].length) for draft in common.tables for one in draft.ranges]
    width = _width(common, priced)
    for one in priced:
        if width and one.by_lookups(width) < one.by_bits:
            _look_up(one, width, sizes[one.draft.number])
        else:
            _split(one, sizes[one.draft.number])
        _note_loose(one, one.ranged.pins, sizes[one.draft.number])


def _width(common: Common, priced: list[_Priced]) -> int:
    """The width of the pieces that costs least, 0 if bits do; a table that is there already costs nothing."""
    alone = not any(draft.posted for draft in common.tables)
    costs = {0: sum(one.by_bits for one in priced)}
    for width in range(1, WIDEST + 1):
        there = is_there(common, RangeTable(width))
        table = 0 if there else (CELL + LOOKUP << width) + FIRST_LOOKUP * alone
        costs[width] = table + sum(min(one.by_bits, one.by_lookups(width)) for one in priced)
    return min(costs, key=lambda width: costs[width])


def _look_up(one: _Priced, width: int, size: Size) -> None:
    """The pieces of a value, each in the table."""
    draft, ranged = one.draft, one.ranged
    value = affine_value(draft, _stem(ranged), ranged.node)
    rest, shift, widths = value, 0, one.widths(width)
    pieces: list[Expression] = []
    for number, bits in enumerate(widths[:-1]):
        pieces.append(own_column(draft, f"{_stem(ranged)}{number}"))
        rest, shift = rest - 2**shift * pieces[-1], shift + bits
    _note(one, pieces, widths[:-1], size)
    pieces.append(rest * pow(2**shift, -1, MODULUS))
    if widths[-1] < width:
        pieces.append(pieces[-1] * 2 ** (width - widths[-1]))
    _post(one, pieces, width)


def _post(one: _Priced, pieces: list[Expression], width: int) -> None:
    draft, ranged = one.draft, one.ranged
    into, bus = fixed_in(draft, RangeTable(width))
    when = draft.graph.lift(1) if ranged.when is None else draft.graph.expression(ranged.when)
    (ahead, behind), shift = looks(draft, [ranged.node]), shift_of(draft, [ranged.node, when.index], ranged.on)
    said = Said(
        ranged.kind, ranged.name, bus, into=into, node=(draft, moved(draft, ranged.node, shift)), bits=ranged.bits
    )
    on_all = ranged.on == "transitions" and behind and not ahead  # so that the last row is among them
    for number, piece in enumerate(pieces):
        title = f"{ranged.name}, piece {number}" if len(pieces) > 1 else ranged.name
        rows = "every" if on_all and not any(looks(draft, [piece.index, when.index])) else ranged.on
        said.posted.append(post(draft, title, bus, [piece], when, rows, selects=ranged.when is not None))
    draft.common.said.append(said)


def _split(one: _Priced, size: Size) -> None:
    """The bits of a value, each with the claim that it is one."""
    draft, ranged = one.draft, one.ranged
    graph = draft.graph
    value, total = graph.expression(ranged.node), graph.lift(0)
    bits = [own_column(draft, f"{_stem(ranged)}{number}") for number in range(ranged.bits)]
    for number, bit in enumerate(bits):
        claim(draft, f"{graph.columns[number_of(draft, bit)]} is a bit", (bit * (bit - 1)).index, "every", derived=True)
        total = total + 2**number * bit
    on, rest = _below(ranged.on, *_looks(draft, ranged)), value - total
    rest = rest if ranged.when is None else graph.expression(ranged.when) * rest
    selected = degree(draft, ranged.when)
    claim(draft, f"{ranged.name} is below 2^{ranged.bits}", rest.index, on, derived=True, selected=selected)
    _note(one, bits, [1] * ranged.bits, size)


def _note(one: _Priced, columns: list[Expression], widths: list[int], size: Size) -> None:
    """What fills the columns, and the rows on which nothing pins them."""
    draft, node = one.draft, one.ranged.node
    if not columns:
        return
    ahead, behind = looks(draft, [node])
    numbers = tuple(number_of(draft, column) for column in columns)
    draft.limbs.append(Limbs(draft.number, numbers, tuple(widths), nodes_of(draft, node), ahead, behind))
    _note_loose(one, numbers, size)
    draft.idle += [(number, rows) for number in numbers for rows in idle_rows(draft, one.ranged.when)]


def _note_loose(one: _Priced, numbers: Sequence[int], size: Size) -> None:
    """The rows on which nothing pins columns that the range pins."""
    draft, ranged = one.draft, one.ranged
    ahead, behind = _looks(draft, ranged)
    behind = ranged.on.start if isinstance(ranged.on, range) else behind
    domain = rows_domain(ranged.on, ahead, size, f"range {ranged.name!r}", behind)
    if domain.kind != EVERY:
        rows = domain.rows(size.length)
        draft.loose += [(number, range(rows.start + behind, rows.stop + behind, rows.step)) for number in numbers]


def _looks(draft: Draft, ranged: Ranged) -> tuple[int, int]:
    """How far a range looks, with its selector."""
    return looks(draft, [ranged.node] if ranged.when is None else [ranged.node, ranged.when])


def _below(on: Settled, ahead: int, behind: int) -> Settled:
    """The rows of a range as those of a constraint: of the user's alone."""
    return Below(less_than_all(on, ahead, behind)) if on in ("every", "transitions") else on


def _stem(ranged: Ranged) -> str:
    """The beginning of its columns' names."""
    return re.sub(r"[^\w.]+", "_", ranged.name)

"""Stacking: whether several statements of a program may stand in one table, block by block (PROTOCOL 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from l2zk.air.air import Air
from l2zk.air.domains import CYCLIC, EVERY, Domain
from l2zk.air.nodes import COLUMN, Node, extract, operands
from l2zk.air.table import TableAir
from l2zk.base.wording import counted


def stackable(air: Air) -> str | None:
    """None, or a sentence on the first constraint or interaction that reads beyond its block; it is looked for once."""
    if not air.stacking:
        air.stacking.append(next(filter(None, map(_refusal, air.tables)), None))
    return air.stacking[0]


def _refusal(table: TableAir) -> str | None:
    reach = _reach(table.nodes)
    stated: list[tuple[str, tuple[int, ...], Domain]] = []
    stated += [(f"constraint {one.name!r}", (one.node,), one.domain) for one in table.constraints]
    stated += [(f"interaction {one.name!r}", one.nodes, one.domain) for one in table.interactions]
    for what, roots, domain in stated:
        if any(_is_beyond(offset, table, domain) for root in roots for offset in reach[root]):
            return _text(table, what, _reading_beyond(table, roots, domain), domain)
    return None


def _reach(nodes: Sequence[Node]) -> list[tuple[int, int]]:
    """Of each node the least offset that it reads, and the greatest; 0 is always among them."""
    reach: list[tuple[int, int]] = []
    for kind, x, y in nodes:
        if kind == COLUMN:
            reach.append((min(y, 0), max(y, 0)))
        else:
            below = [reach[operand] for operand in operands((kind, x, y))]
            reach.append((min((least for least, _ in below), default=0), max((most for _, most in below), default=0)))
    return reach


def _is_beyond(offset: int, table: TableAir, domain: Domain) -> bool:
    """True if a reading at this offset leaves its block on some row of the domain."""
    if domain.kind in (EVERY, CYCLIC):
        return offset != 0
    rows, there = domain.rows(table.length), range(table.length)
    return not (rows[0] + offset in there and rows[-1] + offset in there)


def _reading_beyond(table: TableAir, roots: Iterable[int], domain: Domain) -> int:
    """The first offset with which nodes leave their block from some row of the domain."""
    nodes, _ = extract(table.nodes, roots)
    offsets = sorted({y for kind, _, y in nodes if kind == COLUMN})
    return next(offset for offset in offsets if _is_beyond(offset, table, domain))


def _text(table: TableAir, what: str, offset: int, domain: Domain) -> str:
    where = f"{counted(abs(offset), 'row')} {'ahead' if offset > 0 else 'behind'}"
    return (
        f"{what} of table {table.name!r} reads {where} on {domain}, beyond its own block, so its statements cannot be"
        " stacked: put it on 'transitions'"
    )

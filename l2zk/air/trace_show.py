"""A trace for people: both its ends as HTML, all of it as a picture; private columns are shown without values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.air.report import Report
from l2zk.air.violation import PRIVATE
from l2zk.base.arguments import items, kind_of
from l2zk.base.names import plain
from l2zk.base.wording import listed, nearest, short
from l2zk.errors import OptionsError
from l2zk.show import html
from l2zk.show.grid import shortened
from l2zk.show.plots import draw_strips, require_matplotlib

FIRST, LAST = 8, 3
"""Rows, and twice as many columns, that HTML shows of the beginning and of the end."""

MOST_DIGITS = 14
"""Of a number in HTML; a longer one is cut, and stands whole where it is pointed at."""

MOST_COLUMNS, MOST_SHADES = 200, 2048
"""Columns of a picture, where they are not chosen, and the shades of one."""

GAP = "…"


def trace_html(
    head: str,
    columns: Sequence[str],
    padded: NDArray[np.uint64],
    rows: int,
    private: Collection[str],
    tables: Iterable[str],
) -> str:
    """The rows at both ends, without the padding. head: the trace in one line. tables: the names of further ones."""
    shown, names = list(_ends(rows, FIRST, LAST)), list(_ends(len(columns), 2 * FIRST, 2 * LAST))
    lines: list[list[str]] = []
    titles: dict[tuple[int, int], str] = {}
    for number, row in enumerate(shown):
        cells = [_entry(columns, padded, private, row, column) for column in names]
        titles |= {(number, 1 + k): whole for k, whole in enumerate(cells) if len(whole) > MOST_DIGITS}
        lines.append([GAP if row is None else str(row), *(shortened(whole, MOST_DIGITS) for whole in cells)])
    top = ["row", *(GAP if column is None else columns[column] for column in names)]
    left = [f"{PRIVATE}: left out here; TraceZkVm(redact=False).trace shows it"] if set(private) & set(columns) else []
    more = [f"further tables, as trace.tables[name]: {listed(tables)}"] if tables else []
    return html.block(html.heading(head), html.table(top, lines, titles=titles), html.sentences(*left, *more))


def _ends(count: int, first: int, last: int) -> Iterator[int | None]:
    """The numbers below `count`, or the first and the last of them with None between."""
    if count <= first + last + 1:
        yield from range(count)
    else:
        yield from range(first)
        yield None
        yield from range(count - last, count)


def _entry(
    columns: Sequence[str], padded: NDArray[np.uint64], private: Collection[str], row: int | None, column: int | None
) -> str:
    if row is None or column is None:
        return GAP
    return PRIVATE if columns[column] in private else str(padded[column, row])


def failing_cells(report: Report, table: str | None) -> tuple[list[tuple[str, int]], list[int]]:
    """What a report says of a table, None for the main one: cells (column, row) that a violated constraint reads, and
    rows at which something else fails."""
    mine = {"", "main"} if table is None else {table}
    found = [one for one in report.violations if one.table in mine]
    cells = [(cell.column, cell.row) for one in found for cell in getattr(one, "cells", ())]
    rows = [one.row for one in found if not hasattr(one, "cells") and one.row is not None]
    return cells, rows


def strips(padded: NDArray[np.uint64], columns: Sequence[int | None], rows: range, most: int) -> NDArray[np.float32]:
    """Columns as shades float32[columns, m], m <= most, 0 for a column's least value and 1 for its greatest.

    A shade is by the logarithm of the value; of more than `most` rows each shade is the greatest of some neighbours.
    None stands for a column without values, and gives NaN.
    """
    size = -(-len(rows) // most)
    starts = np.arange(0, len(rows), size)
    shades = np.full((len(columns), len(starts)), np.nan, dtype=np.float32)
    for line, column in enumerate(columns):
        if column is not None:
            values = np.log2(padded[column, rows.start : rows.stop].astype(np.float64) + 1)
            least, greatest = values.min(), values.max()
            scaled = (values - least) / ((greatest - least) or 1)
            shades[line] = np.maximum.reduceat(scaled, starts)
    return shades


def plot_trace(
    trace: Any, report: Any, table: str | None, columns: Iterable[str] | None, rows: slice | None, axes: Any
) -> Any:
    """The picture of one table of a trace, as `ExecutionTrace.plot` says."""
    require_matplotlib("plot()")
    names, drawn = _chosen_columns(trace, columns), _chosen_rows(trace.padded.shape[1], rows)
    place = {name: index for index, name in enumerate(trace.columns)}
    shown = [None if name in trace.private else place[name] for name in names]
    cells, lines = ([], []) if report is None else failing_cells(_checked(report), table)
    strip = {name: index for index, name in enumerate(names)}
    title = "trace" if table is None else f"table {table}"
    left = len(trace.columns) - len(names)
    return draw_strips(
        strips(trace.padded, shown, drawn, MOST_SHADES),
        names,
        drawn,
        title=f"{title}: {len(names)} of {len(trace.columns)} columns" if left else title,
        end=trace.rows,
        cells=[(strip[name], row) for name, row in dict.fromkeys(cells) if name in strip],
        lines=list(dict.fromkeys(lines)),
        axes=axes,
    )


def _chosen_columns(trace: Any, columns: Iterable[str] | None) -> list[str]:
    if columns is None:
        return list(trace.columns[:MOST_COLUMNS])
    names = items(columns)
    if not names or isinstance(columns, str):
        raise OptionsError(f"columns={short(columns)}: a sequence of names of columns is needed, one or more")
    for name in names:
        if not isinstance(name, str) or plain(name) not in trace:
            what = f"{short(name)}{nearest(name, trace)}" if isinstance(name, str) else f"of type {type(name).__name__}"
            raise OptionsError(f"the trace has no column {what}")
    return [plain(name) for name in names]


def _chosen_rows(length: int, rows: slice | None) -> range:
    """Neighbouring rows, at least one."""
    if rows is not None and not isinstance(rows, slice):
        raise OptionsError(f"rows={short(rows)}: a slice of rows is needed, as slice(0, 64)")
    try:
        drawn = range(length)[rows or slice(None)]
    except (TypeError, ValueError):
        drawn = range(0)
    if not drawn or drawn.step != 1:
        raise OptionsError(f"rows={short(rows)}: neighbouring rows below {length} are needed, as slice(0, {length})")
    return drawn


def _checked(report: Any) -> Any:
    if not isinstance(report, Report):
        raise OptionsError(f"report is a Report, as TraceZkVm.check gives it, not {kind_of(report)}")
    return report

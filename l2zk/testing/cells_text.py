"""Cells and values in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from l2zk.base.field import MODULUS
from l2zk.base.wording import counted, rows_text

NEAR_ZERO = 2**32
MOST_COLUMNS = 4
MOST_ROWS = 12


def value_text(value: int) -> str:
    """A field element; one that is little less than p as the negative number that it stands for."""
    return str(value - MODULUS) if value > MODULUS - NEAR_ZERO else str(value)


def columns_text(cells: Sequence[tuple[str, int]]) -> str:
    """Cells by column, columns of the same rows together."""
    parts = [f"{names_text(columns)} on {rows_text(rows)}" for rows, columns in _together(cells).items()]
    left = len(parts) - MOST_COLUMNS
    return "; ".join(parts[:MOST_COLUMNS]) + (f"; and {counted(left, 'more column')}" if left > 0 else "")


def calls_text(call: str, cells: Sequence[tuple[str, int]]) -> str:
    """What a program would say of these cells, as m.free(x, y, on=range(3, 8))."""
    parts = [f"m.{call}({names_text(columns)}, on={_rows_code(rows)})" for rows, columns in _together(cells).items()]
    return ", ".join(parts[:MOST_COLUMNS]) + (", …" if len(parts) > MOST_COLUMNS else "")


def _together(cells: Sequence[tuple[str, int]]) -> dict[tuple[int, ...], list[str]]:
    """The columns by their rows."""
    rows: dict[str, list[int]] = {}
    for column, row in cells:
        rows.setdefault(column, []).append(row)
    together: dict[tuple[int, ...], list[str]] = {}
    for column, its in rows.items():
        together.setdefault(tuple(sorted(its)), []).append(column)
    return together


def _rows_code(rows: Sequence[int]) -> str:
    step = rows[1] - rows[0] if len(rows) > 2 else 1
    if list(rows) == list(range(rows[0], rows[-1] + 1, step)) and len(rows) > 1:
        return f"range({rows[0]}, {rows[-1] + 1}{f', {step}' if step > 1 else ''})"
    return str(rows[0]) if len(rows) == 1 else str(list(rows)) if len(rows) <= MOST_ROWS else "[…]"


def names_text(names: Sequence[str]) -> str:
    """Names of columns; those that count up as hot0…hot15."""
    runs: list[list[str]] = []
    for name in names:
        if runs and _counts_up(runs[-1][-1], name):
            runs[-1].append(name)
        else:
            runs.append([name])
    shown = [text for run in runs for text in ([f"{run[0]}…{run[-1]}"] if len(run) > 2 else run)]
    left = len(shown) - MOST_COLUMNS
    return ", ".join(shown[:MOST_COLUMNS]) + (f" and {left} more" if left > 0 else "")


def _counts_up(one: str, other: str) -> bool:
    """True of a name and the next of a row of names, as hot3 and hot4."""
    first, second = (re.fullmatch(r"(.*?)(\d+)", name) for name in (one, other))
    return bool(first and second and first[1] == second[1] and int(second[2]) == int(first[2]) + 1)

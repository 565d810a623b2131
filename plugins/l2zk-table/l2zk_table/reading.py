"""A CSV file as columns: numbers are integers at a fixed scale, short texts are elements, other texts are bytes.

A column holds numbers if each of its cells is one, as -12 or 3.50, and its scale is as many decimals as the cell with
most of them has: with 2 decimals 3.5 is 350. Else it holds texts, and each of at most 7 bytes is one element.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import l2zk

NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
SHORT, LONG = -1, -2
"""Instead of decimals: a column of texts of at most 7 bytes, and one of others."""

MOST_DECIMALS = 18
"""Of a column of numbers."""

MOST_BYTES = 7
LIMIT = 2**61
"""A number in a column of numbers is nearer to 0, at the column's scale."""


@dataclass(frozen=True)
class Column:
    """A column of a file: its place, its name, decimals (or SHORT, LONG), and its cells as texts with their lines."""

    place: int
    name: str
    decimals: int
    cells: tuple[str, ...]
    lines: tuple[int, ...]

    def values(self) -> list[int]:
        """The integers of numbers, at the scale, and of short texts; WitnessError names the first cell that is none."""
        if self.decimals == SHORT:
            return [packed(cell) for cell in self.cells]
        if self.decimals == LONG:
            raise l2zk.WitnessError(self._first_that_is_none())
        return [scaled(cell, self.decimals) for cell in self.cells]

    def numbers(self) -> list[int]:
        """The integers of a column of numbers."""
        if self.decimals < 0:
            raise l2zk.WitnessError(self._first_that_is_none())
        return self.values()

    def _first_that_is_none(self) -> str:
        for cell, line in zip(self.cells, self.lines):
            if not cell:
                return f"line {line}, column {self.name!r}: the cell is empty, and a number is needed in each"
            if not NUMBER.fullmatch(cell):
                return f"line {line}, column {self.name!r}: the cell is no number, as -12 or 3.50"
        return f"column {self.name!r} has a number with more than 18 digits, decimals and all"


def packed(text: str) -> int:
    """A text of at most 7 bytes as an integer that no other text has: its bytes, and their number above them."""
    data = text.encode()
    return int.from_bytes(data, "little") + (len(data) << 8 * MOST_BYTES)


def scaled(text: str, decimals: int) -> int:
    """A number as an integer with so many decimals; it has no more."""
    whole, _, rest = text.partition(".")
    return int(whole + rest.ljust(decimals, "0"))


def columns_of(data: bytes | str) -> list[Column]:
    """The columns of a CSV text, whose first line names them. WitnessError names line and column of what is wrong."""
    text = _text(data)
    rows = list(_rows(text))
    if not rows:
        raise l2zk.WitnessError("the file is empty: its first line names the columns")
    (_, names), *others = rows
    _check_names(names)
    if not others:
        raise l2zk.WitnessError("the file has no row below the names of its columns")
    for line, cells in others:
        if len(cells) != len(names):
            raise l2zk.WitnessError(
                f"line {line} has {len(cells)} cells, and the first line names {len(names)} columns"
            )
    lines = tuple(line for line, _ in others)
    found = zip(names, zip(*(cells for _, cells in others)))
    return [Column(place, name, _decimals(cells), cells, lines) for place, (name, cells) in enumerate(found)]


def _text(data: bytes | str) -> str:
    try:
        return data if isinstance(data, str) else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise l2zk.WitnessError(f"line {line} is not in UTF-8, in which the file has to be") from None


def _rows(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, cells) of each row that is not empty, without the blanks around cells."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, tuple(cell.strip() for cell in cells)
    except csv.Error as error:
        raise l2zk.WitnessError(f"line {reader.line_num} is no CSV: {error}") from None


def _check_names(names: tuple[str, ...]) -> None:
    seen: set[str] = set()
    for place, name in enumerate(names, 1):
        if not name:
            raise l2zk.WitnessError(f"line 1, cell {place} is empty: it names a column")
        if name in seen:
            raise l2zk.WitnessError(f"line 1 names two columns {name!r}")
        seen.add(name)


def _decimals(cells: tuple[str, ...]) -> int:
    """The decimals of a column of numbers, SHORT or LONG of one of texts."""
    if all(map(NUMBER.fullmatch, cells)):
        decimals = max(len(cell.partition(".")[2]) for cell in cells)
        if all(-LIMIT < scaled(cell, decimals) < LIMIT for cell in cells):
            return decimals
        return LONG
    return SHORT if all(cell and len(cell.encode()) <= MOST_BYTES for cell in cells) else LONG

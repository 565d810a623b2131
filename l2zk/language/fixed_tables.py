"""Fixed tables: tables that everybody knows, for lookups in them.

An entry that is a multiple of the row number, or that repeats after few rows, costs the verifier next to nothing; any
other costs it a multiplication a row. Tables of one content are one in a program, whatever their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from operator import eq
from typing import Any, NamedTuple

from l2zk.air.nodes import CONJUNCTION, ROW_NUMBER
from l2zk.base.arguments import items
from l2zk.base.field import MODULUS, field_integer, whole
from l2zk.base.foreign import foreign
from l2zk.base.wording import counted, short
from l2zk.errors import ProgramError
from l2zk.language.blocks import known_column
from l2zk.language.draft import Common, Draft, Posted
from l2zk.language.expression import Expression
from l2zk.language.fillings import Times
from l2zk.language.noted import new_bus, number_of, own_column
from l2zk.language.rules.posted import check_text

MOST_BITS = 24
"""Of a table of the library's own, the logarithm of its rows."""

MOST_ROWS = 2**22
"""Of a table that is written out."""


class Entry(NamedTuple):
    """One column of a fixed table: constant + of_row*(row number) + of_bits*(conjunction of `bits` bits) + of_values*
    (values, again and again).
    """

    constant: int = 0
    of_row: int = 0
    of_bits: int = 0
    bits: int = 0
    of_values: int = 0
    values: tuple[int, ...] = ()


class FixedTable:
    """A table that everybody knows, for m.lookup(..., in_=table).

    name: for reports. columns: from names to sequences of integers -p < x < p, all of one length up to 2^22. The
    content enters the program's digest; the order of the rows does not matter. A column that counts the rows, or that
    repeats after few of them, is free for the verifier, so let the first operand vary fastest. It does not change;
    threads may share it.
    """

    def __init__(self, name: str, columns: Mapping[str, Iterable[int]]) -> None:
        check_text("a fixed table", name)
        if not isinstance(columns, Mapping) or not columns:
            raise ProgramError(f"fixed table {short(name)} has no columns: give a dict from names to values")
        for one in columns:
            check_text(f"a column of fixed table {short(name)}", one)
        values = [_values(name, one, entries) for one, entries in columns.items()]
        if len({len(entries) for entries in values}) > 1:
            raise ProgramError(f"the columns of fixed table {short(name)} have different lengths")
        self._make(name, tuple(columns), len(values[0]), tuple(map(_entry, values)))

    @classmethod
    def of(cls, function: Callable[..., Any], inputs: Iterable[Any], name: str | None = None) -> FixedTable:
        """The table of a function: its arguments, and what it gives for them.

        inputs: integers, or tuples of integers for several arguments. function: gives an integer or a tuple. The
        columns are x, or x0, x1, …, and y, or y0, y1, …
        """
        listed = items(inputs)
        if not callable(function) or not listed:
            raise ProgramError(f"FixedTable.of({short(function)}, {short(inputs)}): give a function and its inputs")
        arguments = [one if isinstance(one, tuple) else (one,) for one in listed]
        with foreign(ProgramError, "the function of a fixed table"):
            results = [function(*one) for one in arguments]
        rows = [(*one, *(made if isinstance(made, tuple) else (made,))) for one, made in zip(arguments, results)]
        width = len(arguments[0])
        if len({len(one) for one in arguments}) > 1 or len({len(row) for row in rows}) > 1:
            raise ProgramError("FixedTable.of: all inputs have as many integers, and so have all results")
        names = [*_numbered("x", width), *_numbered("y", len(rows[0]) - width)]
        title = name if name is not None else getattr(function, "__name__", "function")
        return FixedTable(title, dict(zip(names, zip(*rows))))

    def _make(
        self,
        name: str,
        names: tuple[str, ...],
        rows: int,
        made: tuple[Entry, ...],
        indexed: tuple[str, int] | None = None,
    ) -> None:
        """Set what the table is. indexed: how a row follows from its tuple, if the library knows it."""
        self.name, self.names, self.rows = name, names, rows
        self._entries, self._indexed = made, indexed

    def __repr__(self) -> str:
        return f"fixed table {self.name!r} of {counted(self.rows, 'row')}: {', '.join(self.names)}"


class RangeTable(FixedTable):
    """The numbers 0 … 2^bits - 1; bits: 1 to 24. It does not change; threads may share it."""

    def __init__(self, bits: int) -> None:
        width = _bits("RangeTable", bits, MOST_BITS)
        self._make(f"range{width}", ("value",), 1 << width, (Entry(of_row=1),), ("range", width))


class XorTable(FixedTable):
    """All (x, y, x xor y) of numbers of so many bits, 1 to 12; it has 2^(2*bits) rows. Threads may share it."""

    def __init__(self, bits: int) -> None:
        width = _bits("XorTable", bits, MOST_BITS // 2)
        left, right = _halves(width)
        both = Entry(of_row=right.of_row, of_values=(1 + right.of_values) % MODULUS, values=left.values)
        xor = both._replace(of_bits=MODULUS - 2, bits=width)
        self._make(f"xor{width}", ("x", "y", "xor"), 1 << 2 * width, (left, right, xor), ("xor", width))


class AndTable(FixedTable):
    """All (x, y, x and y) of numbers of so many bits, 1 to 12; it has 2^(2*bits) rows. Threads may share it."""

    def __init__(self, bits: int) -> None:
        width = _bits("AndTable", bits, MOST_BITS // 2)
        made = (*_halves(width), Entry(of_bits=1, bits=width))
        self._make(f"and{width}", ("x", "y", "and"), 1 << 2 * width, made, ("and", width))


def fixed_in(draft: Draft, table: FixedTable) -> tuple[int, int]:
    """The number of a fixed table in the program, and its bus; made when it is first asked for."""
    common = draft.common
    key = _key(table)
    if key not in common.fixed:
        made = draft.beside(_title(draft, table.name), table.rows, made=True)
        bus = new_bus(common, made.name, table.names)
        times = own_column(made, "times")
        tuples = tuple(_leaf(made, entry).index for entry in table._entries)
        made.posted.append(Posted(f"rows of {made.name}", bus, tuples, times.index, -1, "every"))
        common.times.append(Times(made.number, bus, 0, number_of(made, times), table._indexed))
        common.fixed[key] = made.number, bus
    return common.fixed[key]


def is_there(common: Common, table: FixedTable) -> bool:
    """True if the program has a table of this content already."""
    return _key(table) in common.fixed


def _key(table: FixedTable) -> object:
    return table.rows, table._entries


def entry_of(draft: Draft, values: Sequence[int]) -> Expression:
    """Values as an expression of a table, one for each of its rows."""
    return _leaf(draft, _entry(tuple(values)))


def _title(draft: Draft, name: str) -> str:
    """A name that no table of the program has."""
    taken, found, number = {one.name for one in draft.common.tables}, name, 2
    while found in taken:
        found, number = f"{name} {number}", number + 1
    return found


def _leaf(draft: Draft, entry: Entry) -> Expression:
    """An entry as an expression."""
    graph = draft.graph
    total = graph.lift(entry.constant) + graph.lift(entry.of_row) * graph.leaf(ROW_NUMBER, 0)
    if entry.of_bits:
        total = total + graph.lift(entry.of_bits) * graph.leaf(CONJUNCTION, entry.bits)
    if entry.of_values:
        total = total + graph.lift(entry.of_values) * known_column(draft, entry.values, f"fixed{len(draft.periodic)}")
    return total


def _halves(bits: int) -> tuple[Entry, Entry]:
    """The low bits of the row number, which repeat, and the high ones: the rest, divided by 2^bits."""
    inverse = pow(1 << bits, -1, MODULUS)
    low = tuple(range(1 << bits))
    return Entry(of_values=1, values=low), Entry(of_row=inverse, of_values=MODULUS - inverse, values=low)


def _entry(values: tuple[int, ...]) -> Entry:
    """Values of rows as a line in the row number, or as few of them that repeat."""
    first, length = values[0], 1 << max(1, (len(values) - 1).bit_length())
    slope = (values[1] - first) % MODULUS if len(values) > 1 else 0
    if all((first + slope * row - value) % MODULUS == 0 for row, value in enumerate(values)):
        return Entry(constant=first, of_row=slope)
    period = 1
    while period < len(values) and not all(map(eq, islice(values, period, None), values)):
        period *= 2
    return Entry(of_values=1, values=values[:period] if period < len(values) else _padded(values, length))


def _padded(values: tuple[int, ...], length: int) -> tuple[int, ...]:
    return values + (0,) * (length - len(values))


def _values(name: str, column: str, entries: Any) -> tuple[int, ...]:
    found = items(entries)
    if not found or len(found) > MOST_ROWS:
        raise ProgramError(
            f"column {short(column)} of fixed table {short(name)} is {short(entries)}: 1 to 2^22 integers are needed"
        )
    return tuple(map(field_integer, found))


def _numbered(letter: str, count: int) -> list[str]:
    return [letter] if count == 1 else [f"{letter}{k}" for k in range(count)]


def _bits(kind: str, bits: Any, most: int) -> int:
    number = whole(bits)
    if number is None or not 1 <= number <= most:
        raise ProgramError(f"{kind}({short(bits)}): the number of bits is an integer from 1 to {most}")
    return number

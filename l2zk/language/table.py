"""Table: the builder of one table, with what it says of other tables: lookups, buses, permutations, memories."""

from __future__ import annotations

from typing import Any

from l2zk.base.wording import listed, nearest, short
from l2zk.errors import ProgramError
from l2zk.language.buses import OpenBus, Picked, entries, look_up, permute, transmit
from l2zk.language.columns import On
from l2zk.language.hints import Hints
from l2zk.language.memory import Memory, cells_of
from l2zk.language.ranges import claim_range
from l2zk.language.rules.call import named_in
from l2zk.language.rules.posted import check_text, take_name


class Table(Hints):
    """A table of a program, as m.table gives it: columns and rows of its own, and what is claimed of them.

    Columns of two tables stand in no constraint together; their rows meet by lookups, buses and permutations. Public
    values stand in every table. A table that receives with `times=` a column which nothing fills serves: that column
    counts what is sent, and other columns of the tuple which nothing fills get the distinct tuples that are sent. It
    belongs to the thread that runs `define`.
    """

    def range(self, name: str, value: Any, bits: int, on: On = None) -> None:
        """Claim 0 <= value < 2^bits by lookups in a table of numbers, or where that costs less by columns of bits.

        value: an expression in cells, public inputs and constants. bits: 1 to 63. on: as in `lookup`. The pieces of the
        value stand in columns NAME0, …, which fill themselves; the ranges of all tables share one table of numbers,
        whose width is chosen when all are known.

            balance = m.private_column("balance")
            m.range("balance", balance, bits=32)
        """
        claim_range(self._draft, name, self._graph.lift(value), bits, on)

    def lookup(self, name: str, values: Any, in_: Any, when: Any = 1, on: On = None) -> None:
        """Claim that a tuple is a row of a table, on each row where `when` is 1.

        values: an expression or a tuple of expressions. in_: a fixed table, as l2zk.XorTable(8), or columns of a table
        of the program, as `code["pc", "op"]`. when: an expression that is 0 or 1 on every row, the padding too, which
        is claimed. on: as in `constrain`, but of the user's rows alone: "every" are the rows 0 … n - 1, "transitions"
        those from which the tuple does not look beyond them, which is meant where it looks ahead.

            x, y, both = m.columns("x", "y", "both")
            m.lookup("xor of bytes", (x, y, both), in_=l2zk.XorTable(8))
        """
        said = self._said_name("a lookup", name)
        look_up(self._draft, said, entries(self._draft, f"lookup {short(name)}", values), in_, when, on)

    def permutation(self, name: str, one: Any, other: Any) -> None:
        """Claim that two tuples have the same rows in some order, on the user's rows 0 … n - 1.

        one, other: expressions or tuples of expressions, which do not look ahead; the other may be columns of another
        table of as many rows, as `table["x", "y"]`. Nothing fills itself: what is sorted, say, generate_trace gives.

            given, ordered = m.columns("given", "ordered")
            m.permutation("sorted", given, ordered)
            m.range("rise", ordered.next - ordered, bits=32)
        """
        permute(self._draft, self._said_name("a permutation", name), one, other)

    def memory(self, name: str, size: int, initial: Any = None) -> Memory:
        """A memory of `size` cells with the addresses 0 … size - 1, up to 2^24, which the rows of this table use.

        initial: None for zeros; a sequence of integers, which are part of the program, with zeros behind; the name of
        a private column that the witness gives, as NAME.INITIAL; or an expression in public values.

            at, value = m.private_columns("at", "value")
            ram = m.memory("ram", size=256)
            found = ram.read(at)
            ram.write(at, found + value)
        """
        return Memory(self._draft, Table(cells_of(self._draft, name, size)), initial)

    def send(self, bus: OpenBus, values: Any, when: Any = None, on: On = None) -> None:
        """Put a tuple on a bus, on each row where `when` is 1.

        On every bus all tuples have to be received as often as they are sent. bus: as m.bus gives it. when, on: as in
        `lookup`; `when` left out is 1. A tuple of public inputs, public outputs and constants, with neither of the two,
        is a public message: it is sent once.

            calls = m.bus("calls", "x", "square")
            x, square, busy = m.columns("x", "square", "busy")
            m.send(calls, (x, square), when=busy)
        """
        transmit(self._draft, bus, values, ("when", when), on, 1)

    def receive(self, bus: OpenBus, values: Any, times: Any = None, on: On = None) -> None:
        """Take a tuple from a bus, on each row as many times as `times` says: an expression, left out 1.

        Nothing bounds `times`: each row answers for its tuple whatever is asked. on: as in `lookup`. A tuple of public
        values, with neither of the two, is a public message: it is received once.

            calls = m.bus("calls", "x", "square")
            squares = m.table("squares", rows=16)
            x, square, times = squares.columns("x", "square", "times")
            squares.constrain("square", square == x * x)
            squares.receive(calls, (x, square), times=times)
        """
        transmit(self._draft, bus, values, ("times", times), on, -1)

    def __getitem__(self, names: str | tuple[str, ...]) -> Picked:
        """Columns of this table by their names, for `lookup` and `permutation`."""
        several = names if isinstance(names, tuple) else (names,)
        known = {name: index for index, name in enumerate(self._graph.columns)}
        for name in several:
            if not isinstance(name, str) or name not in known:
                near = nearest(name, known) if isinstance(name, str) else f"; it has {listed(known)}"
                raise ProgramError(f"table {self._draft.name!r} has no column {short(name)}{near}")
        if not several:
            raise ProgramError(f"name columns of table {self._draft.name!r}, as table['x', 'y']")
        return Picked(self._draft, tuple(self._draft.column(known[name]) for name in several), several)

    def __iter__(self) -> Any:
        raise ProgramError(f"table {self._draft.name!r} cannot be iterated over: name columns, as table['x', 'y']")

    def _said_name(self, what: str, name: Any) -> str:
        """The name of what is said, with its scope's, if nothing has it."""
        check_text(what, name)
        said = named_in(self._draft, name)
        take_name(self._draft, what, said)
        return said

"""Machine: the builder `m` of a program's `define`: its main table, and what the program has once.

lower.py turns what it was told into a definition.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from l2zk.air.nodes import INPUT, OUTPUT, PRIVATE
from l2zk.base.arguments import items
from l2zk.base.field import field_integer
from l2zk.base.names import LONGEST_NAME
from l2zk.base.wording import counted, short
from l2zk.errors import ProgramError
from l2zk.language.arrays import output_column, private_array
from l2zk.language.buses import OpenBus, open_bus
from l2zk.language.definition import Definition, Generate, Input
from l2zk.language.draft import Draft, Every
from l2zk.language.encoding import Encode
from l2zk.language.expression import Expression
from l2zk.language.lower import definition_of
from l2zk.language.noted import new_leaf
from l2zk.language.output_words import check_form, output_name
from l2zk.language.rules.call import check_count, check_leaves, new_name, row_count, settled, table_name
from l2zk.language.table import Table

WORD = "an output word"


class Machine(Table):
    """The builder `m` that `define` gets: each of its methods states one thing about the computation.

    It is the main table of the program, with the methods of `Table`, and has what the program has once. It belongs to
    the thread that runs `define`.

    Columns and what operators make of them are expressions modulo p = 2^64 - 2^32 + 1; integers -p < x < p
    stand for constants wherever an expression does. A mistake raises ProgramError with what would be right.

    Names are identifiers of at most 255 bytes, kept in the form NFKC as Python keeps its own. One name stands
    for one thing; a column may share its name with an input that starts or is claimed on one of its cells, and
    with an output that reads it.
    """

    def __init__(self) -> None:
        super().__init__(Draft())

    def output_column(self, name: str, value: Any, count: Any = None) -> Expression:
        """State the values on rows 0 … count - 1 as a public output, an array that the proof carries.

        value: an expression in cells, public values and constants. count: without it all n rows, or where the value
        looks k rows ahead, n - k. The constraint is `output NAME`; the column may stand in others.

            price = m.private_column("price")
            m.output_column("doubled", 2 * price)
        """
        expression = self._graph.lift(value)
        output, claim = output_column(self._draft, name, expression, count)
        self._claim(claim, (expression - output).index, "every", derived=True, stated=True)
        return output

    def private_array(self, name: str, count: Any = None) -> None:
        """An array of integers 0 <= x < p that the witness gives for generate_trace alone, as `witness[name]`.

        count: how many there are; without it any number. What generate_trace makes of it is claimed by constraints.

            m.private_array("path", 20)  # generate_trace reads witness["path"]
        """
        private_array(self._draft, name, count)

    def public_input(self, name: str, default: Any = None) -> Expression:
        """A value 0 <= x < p of the witness that the proof states; `default` is its value if the witness gives none.

        A cell is tied to it by m.start or by a constraint:

            x = m.column("x")
            m.constrain("start", x == m.public_input("x0", default=1), on="first")
        """
        check_count("public input", len(self._graph.inputs))
        return self._input(INPUT, name, default)

    def private_input(self, name: str, default: Any = None) -> Expression:
        """A value 0 <= x < p of the witness that the proof does not state.

        It fills cells, by m.start or in generate_trace, and stands in no constraint: where one should read it, write
        the column whose cell it fills. It is one value: the cells that m.start fills with it are claimed to agree. Of
        what generate_trace makes of it only your constraints claim anything.

            x = m.column("x")
            m.start({x: m.private_input("secret")})
        """
        return self._input(PRIVATE, name, default)

    def output(self, name: str, value: Any, row: int | str) -> Expression:
        """State the value on a row as a public output of this name: a boundary constraint. The output may stand in
        others.

        value: an expression in cells, public inputs and constants. row: 0 <= row < n, "first", "last", or
        "end", the last row N - 1 of the padded trace. Refused is a value read off a cell that nothing pins on its row,
        though constraints read its column on others.

            x = m.column("x")
            m.output("result", x, row="last")
        """
        return self._stated(new_name(self._draft, "an output", name), value, row)

    def output_word(
        self, name: str, words: Iterable[Any], row: int | str = "last", *, bits: int = 32, order: str = "big"
    ) -> tuple[Expression, ...]:
        """State values on a row as one public output, which people read and demand as a hexadecimal text.

        To the protocol each of the words is an output like those of m.output, by the name `digest0:big32` and so on;
        what is returned are these. The proof says `proof.public_outputs["digest"]` as a text, and a verifier demands a
        text, as many bytes, or the list of the words: `outputs={"digest": "ba78…"}`, `l2zk verify PROOF --output
        digest=ba78…`.
        words: the expressions, in the order of the text. bits: of each word, 8 to 64, whole bytes. order: "big", or
        "little" for the least byte of each word first, as in BLAKE3. That the values are below 2^bits is not claimed:
        where one is not, the proof states it, and there is no text.

            m.output_word("digest", [a + m.constant(IV[0]), b, c, d], row=64)
        """
        check_form(name, bits, order)
        listed = items(words)
        if not listed:
            raise ProgramError(
                f"m.output_word({short(name)}, …): a sequence of expressions is needed, one for each word"
            )
        whole = new_name(self._draft, WORD, name)
        names = [output_name(whole, index, bits, order) for index in range(len(listed))]
        if len(names[-1].encode()) > LONGEST_NAME:
            raise ProgramError(f"the name {short(whole)} of an output word is too long for its outputs' names")
        self._draft.names.setdefault(whole, {})[WORD] = (-1, 0, 0)  # no leaf: no expression reads it
        return tuple(self._stated(each, value, row) for each, value in zip(names, listed))

    def _stated(self, name: str, value: Any, row: int | str) -> Expression:
        """The output of a name that is free."""
        check_count("public output", len(self._graph.outputs))
        expression = self._graph.lift(value)
        check_leaves(self._graph, expression.index, f"output {name!r}", (OUTPUT,), "cells, public inputs and constants")
        where = settled(row, f"output {name!r}")
        if isinstance(where, Every | range) or where in ("every", "transitions"):
            raise ProgramError(f"output {name!r} is the value on one row: give a row, 'first', 'last' or 'end'")
        output = new_leaf(self._draft, "an output", OUTPUT, name)
        self._claim(f"output {name}", (expression - output).index, where, derived=True)
        return output

    def rows(self, n: int) -> None:
        """Set the number n of rows, 1 to 2^26; without this call it is one more than the largest row that is named.

        The trace has N rows, the least power of two that is at least n. So m.rows(1024) fills it and m.rows(1025), or
        an output on row 1024, doubles it, of which a LengthWarning warns.

            m.rows(1024)
        """
        number = row_count(n)
        if self._draft.rows is not None:
            raise ProgramError(
                f"m.rows({number}): the program has {counted(self._draft.rows, 'row')} already; say their number once"
            )
        self._draft.rows = number

    def table(self, name: str, rows: int) -> Table:
        """A further table of the program, of so many rows, 1 to 2^26; see `Table`.

        Its padding and its steps are as those of the main table. In a witness its private columns are `NAME.COLUMN`.

            squares = m.table("squares", rows=16)
            x, square = squares.columns("x", "square")
            squares.constrain("square", square == x * x)
        """
        title = table_name(self._draft, "a table", name)
        return Table(self._draft.beside(title, row_count(rows, f"m.table({name!r}, rows=")))

    def bus(self, name: str, *fields: str) -> OpenBus:
        """A bus, for send and receive of all tables: each tuple is received as often as it is sent.

        fields: what stands in its tuples, for reports.

            calls = m.bus("calls", "x", "square")
            x, square = m.columns("x", "square")
            m.send(calls, (x, square))
        """
        return open_bus(self._draft, name, fields)

    def finish(
        self, id: str, parameters: bytes, generate: Generate | None = None, encode: Encode | None = None
    ) -> Definition:
        """The definition of all that was stated; `generate` and `encode` are the program's own."""
        return definition_of(self._draft, id, parameters, generate, encode)

    def _input(self, kind: int, name: str, default: Any) -> Expression:
        """The leaf of an input of this name, with its default as a field element."""
        name = new_name(self._draft, "an input", name)
        if name in self._draft.arrays:
            raise ProgramError(f"the name {name!r} of an input is taken by an array: one name stands for one thing")
        value = None if default is None else field_integer(default)
        self._draft.inputs.append(Input(name, kind == INPUT, value))
        return new_leaf(self._draft, "an input", kind, name)

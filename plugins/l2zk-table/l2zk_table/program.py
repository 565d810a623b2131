"""The program: cells of one or a few columns, 8 a row, their digests, and the commitment to the whole file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import l2zk
from l2zk.base.wording import short
from l2zk.gadgets import commitments, files, ranges
from l2zk_table import sheet as sheets
from l2zk_table.conditions import Condition, conditions
from l2zk_table.lanes import Figures, check_chosen, filled, selected
from l2zk_table.reading import MOST_DECIMALS, SHORT
from l2zk_table.sheet import Sheet
from l2zk_table.squares import check_squares

MOST_BITS = 40
OF_FILE = "Of the file, which gives it: "


def _told(text: str) -> dict[str, str]:
    return {"help": text}


@dataclass(frozen=True)
class TableProgram(l2zk.TraceProgram):
    """Sum, mean, variance, greatest and least value of a column of a committed CSV file, or a count, of some rows."""

    id = "table.v0"
    sum: str | None = field(default=None, metadata=_told("The column whose sum is stated."))
    mean: str | None = field(default=None, metadata=_told("The column whose mean is stated, by sum and count."))
    variance: str | None = field(
        default=None, metadata=_told("The column whose variance is stated, by sum, sum of squares and count.")
    )
    max: str | None = field(default=None, metadata=_told("The column whose greatest value is stated."))
    min: str | None = field(default=None, metadata=_told("The column whose least value is stated."))
    count: bool = field(default=False, metadata=_told("State the number of rows."))
    where: str | None = field(
        default=None,
        metadata=_told("Of these rows alone: 'age>40', 'age between 30 and 40', 'team==red', several with `and`."),
    )
    bits: int | None = field(
        default=None, metadata=_told("Numbers are from -2^(BITS-1) to 2^(BITS-1) - 1 at their scale; by default 40.")
    )
    rows: int = field(default=0, metadata=_told(f"{OF_FILE}rows below the first line."))
    columns: int = field(default=0, metadata=_told(f"{OF_FILE}columns."))
    places: tuple[int, ...] = field(
        default=(), metadata=_told(f"{OF_FILE}places of the columns that are read, in the order of their options.")
    )
    decimals: tuple[int, ...] = field(
        default=(), metadata=_told(f"{OF_FILE}the decimals of each of them; -1 for short texts.")
    )

    @property
    def target(self) -> str | None:
        """The column of numbers that is stated of. Raises ProgramError for none and for two."""
        named = dict.fromkeys(filter(None, (self.sum, self.mean, self.variance, self.max, self.min)))
        if len(named) > 1:
            raise l2zk.ProgramError(
                f"a statement is on one column, not on {' and '.join(named)}: two proofs on one file and salt state one"
                " commitment"
            )
        if not named and not self.count:
            raise l2zk.ProgramError("nothing is stated: give sum, mean, variance, max or min a column, or count")
        return next(iter(named), None)

    @cached_property
    def conditions(self) -> list[Condition]:
        """What `where` says."""
        return conditions(self.where)

    @property
    def names(self) -> list[str]:
        """The columns that are read."""
        first = [] if self.target is None else [self.target]
        return list(dict.fromkeys([*first, *(one.name for one in self.conditions)]))

    @property
    def width(self) -> int:
        """The bits of numbers: those that are given, else as many as sums allow, at most 40."""
        bits = min(MOST_BITS, ranges.MOST_BITS - self.rows.bit_length()) if self.bits is None else self.bits
        if not 1 <= bits <= MOST_BITS:
            raise l2zk.ProgramError(f"bits is from 1 to {MOST_BITS}, not {short(bits)}")
        return bits

    def define(self, m: l2zk.Machine) -> None:
        names = self._checked()
        places = commitments.layout(self.rows, salted=False)
        m.rows(1 + self.columns)
        cells = m.table("cells", rows=places.rows)
        digests = m.bus("digests", "column", "digest0", "digest1", "digest2", "digest3")
        bound = {}
        for number, (name, decimals) in enumerate(zip(names, self.decimals)):
            m.private_array(f"column{number}", self.rows)
            bound[name] = commitments.commit(cells, f"cell{number}_", self.rows)
            cells.send(digests, (number, *bound[name].digest), on="last")
            if decimals != SHORT:
                for k, lane, on in bound[name].each():
                    ranges.signed(cells, f"number {number} in lane {k}", lane, self.width, on=on)
        self._define_file(m, digests)
        self._state(m, cells, Figures(cells, self, bound, places).stated())

    def _define_file(self, m: l2zk.Machine, digests: Any) -> None:
        """The commitment: a row for the head, and one for each column."""
        m.private_array("blocks", 8 * self.columns)
        bound = commitments.commit(m, "part", 4 + 8 * self.columns, commitments.salt(m))
        for k, one in enumerate(sheets.head(self.rows, self.columns)):
            m.constrain(f"head {k}", bound.lanes[4 + k] == one, on=0)
        for number, (place, name, decimals) in enumerate(zip(self.places, self.names, self.decimals)):
            m.receive(digests, (number, *bound.lanes[:4]), on=1 + place)
            for k, one in enumerate(sheets.tag(name, decimals)):
                m.constrain(f"tag {k} of column {number}", bound.lanes[4 + k] == one, on=1 + place)
        m.output_word("commitment", bound.digest, row="last", bits=64)

    def _state(self, m: l2zk.Machine, cells: l2zk.Table, stated: Mapping[str, Any]) -> None:
        """The figures, which the cells send from their last row, as outputs on the last row here."""
        sent = m.bus("figures", *stated)
        cells.send(sent, tuple(stated.values()), on="last")
        columns = m.columns(*stated, pad=0)
        m.receive(sent, columns, on="last")
        m.free(*columns, on=range(self.columns))
        for name, column in zip(stated, columns):
            m.output(name, column, row="last")

    def _checked(self) -> list[str]:
        """The names of the columns that are read. Raises ProgramError for parameters that do not go together."""
        names = self.names
        if self.rows < 1 or self.columns < 1:
            raise l2zk.ProgramError("rows and columns are those of a file: give it by --file, or by from_file")
        if not len(names) == len(set(self.places)) == len(self.places) == len(self.decimals):
            raise l2zk.ProgramError(f"places and decimals are of {len(names)} columns: {', '.join(names)}")
        if not all(0 <= place < self.columns for place in self.places):
            raise l2zk.ProgramError(f"places are from 0 to {self.columns - 1}")
        if not all(SHORT <= one <= MOST_DECIMALS for one in self.decimals):
            raise l2zk.ProgramError(
                f"decimals are 0 to {MOST_DECIMALS}, or {SHORT} for short texts: not {self.decimals}"
            )
        if self.target is not None and self.decimals[0] < 0:
            raise l2zk.ProgramError(f"column {self.target!r} holds texts, and numbers are needed")
        least = -(1 << self.width - 1)
        ranges.sum_range("of cells", self.rows, least, -least)
        if self.variance:
            check_squares(self.rows, self.width)
        return names

    def generate_trace(self, witness: Mapping[str, Any]) -> dict[str, Any]:
        places = commitments.layout(self.rows, salted=False)
        parts = [*sheets.head(self.rows, self.columns), *witness["blocks"].tolist()]
        made: dict[str, Any] = dict(commitments.layout(len(parts)).arranged("part", parts))
        cells = [witness[f"column{number}"] for number in range(len(self.decimals))]
        arranged = {}
        for number, values in enumerate(cells):
            arranged |= places.arranged(f"cell{number}_", values)
        found = filled(self, cells, places)
        for name, value in found.figures.items():
            made[name] = l2zk.field([0] * self.columns + [value])
        return {**made, "cells": arranged | found.columns}

    def encode(self, data: Any) -> dict[str, Any]:
        """data: the text or bytes of a CSV file, to which a salt is drawn."""
        if not isinstance(data, (bytes, str)):
            raise l2zk.WitnessError("a CSV file's text or bytes are needed, or a mapping by names")
        return self.witness(sheets.sheet_of(data))

    def witness(self, sheet: Sheet) -> dict[str, Any]:
        """The witness that a file gives for this statement. Raises WitnessError for a file of other columns or rows."""
        columns = [sheet[name] for name in self.names]
        found = (
            sheet.rows,
            len(sheet.columns),
            tuple(one.place for one in columns),
            tuple(one.decimals for one in columns),
        )
        if found != (self.rows, self.columns, self.places, self.decimals):
            raise l2zk.WitnessError("the file has other rows, columns or decimals than this statement is of")
        cells = {f"column{number}": l2zk.field(self._bounded(one)) for number, one in enumerate(columns)}
        if self.max or self.min:
            check_chosen(selected(self, list(cells.values())))
        return {**cells, "blocks": sheet.blocks, **files.named(sheet.salt)}

    def _bounded(self, column: Any) -> list[int]:
        """The integers of a column, each of so many bits."""
        values: list[int] = column.values()
        half = 1 << self.width - 1
        for value, line in zip(values, column.lines):
            if column.decimals != SHORT and not -half <= value < half:
                raise l2zk.WitnessError(
                    f"line {line}, column {column.name!r}: as an integer with {column.decimals} decimals the number has"
                    f" more than {self.width} bits, one of them a sign"
                )
        return values

    @classmethod
    def of(cls, sheet: Sheet, **statement: Any) -> TableProgram:
        """The program of a statement on a file. Raises WitnessError for a column that is not there or of texts."""
        asked = cls(**statement)
        columns = [sheet[name] for name in asked.names]
        if asked.target is not None:
            columns[0].numbers()
        for column in columns:
            column.values()
        found = {
            "rows": sheet.rows,
            "columns": len(sheet.columns),
            "places": tuple(one.place for one in columns),
            "decimals": tuple(one.decimals for one in columns),
        }
        return cls(**{**found, **statement})

    @classmethod
    def from_file(cls, path: Any, **parameters: Any) -> tuple[TableProgram, dict[str, Any]]:
        """A CSV file with the names of its columns in the first line; its salt is in FILE.salt, or made there."""
        sheet = sheets.read(path)
        program = cls.of(sheet, **parameters)
        return program, program.witness(sheet)

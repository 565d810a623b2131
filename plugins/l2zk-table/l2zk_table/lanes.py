"""What is stated of the cells of the rows that are chosen: count, sum and sum of squares, the greatest and the least.

Places behind the last cell hold 0 in each column, so that conditions say the same of all of them; what they would add
to the count is taken from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import mul
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import l2zk
from l2zk.gadgets import commitments
from l2zk_table.conditions import Condition
from l2zk_table.reading import SHORT
from l2zk_table.squares import squared, squares

if TYPE_CHECKING:
    from l2zk_table.program import TableProgram

LANES = range(commitments.LANES)
Bound = Mapping[str, commitments.Commitment]


class Figures:
    """What is stated, by name, as expressions that mean it on the last row of the cells."""

    def __init__(self, m: l2zk.Table, program: TableProgram, bound: Bound, places: commitments.Layout) -> None:
        self.m, self.program, self.bound, self.places = m, program, bound, places
        self.decimals = dict(zip(program.names, program.decimals))
        self.chosen = [self._chosen(k) for k in LANES]

    def stated(self) -> dict[str, Any]:
        """All that is asked for."""
        program, told = self.program, {}
        if program.count or program.conditions:
            told["count"] = self.running("count", [self.one(k) for k in LANES]) - self.beyond
        if program.target is None:
            return told
        cells = self.bound[program.target].lanes
        if program.sum or program.mean or program.variance:
            told["sum"] = self.running("sum", [self.one(k) * cells[k] for k in LANES])
        if program.variance:
            told["squares_low"], told["squares_high"] = squares(self, cells)
        if program.max:
            told["max"] = self._extreme("max", 1)
        if program.min:
            told["min"] = self._extreme("min", -1)
        return told

    def running(self, name: str, added: list[Any]) -> Any:
        """A column that adds up, and what it is behind the row."""
        before = self.m.column(f"{name}_before")
        total = sum(added, before)
        self.m.start({before: 0})
        self.m.step({before: total})
        return total

    def _extreme(self, name: str, sign: int) -> Any:
        """A column that is the same on all rows: no chosen cell is beyond it, and one of them is it."""
        m, width = self.m, self.program.width
        bound, most, found = self.bound[self.program.target or ""], m.column(f"{name}_value"), m.column(f"{name}_found")
        m.constrain(f"{name} stays", most.next == most)
        flags = []
        for k, cell, on in bound.each():
            flag = m.column(f"{name}_is{k}", pad=0)
            flags.append(flag)
            m.choice(flag, on=on)
            m.constrain(f"{name} in lane {k} is or is not", flag * (flag - 1) == 0)
            m.constrain(f"{name} in lane {k} is the cell", flag * (cell - most) == 0)
            if self.program.conditions:
                m.constrain(f"{name} in lane {k} is chosen", flag * (1 - self.chosen[k]) == 0)
            if on.stop < self.places.rows:
                m.constrain(f"{name} in lane {k} is no place behind", flag == 0, on=self.places.rows - 1)
            beyond = self.one(k) * sign * (most - cell)
            m.range(f"{name} in lane {k} is not beyond", beyond, bits=width, on=on)
        m.start({found: 0})
        m.step({found: sum(flags, found)})
        m.constrain(f"{name} is one cell", sum(flags, found) == 1, on="last")
        return most

    def one(self, k: int) -> Any:
        """1 where the cell of lane k is chosen, 0 elsewhere."""
        return self.m.constant(1) if self.chosen[k] is None else self.chosen[k]

    def _chosen(self, k: int) -> Any:
        """1 where all conditions hold of the cells of lane k, 0 elsewhere; None without conditions."""
        told = [self._told(number, one, k) for number, one in enumerate(self.program.conditions)]
        if len(told) < 2:
            return told[0] if told else None
        return self.m.let(f"chosen{k}", reduce(mul, told))

    def _told(self, number: int, one: Condition, k: int) -> Any:
        """1 where a condition holds, 0 elsewhere."""
        cell, bounds = self.bound[one.name].lanes[k], one.bounds(self.decimals[one.name])
        if one.sign in ("==", "!="):
            same = self.m.is_zero(f"same{number}_{k}", cell - bounds[0])
            return same if one.sign == "==" else 1 - same
        if one.sign == "between":
            return (1 - self._below(f"low{number}_{k}", cell, bounds[0])) * self._below(
                f"high{number}_{k}", cell, bounds[1] + 1
            )
        below = self._below(f"below{number}_{k}", cell, bounds[0] + (one.sign in ("<=", ">")))
        return below if one.sign in ("<", "<=") else 1 - below

    def _below(self, name: str, cell: Any, bound: int) -> Any:
        """1 where a cell is less than a bound."""
        half = 1 << self.program.width - 1
        if not -half <= bound < half:
            raise l2zk.ProgramError(
                f"where: a bound has more than {self.program.width} bits at its column's scale, as no cell has"
            )
        return self.m.less_than(name, cell + half, self.m.constant(bound + half), bits=self.program.width)

    @property
    def beyond(self) -> int:
        """The places behind the last cell that are chosen, as all conditions hold of 0."""
        holds = all(one.holds(0, self.decimals[one.name]) for one in self.program.conditions)
        return self.places.zeros * holds


class Filled(NamedTuple):
    """What generate_trace gives: figures by name, and columns of the cells' table."""

    figures: dict[str, int]
    columns: dict[str, Any]


def filled(program: TableProgram, cells: list[Any], places: commitments.Layout) -> Filled:
    """The figures, and the columns of the greatest and the least value."""
    chosen = selected(program, cells)
    found = Filled({}, {})
    if program.count or program.conditions:
        found.figures["count"] = int(chosen.sum())
    if program.target is None:
        return found
    values = l2zk.signed(cells[0])
    of_chosen = values[chosen]
    if program.sum or program.mean or program.variance:
        found.figures["sum"] = int(of_chosen.sum())
    if program.variance:
        found.figures.update(squared(of_chosen, program.width))
    for name, wanted in (("max", program.max), ("min", program.min)):
        if wanted:
            _fill_extreme(found, name, values, chosen, places)
    return found


def _fill_extreme(found: Filled, name: str, values: Any, chosen: Any, places: commitments.Layout) -> None:
    """The greatest or the least chosen value, and where it is first."""
    check_chosen(chosen)
    most = values[chosen].max() if name == "max" else values[chosen].min()
    flags = np.zeros(len(values), dtype=np.uint64)
    flags[np.flatnonzero(chosen & (values == most))[0]] = 1
    found.figures[name] = int(most)
    found.columns[f"{name}_value"] = np.full(places.rows, l2zk.field(int(most)), dtype=np.uint64)
    lanes = places.arranged(f"{name}_is", flags)
    found.columns.update({lane: flags for k, (lane, flags) in enumerate(lanes.items()) if places.on(k)})


def check_chosen(chosen: Any) -> None:
    """Refuse a choice of no row, where one of them is to have the greatest or the least value."""
    if not chosen.any():
        raise l2zk.WitnessError("no row is chosen by where, so that none has the greatest or the least value")


def selected(program: TableProgram, cells: list[Any]) -> NDArray[np.bool_]:
    """The rows of which all conditions hold, from the arrays of the columns that are read."""
    decimals, named = dict(zip(program.names, program.decimals)), dict(zip(program.names, cells))
    chosen = np.ones(program.rows, dtype=bool)
    for one in program.conditions:
        values = named[one.name] if decimals[one.name] == SHORT else l2zk.signed(named[one.name])
        distinct, places = np.unique(values, return_inverse=True)
        told = np.array([one.holds(int(value), decimals[one.name]) for value in distinct])
        chosen &= told[places.reshape(-1)]
    return chosen

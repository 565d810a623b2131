"""Products: dot products, a matrix times a vector in a table of its own, and what makes small numbers of sums again.

Integers stand for themselves, negative ones as p minus their amount. Nothing here wraps: a caller says a bound of what
it gives, and a range claims what has to be claimed so that no sum or quotient comes round modulo p.

    dot          the sum of products of two lists, degree 2, no cells
    Matrix       y = W x + b in a table: lanes*sums products a row, lanes + sums cells a row, degree 3
    requantise   clamp(floor(value*multiplier/2^shift + 1/2), low, high): 5 cells and four ranges a row, degree 2
    relu         max(0, value): 2 cells and a range a row, degree 2
    Argmax       the greatest value and the first row that has it: 3 cells and a range a row, degree 2
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from l2zk.base.elements import field, signed
from l2zk.base.field import MODULUS
from l2zk.errors import ProgramError

Weight = Callable[[Any, int, int], Any]
"""The column of the weights of a table, a sum and a lane."""


def dot(left: Iterable[Any], right: Iterable[Any]) -> Any:
    """The sum of left[k]*right[k]: an expression of degree 2 where both vary, without cells.

    left, right: expressions or integers, at least one expression, as many of the one as of the other. The caller bounds
    them: n products of 8 by 8 bits are below n*2^16.
    """
    pairs = list(zip(left, right, strict=True))
    if not pairs:
        raise ProgramError("a dot product of no values: give one of each at least")
    (x, y), *others = pairs
    total = x * y
    for x, y in others:
        total = total + x * y
    return total


class Matrix:
    """y = W x + b, in the table NAME: `lanes` entries of (x, 1) a row, for `sums` rows of (W, b) at once.

    A block has 2^k rows, the least that hold (x, 1) and a row of zeros. Row r of each block has the entries lanes*r …
    in the columns x0, x1, …, with zeros behind the end; block k adds up y[sums*k] … in the columns sum0, sum1, …, which
    are whole on its last row. Cells: lanes + sums a row, a lookup for each entry of x and y. Degree 3.
    Hazard: the caller bounds x, W and b, so that |y| stays below p/2.

    table: where all this is. shape: of its rows, and of arrays as its columns. weight: a function of (table, sum, lane)
    that gives a column of (W, b); left out, they are the public columns NAME.wSUM_LANE, whose values `shape.weights`
    gives. On the last row of a block a weight is multiplied by 0. weights: those columns, by sum and lane.
    """

    def __init__(
        self,
        m: Any,
        name: str,
        outputs: int,
        inputs: int,
        *,
        lanes: int = 4,
        sums: int = 4,
        weight: Weight | None = None,
    ) -> None:
        self.shape = Shape(name, outputs, inputs, lanes, sums)
        self.table = m.table(name, rows=self.shape.rows)
        self.x = self.table.columns("x", count=lanes)
        self.sums = self.table.columns("sum", count=sums)
        make = weight or self._public
        self.weights = [[make(self.table, k, lane) for lane in range(lanes)] for k in range(sums)]
        self._add()

    def take(self, bus: Any) -> None:
        """Receive x, as (position, value), each once, and claim the 1 and the zeros behind it: what x is."""
        row, size = self.table.row_number(), self.shape
        for lane, x in enumerate(self.x):
            count = max(0, -(-(size.inputs - lane) // size.lanes))
            if count:
                self.table.receive(bus, (size.lanes * row + lane, x), on=range(count))
            if size.inputs % size.lanes == lane:
                self.table.constrain("one", x == 1, on=count)
                count += 1
            self.table.constrain(f"x{lane} ends", x == 0, on=range(count, size.height))

    def give(self, bus: Any) -> None:
        """Send y, as (position, value), each once."""
        row, size = self.table.row_number(), self.shape
        block = (row - (size.height - 1)) * pow(size.height, -1, MODULUS)  # its number, on the last row of one
        for k, total in enumerate(self.sums):
            blocks = -(-(size.outputs - k) // size.sums)
            if blocks > 0:
                self.table.send(bus, (size.sums * block + k, total), when=self._last(blocks))

    def _public(self, table: Any, k: int, lane: int) -> Any:
        with table.scope(self.shape.name):
            return table.public_column(f"w{k}_{lane}")

    def _add(self) -> None:
        """The sums, which begin anew with each block, and x, which is that of the block before."""
        table, height = self.table, self.shape.height
        totals = [one + dot(self.x, weights) for one, weights in zip(self.sums, self.weights)]
        table.start(dict.fromkeys(self.sums, 0))
        table.step({one: table.blocks(height).within * total for one, total in zip(self.sums, totals)})
        for lane, x in enumerate(self.x if self.shape.blocks > 1 else ()):
            table.constrain(f"x{lane} again", x[height] == x)

    def _last(self, blocks: int) -> Any:
        """1 on the last rows of the first so many blocks, of the rows 0 … n - 1."""
        height = self.shape.height
        if blocks == self.shape.blocks:
            return self.table.blocks(height).last
        period = height * self.shape.padded
        return self.table.rows_where(period, lambda k: k % height == height - 1 and k // height < blocks)


@dataclass(frozen=True)
class Shape:
    """How a `Matrix` NAME of so many outputs and inputs lies in its table, and arrays as its columns.

    height: the rows of a block. blocks: their number; padded: that of the trace, a power of two. rows: of the table.
    """

    name: str
    outputs: int
    inputs: int
    lanes: int = 4
    sums: int = 4

    def __post_init__(self) -> None:
        if min(self.outputs, self.inputs, self.lanes, self.sums) < 1:
            raise ProgramError(f"matrix {self.name!r} of {self.outputs} by {self.inputs}: numbers from 1 are needed")

    @property
    def height(self) -> int:
        return _power_of_two(-(-(self.inputs + 1) // self.lanes) + 1)

    @property
    def blocks(self) -> int:
        return -(-self.outputs // self.sums)

    @property
    def padded(self) -> int:
        return _power_of_two(self.blocks)

    @property
    def rows(self) -> int:
        return self.height * self.blocks

    @property
    def places(self) -> list[tuple[int, int]]:
        """The sums and lanes of the columns of weights, in their order."""
        return list(product(range(self.sums), range(self.lanes)))

    @property
    def names(self) -> list[str]:
        """The names of those columns where they are public."""
        return [f"{self.name}.w{k}_{lane}" for k, lane in self.places]

    def layout(self, x: Any) -> dict[str, Any]:
        """The columns x0, …, on all rows of the trace, of the elements of x, uint64[inputs]."""
        cells = np.zeros(self.height * self.lanes, dtype=np.uint64)
        cells[: self.inputs], cells[self.inputs] = x, 1
        lanes = cells.reshape(self.height, self.lanes).T
        return {f"x{lane}": np.tile(column, self.padded) for lane, column in enumerate(lanes)}

    def weights(self, matrix: Any, added: Any) -> dict[str, Any]:
        """The columns NAME.wSUM_LANE of W, integers (outputs, inputs), and b, integers (outputs,).

        Row r of block k has (W, b)[sums*k + SUM, lanes*r + LANE]; all rows are there but those of the padding.
        """
        cells = np.zeros((self.blocks * self.sums, self.height * self.lanes), dtype=np.int64)
        cells[: self.outputs, : self.inputs], cells[: self.outputs, self.inputs] = matrix, added
        parts = field(cells).reshape(self.blocks, self.sums, self.height, self.lanes)
        return {name: parts[:, k, :, lane].flatten() for name, (k, lane) in zip(self.names, self.places)}

    def matrix(self, columns: Mapping[str, Any]) -> tuple[Any, Any]:
        """W and b of such columns, as int64."""
        parts = np.empty((self.blocks, self.sums, self.height, self.lanes), dtype=np.int64)
        for name, (k, lane) in zip(self.names, self.places):
            parts[:, k, :, lane] = signed(columns[name]).reshape(self.blocks, self.height)
        cells = parts.reshape(self.blocks * self.sums, -1)[: self.outputs]
        return cells[:, : self.inputs], cells[:, self.inputs]


def _power_of_two(count: int) -> int:
    return 1 << (count - 1).bit_length()


def requantise(m: Any, name: str, value: Any, multiplier: int, shift: int, *, bits: int, low: int, high: int) -> Any:
    """A column with clamp(floor(value * multiplier / 2^shift + 1/2), low, high): a sum scaled, rounded, and kept small.

    value: an expression of degree 1 or 2, which the caller bounds: -2^bits < value < 2^bits. multiplier: 1 to 2^31.
    shift: 1 or more; bits, the multiplier's bits and 2 are 62 at most together, so that nothing wraps. low, high: the
    bounds that are kept, -2^31 <= low < high <= 2^31; low=0 makes it a ReLU. Halves go up, -1/2 to 0. The value is 5
    cells and four ranges a row; degree 2, or that of the value. A remainder of 2^shift or more, a quotient that is off
    by p, and the wrong side of a bound are outside of a range.
    """
    room = _room(name, multiplier, shift, bits, low, high)
    with m.scope(name):
        lifted = value * multiplier + ((1 << (shift - 1)) + (1 << (room + shift)))
        rounded, _ = m.quotient("rounded", lifted, 1 << shift, bits=room + 1)  # of what was lifted by 2^room
        below = m.less_than("below", rounded, (1 << room) + low, bits=room + 1)
        above = m.less_than("above", (1 << room) + high, rounded, bits=room + 1)
        return m.let("small", below * low + above * high + (1 - below - above) * (rounded - (1 << room)))


def _room(name: str, multiplier: int, shift: int, bits: int, low: int, high: int) -> int:
    """The bits of the rounded value's amount, and of the bounds."""
    if not (1 <= multiplier < 1 << 31 and shift >= 1 and 1 <= bits and bits + multiplier.bit_length() <= 60):
        raise ProgramError(
            f"{name} scales values of {bits} bits by {multiplier}/2^{shift}: a multiplier from 1 to 2^31 - 1 and a"
            " shift of 1 or more are needed, and 60 bits at most of value and multiplier together"
        )
    if not -(1 << 31) <= low < high <= 1 << 31:
        raise ProgramError(f"{name} clamps to {low} … {high}: bounds of at most 2^31, the lower one first, are needed")
    room = max(bits + multiplier.bit_length() - shift, abs(low).bit_length(), abs(high).bit_length()) + 1
    if room + shift > 61:
        raise ProgramError(f"{name} shifts by {shift} bits, which leaves no room below p: choose a smaller shift")
    return room


def relu(m: Any, name: str, value: Any, *, bits: int) -> Any:
    """A column with max(0, value). value: -2^bits < value < 2^bits, which the caller bounds; bits: 1 to 60.

    2 cells and a range a row, degree 2 or one more than the value's.
    """
    with m.scope(name):
        negative = m.less_than("negative", value + (1 << bits), 1 << bits, bits=bits + 1)
        return m.let("positive", (1 - negative) * value)


class Argmax:
    """The greatest value of a table's rows, and the number of the first row that has it.

    value: -2^bits < value < 2^bits, which the caller bounds; bits: 1 to 60. best, at: the greatest value of this row
    and the rows before, and its row, as expressions to be read on the last of the rows; the padding goes on with what
    stands there, so that nothing is to be read behind. Cells: best before, its row before and the comparison, with a
    range; degree 2. With one row the answer is row 0.
    """

    def __init__(self, m: Any, name: str, value: Any, *, bits: int) -> None:
        with m.scope(name):
            best, at = m.columns("best", "at")
            lifted, row = value + (1 << bits), m.row_number()
            larger = m.less_than("larger", best, lifted, bits=bits + 1)
            greatest, self.at = m.where(larger, lifted, best), m.where(larger, row, at)
            m.start({best: 0, at: 0})
            m.step({best: greatest, at: self.at})
            self.best = greatest - (1 << bits)

"""Commitments to private values: a sponge of width 12 that takes 8 of them a row; or to a column, with a value a row.

The digest is l2zk.poseidon2.hash(values, salt) where there is a salt, and l2zk.poseidon2.hash(values) where not. The
4 elements of a salt are where the state begins, so that they take the place of the first 4 values of row 0:

    row    lane0   lane1   lane2   lane3   lane4   lane5   lane6   lane7
    0      0       0       0       0       v[0]    v[1]    v[2]    v[3]          with salt; without, v[0] is in lane0
    1      v[4]    v[5]    v[6]    v[7]    v[8]    v[9]    v[10]   0             zeros behind the last
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.base.field import whole
from l2zk.base.wording import short
from l2zk.errors import ProgramError
from l2zk.gadgets.poseidon2 import permutation
from l2zk.language.builder import Machine
from l2zk.language.expression import Expression
from l2zk.language.table import Table

LANES, STATE, SALT = 8, 12, 4
"""Values of a row, elements of a state and of a salt."""


@dataclass(frozen=True)
class Layout:
    """Where `count` values stand: in lane k on the rows `on(k)`, 8 values further from row to row."""

    count: int
    salted: bool

    @property
    def rows(self) -> int:
        """The rows that hold them, 1 or more."""
        return -(-(self.count + self.before) // LANES)

    @property
    def before(self) -> int:
        """The lanes of the first row that no value has: as many as the salt has elements."""
        return SALT * self.salted

    def on(self, lane: int) -> range:
        """The rows on which a lane has a value."""
        stop = (self.count + self.before - lane + LANES - 1) // LANES
        return range(int(lane < self.before), max(stop, int(lane < self.before)))

    @property
    def zeros(self) -> int:
        """The places of all rows that hold 0 and no value."""
        return LANES * self.rows - self.count

    def arranged(self, name: str, values: Any) -> dict[str, NDArray[np.uint64]]:
        """The columns of the lanes by name, for generate_trace; values: an array of `count` elements."""
        lanes = np.zeros(LANES * self.rows, dtype=np.uint64)
        lanes[self.before : self.before + self.count] = values
        return {f"{name}{k}": lanes[k::LANES] for k in range(LANES)}


@dataclass(frozen=True)
class Commitment:
    """Private values in 8 columns and their digest; `digest` means it on the last of the rows, `layout.rows` - 1.

    lanes: the columns NAME0 … NAME7, which generate_trace fills by `layout.arranged(NAME, values)`. digest: 4
    expressions of degree 1.
    """

    lanes: tuple[Expression, ...]
    digest: list[Expression]
    layout: Layout

    def each(self) -> Iterator[tuple[int, Expression, range]]:
        """(k, lane, rows) of each lane that has values: what is claimed of the values is claimed on these rows."""
        return ((k, lane, self.layout.on(k)) for k, lane in enumerate(self.lanes) if self.layout.on(k))


def layout(count: int, salted: bool = True) -> Layout:
    """Where so many values stand; count: 1 or more. Of a table, `m.rows(layout(count).rows)`."""
    number = whole(count)
    if number is None or number < 1:
        raise ProgramError(f"a commitment is to 1 value or more, not to {short(count)}")
    return Layout(number, salted)


def salt(m: Machine, name: str = "salt") -> tuple[Expression, ...]:
    """The private inputs NAME0 … NAME3, as `commit` takes them; files.named(salt, NAME) gives them in a witness."""
    return tuple(m.private_input(f"{name}{k}") for k in range(SALT))


def commit(m: Table, name: str, count: int, salt: Sequence[Any] = ()) -> Commitment:
    """Private values, `count` of them in 8 columns NAME0 … NAME7, and their digest.

    salt: 4 inputs, or none where nobody sees the digest. The table has `layout(count, salted).rows` rows. Claimed:
    that places without a value are 0, and that the digest is that of all the others.
    Columns: the 8 lanes, NAME_state of 12, and NAME_hash of 118, of degree 7; rows are filled one after the other.
    Hazard: the values are elements of F; what they mean, a range above all, is for the caller to claim, on the rows of
    `each()`. The number of values is part of the digest.
    """
    if len(salt) not in (0, SALT):
        raise ProgramError(f"the commitment {short(name)} has a salt of {SALT} elements or none, not {len(salt)}")
    places = layout(count, bool(salt))
    lanes = m.columns(name, count=LANES, pad=0)
    with m.scope(name):
        for k, lane in enumerate(lanes):
            _claim_zeros(m, k, lane, places)
        state = m.columns("state", count=STATE)
        after = permutation(m, "hash", [one + lane for one, lane in zip(state, [*lanes, *[0] * (STATE - LANES)])])
        empty = [*(salt or [0] * SALT), *[0] * (LANES - SALT), places.count + places.before, 0, 0, 0]
        m.start(dict(zip(state, empty)))
        m.step(dict(zip(state, after)))
    return Commitment(lanes, after[:SALT], places)


def commit_column(
    m: Machine, name: str, column: Any, count: int, salt: Sequence[Any], rows: int
) -> tuple[Expression, ...]:
    """The digest of a column of the main table, a value a row: 4 columns NAME_digest0 …, which mean it on the last row.

    A table NAME has the values in lanes, as `commit` says, and a bus ties number and value of each to the column.
    column: an expression of the main table; the values are those on rows 0 … count - 1. rows: of m.rows, count or more.
    generate_trace gives what `filled_column` makes. Columns: 4 here, and those of `commit` in the table, of degree 7; a
    bus for the values and one for the digest. Hazard: the digest columns are free on all rows but the last.
    """
    table = m.table(name, rows=layout(count).rows)
    bound = commit(table, "value", count, salt)
    values = m.bus(f"{name}_values", "row", "value")
    for k, lane, on in bound.each():
        table.send(values, (LANES * table.row_number() + (k - bound.layout.before), lane), on=on)
    m.receive(values, (m.row_number(), column), on=range(count))
    return receive_digest(m, f"{name}_digest", table, bound.digest, rows)


def filled_column(name: str, values: Any, digest: Any, rows: int) -> dict[str, Any]:
    """What generate_trace gives for `commit_column`; digest: l2zk.poseidon2.hash(values, salt)."""
    return {**filled_digest(f"{name}_digest", digest, rows), name: layout(len(values)).arranged("value", values)}


def receive_digest(
    m: Machine, name: str, table: Table, digest: Sequence[Expression], rows: int
) -> tuple[Expression, ...]:
    """A digest that is known on the last row of another table, on the last row of the main one: columns NAME0 … NAME3.

    A bus NAME carries it; outputs are read off the main table. rows: of m.rows. generate_trace gives what
    `filled_digest` makes; on all other rows the columns are free.
    """
    bus = m.bus(name, *(f"element{k}" for k in range(SALT)))
    columns = m.columns(name, count=SALT, pad=0)
    table.send(bus, tuple(digest), on="last")
    m.receive(bus, columns, on="last")
    if rows > 1:
        m.free(*columns, on=range(rows - 1))
    return columns


def filled_digest(name: str, digest: Any, rows: int) -> dict[str, NDArray[np.uint64]]:
    """What generate_trace gives for `receive_digest`."""
    found = np.zeros((SALT, rows), dtype=np.uint64)
    found[:, -1] = digest
    return {f"{name}{k}": column for k, column in enumerate(found)}


def _claim_zeros(m: Table, k: int, lane: Expression, places: Layout) -> None:
    """Zeros before the first value and behind the last; all others are the prover's choice."""
    rows = places.on(k)
    if k < places.before:
        m.constrain(f"nothing before the first in lane {k}", lane == 0, on="first")
    if rows.stop < places.rows:
        m.constrain(f"nothing behind the last in lane {k}", lane == 0, on=places.rows - 1)
    if rows:
        m.choice(lane, on=rows)

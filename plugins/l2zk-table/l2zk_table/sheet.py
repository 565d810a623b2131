"""The commitment to a file, the same for all statements on it with one salt.

    digest of a column      hash of its n elements
    tag of a column         hash of its decimals + 2, the length of its name in bytes, and these, 7 to an element
    commitment              hash of salt, 1, n, number of columns, 0, and of each column digest and tag

hash is l2zk.poseidon2.hash; all are 4 elements. Of a column of long texts the elements are, of each cell, the number of
its bytes and these, 7 to an element.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

import l2zk
from l2zk import poseidon2
from l2zk.base.wording import listed
from l2zk.gadgets import files
from l2zk_table.reading import LONG, Column, columns_of

FORM = 1
"""The first element of a commitment: the way in which it is made."""


@dataclass(frozen=True)
class Sheet:
    """A file: its columns, and the salt of its commitment."""

    columns: tuple[Column, ...]
    salt: tuple[int, ...]

    @property
    def rows(self) -> int:
        """The number of rows below the names."""
        return len(self.columns[0].cells)

    def __getitem__(self, name: str) -> Column:
        """The column of a name."""
        for column in self.columns:
            if column.name == name:
                return column
        known = listed([repr(column.name) for column in self.columns])
        raise l2zk.WitnessError(f"the file has no column {name!r}; it has {known}")

    @cached_property
    def blocks(self) -> list[int]:
        """Of each column digest and tag: 8 elements."""
        return [one for column in self.columns for one in (*digest(column), *tag(column.name, column.decimals))]

    @property
    def commitment(self) -> str:
        """The commitment, 64 hexadecimal digits."""
        return files.as_text(poseidon2.hash([*head(self.rows, len(self.columns)), *self.blocks], list(self.salt)))


def read(path: str | os.PathLike[str]) -> Sheet:
    """The file at a path; its salt is in PATH.salt, which is made if it is not there. Raises WitnessError, OSError."""
    columns = columns_of(Path(path).read_bytes())
    return Sheet(tuple(columns), tuple(files.salt_beside(path)))


def sheet_of(data: bytes | str) -> Sheet:
    """A text in memory, with a salt of its own that is the same in this process."""
    return Sheet(tuple(columns_of(data)), files.salt_of_data(data))


def head(rows: int, columns: int) -> list[int]:
    """What a commitment begins with, behind the salt."""
    return [FORM, rows, columns, 0]


def digest(column: Column) -> list[int]:
    """The digest of the cells of a column."""
    if column.decimals == LONG:
        return _hash([one for cell in column.cells for one in files.elements_of(cell)])
    return _hash(l2zk.field(column.values()))


def tag(name: str, decimals: int) -> list[int]:
    """The digest of the name and the kind of a column."""
    return _hash([decimals - LONG, *files.elements_of(name)])


def _hash(values: Sequence[int] | Any) -> list[int]:
    return list(map(int, poseidon2.hash(np.asarray(values, dtype=np.uint64))))

"""Imbalance: something that a program says by its buses and that is not true, as one sentence of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from l2zk.base.wording import counted, cut, listed


@dataclass(frozen=True, kw_only=True)
class Imbalance:
    """A lookup, a range, a permutation, a memory or a bus that fails; `kind` is one of these words.

    table: the name of the table at whose `row` it fails first. count: the rows, or of buses the tuples, that fail.
    sentence: what was found there, behind the name. A value that was left out is written `private`.
    """

    kind: str
    name: str
    table: str
    row: int | None
    count: int
    sentence: str

    def __str__(self) -> str:
        return f"{self._title(self.name)}{self.sentence}"

    def within(self, characters: int) -> str:
        """The sentence in at most so many characters, a long name cut."""
        return cut(f"{self._title(cut(self.name))}{self.sentence}", characters)

    @property
    def place(self) -> str:
        """What fails, in words."""
        return str(self)

    def _title(self, name: str) -> str:
        return f"{self.kind} {name!r}"


def several(kind: str) -> str:
    """A kind in the plural."""
    return {"memory": "memories", "bus": "buses"}.get(kind, f"{kind}s")


def tuple_text(fields: Sequence[str], values: Sequence[str]) -> str:
    """A tuple with the names of its fields; a tuple of one is its value."""
    return values[0] if len(values) == 1 else f"({', '.join(fields)}) = {bare_text(values)}"


def bare_text(values: Sequence[str]) -> str:
    """A tuple without names."""
    return values[0] if len(values) == 1 else f"({', '.join(values)})"


def times_text(count: int) -> str:
    """How often, in words."""
    return "once" if count == 1 else f"{count} times"


def more_text(count: int) -> str:
    """The further rows at which something fails, as the end of a sentence."""
    return f"; and {counted(count - 1, 'more row')}" if count > 1 else ""


def sides_text(sides: Sequence[str]) -> str:
    """What stands on a side of a permutation."""
    return bare_text([cut(side) for side in sides]) if len(sides) <= 8 else listed(sides)

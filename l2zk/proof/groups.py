"""Groups: what a proof is about, programs with the number of their statements, in order (PROTOCOL 3.5).

groups → tables of J blocks, measured → profile
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from l2zk.air.air import Air
from l2zk.air.measure import Measures, Profile, joined, measured
from l2zk.air.stacking import stackable
from l2zk.errors import ProgramError
from l2zk.language.definition import Definition
from l2zk.proof.header import Header

One = TypeVar("One")

Groups = tuple[tuple[Definition, int], ...]
"""Programs with the numbers of their statements, in order."""


@dataclass(frozen=True, eq=False)
class Group:
    """A program and the number of its statements, whose tables are stacked."""

    air: Air
    count: int = 1

    @property
    def blocks(self) -> int:
        """J, the number of statements raised to a power of two."""
        return 1 << (self.count - 1).bit_length()


def profile_of(groups: Sequence[Group]) -> Profile:
    """The profile of a proof of these groups; equal ones are measured once."""
    if len(groups) == 1 == groups[0].count:
        return groups[0].air.profile
    known: dict[tuple[int, int], list[Measures]] = {}
    tables: list[Measures] = []
    for group in groups:
        key = id(group.air), group.blocks
        if key not in known:
            known[key] = [measured(table, group.blocks) for table in group.air.tables]
        tables += known[key]
    return joined(tables, sum(group.blocks * len(group.air.messages) for group in groups))


def check_stacking(groups: Sequence[Group]) -> None:
    """Refuse statements in one group of a program that reads beyond its block (PROTOCOL 3.5)."""
    for group in groups:
        reason = stackable(group.air) if group.count > 1 else None
        if reason is not None:
            raise ProgramError(f"statements of {group.air.id} cannot be stacked in one group: {reason}")


def groups_of(programs: Groups) -> list[Group]:
    """Programs with the numbers of their statements, as they are measured."""
    return [Group(definition.air, count) for definition, count in programs]


def by_group(header: Header, each: Sequence[One]) -> tuple[tuple[One, int], ...]:
    """The groups of a header: what the first statement of each has in `each`, and the number of its statements."""
    at, found = 0, []
    for group in header.groups:
        found.append((each[at], group.count))
        at += group.count
    return tuple(found)

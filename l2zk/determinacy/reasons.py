"""Reasons: the chain of instances from which the value of a cell follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from l2zk.determinacy.states import KNOWN, States

LONGEST_CHAIN = 4096
"""Instances."""


def reasons(states: States, cells_of: Callable[[int], Iterable[int]], cell: int) -> list[int]:
    """The instances that fix a cell, each after those that fix what it reads; of a long chain the last part."""
    found: dict[int, None] = {}
    stack = [(number, states.turn[cell], False) for number in states.why[cell]]
    opened: set[int] = set()
    while stack and len(found) < LONGEST_CHAIN:
        number, turn, is_done = stack.pop()
        if is_done:
            found[number] = None
        elif number not in opened:
            opened.add(number)
            stack.append((number, turn, True))
            stack += _below(states, cells_of(number), turn)
    return list(found)


def _below(states: States, cells: Iterable[int], turn: int) -> list[tuple[int, int, bool]]:
    """The instances behind the cells that were known by then."""
    found: list[tuple[int, int, bool]] = []
    for cell in map(int, cells):
        known = states.why[cell] if states.kind[cell] != KNOWN or states.turn[cell] <= turn else ()
        found += [(number, states.turn[cell], False) for number in (*known, *states.defined.get(cell, ()))]
    return found

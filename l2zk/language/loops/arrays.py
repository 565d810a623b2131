"""Arrays of the witness in a loop program, and what a loop over them yields in its one recorded round."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from l2zk.language.loops.known import Known
from l2zk.language.loops.refusal import refusal
from l2zk.language.loops.symbols import Symbol


class Array:
    """An array of the witness, whose entry i stands on row i."""

    __hash__ = object.__hash__

    def __init__(self, name: str, entry: Symbol) -> None:
        self.name = name
        self.entry = entry

    def at(self, index: Any, rounds: int) -> Symbol:
        """The entry at an index, which has to be the number of the round."""
        if isinstance(index, Known) and index.values == tuple(range(rounds)):
            return self.entry
        raise refusal(
            f"{self.name}[…] is read at another place than the number of the round: row i has entry i alone, as in"
            f" `for i in range(n): … {self.name}[i]`; keep earlier entries in variables"
        )

    def __getitem__(self, index: Any) -> NoReturn:
        raise refusal(
            f"{self.name} has one entry on each row: read it in the loop, as {self.name}[i] or `for x in {self.name}`"
        )

    def __len__(self) -> NoReturn:
        raise refusal(
            f"the length of {self.name} is not known when the program is defined: make the number of rounds a"
            " parameter, or loop over the array itself"
        )

    def __iter__(self) -> NoReturn:
        raise refusal(
            f"{self.name} is iterated over elsewhere than in the loop over rows: there it has one entry a row"
        )


class Together:
    """zip or enumerate of iterables among which there is an array; or ones whose items are to be told apart."""

    def __init__(self, parts: Iterable[Any]) -> None:
        self.parts = tuple(parts)


class Counting:
    """The numbers of the rounds, from the first one on, as enumerate gives them."""

    def __init__(self, first: int) -> None:
        self.first = first


def zipped(*iterables: Any, strict: bool = False) -> Any:
    """zip, of arrays too."""
    if any(isinstance(one, (Array, Together)) for one in iterables):
        return Together(iterables)
    return builtins.zip(*iterables, strict=strict)


def enumerated(iterable: Any, start: int = 0) -> Any:
    """enumerate, of arrays too."""
    if isinstance(iterable, (Array, Together)):
        return Together((Counting(start), iterable))
    return builtins.enumerate(iterable, start)


def length_of(iterable: Any) -> int | None:
    """How many items there are; None where the class's parameter `rows` says so."""
    if isinstance(iterable, (Array, Counting)):
        return None
    if isinstance(iterable, Together):
        lengths = [length for one in iterable.parts if (length := length_of(one)) is not None]
        return min(lengths, default=None)
    return len(iterable)


def item_of(iterable: Any, rounds: int) -> Any:
    """The item of a round: of an array its entry, of integers what is known of each round."""
    if isinstance(iterable, Array):
        return iterable.entry
    if isinstance(iterable, Counting):
        return Known(range(iterable.first, iterable.first + rounds))
    if isinstance(iterable, Together):
        return tuple(item_of(one, rounds) for one in iterable.parts)
    return _known(list(_first(iterable, rounds)))


def _first(iterable: Iterable[Any], rounds: int) -> Iterator[Any]:
    for _, item in builtins.zip(range(rounds), iterable):
        yield item


def _known(items: list[Any]) -> Any:
    """The items of all rounds as one: integers, or tuples of them."""
    if all(isinstance(item, (tuple, list)) for item in items) and len({len(item) for item in items}) == 1:
        return tuple(_known(list(column)) for column in builtins.zip(*items))
    if not all(isinstance(item, int) for item in items):
        raise refusal("the loop over rows goes over an array of the witness, a range, or a list of integers")
    return Known([int(item) for item in items])

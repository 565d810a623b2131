"""Recorder: a function runs once with symbols, and what it did stands on a tape.

The rewritten source (source.py) calls it as __l2zk__: at the begin of the round and behind the loop it exchanges the
variables that one round hands to the next.
"""

from __future__ import annotations

import builtins
import inspect
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from l2zk.base.field import LONGEST_TRACE
from l2zk.language.loops.arrays import Array, Together, enumerated, item_of, length_of, zipped
from l2zk.language.loops.kinds import Unsigned
from l2zk.language.loops.known import Known
from l2zk.language.loops.refusal import line_here, refusal
from l2zk.language.loops.source import HELPER, Source
from l2zk.language.loops.symbols import Symbol, greatest, least, lifted
from l2zk.language.loops.tape import Claim, Phase, State, Tape


class _Unbound:
    """Stands for a variable that has no value."""


UNBOUND = _Unbound()


def _extreme(plain: Callable[..., Any], choose: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """max or min, of symbols too."""

    def extreme(*values: Any, **options: Any) -> Any:
        listed = list(values[0]) if len(values) == 1 else list(values)
        if options or not any(isinstance(one, (Symbol, Known)) for one in listed):
            return plain(*values, **options)
        best = listed[0]
        for one in listed[1:]:
            best = choose(best, one)
        return best

    return extreme


SHADOWED: Mapping[str, Any] = {
    "max": _extreme(max, greatest),
    "min": _extreme(min, least),
    "zip": zipped,
    "enumerate": enumerated,
}
"""Built-in functions that know symbols, in the rewritten function alone."""


@dataclass
class Recorded:
    """A tape, and the nodes of the values that the function returned, by the names of outputs."""

    tape: Tape
    outputs: dict[str, int]


class Recorder:
    """What the rewritten function calls. It belongs to the thread that records.

    rounds: of a loop over arrays alone, None if the function has no such loop.
    """

    def __init__(self, rounds: int | None) -> None:
        self.tape = Tape()
        self._rounds = rounds
        self._first: dict[str, Any] = {}
        self._states: dict[tuple[str | int, ...], State] = {}

    def rows(self, iterable: Any) -> Iterator[Any]:
        """The one round that is recorded."""
        if not isinstance(iterable, (Array, Together)) and not hasattr(iterable, "__len__"):
            iterable = list(iterable)
        length = length_of(iterable)
        rounds = self._rounds if length is None else length
        if rounds is None or not 1 <= rounds <= LONGEST_TRACE:
            raise refusal(f"the loop over rows has {rounds} rounds: 1 to 2^26 are possible")
        self.tape.rounds, self.tape.phase = rounds, Phase.WITHIN
        yield item_of(iterable, rounds)

    def enter(self, variables: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, ...]:
        """The variables as symbols of what they are before a round."""
        _check_alone(variables, names)
        self._first = {name: variables[name] for name in names if name in variables}
        return tuple(self._entered((name,), self._first[name]) if name in self._first else UNBOUND for name in names)

    def _entered(self, path: tuple[str | int, ...], value: Any) -> Any:
        """A value with new variables in the place of its integers."""
        if isinstance(value, (list, tuple)):
            made = [self._entered((*path, k), one) for k, one in enumerate(value)]
            return made if isinstance(value, list) else tuple(made)
        if not isinstance(value, (int, Symbol)):
            return value
        name = "_".join(map(str, path))
        self._states[path] = state = self.tape.state(name, lifted(self.tape, value).number)
        return Symbol(self.tape, state.leaf)

    def leave(self, variables: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, ...]:
        """The variables behind the loop; those that went into the round are handed to the next one."""
        for name, first in self._first.items():
            self._hand_on((name,), first, variables.get(name, UNBOUND))
        self.tape.phase = Phase.AFTER
        return tuple(_last(variables.get(name, UNBOUND)) for name in names)

    def _hand_on(self, path: tuple[str | int, ...], first: Any, value: Any) -> None:
        """Note the next values of variables; refused where the value has another shape than the first one."""
        if path in self._states:
            self._states[path].next = lifted(self.tape, value).number
        elif isinstance(first, (list, tuple)):
            if not isinstance(value, type(first)) or len(value) != len(first):
                raise refusal(
                    f"{path[0]} is {_shape(first)} before the loop and {_shape(value)} behind a round: a round hands on"
                    " as many values as it got"
                )
            for k, (one, other) in enumerate(builtins.zip(first, value)):
                self._hand_on((*path, k), one, other)
        elif value is not first:
            raise refusal(f"{path[0]} is {_shape(first)} before the loop and {_shape(value)} behind a round")

    def claim(self, condition: Any, text: str = "") -> None:
        """What `assert` says, and the text beside it."""
        if isinstance(condition, Symbol):
            self.tape.claims.append(Claim(condition.number, line_here(), self.tape.phase, text))
        elif not all(condition.values) if isinstance(condition, Known) else not condition:
            raise refusal("the assertion is false whatever the witness is")

    def item(self, listed: Any, index: Any) -> Any:
        """An entry: of an array that of its row, of a list at places that are known."""
        if isinstance(listed, Array):
            return listed.at(index, self.tape.rounds)
        if isinstance(index, Known) and isinstance(listed, (list, tuple)):
            return index.of(listed)
        return operator.getitem(listed, index)

    def returned(self, result: Any) -> dict[str, int]:
        """The nodes of what the function returns, by the names of outputs."""
        return {name: lifted(self.tape, value).number for name, value in outputs_of(result).items()}

    def declared(self, value: Any, annotation: Any) -> Any:
        """The value of a variable that is declared; a declaration that looks like a claim is refused."""
        if isinstance(annotation, type) and issubclass(annotation, Unsigned):
            name = annotation.__name__
            raise refusal(f"a variable declared as {name} claims nothing: write its value as l2zk.{name}(…)")
        return value


def _check_alone(variables: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """Refuse a list that changes in the loop and has two names."""
    owners: dict[int, str] = {}
    for name, value in variables.items():
        if isinstance(value, list):
            other = owners.setdefault(id(value), name)
            if other != name and (other in names or name in names):
                raise refusal(f"{other} and {name} are one list, which changes in the loop: give each its own")


def _shape(value: Any) -> str:
    if isinstance(value, _Unbound):
        return "gone"
    return f"a {type(value).__name__}" + (f" of {len(value)}" if isinstance(value, (list, tuple)) else "")


def _last(value: Any) -> Any:
    """A value behind the loop: of what is known of each round, the last."""
    if isinstance(value, Known):
        return value.values[-1]
    if isinstance(value, (list, tuple)):
        items = [_last(one) for one in value]
        return items if isinstance(value, list) else tuple(items)
    return value


def record(source: Source, function: FunctionType, arguments: Mapping[str, Any], recorder: Recorder) -> Recorded:
    """What a function does with these arguments, symbols among them, and what it returns."""
    names = {**function.__globals__, **inspect.getclosurevars(function).nonlocals, HELPER: recorder}
    shadowed = {name: value for name, value in SHADOWED.items() if name not in names}
    names |= shadowed
    exec(source.code, names)
    return Recorded(recorder.tape, names[source.name](**arguments) or {})


def outputs_of(result: Any) -> dict[str, Any]:
    """The values that a function returns, by names: `result`, result0 and on, or those of a dict."""
    if result is None:
        return {}
    if isinstance(result, (list, tuple)):
        return {f"result{k}": one for k, one in enumerate(result)}
    if isinstance(result, Mapping):
        return dict(result)
    return {"result": result}

"""Demands: what a verifier's caller demands of public values, or knows of them (PROTOCOL 7.1).

    named by the caller -> that value; None -> any value; not named -> the input's default, or any value if it has none

Only public inputs and outputs are demanded: to name a value that no proof states is a misuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from l2zk.air.vectors import Vector
from l2zk.base.caches import cached
from l2zk.base.names import by_plain_name
from l2zk.base.wording import counted, listed, nearest, short
from l2zk.errors import WitnessError
from l2zk.language.definition import Definition
from l2zk.language.output_words import OutputWord, told_names, words_in
from l2zk.language.witness import counted_values, element

Hint = Sequence[Any] | Mapping[str, Any] | None
"""What a caller knows of public inputs, or of outputs: each in its order, or some by name; None for any value."""


@dataclass(frozen=True)
class Demands:
    """The values demanded of a program's public inputs, or of its outputs.

    values: in their order; None where any value that the proof states will do. defaults: the names of those that the
    caller did not name and that are demanded to be at their default. arrays: by name the values of public columns, all
    of them, or of those output columns that the caller knows. words: the output words, each of several outputs.
    """

    kind: str
    names: tuple[str, ...]
    values: tuple[int | None, ...]
    defaults: frozenset[str] = frozenset()
    arrays: Mapping[str, Vector] = field(default_factory=dict, repr=False)
    words: tuple[OutputWord, ...] = ()

    def standing(self, index: int) -> str:
        """The standing of a value: "demanded" by the caller, "default" of the program, or "stated" by the proof."""
        if self.values[index] is None:
            return "stated"
        return "default" if self.names[index] in self.defaults else "demanded"


def demanded_inputs(definition: Definition, hint: Hint = ()) -> Demands:
    """The demands on the public inputs; one that the hint does not name must have its default, if it has one."""
    plain = _says_nothing(hint) and not definition.air.public_columns
    return _defaults(definition) if plain else _inputs(definition, hint)


@cached(128)
def _defaults(definition: Definition) -> Demands:
    return _inputs(definition, ())


def _inputs(definition: Definition, hint: Hint) -> Demands:
    names, known = _public_inputs(definition)
    named, arrays = _named(definition, "input", names, hint)
    values = tuple([named.get(name, default) for name, default in known])
    defaults = [name for name, default in known if default is not None and name not in named]
    for column in definition.air.public_columns:
        if column.name not in arrays:
            raise WitnessError(
                f"a proof of {definition.air.id} is about the public column {column.name!r}, whose values it does not"
                f" carry: give them to the verifier by the hint {{{column.name!r}: array}}"
                f" (--input {column.name}=@FILE)"
            )
    return Demands("input", names, values, frozenset(defaults), arrays)


@cached(128)
def _public_inputs(definition: Definition) -> tuple[tuple[str, ...], tuple[tuple[str, int | None], ...]]:
    """The names of the public inputs, and with their defaults."""
    known = tuple((known.name, known.default) for known in definition.inputs if known.public)
    return tuple(name for name, _ in known), known


def demanded_outputs(definition: Definition, outputs: Hint = ()) -> Demands:
    """The demands on the outputs; one that is not named is accepted as the proof states it.

    An output word is demanded as a text, as bytes, or as the list of its words; by name each word alone, too.
    """
    names = definition.air.outputs
    words = output_words(definition)
    named, arrays = _named(definition, "output", names, outputs, words)
    return Demands("output", names, tuple(map(named.get, names)), arrays=arrays, words=words)


@cached(128)
def output_words(definition: Definition) -> tuple[OutputWord, ...]:
    """The output words of a program."""
    return words_in(definition.air.outputs, [one.name for one in definition.air.sequences])


def _named(
    definition: Definition, kind: str, scalars: tuple[str, ...], known: Any, words: tuple[OutputWord, ...] = ()
) -> tuple[dict[str, int | None], dict[str, Vector]]:
    """The caller's values by name, None for any value, and arrays by name."""
    if _says_nothing(known):
        return {}, {}
    columns = definition.air.output_columns if kind == "output" else definition.air.public_columns
    counts = {one.name: one.length for one in columns}
    names = (*told_names(scalars, words), *counts)
    if isinstance(known, Mapping):
        given = by_plain_name(known)
        unknown = given.keys() - {*names, *scalars}
        if unknown:
            raise _no_such_value(definition, kind, names, next(name for name in given if name in unknown))
    else:
        given = dict(zip(names, _in_order(definition, kind, names, known)))
    values: dict[str, int | None] = {}
    arrays: dict[str, Vector] = {}
    whole = {word.name: word for word in words}
    for name, value in given.items():
        if name in whole:
            values |= zip(whole[name].names, whole[name].values(value)) if value is not None else ()
        elif name not in counts:
            values[name] = None if value is None else element(f"{kind} {name!r}", value)
        elif value is not None:
            arrays[name] = counted_values(definition.air.id, name, value, counts[name])
    return values, arrays


def _says_nothing(known: Any) -> bool:
    return known is None or (isinstance(known, tuple) and not known)


def _in_order(definition: Definition, kind: str, names: tuple[str, ...], known: Any) -> Sequence[Any]:
    """The caller's values in order, if there is one for each public input, or output."""
    sequence = isinstance(known, Sequence) or (isinstance(known, np.ndarray) and known.ndim == 1)
    if not sequence or isinstance(known, (str, bytes, bytearray, memoryview)):
        raise WitnessError(
            f"what is known of the {kind}s of {definition.air.id} is a sequence of integers or a mapping from"
            f" names to integers, not {_kind_of(known)}"
        )
    if len(known) != len(names):
        those = f" ({listed(names)})" if names else ""
        were = "was" if len(known) == 1 else "were"
        raise WitnessError(
            f"{definition.air.id} has {counted(len(names), f'public {kind}')}{those}; {len(known)} {were} given:"
            " give each in its order, with None for any value, or some by name"
        )
    given: Sequence[Any] = known
    return given


def _kind_of(known: Any) -> str:
    return f"an array of shape {known.shape}" if isinstance(known, np.ndarray) else f"of type {type(known).__name__}"


def _no_such_value(definition: Definition, kind: str, names: tuple[str, ...], name: Any) -> WitnessError:
    """The error of a name that is no public input's, or output's: says what it is instead."""
    air = definition.air
    private = {known.name for known in definition.inputs if not known.public}
    private |= {one.name for table in definition.tables for one in table.given}
    private |= {one.name for one in definition.private_arrays}
    if name in private:
        return WitnessError(f"{name!r} of {air.id} is private: a proof states no value of it, so leave it out")
    columns = {one.name for one in (air.output_columns if kind == "input" else air.public_columns)}
    outputs = {*air.outputs, *(word.name for word in output_words(definition)), *columns}
    if kind == "input" and name in outputs:
        return WitnessError(f"{name!r} of {air.id} is an output: demand it by outputs= (--output), not as an input")
    if kind == "output" and (name in air.inputs or name in columns):
        return WitnessError(f"{name!r} of {air.id} is an input: demand it by the hint (--input), not as an output")
    text = name if isinstance(name, str) else ""
    return WitnessError(f"{air.id} has no {kind} {short(name)}{nearest(text, names)}")

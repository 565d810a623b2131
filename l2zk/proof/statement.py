"""Demands: the statement and options that a verifier's caller demands, compared with the proof's (PROTOCOL 7.1 to 7.3).

    named by the caller -> that value; None -> any value; not named -> the input's default, or any value if it has none

Only public inputs and outputs are demanded: to name a value that no proof states is a misuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.air.measure import Profile
from l2zk.air.parameter_bytes import str8
from l2zk.base.caches import cached
from l2zk.base.field import MODULUS
from l2zk.base.names import MOST_NAMES, by_plain_name
from l2zk.base.reader import Reader
from l2zk.base.wording import counted, listed, nearest, short
from l2zk.errors import OptionsError, ProgramError, ProofError, WitnessError
from l2zk.language.definition import Definition
from l2zk.language.witness import element
from l2zk.proof.header import Header, Preamble, PublicValues
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import check_root
from l2zk.proof.security import HASH_BITS, proven_bits
from l2zk.proof.shape import Shape
from l2zk.proof.solver import solve

Known = Sequence[int | None] | Mapping[str, int | None] | None
"""What a caller knows of public inputs, or of outputs: each in its order, or some by name; None for any value."""


@dataclass(frozen=True)
class Demands:
    """The values demanded of a program's public inputs, or of its outputs.

    values: in their order; None where any value that the proof states will do. defaults: the names of those that the
    caller did not name and that are demanded to be at their default.
    """

    kind: str
    names: tuple[str, ...]
    values: tuple[int | None, ...]
    defaults: frozenset[str] = frozenset()

    def standing(self, index: int) -> str:
        """The standing of a value: "demanded" by the caller, "default" of the program, or "stated" by the proof."""
        if self.values[index] is None:
            return "stated"
        return "default" if self.names[index] in self.defaults else "demanded"


def demanded_inputs(definition: Definition, hint: Known = ()) -> Demands:
    """The demands on the public inputs; one that the hint does not name must have its default, if it has one."""
    return _defaults(definition) if _says_nothing(hint) else _inputs(definition, hint)


@cached(128)
def _defaults(definition: Definition) -> Demands:
    return _inputs(definition, ())


def _inputs(definition: Definition, hint: Known) -> Demands:
    inputs = [known for known in definition.inputs if known.public]
    names = tuple(known.name for known in inputs)
    named = _named(definition, "input", names, hint)
    values = tuple(named.get(known.name, known.default) for known in inputs)
    defaults = (known.name for known in inputs if known.name not in named and known.default is not None)
    return Demands("input", names, values, frozenset(defaults))


def demanded_outputs(definition: Definition, outputs: Known = ()) -> Demands:
    """The demands on the outputs; one that is not named is accepted as the proof states it."""
    names = definition.air.outputs
    named = _named(definition, "output", names, outputs)
    return Demands("output", names, tuple(map(named.get, names)))


def read_statement(definition: Definition, data: bytes, inputs: Demands, outputs: Demands) -> tuple[Header, int]:
    """The header at the start of a proof and its length, if it is this program's and states what is demanded (PROTOCOL
    7.1, 7.2).

    Bytes that are the same in every proof of the program are compared as bytes: what is of another program is not
    decoded.
    """
    reader = Reader(data, "8.1")
    preamble = Preamble.read(reader)
    _check_program(definition, preamble)
    start, stated = reader.at, []
    for demands in (inputs, outputs):
        start += _check_names(reader, start, definition.air.id, demands)
    for demands in (inputs, outputs):
        stated.append(_stated_values(reader, demands))
        _check_values(demands, stated[-1])
    check_root(data, reader.at)
    return Header(**vars(preamble), inputs=stated[0], outputs=stated[1]), reader.at


def _check_program(definition: Definition, stated: Preamble) -> None:
    air = definition.air
    if stated.program_id != air.id:
        raise ProofError(f"the proof is of program {short(stated.program_id)}, not of {air.id!r}", "7.2")
    if stated.parameters != air.parameters:
        raise ProofError(f"the proof is of {air.id} with other parameters", "7.2")
    if stated.digest != air.digest or stated.rows != air.rows:
        raise ProofError(f"the proof is of another version of {air.id}: the program digests differ", "7.2")


def _check_names(reader: Reader, start: int, id: str, demands: Demands) -> int:
    """Refuse other names of public values than the demanded ones; returns the length of names and values in bytes."""
    template, known, _ = _named_bytes(demands.names)
    data = np.frombuffer(reader.data[start : start + len(template)], dtype=np.uint8)
    if ((data != template[: len(data)]) & known[: len(data)]).any():
        raise ProofError(f"the proof names other public {demands.kind}s than {id}", "7.2")
    return len(template)


def _stated_values(reader: Reader, demands: Demands) -> PublicValues:
    """The public values that the proof states under these names."""
    template, _, places = _named_bytes(demands.names)
    data = np.frombuffer(reader.data[reader.at : reader.at + len(template)], dtype=np.uint8)
    if len(data) < len(template):
        _refuse_value(reader, demands)
    values = data[places].view("<u8").ravel()
    if (values >= MODULUS).any():
        _refuse_value(reader, demands)
    reader.at += len(template)
    return tuple(zip(demands.names, values.tolist()))


def _refuse_value(reader: Reader, demands: Demands) -> None:
    """Raise the error of the first value that is missing or no element of the field."""
    reader.count(2, MOST_NAMES, f"the number of public {demands.kind}s")
    for name in demands.names:
        reader.take(1 + len(name.encode()), f"the name of a public {demands.kind}")
        reader.element(f"the value of public {demands.kind} {name[:30]!r}")


@cached(256)
def _named_bytes(names: tuple[str, ...]) -> tuple[NDArray[np.uint8], NDArray[np.bool_], NDArray[np.intp]]:
    """(template, known, places): the bytes of these public values, all 0; the fixed ones; places[i] of value i."""
    written = [str8(name) for name in names]
    template = len(names).to_bytes(2, "little") + b"".join(name + bytes(8) for name in written)
    ends = np.cumsum([2] + [len(name) + 8 for name in written])[1:]
    places = ends[:, None] + np.arange(-8, 0)
    known = np.ones(len(template), dtype=bool)
    known[places] = False
    return np.frombuffer(template, dtype=np.uint8), known, places


def check_options(stated: ProofOptions, demanded: ProofOptions) -> None:
    """Refuse a proof that was made with other options than those demanded (PROTOCOL 7.3)."""
    if stated != demanded:
        raise ProofError(f"the proof was made with {stated}, but {demanded} is demanded", "7.3")


def accepted_shape(options: ProofOptions, profile: Profile, least: int | None) -> Shape:
    """The shape of proofs with a proof's own options, if they prove at least this many bits (PROTOCOL 7.3)."""
    try:
        shape = solve(options, profile)
    except (OptionsError, ProgramError) as error:
        raise ProofError(f"the proof's options do not suit this program: {error}", "7.3") from None
    bits = HASH_BITS if least is None else worth(options, profile)
    if least is not None and bits < least:
        raise ProofError(f"the proof has {floor(10 * bits) / 10:.1f} proven bits, but {least} are demanded", "7.3")
    return shape


@cached(1024)
def worth(options: ProofOptions, profile: Profile) -> float:
    """The proven bits of proofs with these options, which have a shape."""
    return proven_bits(options, profile, solve(options, profile))


def _check_values(demands: Demands, stated: PublicValues) -> None:
    for index, ((name, value), demanded) in enumerate(zip(stated, demands.values)):
        if demanded is not None and value != demanded:
            because = ""
            if demands.standing(index) == "default":
                because = (
                    ": its default, since the caller gives it no value;"
                    f" the hint {{{name!r}: None}} (--input {name}=any) accepts what is stated"
                )
            sentence = f"the proof states {demands.kind} {name} = {value}, but {demanded} is demanded{because}"
            raise ProofError(sentence, "7.2")


def _named(definition: Definition, kind: str, names: tuple[str, ...], known: Any) -> dict[str, int | None]:
    """The caller's values by name; None stands for any value."""
    if _says_nothing(known):
        return {}
    if isinstance(known, Mapping):
        given = by_plain_name(known)
        unknown = given.keys() - set(names)
        if unknown:
            raise _no_such_value(definition, kind, names, next(name for name in given if name in unknown))
    else:
        given = dict(zip(names, _in_order(definition, kind, names, known)))
    return {name: None if value is None else element(f"{kind} {name!r}", value) for name, value in given.items()}


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
    if name in private or name in {column.name for column in definition.given}:
        return WitnessError(f"{name!r} of {air.id} is private: a proof states no value of it, so leave it out")
    if kind == "input" and name in air.outputs:
        return WitnessError(f"{name!r} of {air.id} is an output: demand it by outputs= (--output), not as an input")
    if kind == "output" and name in air.inputs:
        return WitnessError(f"{name!r} of {air.id} is an input: demand it by the hint (--input), not as an output")
    text = name if isinstance(name, str) else ""
    return WitnessError(f"{air.id} has no {kind} {short(name)}{nearest(text, names)}")

"""Proof options: everything prover and verifier have to agree on, as a value and as 16 bytes of a proof's header.

from_bytes(to_bytes(options)) == options, to_bytes(from_bytes(data)) == data; one table   (PROTOCOL 4.5, 9.1)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from types import MappingProxyType
from typing import Any

from l2zk.base.arguments import kind_of
from l2zk.base.caches import cached
from l2zk.base.wording import nearest, short
from l2zk.errors import ArgumentError, FormatError, OptionsError, SecurityError

PRESETS = ("default", "compact", "fast")
"""What chooses the rate by the size of the statement, where `rate` does not say it (PROTOCOL 4.5)."""

LEAST_SECURITY = 100
"""Options that prove fewer bits than this need `allow_insecure`."""

OPTIONS_LENGTH = 16

REPLACED: Mapping[str, str] = MappingProxyType(
    {
        "blowup": "rate=1/8 stands for blowup=8, and preset='compact' or 'fast' chooses one",
        "regime": "all bits are proven in one way now",
        "folding": "the shape of a proof is searched for",
        "final_rows": "the shape of a proof is searched for",
        "rows_per_leaf": "the shape of a proof is searched for",
    }
)
"""Options that the first version had, each with what is in its place: for whoever runs a notebook or a script of its
time, and would else be told of a near name."""


@dataclass(frozen=True)
class _Encoding:
    """One option: the place of its bytes, its values, and the number that encodes the first of them."""

    position: int
    name: str
    values: Sequence[Any]
    first: int = 0
    width: int = 1

    def allowed(self) -> str:
        """The allowed values in words."""
        if isinstance(self.values, range):
            return f"an integer from {self.values[0]} to {self.values[-1]}"
        return "one of " + ", ".join(_written(value) for value in self.values)


_ENCODINGS = (
    _Encoding(0, "preset", PRESETS),
    _Encoding(1, "rate", (None, 1 / 2, 1 / 4, 1 / 8, 1 / 16)),
    _Encoding(2, "security", range(1, 129), first=1),
    _Encoding(3, "grinding", range(33)),
    _Encoding(4, "zero_knowledge", (False, True)),
    _Encoding(5, "allow_insecure", (False, True)),
    _Encoding(6, "queries", range(1024), width=2),
)
_RESERVED = range(8, OPTIONS_LENGTH)


def _by_name(kind: type[ProofOptions]) -> type[ProofOptions]:
    """The class, which refuses in a sentence what is given without a name, and names that no option has."""
    initialise = kind.__init__
    known = [field.name for field in fields(kind)]

    @wraps(initialise)
    def by_name(self: ProofOptions, *given: Any, **named: Any) -> None:
        if given:
            example = f"preset={given[0]!r}" if given[0] in PRESETS else "rate=1/8"
            raise ArgumentError(
                f"ProofOptions takes options by name, as in ProofOptions({example}), not {short(given[0])}"
            )
        for name in named:
            if name in REPLACED:
                raise ArgumentError(f"a proof no longer has the option {name}: {REPLACED[name]}")
            if name not in known:
                raise ArgumentError(f"a proof has no option {short(name)}{nearest(name, known)}")
        initialise(self, **named)

    kind.__init__ = by_name  # type: ignore[method-assign]
    return kind


@_by_name
@dataclass(frozen=True, kw_only=True, repr=False)
class ProofOptions:
    """The options that prover and verifier agree on. They cannot be changed; threads may share them.

    preset: "default", "compact" for shorter proofs and slower provers, or "fast" for the reverse: a rate by the size.
    rate: 1/2, 1/4, 1/8 or 1/16, of the code that commits to the trace, in place of the preset's; a smaller one makes
    shorter proofs and slower provers.
    security: target in proven bits; the number of queries is solved for it.
    grinding: bits of work before the queries of each word.
    zero_knowledge: whether the proof hides the trace.
    queries: 0 solves for the target; else the number on every word.
    allow_insecure: permits fewer than 100 proven bits.
    """

    preset: str = "default"
    rate: float | None = None
    security: int = 128
    grinding: int = 16
    zero_knowledge: bool = True
    queries: int = 0
    allow_insecure: bool = False

    def __post_init__(self) -> None:
        fractions = sys.modules.get("fractions")  # whose import would take long, and who has a Fraction has it
        if fractions is not None and isinstance(self.rate, fractions.Fraction):
            object.__setattr__(self, "rate", float(self.rate))
        for encoding in _ENCODINGS:
            _check_value(encoding, getattr(self, encoding.name))
        if self.security < LEAST_SECURITY and not self.allow_insecure:
            raise SecurityError(
                f"security={self.security} asks for fewer than {LEAST_SECURITY} proven bits; "
                f"ask for {LEAST_SECURITY} or more, or say allow_insecure=True"
            )

    @property
    def log_rate(self) -> int:
        """log 1/rate, or 0 for the preset's."""
        return 0 if self.rate is None else int(1 / self.rate).bit_length() - 1

    def to_bytes(self) -> bytes:
        """The 16 bytes of PROTOCOL 9.1."""
        data = bytearray(OPTIONS_LENGTH)
        for encoding in _ENCODINGS:
            number = encoding.first + encoding.values.index(getattr(self, encoding.name))
            end = encoding.position + encoding.width
            data[encoding.position : end] = number.to_bytes(encoding.width, "little")
        return bytes(data)

    @classmethod
    def from_bytes(cls, data: bytes) -> ProofOptions:
        """The options of 16 bytes; a FormatError names the first byte that encodes none."""
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise ArgumentError(f"options are read from bytes, not from {kind_of(data)}")
        if len(data) != OPTIONS_LENGTH:
            raise FormatError(f"the options are {len(data)} bytes, but {OPTIONS_LENGTH} are due", "9.1")
        return _read(bytes(data))

    def __repr__(self) -> str:
        """The main choices, then the others that differ from the defaults; evaluates to equal options."""
        shown = [
            field for field in fields(self) if field.name in _ALWAYS_SHOWN or getattr(self, field.name) != field.default
        ]
        return f"ProofOptions({', '.join(f'{field.name}={getattr(self, field.name)!r}' for field in shown)})"


_ALWAYS_SHOWN = ("preset", "security", "zero_knowledge")


def _check_value(encoding: _Encoding, value: object) -> None:
    """Refuse a value of another type (a bool is no integer here, nor is 8.0) or outside the table."""
    if type(value) not in set(map(type, encoding.values)) or value not in encoding.values:
        raise OptionsError(
            f"{encoding.name}={short(value)} ({type(value).__name__}) is not allowed; it must be {encoding.allowed()}"
        )


def _written(value: object) -> str:
    return f"1/{int(1 / value)}" if isinstance(value, float) else repr(value)


@cached(256)
def _read(data: bytes) -> ProofOptions:
    """The options of 16 bytes, which are the same in most proofs."""
    values = {encoding.name: _decode(encoding, data) for encoding in _ENCODINGS}
    for position in _RESERVED:
        if data[position]:
            raise FormatError(f"byte {position} of the options is {data[position]}, but must be 0", "9.1")
    try:
        return ProofOptions(**values)
    except SecurityError as error:
        raise FormatError(f"byte 2 of the options: {error}", "9.1") from None


def _decode(encoding: _Encoding, data: bytes) -> Any:
    """The value of one option in the 16 bytes."""
    end = encoding.position + encoding.width
    number = int.from_bytes(data[encoding.position : end], "little")
    if not 0 <= number - encoding.first < len(encoding.values):
        last = encoding.first + len(encoding.values) - 1
        where = f"byte {encoding.position}" if encoding.width == 1 else f"bytes {encoding.position}-{end - 1}"
        raise FormatError(
            f"{where} of the options ({encoding.name}) is {number}, but must be from {encoding.first} to {last}", "9.1"
        )
    return encoding.values[number - encoding.first]

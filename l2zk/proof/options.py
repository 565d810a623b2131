"""Proof options: everything prover and verifier have to agree on, as a value and as 16 bytes of a proof's header.

from_bytes(to_bytes(options)) == options, to_bytes(from_bytes(data)) == data; one table   (PROTOCOL 4.1, 8.1)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from types import MappingProxyType
from typing import Any

from l2zk.base.arguments import kind_of
from l2zk.base.caches import cached
from l2zk.base.wording import nearest, short
from l2zk.errors import ArgumentError, FormatError, OptionsError, SecurityError

LEAST_SECURITY = 100
"""Options that prove fewer bits than this need `allow_insecure`."""

OPTIONS_LENGTH = 16


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
        return "one of " + ", ".join(repr(value) for value in self.values)


_ENCODINGS = (
    _Encoding(0, "blowup", (2, 4, 8, 16, 32), first=1),
    _Encoding(1, "security", range(1, 129), first=1),
    _Encoding(2, "regime", ("best", "unique")),
    _Encoding(3, "grinding", range(33)),
    _Encoding(4, "folding", (2, 4, 8), first=1),
    _Encoding(5, "final_rows", (1, 2, 4, 8, 16, 32, 64, 128, 256)),
    _Encoding(6, "rows_per_leaf", (0, 1, 2, 4, 8)),
    _Encoding(7, "zero_knowledge", (False, True)),
    _Encoding(8, "queries", range(1024), width=2),
    _Encoding(10, "allow_insecure", (False, True)),
)
_RESERVED = range(11, OPTIONS_LENGTH)

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "default": MappingProxyType({}),
        "compact": MappingProxyType({"blowup": 16}),
        "lean": MappingProxyType({"blowup": 4}),
        "conservative": MappingProxyType({"regime": "unique"}),
        "fast": MappingProxyType({"security": 100, "blowup": 4}),
    }
)
"""What each preset sets; all else has its default."""


def _by_name(kind: type[ProofOptions]) -> type[ProofOptions]:
    """The class, which refuses in a sentence what is given without a name, and names that no option has."""
    initialise = kind.__init__
    known = [field.name for field in fields(kind)]

    @wraps(initialise)
    def by_name(self: ProofOptions, *given: Any, **named: Any) -> None:
        if given:
            preset = f"; ProofOptions.preset({given[0]!r}) gives these" if given[0] in list(PRESETS) else ""
            raise ArgumentError(
                f"ProofOptions takes options by name, as in ProofOptions(blowup=16), not {short(given[0])}{preset}"
            )
        for name in named:
            if name not in known:
                raise ArgumentError(f"a proof has no option {short(name)}{nearest(name, known)}")
        initialise(self, **named)

    kind.__init__ = by_name  # type: ignore[method-assign]
    return kind


@_by_name
@dataclass(frozen=True, kw_only=True, repr=False)
class ProofOptions:
    """The options that prover and verifier agree on. They cannot be changed; threads may share them.

    blowup: points of the evaluation domain per row; more makes shorter proofs and slower provers.
    security: target in proven bits; the number of queries is solved for it.
    regime: "best" is the better of unique decoding and the Johnson bound, "unique" unique decoding alone.
    grinding: bits of work before the queries.
    folding: the largest arity of a FRI round.
    final_rows: FRI stops at a polynomial of about this many coefficients.
    rows_per_leaf: rows in a leaf of the trace tree; 0 chooses by PROTOCOL 4.3.
    zero_knowledge: whether the proof hides the trace.
    queries: 0 solves for the target; else the number itself, in place of `security`.
    allow_insecure: permits fewer than 100 proven bits.
    """

    blowup: int = 8
    security: int = 128
    regime: str = "best"
    grinding: int = 16
    folding: int = 8
    final_rows: int = 256
    rows_per_leaf: int = 0
    zero_knowledge: bool = True
    queries: int = 0
    allow_insecure: bool = False

    def __post_init__(self) -> None:
        for encoding in _ENCODINGS:
            _check_value(encoding, getattr(self, encoding.name))
        if self.security < LEAST_SECURITY and not self.allow_insecure:
            raise SecurityError(
                f"security={self.security} asks for fewer than {LEAST_SECURITY} proven bits; "
                f"ask for {LEAST_SECURITY} or more, or say allow_insecure=True"
            )

    @classmethod
    def preset(cls, name: str, **changes: Any) -> ProofOptions:
        """The options of a preset (a name in `PRESETS`), with `changes` on top."""
        if not isinstance(name, str) or name not in PRESETS:
            asked = name if isinstance(name, str) else ""
            raise OptionsError(f"ProofOptions has no preset {short(name)}{nearest(asked, PRESETS)}")
        return cls(**{**PRESETS[name], **changes})

    def to_bytes(self) -> bytes:
        """The 16 bytes of PROTOCOL 8.1."""
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
            raise FormatError(f"the options are {len(data)} bytes, but {OPTIONS_LENGTH} are due", "8.1")
        return _read(bytes(data))

    def __repr__(self) -> str:
        """The main choices, then the others that differ from the defaults; evaluates to equal options."""
        shown = [
            field for field in fields(self) if field.name in _ALWAYS_SHOWN or getattr(self, field.name) != field.default
        ]
        return f"ProofOptions({', '.join(f'{field.name}={getattr(self, field.name)!r}' for field in shown)})"


_ALWAYS_SHOWN = ("blowup", "security", "zero_knowledge")


def _check_value(encoding: _Encoding, value: object) -> None:
    """Refuse a value of another type (a bool is no integer here, nor is 8.0) or outside the table."""
    if type(value) is not type(encoding.values[0]) or value not in encoding.values:
        raise OptionsError(
            f"{encoding.name}={short(value)} ({type(value).__name__}) is not allowed; it must be {encoding.allowed()}"
        )


@cached(256)
def _read(data: bytes) -> ProofOptions:
    """The options of 16 bytes, which are the same in most proofs."""
    values = {encoding.name: _decode(encoding, data) for encoding in _ENCODINGS}
    for position in _RESERVED:
        if data[position]:
            raise FormatError(f"byte {position} of the options is {data[position]}, but must be 0", "8.1")
    try:
        return ProofOptions(**values)
    except SecurityError as error:
        raise FormatError(f"byte 1 of the options: {error}", "8.1") from None


def _decode(encoding: _Encoding, data: bytes) -> Any:
    """The value of one option in the 16 bytes."""
    end = encoding.position + encoding.width
    number = int.from_bytes(data[encoding.position : end], "little")
    if not 0 <= number - encoding.first < len(encoding.values):
        last = encoding.first + len(encoding.values) - 1
        where = f"byte {encoding.position}" if encoding.width == 1 else f"bytes {encoding.position}-{end - 1}"
        raise FormatError(
            f"{where} of the options ({encoding.name}) is {number}, but must be from {encoding.first} to {last}", "8.1"
        )
    return encoding.values[number - encoding.first]

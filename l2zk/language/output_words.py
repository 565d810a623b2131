"""Output words: public outputs that people read and demand together, as one hexadecimal text.

To the protocol they are outputs like all others; their names say what they are part of:

    NAME0:big32, NAME1:big32, …     words of 32 bits, the bytes of each with the most significant first

Invariant: the text is that of these values and of no others, or there is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from l2zk.base.arguments import kind_of
from l2zk.base.field import MODULUS
from l2zk.base.wording import counted, short
from l2zk.errors import ProgramError, WitnessError
from l2zk.language.witness import element

Order = Literal["big", "little"]

SIZES = range(8, 65, 8)
"""The bits that a word may have: whole bytes, and no more than an element of the field has."""

_FIRST = re.compile(r"(.+)0:(big|little)([1-9][0-9]?)", re.DOTALL)


@dataclass(frozen=True)
class OutputWord:
    """Outputs that are one text: `count` of them, from output number `at` on, of `bits` bits each."""

    name: str
    at: int
    count: int
    bits: int
    order: str

    @property
    def names(self) -> list[str]:
        """The names of the outputs."""
        return [output_name(self.name, index, self.bits, self.order) for index in range(self.count)]

    @property
    def digits(self) -> int:
        """The number of hexadecimal digits."""
        return self.count * self.bits // 4

    def text(self, values: Sequence[int]) -> str | None:
        """The text of all outputs of a statement, None where one is not below 2^bits."""
        own = values[self.at : self.at + self.count]
        if any(value >> self.bits for value in own):
            return None
        return b"".join(value.to_bytes(self.bits // 8, self._bytes) for value in own).hex()

    def values(self, given: Any) -> list[int]:
        """The values of a text, of as many bytes, or of the words one by one. Raises WitnessError for others."""
        if isinstance(given, str):
            return self._from_bytes(self._bytes_of(given))
        if isinstance(given, (bytes, bytearray, memoryview)):
            return self._from_bytes(bytes(given))
        if not isinstance(given, (Sequence, np.ndarray)) or np.ndim(given) == 0:
            raise self._refused(f"{self._forms}, not {kind_of(given)}")
        if len(given) != self.count:
            raise self._refused(f"{self._forms}, not {counted(len(given), 'word')}")
        return self._checked([element(f"word {index} of output {self.name!r}", one) for index, one in enumerate(given)])

    @property
    def _bytes(self) -> Order:
        return "little" if self.order == "little" else "big"

    @property
    def _forms(self) -> str:
        return f"{self.digits} hexadecimal digits, {self.digits // 2} bytes, or {counted(self.count, 'word')}"

    def _bytes_of(self, text: str) -> bytes:
        digits = text.removeprefix("0x")
        if re.fullmatch("[0-9a-fA-F]*", digits) is None:
            raise self._refused(f"{self._forms}, and {short(text)} has other characters")
        if len(digits) != self.digits:
            raise self._refused(f"{self._forms}, not {counted(len(digits), 'digit')}")
        return bytes.fromhex(digits)

    def _from_bytes(self, data: bytes) -> list[int]:
        size = self.bits // 8
        if len(data) != self.count * size:
            raise self._refused(f"{self._forms}, not {counted(len(data), 'byte')}")
        return self._checked([int.from_bytes(data[at : at + size], self._bytes) for at in range(0, len(data), size)])

    def _checked(self, values: list[int]) -> list[int]:
        for index, value in enumerate(values):
            if value >> self.bits:
                raise self._refused(f"words of {self.bits} bits, and word {index} is {value}")
            if value >= MODULUS:
                raise self._refused(f"elements of the field, and word {index} is {value}, which is not below p")
        return values

    def _refused(self, what: str) -> WitnessError:
        return WitnessError(f"output {self.name!r} is {what}")


def output_name(name: str, index: int, bits: int, order: str) -> str:
    """The name of one of the outputs of a word."""
    return f"{name}{index}:{order}{bits}"


def check_form(name: str, bits: Any, order: Any) -> None:
    """Refuse words of another form than is known."""
    if type(bits) is not int or bits not in SIZES:
        raise ProgramError(
            f"bits={short(bits)} of output word {name!r}: a word has whole bytes, 8, 16, 24 and so on up to 64 bits"
        )
    if not isinstance(order, str) or order not in ("big", "little"):
        raise ProgramError(f"order={short(order)} of output word {name!r}: 'big' or 'little' is needed")


def words_in(names: Sequence[str], taken: Collection[str] = ()) -> tuple[OutputWord, ...]:
    """The words among outputs of these names, in their order; a text whose name something else has is none."""
    found: list[OutputWord] = []
    at = next((index for index, name in enumerate(names) if ":" in name), len(names))
    known = {*names, *taken} if at < len(names) else set()
    while at < len(names):
        match = _FIRST.fullmatch(names[at])
        if match is None or match[1] in known or int(match[3]) not in SIZES:
            at += 1
            continue
        name, order, bits = match[1], match[2], int(match[3])
        count = 1
        while at + count < len(names) and names[at + count] == output_name(name, count, bits, order):
            count += 1
        found.append(OutputWord(name, at, count, bits, order))
        known.add(name)
        at += count
    return tuple(found)


def told_names(names: Sequence[str], words: Sequence[OutputWord]) -> list[str]:
    """The names of outputs as people know them: of each word its own, in the place of its first output."""
    if not words:
        return list(names)
    firsts, inner = {word.at: word.name for word in words}, {word.at + k for word in words for k in range(word.count)}
    return [firsts.get(at, name) for at, name in enumerate(names) if at in firsts or at not in inner]


def told_values(
    names: Sequence[str], words: Sequence[OutputWord], values: Sequence[int]
) -> list[tuple[str, int | str]]:
    """The outputs as people know them, with their values; one by one those of a word that has no text."""
    texts = {word.at: (word, text) for word in words if (text := word.text(values)) is not None}
    told: list[tuple[str, int | str]] = []
    end = 0
    for at, pair in enumerate(zip(names, values)):
        if at in texts:
            word, text = texts[at]
            told.append((word.name, text))
            end = at + word.count
        elif at >= end:
            told.append(pair)
    return told

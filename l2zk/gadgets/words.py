"""Words of bits: columns of bits, views of them that cost no cells, and the bitwise functions that hashes are made of.

A view is a list of expressions that are 0 or 1, the least first. Degrees: a bit of a word 1, of `xor` of two 2 and of
three 3, of `choose` 2, of `majority` 3. The bits of a word are claimed to be bits on every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from l2zk.errors import ProgramError
from l2zk.language.expression import Expression
from l2zk.language.table import Table


class Bits:
    """Expressions that are 0 or 1 on every row, the least first: a view, without cells of its own.

    view[-1] are the same bits one row behind, view >> 3 without the least three and with zeros above, and
    view.rotate_right(7) turned by seven. It claims nothing: who made the bits claims that they are bits.
    """

    def __init__(self, bits: Iterable[Any]) -> None:
        self.bits = tuple(bits)

    @property
    def value(self) -> Any:
        """The number of these bits, an expression of their degree."""
        return value(self)

    def rotate_right(self, k: int) -> Bits:
        """The bits k places towards the least; those that leave come in as the most significant ones."""
        k = _places(k) % len(self)
        return Bits(self.bits[k:] + self.bits[:k])

    def rotate_left(self, k: int) -> Bits:
        """The bits k places towards the most significant; those that leave come in as the least ones."""
        return self.rotate_right(-_places(k))

    def __rshift__(self, k: int) -> Bits:
        """The bits without the k least ones, and zeros above."""
        k = min(_distance(k), len(self))
        return Bits(self.bits[k:] + (0,) * k)

    def __lshift__(self, k: int) -> Bits:
        """Zeros below, and the bits without the k most significant ones."""
        k = min(_distance(k), len(self))
        return Bits((0,) * k + self.bits[: len(self) - k])

    def behind(self, rows: int) -> Bits:
        """The bits so many rows behind: those of a Word, as only columns can be read on other rows."""
        return self[-rows]

    def __getitem__(self, rows: int) -> Bits:
        """The bits so many rows ahead, or behind where that is negative; see `behind`."""
        return Bits(bit[rows] if isinstance(bit, Expression) else bit for bit in self.bits)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.bits)

    def __len__(self) -> int:
        return len(self.bits)

    def __repr__(self) -> str:
        return f"{len(self)} bits of {self.value}"


class Word(Bits):
    """A number below 2^bits, in columns NAME0, … of its bits, the least first, which fill themselves.

        x = g.words.Word(m, "x", m.private_column("message"))
        rotated = x[-1].rotate_right(7).value

    number: a column, or an expression of any degree, which the word is claimed to be (see m.bits) and `value` gives.
    bits: 1 to 63 columns. Claimed are bits on every row, degree 2, and the number: on every row, or on transitions if
    it looks ahead or behind; the rows that a transition leaves out have free bits. On those rows nothing may be read
    off the bits that is not claimed otherwise.
    """

    def __init__(self, m: Table, name: str, number: Any, bits: int = 32) -> None:
        super().__init__(m.bits(name, number, bits))
        self.number = number

    @property
    def value(self) -> Any:
        """The number itself, which costs no sum of bits."""
        return self.number


def value(bits: Iterable[Any]) -> Any:
    """The sum of 2^k bits[k], an expression of their degree; an integer if all are integers."""
    return sum(2**k * bit for k, bit in enumerate(bits))


def xor(a: Iterable[Any], b: Iterable[Any], c: Iterable[Any] | None = None) -> Bits:
    """Of two words their exclusive or, bit by bit, of degree 2; of three, of degree 3."""
    if c is None:
        return Bits(_xor(x, y) for x, y in _beside(a, b))
    return Bits(_parity(x, y, z) for x, y, z in _beside(a, b, c))


def choose(e: Iterable[Any], f: Iterable[Any], g: Iterable[Any]) -> Bits:
    """Bit by bit f where e is 1 and g where it is 0, of degree 2."""
    return Bits(z + x * (y - z) for x, y, z in _beside(e, f, g))


def majority(a: Iterable[Any], b: Iterable[Any], c: Iterable[Any]) -> Bits:
    """Bit by bit what two at least of the three are, of degree 3."""
    return Bits(x * y + z * (x + y - 2 * (x * y)) for x, y, z in _beside(a, b, c))


def _xor(x: Any, y: Any) -> Any:
    return x + y - 2 * (x * y)


def _parity(x: Any, y: Any, z: Any) -> Any:
    """One of three; a constant 0 among them leaves the exclusive or of two, and costs no degree."""
    return _xor(_xor(x, y), z)


def _beside(*words: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The bits of equal places."""
    lists = [tuple(word) for word in words]
    sizes = [len(one) for one in lists]
    if len(set(sizes)) > 1:
        told = " and ".join(map(str, sizes))
        raise ProgramError(f"words of {told} bits stand in one function: all need as many")
    return zip(*lists)


def _places(k: Any) -> int:
    if type(k) is not int:
        raise ProgramError(f"a word is turned by a number of places, not by a {type(k).__name__}")
    return k


def _distance(k: Any) -> int:
    if _places(k) < 0:
        raise ProgramError(f"a word is shifted by {k} places: a number from 0 on is needed")
    return int(k)

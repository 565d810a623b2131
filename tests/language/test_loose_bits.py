"""Words of bits: a column that is none and stands nowhere else is refused, as are outputs on rows without claims."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from defining import defined

from l2zk import Expression, Machine, ProgramError, RangeTable

Bits = tuple[Expression, ...]


def _refused(write: Callable[[Machine, Expression, Bits], Any], rows: int = 16) -> str | None:
    """What a program with a column w and eight columns of bits is refused with."""

    def define(m: Machine) -> None:
        m.rows(rows)
        w, bits = m.private_column("w"), m.private_columns("b", count=8)
        write(m, w, bits)

    try:
        defined(define)
    except ProgramError as error:
        return str(error)
    return None


def _word(bits: Bits, first: int = 1) -> Any:
    return sum(first * 2**k * bit for k, bit in enumerate(bits))


def _are_bits(m: Machine, bits: Bits, on: Any = None) -> None:
    for k, bit in enumerate(bits):
        m.constrain(f"bit {k}", bit * bit == bit, on=on)


@pytest.mark.parametrize("missing", [0, 3, 7])
@pytest.mark.parametrize("first", [1, 5, -(2**20)])
def test_one_that_is_no_bit_is_refused(missing: int, first: int) -> None:
    def write(m: Machine, w: Expression, bits: Bits) -> None:
        _are_bits(m, (*bits[:missing], *bits[missing + 1 :]))
        m.constrain("word", m.periodic([1, 2]) * (w - _word(bits, first)) == 0)

    found = _refused(write)
    assert found is not None and found.startswith("constraint 'word' adds up bits, ")
    assert found.endswith(
        f" and others, and b{missing}, of which nothing else is said, so that the sum may be anything: claim b{missing}"
        f" * (b{missing} - 1) == 0 if it is a bit, or m.range, or say m.free(b{missing}) if that is meant"
    )


@pytest.mark.parametrize(
    "says",
    [
        lambda m, w, top: m.constrain("c", top * (top - 1) * (top - 2) == 0),
        lambda m, w, top: m.constrain("c", top == w * w),
        lambda m, w, top: m.constrain("c", m.periodic([1, 0]) * top * (top - 1) == 0),
        lambda m, w, top: m.range("r", top, bits=5),
        lambda m, w, top: m.lookup("l", (top,), in_=RangeTable(4)),
        lambda m, w, top: m.free(top),
        lambda m, w, top: m.choice(top, on=3),
    ],
    ids=["three values", "a square", "on some rows", "a range", "a lookup", "free", "a choice"],
)
def test_what_is_said_elsewhere_is_no_fault(says: Any) -> None:
    def write(m: Machine, w: Expression, bits: Bits) -> None:
        _are_bits(m, bits[:-1])
        m.constrain("word", w == _word(bits))
        says(m, w, bits[-1])

    assert _refused(write) is None


def test_a_sum_of_two_words_with_one_that_is_no_bit() -> None:
    def write(m: Machine, w: Expression, bits: Bits) -> None:
        _are_bits(m, bits[:-1])
        m.constrain("words", w == _word(bits[:4]) + _word(bits[4:]))

    found = _refused(write)
    assert found is not None and "and others, and b7, of which nothing else is said" in found


def test_a_difference_of_neighbours_is_no_fault() -> None:
    def write(m: Machine, w: Expression, bits: Bits) -> None:
        _are_bits(m, bits)
        m.constrain("rises", w.next - w == _word(bits))

    assert _refused(write) is None


def test_sums_that_are_no_words_are_no_fault() -> None:
    def write(m: Machine, w: Expression, bits: Bits) -> None:
        _are_bits(m, bits[:6])
        m.constrain("weights", w == sum(3**k * bit for k, bit in enumerate(bits)))
        m.constrain("two", bits[6] == 2 * bits[7])

    assert _refused(write) is None


def test_an_output_of_a_word_needs_its_bits_on_its_row() -> None:
    def write(m: Machine, w: Expression, bits: Bits, row: int, direct: bool) -> None:
        _are_bits(m, bits, on="transitions")
        m.constrain("chain", w.next == w + bits[0] * bits[1])
        m.constrain("word", w == _word(bits))
        m.output("digest", _word(bits) if direct else w + 1, row=row)

    for direct in (True, False):
        assert _refused(lambda m, w, bits: write(m, w, bits, 14, direct)) is None
        assert _refused(lambda m, w, bits: write(m, w, bits, 15, direct)) == (
            "output digest is read off a word of bits, and on row 15 nothing says that its bit b0 is 0 or 1, so a proof"
            " may state any value: claim b0 * (b0 - 1) == 0 on row 15 too, or say m.free(b0, on=15) if that is meant"
        )


def test_claims_on_rows_that_a_column_selects() -> None:
    def write(m: Machine, w: Expression, bits: Bits, row: int) -> None:
        with m.when(m.blocks(4).rows(1)):
            _are_bits(m, bits)
        m.constrain("word", w[1] == _word(bits[:4]) + 16 * _word(bits[4:]))
        m.output("digest", w, row=row)

    assert _refused(lambda m, w, bits: write(m, w, bits, 2)) is None
    found = _refused(lambda m, w, bits: write(m, w, bits, 5))
    assert found is not None and "on row 4 nothing says that its bit b0 is 0 or 1" in found


def test_a_definition_with_many_words_is_checked_in_little_time() -> None:
    def define(m: Machine) -> None:
        m.rows(8)
        total = m.constant(0)
        for k in range(60):
            x = m.private_column(f"x{k}")
            bits = m.bits(f"b{k}_", x, 32)
            total = total + sum(2**k * (a + b - 2 * a * b) for k, (a, b) in enumerate(pairwise(bits)))
        m.constrain("sum", total * total == 0)

    began = time.process_time()
    defined(define)
    assert time.process_time() - began < 20

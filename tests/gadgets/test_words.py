"""Words of bits: what their views and functions are, in numbers."""

import operator

import pytest
from defining import program, refusal
from quick import QUICK

from l2zk import gadgets as g
from l2zk.errors import ProgramError

NUMBERS = {"a": [0, 1, 2**32 - 1, 0x80000001], "b": [7, 2**31, 5, 0x12345678], "c": [2**32 - 1, 3, 0, 0x9ABCDEF0]}


def turned(x, k):
    return (x >> k | x << (32 - k)) & (2**32 - 1)


def shown(function):
    """What a function of three words gives, row by row."""

    def define(m):
        m.rows(4)
        words = [g.words.Word(m, name.upper(), m.private_column(name)) for name in "abc"]
        m.output_column("result", function(*words).value)

    return QUICK.prove(program(define), NUMBERS).public_outputs["result"].tolist()


@pytest.mark.parametrize(
    ("function", "number"),
    [
        (lambda a, b, c: g.words.xor(a, b), lambda a, b, c: a ^ b),
        (g.words.xor, lambda a, b, c: a ^ b ^ c),
        (g.words.choose, lambda a, b, c: a & b | ~a & c),
        (g.words.majority, lambda a, b, c: a & b | a & c | b & c),
        (lambda a, b, c: a.rotate_right(7), lambda a, b, c: turned(a, 7)),
        (lambda a, b, c: c.rotate_left(9), lambda a, b, c: turned(c, 23)),
        (lambda a, b, c: c >> 3, lambda a, b, c: c >> 3),
        (
            lambda a, b, c: g.words.xor(a.rotate_right(2), b >> 3, c << 5),
            lambda a, b, c: turned(a, 2) ^ b >> 3 ^ c << 5,
        ),
        (lambda a, b, c: g.words.xor(a, b).rotate_right(12), lambda a, b, c: turned(a ^ b, 12)),
    ],
)
def test_a_view_is_the_number_that_python_computes(function, number):
    expected = [number(*row) & (2**32 - 1) for row in zip(*NUMBERS.values())]
    assert shown(function) == expected


def test_rows_behind_are_views_of_a_word():
    def define(m):
        m.rows(8)
        x = m.column("x")
        word = g.words.Word(m, "X", x, bits=8)
        m.start({x: 3})
        m.step({x: word.rotate_right(1).value})
        m.constrain("behind", word.behind(2).rotate_right(2).value == x)
        m.output("last", x, row="last")

    assert QUICK.prove(program(define)).public_outputs["last"] == 6
    assert program(define).examine()


def test_a_number_beyond_the_bits_is_refused():
    def define(m):
        m.rows(4)
        g.words.Word(m, "A", m.private_column("a"), bits=31)

    report = program(define).check({"a": NUMBERS["a"]})
    assert not report and "A is below 2^31" in str(report)


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda m, x: g.words.xor([x, x], [x]), "words of 2 and 1 bits stand in one function: all need as many"),
        (lambda m, x: g.words.Bits([x]) >> -1, "a word is shifted by -1 places: a number from 0 on is needed"),
        (lambda m, x: g.words.Bits([x]).rotate_right(x), "a word is turned by a number of places, not by a Expression"),
        (lambda m, x: g.sums.add(m, "carry", x, most=8), "most=8 of the sum carry: a carry of 1 to 7 is bounded"),
        (lambda m, x: g.sums.equal(m, "same", [x], []), "same: 1 values and 0 are compared"),
    ],
)
def test_a_mistake_is_told(write, sentence):
    assert sentence in refusal(write)


def test_views_need_no_builder():
    assert g.words.value(g.words.Bits([1, 0, 1]).rotate_left(1)) == 3
    assert list(map(operator.index, g.words.xor([1, 0], [1, 1]))) == [0, 1]
    with pytest.raises(ProgramError):
        g.words.majority([1], [1], [1, 0])

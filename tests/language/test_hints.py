"""Hints: columns that integer code fills, and code as a type of its own."""

from __future__ import annotations

import operator
import random

import pytest
from defining import defined
from defining import program as of
from plain_filling import Plain, wrong

import l2zk
from l2zk import XorTable, hints
from l2zk.air.nodes import COLUMN, evaluate, extract
from l2zk.errors import ProgramError, WitnessError
from l2zk.language.program import Machine
from l2zk.language.run import report_of, trace_of

P = 2**64 - 2**32 + 1


def rotated(x, k, bits):
    x %= 1 << bits
    return (x << k % bits | x >> (bits - k % bits)) % (1 << bits)


OPERATIONS = {
    ">>": (operator.rshift, lambda x, y: x >> min(y, 64)),
    "<<": (operator.lshift, lambda x, y: x * pow(2, y, P)),
    "&": (operator.and_, operator.and_),
    "|": (operator.or_, operator.or_),
    "^": (operator.xor, operator.xor),
    "//": (operator.floordiv, lambda x, y: x // y if y else 0),
    "%": (operator.mod, lambda x, y: x % y if y else 0),
    "divmod": (lambda x, y: divmod(x, y)[0] + 3 * divmod(x, y)[1], lambda x, y: x // y + 3 * (x % y) if y else 0),
    "<": (operator.lt, operator.lt),
    "<=": (operator.le, operator.le),
    ">": (operator.gt, operator.gt),
    ">=": (operator.ge, operator.ge),
    "equal": (hints.equal, operator.eq),
    "minimum": (hints.minimum, min),
    "maximum": (hints.maximum, max),
    "sum": (lambda x, y: (x & x) + y, operator.add),
    "difference": (lambda x, y: x - (y & y), operator.sub),
    "product": (lambda x, y: (x & x) * y, operator.mul),
    "negative": (lambda x, y: -(x ^ y), lambda x, y: -((x ^ y) % P)),
    "select": (lambda x, y: hints.select(x < y, x, y + 1), lambda x, y: x if x < y else y + 1),
    "choose": (lambda x, y: hints.select(x, y, 5), lambda x, y: y if x else 5),
}
VALUES = [0, 1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 192, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, P - 2, P - 1]


def value(code, cells):
    """Code on one row, by the plain twin."""
    nodes, (root,) = extract(code.graph.nodes, [code.index])
    return evaluate(nodes, lambda node: cells[node[1]] if node[0] == COLUMN else 1 / 0, code.graph.lists)[root]


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operator_is_that_of_integers(name):
    make, expected = OPERATIONS[name]
    a, b = Machine().columns("a", "b")
    both = make(a, b)
    assert isinstance(both, hints.Code)
    for x in VALUES:
        for y in VALUES:
            assert value(both, [x, y]) == int(expected(x, y)) % P, (x, y)
    for constant in (0, 5, 2**32):
        left, right = make(a, constant), make(constant, b) if name not in ("sum", "product", "choose") else None
        for x in VALUES:
            assert value(left, [x, 0]) == int(expected(x, constant)) % P, (x, constant)
            if right is not None and name not in ("select", "difference", "negative"):
                assert value(right, [0, x]) == int(expected(constant, x)) % P, (constant, x)


def test_functions_of_one_operand():
    a = Machine().column("a")
    rng = random.Random(1)
    for x in VALUES:
        assert value(hints.inverse(a), [x]) == (pow(x, -1, P) if x else 0)
        assert value(hints.power(a, 5), [x]) == value(hints.integer(a) ** 5, [x]) == pow(x, 5, P)
        assert value(hints.power(a, 0), [x]) == 1
        for bits in (1, 8, 32, 63):
            k = rng.randrange(-70, 70)
            assert value(hints.rotate_left(a, k, bits), [x]) == rotated(x, k, bits)
            assert value(hints.rotate_right(a, k, bits), [x]) == rotated(x, -k, bits)
    assert value(hints.look_up([4, -1, 6], a), [1]) == P - 1
    assert value(hints.integer(a), [9]) == 9


def test_code_is_written_as_python_reads_it():
    a, b = Machine().columns("a", "b")
    shown = {
        (a + b) >> 32: "a + b >> 32",
        (a >> 3) + 1: "(a >> 3) + 1",
        a & (b | 7): "a & (b | 7)",
        hints.rotate_left(a, 7): "rotate_left(a, 7, 32)",
        hints.minimum(a, b) * 2: "minimum(a, b) * 2",
        hints.power(a // 2, 9): "power(a // 2, 9)",
        hints.look_up([1], a % 3): "look_up(…, a % 3)",
        hints.inverse(a): "inverse(a)",
    }
    assert [repr(code) for code in shown] == list(shown.values())


def adder(m, rows=6):
    m.rows(rows)
    a, b = m.private_columns("a", "b")
    carry, low = m.hint("carry", (a + b) >> 32), m.hint("low", (a + b) & 0xFFFF_FFFF)
    m.constrain("sum", a + b == low + 2**32 * carry)
    m.bits("c", carry, 1)
    m.range("low_is_a_word", low, 32)


def test_a_hint_fills_itself_and_what_is_made_of_it():
    rng = random.Random(2)
    definition = defined(adder)
    witness = {name: [rng.randrange(2**32) for _ in range(6)] for name in "ab"}
    trace = trace_of(definition, witness)
    sums = [a + b for a, b in zip(*witness.values())]
    assert trace["carry"].tolist() == trace["c0"].tolist() == [total >> 32 for total in sums]
    assert trace["low"].tolist() == [total % 2**32 for total in sums]
    assert report_of(definition, witness)
    assert not report_of(definition, {"a": [2**33] * 6, "b": [0] * 6})


def test_hints_read_hints_lets_rows_ahead_public_values_and_given_columns():
    def define(m):
        m.rows(8)
        a = m.private_column("a")
        p, n, k = m.public_column("p"), m.public_input("n"), m.periodic([1, 2])
        product = m.let("product", a * a)
        first = m.hint("first", product // n + p)
        second = m.hint("second", (first ^ a[2]) * k + m.row_number())
        m.constrain("of n and p", n * p == n * p * p)
        m.constrain("c", first * second == m.hint("both", hints.integer(first * second)))

    rng = random.Random(3)
    witness = {"a": [rng.randrange(2**20) for _ in range(8)], "p": [rng.randrange(P) for _ in range(8)], "n": 77}
    trace = trace_of(defined(define), witness)
    a, p = witness["a"], witness["p"]
    first = [(a[i] ** 2 // 77 + p[i]) % P for i in range(8)]
    assert trace["first"].tolist() == first
    assert trace["second"].tolist() == [*(((first[i] ^ a[i + 2]) % P * (1 + i % 2) + i) % P for i in range(6)), 0, 0]
    assert trace["both"].tolist() == [x * y % P for x, y in zip(trace["first"].tolist(), trace["second"].tolist())]


def test_what_generate_trace_gives_of_hints_stays():
    def define(m):
        m.rows(4)
        a = m.column("a")
        b = m.hint("b", a >> 1)
        c = m.hint("c", b + 1 & 6)
        m.constrain("any", a * b * c == 0)

    trace = trace_of(of(define, lambda witness: {"a": [2, 4, 6, 8], "b": [5, 5, 5, 5]}).definition)
    assert trace["b"].tolist() == [5] * 4 and trace["c"].tolist() == [6] * 4
    trace = trace_of(of(define, lambda witness: {"a": [2, 4, 6, 8]}).definition)
    assert trace["b"].tolist() == [1, 2, 3, 4] and trace["c"].tolist() == [2, 2, 4, 4]


def looked_up(m):
    m.rows(5)
    a = m.private_column("a")
    m.free(m.hint("entry", hints.look_up([10, 20, 30], a)))
    m.constrain("a is", (a - 1) * (a - 2) * a * (a - 7) == 0)


def test_an_index_beyond_a_list():
    assert trace_of(defined(looked_up), {"a": [0, 1, 2, 1, 0]})["entry"].tolist() == [10, 20, 30, 20, 10]
    with pytest.raises(
        WitnessError, match=r"^hint 'entry' of test.v0 looks up an entry at row 3 beyond the end of its"
    ):
        trace_of(defined(looked_up), {"a": [0, 1, 2, 7, 9]})


@pytest.mark.parametrize(
    "claim",
    [
        lambda m, a: m.constrain("c", a < 3),
        lambda m, a: m.constrain("c", (a & 1) == 0),
        lambda m, a: m.constrain("c", a == a >> 1),
        lambda m, a: m.bits("c", a >> 1, 2),
        lambda m, a: m.range("c", a % 5, 3),
        lambda m, a: m.let("c", a // 2),
        lambda m, a: m.step({a: a ^ 1}),
        lambda m, a: m.start({a: 1 | m.public_input("i")}),
        lambda m, a: m.output("c", a // 2, row=0),
        lambda m, a: m.output_column("c", a // 2),
        lambda m, a: m.lookup("c", a % 4, in_=m.table("t", rows=4)["x"]),
        lambda m, a: m.send(m.bus("b", "x"), a % 4),
        lambda m, a: m.send(m.bus("b", "x"), a, when=a < 4),
        lambda m, a: m.memory("c", size=4).read(a % 4),
        lambda m, a: m.where(a < 3, a, 1) + 0 * m.constrain("c", m.where(a < 3, a, 1) == a),
        lambda m, a: m.permutation("c", a, a // 2),
    ],
)
def test_code_stands_nowhere_but_in_hints(claim):
    def define(m):
        m.rows(4)
        claim(m, m.private_column("a"))

    with pytest.raises(ProgramError, match="is integer code, which|table 't' has no column"):
        defined(define)


@pytest.mark.parametrize(
    "attempt, sentence",
    [
        (lambda a: bool(a < 3), "used as a truth value, but it has one on each row: use hints.select"),
        (lambda a: max(a, a + 1), r"a step takes m.where\(m.less_than\(\"name\", a, b, bits=k\), a, b\)"),
        (lambda a: 0 <= a < 5, "a chain of comparisons"),
        (lambda a: (a & 1) == 0, "hints.equal"),
        (lambda a: (a & 1) != 0, "hints.equal"),
        (lambda a: (a & 1).next, "apply .k. to its columns"),
        (lambda a: (a & 1)[2], "apply .k. to its columns"),
        (lambda a: a & -1, "-1 stands in integer code, whose values are 0 <= x < p"),
        (lambda a: a & 1.5, "float"),
        (lambda a: a >> True, "is a bool"),
        (lambda a: (a & 1) / 2, "m.quotient"),
        (lambda a: int(a & 1), "not a number"),
        (lambda a: hints.power(a, -1), "an exponent is an integer 0 <= e < p that the program knows"),
        (lambda a: (a & 1) ** a, "an exponent is an integer"),
        (lambda a: hints.rotate_left(a, a), "places and bits are integers that the program knows"),
        (lambda a: hints.rotate_left(a, 1, bits=64), "1 to 63 bits"),
        (lambda a: hints.look_up([], a), "the list of constants is empty"),
        (lambda a: hints.look_up([1, 0.5], a), "float"),
        (lambda a: hints.inverse(3), "hints.inverse is given 3, where an expression or integer code is needed"),
        (lambda a: hints.equal(3, 4), "hints.equal is given"),
    ],
)
def test_refusals_of_code_say_what_to_do(attempt, sentence):
    with pytest.raises(ProgramError, match=sentence):
        attempt(Machine().column("a"))


def test_code_of_two_tables_and_programs_does_not_mix():
    m = Machine()
    a, n = m.column("a"), m.public_input("n")
    table = m.table("t", rows=4)
    b = table.column("b")
    half = n // 2
    assert repr(half + b) == "(n // 2) + b" and repr(b & half) == "b & (n // 2)"
    assert repr(table.hint("h", hints.look_up([1, 2], n))) == "h"
    with pytest.raises(ProgramError, match="belongs to table 'main', and stands in table 't'"):
        table.hint("g", a >> 1)
    with pytest.raises(ProgramError, match="another program"):
        table.hint("g", Machine().column("z") >> 1)
    with pytest.raises(ProgramError, match="hint 'p' holds a private input"):
        m.hint("p", m.private_input("s") & 1)


def test_a_hint_of_private_columns_is_hidden_and_one_of_public_values_is_not():
    def define(m):
        m.rows(4)
        a, p = m.private_column("a"), m.public_column("p")
        m.constrain("c", m.hint("h", a >> 1) * 2 == a)
        m.constrain("d", m.hint("g", p >> 1) * 2 == p)

    definition = defined(define)
    hidden = {definition.air.columns[column] for column in definition.hidden}
    assert hidden == {"a", "h"}


def test_a_hint_in_no_constraint_is_refused():
    def define(m):
        m.rows(4)
        a = m.private_column("a")
        m.constrain("c", a * a == a)
        m.hint("h", a >> 1)

    with pytest.raises(ProgramError, match="column 'h' stands in no constraint"):
        defined(define)


@pytest.mark.parametrize("seed", range(4))
def test_hints_and_what_reads_them_are_filled_in_order(seed):
    """Against fillings in plain Python, one row after the other, with lookups and a memory that read hints."""

    def define(m):
        m.rows(8)
        a, b = m.private_columns("a", "b")
        low = m.hint("low", a & 7)
        other = m.hint("other", hints.look_up([1, 5, 2, 7, 0, 3, 6, 4], low) ^ (b % 4))
        m.range("low part", low, 3)
        m.lookup("xor", (low, other, m.hint("both", low ^ other)), in_=XorTable(3))
        found = m.memory("ram", size=8, initial=[9, 8, 7, 6, 5, 4, 3, 2]).read(other)
        again = m.let("again", found + low * a)
        m.constrain("double", m.hint("double", hints.integer(found) * 2) == 2 * (again - low * a))
        m.free(b)

    rng = random.Random(seed)
    given = {name: [rng.randrange(2**20) for _ in range(8)] for name in "ab"}
    definition = defined(define)
    assert not wrong(definition, {**given, "a": given["a"], "b": given["b"]})
    assert report_of(definition, given)
    plain, trace = Plain(definition, given), trace_of(definition, given)
    assert trace.padded.tolist() == plain.tables[0]


def test_a_hint_that_reads_one_on_another_row_is_filled_after_it():
    def define(m):
        m.rows(1500)
        a = m.private_column("a")
        first = m.hint("first", a[1] >> 3)
        second = m.hint("second", first[1] ^ 5)
        m.free(first, second, m.hint("third", second[1] + first[1]))
        m.constrain("a", a * a == m.let("square", a * a))

    a = [random.Random(8).randrange(P) + row for row in range(1500)]
    trace = trace_of(defined(define), {"a": a})
    padded = [*a, *[a[-1]] * 548]
    first = [*(value >> 3 for value in padded[1:]), 0]
    second = [*(value ^ 5 for value in first[1:]), 0]
    assert trace["second"].tolist() == second[:1500]
    assert trace["third"].tolist() == [x + y for x, y in zip(second[1:1501], first[1:1501])]


def test_the_functions_are_an_attribute_of_the_library():
    assert l2zk.hints is hints


@pytest.mark.parametrize("left", [True, False])
def test_an_integer_that_is_compared_is_looked_at_when_the_program_is_defined(left):
    def define(m, seven=7):
        m.rows(4)
        x = m.private_column("x")
        m.output_column("l", m.less_than("l", *((seven, x) if left else (x, seven)), bits=8, ranges=True))

    program = of(define)
    assert program.check({"x": [3, 6, 8, 255]})
    assert not program.check({"x": [3, 6, 8, 256]})
    with pytest.raises(ProgramError, match=r"m.less_than\('l'\) compares integers below 2\^8, and 256 is none"):
        defined(lambda m: define(m, 256))

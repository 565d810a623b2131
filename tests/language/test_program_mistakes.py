"""Mistakes in a `define`: each gives a sentence with what would be right."""

from __future__ import annotations

import numpy as np
import pytest
from defining import capsule, column, defined, halve_or_triple

from l2zk.errors import ProgramError
from l2zk.language.program import Machine

MISTAKES = {
    "given and stepped": (
        lambda m: m.step({m.private_column("a"): 0}),
        "column 'a' has a step, but the witness gives it: claim the step by m.constrain",
    ),
    "bits and stepped": (
        lambda m: m.step({m.bits("b", column(m), 2)[1]: 0}),
        "column 'b1' has a step, but m.bits fills it",
    ),
    "padding of a step": (
        lambda m: (a := m.column("a", pad=3), m.start({a: 0}), m.step({a: a})),
        "column 'a' has a step, which goes on in the padding",
    ),
    "pad text": (
        lambda m: m.columns("a", pad="zero"),
        "pad='zero' of column 'a' is not allowed: it is 'last'",
    ),
    "pad float": (lambda m: m.private_columns("a", pad=0.5), "pad=0.5 of column 'a'"),
    "given and started": (
        lambda m: (a := m.private_column("a"), m.start({a[2]: 0})),
        r"column 'a' is started, but it has no step: .* m.constrain\(..., on=2\)",
    ),
    "unconstrained": (
        lambda m: (m.rows(2), column(m), m.private_column("b")),
        r"column 'b' stands in no constraint, so any values in it pass: constrain it, or say m.free\(b\)",
    ),
    "unused input": (
        lambda m: (m.rows(2), column(m), m.public_input("x")),
        "public input 'x' stands in no constraint, so a proof may state any value for it: constrain a cell",
    ),
    "free row": (
        lambda m: (m.rows(2), m.free(column(m), on=2)),
        r"m.free\(a\) names row 2, but the program has 2",
    ),
    "function and started column": (
        lambda m: (a := m.private_column("a"), m.step_function(capsule(halve_or_triple)), m.start({a: 0})),
        "column 'a' is started, but it has no step",
    ),
    "name of an input": (
        lambda m: (m.public_input("a"), m.private_column("a")),
        "the name 'a' of a private column is taken by an input: one name stands for one thing",
    ),
    "name of a given column": (
        lambda m: (m.private_column("a"), m.private_input("a")),
        "the name 'a' of an input is taken by a private column",
    ),
    "free cell": (lambda m: m.free(column(m).next), r"m.free\(a\[1\]\): give the column"),
    "free text": (lambda m: m.free("a"), "'a' as a key of m.free: the keys are columns"),
    "free rows": (lambda m: m.free(column(m), on="all"), r"m.free\(a\) is on 'all'"),
    "no bits": (lambda m: m.bits("b", column(m), 0), "number of bits is 0, where 1 to 63"),
    "too many bits": (lambda m: m.bits("b", column(m), 64), "number of bits is 64"),
    "half a bit": (lambda m: m.bits("b", column(m), 1.5), "number of bits is 1.5"),
    "bits of a constant": (
        lambda m: m.bits("b", 5, 3),
        "bits of 5, which is the same on every row: give a column",
    ),
    "bits of a secret": (
        lambda m: m.bits("b", m.private_input("k"), 3),
        r"m.bits\('b'\) holds a private input",
    ),
    "bits with a wrong name": (
        lambda m: m.bits("my bits", column(m), 3),
        "'my bits0' is no name for a column",
    ),
    "no row": (
        lambda m: (a := m.private_column("a"), m.constrain("a", a == 0)),
        r"names no row, so nothing says how many it has: write m.rows\(n\)",
    ),
    "no capsule": (
        lambda m: m.step_function(print),
        "m.step_function.*: a C function in a PyCapsule is needed",
    ),
    "another capsule": (lambda m: m.step_function(capsule(halve_or_triple, b"double")), "whose name is 'int"),
    "two functions": (
        lambda m: (m.step_function(capsule(halve_or_triple)), m.step_function(capsule(halve_or_triple))),
        "two step functions",
    ),
    "function and step": (
        lambda m: (column(m), m.step_function(capsule(halve_or_triple))),
        "both m.step and m.step_function, which takes its place",
    ),
    "empty": (lambda m: None, "the program is empty"),
    "twice": (lambda m: m.columns("a", "a"), "the name 'a' of a column is taken"),
    "no text": (lambda m: m.column(3), "3 is no name for a column"),
    "no identifier": (lambda m: m.column("a b"), "'a b' is no name for a column"),
    "long": (lambda m: m.column("a" * 256), "255 bytes at most"),
    "input twice": (lambda m: (m.public_input("x"), m.private_input("x")), "'x' of an input is taken"),
    "periodic name": (lambda m: (m.column("a"), m.periodic([1], name="a")), "of a periodic column is taken"),
    "periodic length": (lambda m: m.periodic([1, 2, 3]), "3 values; the number must be a power of two"),
    "periodic set": (lambda m: m.periodic({1, 2}), "a sequence of integers is needed"),
    "periodic frozen set": (lambda m: m.periodic(frozenset((1, 2))), "a sequence of integers is needed"),
    "periodic empty": (lambda m: m.periodic([]), "0 values"),
    "periodic float": (lambda m: m.periodic([0.5, 1]), "0.5 is of type float"),
    "default": (lambda m: m.public_input("x", default="1"), "'1' is of type str"),
    "no step": (lambda m: m.start({m.column("a"): 0}), "column 'a' is started, but it has no step: give m.step"),
    "no start": (lambda m: (a := m.column("a"), m.step({a: a})), "column 'a' has no start for row 0"),
    "no second start": (
        lambda m: (a := m.column("a"), m.start({a: 0}), m.step({a[2]: a})),
        "no start for row 1",
    ),
    "late start": (lambda m: m.start({column(m)[3]: 0}), "row 3 of column 'a' is started"),
    "two starts": (lambda m: m.start({column(m): 0}), "a is started twice"),
    "two steps": (lambda m: m.step({column(m): 0}), "column 'a' has two steps"),
    "key text": (lambda m: m.step({"a": 0}), "'a' as a key of m.step: the keys are columns"),
    "key sum": (lambda m: m.step({column(m) + 1: 0}), "a \\+ 1 as a key of m.step"),
    "key of another": (lambda m: m.start({Machine().column("z"): 0}), "z belongs to another program"),
    "no dict": (lambda m: m.step([column(m)]), "m.step takes a dict"),
    "future": (lambda m: (a := m.column("a"), m.step({a: a.next + 1})), "the step of a reads the future"),
    "start of column": (lambda m: (c := m.columns("a", "b"), m.start({c[0]: c[1]})), "holds a column"),
    "private step": (lambda m: m.step({m.column("a"): m.private_input("k")}), "step of a holds a private"),
    "private constraint": (
        lambda m: m.constrain("c", column(m) == m.private_input("k")),
        "constraint 'c' holds a private input",
    ),
    "output in a step": (
        lambda m: m.step({m.column("b"): m.output("o", column(m), row=0)}),
        "the step of b holds a public output",
    ),
    "output of an output": (
        lambda m: (a := column(m), m.output("o", m.output("p", a, row=0) + a, row=0)),
        "output 'o' holds a public output",
    ),
    "never": (lambda m: m.constrain("c", column(m) * 0 == 1), "constraint 'c' can never be satisfied: it says"),
    "never, after some algebra": (
        lambda m: (a := column(m), m.rows(3), m.constrain("c", (a + 1) ** 2 == a * (a + 2) + 3)),
        "constraint 'c' can never be satisfied: it says -2 == 0",
    ),
    "always, after some algebra": (
        lambda m: (a := column(m), m.rows(3), m.constrain("c", a * (a - 1) == a**2 - a)),
        "constraint 'c' says 0 == 0 on every trace: it constrains nothing",
    ),
    "nothing claimed": (lambda m: (m.rows(2), m.private_column("a")), "claims nothing, so any trace passes"),
    "always": (lambda m: (a := column(m), m.constrain("c", a == a)), "constrains nothing"),
    "no claim": (lambda m: m.constrain("c", True), "constraint 'c' is True, which Python has decided by itself"),
    "name of a step": (lambda m: m.constrain("a", column(m) == 0), "the name 'a' of a constraint is taken"),
    "no constraint name": (lambda m: m.constrain("", column(m) == 0), "'' is no name for a constraint"),
    "unprintable": (lambda m: m.constrain("a\nb", column(m) == 0), "no name for a constraint"),
    "rows": (lambda m: m.constrain("c", column(m) == 0, on="all"), "is on 'all': its rows are 'every'"),
    "compared": (lambda m: m.constrain("c", 3 == 4), "constraint 'c' is False, .*: no side of the comparison holds"),
    "compared by NumPy": (lambda m: m.constrain("c", np.int64(3) == 3), "constraint 'c' is True, which Python"),
    "negative row": (
        lambda m: m.output("o", column(m), row=-1),
        "the row of output 'o' is -1: rows count from 0, and the last one is 'last'",
    ),
    "negative row of a constraint": (lambda m: m.constrain("c", column(m) == 0, on=-2), "is -2: .* 'last'"),
    "row of an array": (
        lambda m: m.output("o", column(m), row=np.arange(2)),
        "an integer, 'first', 'last' or 'end' is",
    ),
    "row of no integer": (lambda m: m.output("o", column(m), row=1.0), "the row of output 'o' is 1.0"),
    "output everywhere": (lambda m: m.output("o", column(m), row="every"), "the value on one row"),
    "beyond": (lambda m: (m.rows(3), m.output("o", column(m), row=3)), "needs row 3, but .* 3 rows, 0 to 2"),
    "look beyond": (
        lambda m: (m.rows(3), m.constrain("c", column(m)[2] == 0, on=1)),
        "constraint 'c' needs row 3, but",
    ),
    "wrap": (lambda m: m.constrain("c", column(m).next == 0, on="every"), "looks 1 row beyond the last row"),
    "wrap last": (lambda m: m.constrain("c", column(m)[2] == 0, on="last"), "looks 2 rows beyond"),
    "wrap cycle": (lambda m: m.constrain("c", column(m)[1] == 0, on=m.every(4, 3)), "row from 3 looks 1"),
    "every 3": (lambda m: m.every(3), "k must be a power of two"),
    "every array": (lambda m: m.every(np.array([2, 4])), "k must be a power of two"),
    "every -1": (lambda m: m.every(4, start=-1), r"m.every\(4, start=-1\): the start must be an integer from 0"),
    "every 1": (lambda m: m.every(1), "k must be a power of two"),
    "every start": (lambda m: m.every(4, start=4), "the start must be an integer from 0, below 4"),
    "no rows": (lambda m: m.rows(0), r"m.rows\(0\): the number of rows is an integer from 1 to 2\^26"),
    "rows below none": (lambda m: m.rows(-1), r"m.rows\(-1\): the number of rows is an integer from 1 to 2\^26"),
    "rows without an end": (lambda m: m.rows(10**5000), "m.rows.an integer of 16610 bits.: the number of rows"),
    "rows twice": (lambda m: (m.rows(8), m.rows(9)), r"m.rows\(9\): the program has 8 rows already; say .* once"),
    "too long": (lambda m: m.output("o", column(m), row=2**26), "2\\^26 = 67108864 rows are the most"),
    "far too long": (lambda m: m.output("o", column(m), row=2**40), "is 1099511627776, but 2\\^26"),
}


@pytest.mark.parametrize("define, sentence", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_gives_a_clear_sentence(define, sentence):
    with pytest.raises(ProgramError, match=sentence):
        defined(define)

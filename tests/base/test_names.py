"""Names: each for one thing, in one form, and as long as they may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from defining import column, defined, program

from l2zk import ProofOptions, TraceProgram, TraceZkVm
from l2zk.base.names import MOST_NAMES
from l2zk.errors import ProgramError, WitnessError

LIGATURE = "\N{LATIN SMALL LIGATURE FI}rst"  # an identifier that Python reads as `first`
VM = TraceZkVm(ProofOptions(grinding=0), threads=1)


def in_two_forms(m):
    m.rows(8)
    x = m.private_column(LIGATURE, pad=0)
    y = m.column("y")
    start, secret = m.public_input("\N{MICRO SIGN}", default=1), m.private_input("\N{KELVIN SIGN}", default=2)
    z = m.column("z")
    m.start({y: start, z: secret})
    m.step({y: y + x, z: z})
    m.output("\N{ROMAN NUMERAL FIVE}", y, row="last")


def test_a_name_is_kept_and_found_in_one_form():
    known = program(in_two_forms)
    air = known.definition.air
    assert air.columns == ("first", "y", "z")
    assert (air.inputs, air.outputs) == (("\N{GREEK SMALL LETTER MU}",), ("V",))
    for name in ("first", LIGATURE):
        proof = VM.prove(known, {name: [1, 2], "K": 5, "\N{MICRO SIGN}": 3})
        assert VM.verify(known, proof, {"\N{MICRO SIGN}": 3}, outputs={"\N{ROMAN NUMERAL FIVE}": 6})
        assert VM.verify(known, proof, {"\N{GREEK SMALL LETTER MU}": 3}, outputs={"V": 6})
        assert not VM.verify(known, proof, {"\N{MICRO SIGN}": 4})
        assert VM.trace(known, {name: [1]})[LIGATURE][0] == 1


def test_a_proofs_values_are_found_in_any_form():
    proof = VM.prove(program(in_two_forms), {"first": [1, 2], "K": 5})
    inputs, outputs = proof.public_inputs, proof.public_outputs
    assert inputs == {"\N{GREEK SMALL LETTER MU}": 1} and list(outputs) == ["V"]
    assert inputs["\N{MICRO SIGN}"] == inputs.get("\N{MICRO SIGN}") == 1 and "\N{MICRO SIGN}" in inputs
    assert outputs["\N{ROMAN NUMERAL FIVE}"] == outputs["V"] == 4
    assert "W" not in outputs and outputs.get("W", 3) == 3 and outputs.get(5) is None
    with pytest.raises(KeyError):
        outputs["W"]
    with pytest.raises(TypeError):
        outputs["V"] = 5


@dataclass(frozen=True)
class Sized(TraceProgram):
    id = "sized.v0"
    first: int

    def define(self, m):
        m.output("end", column(m), row=self.first)


def test_a_proofs_parameters_are_found_in_any_form():
    parameters = VM.prove(Sized(5)).parameters
    assert parameters[LIGATURE] == parameters["first"] == 5 and LIGATURE in parameters


def test_a_name_in_two_forms_is_given_once():
    with pytest.raises(WitnessError, match="the name 'first' is given twice, written in two ways"):
        VM.check(program(in_two_forms), {"first": [1], LIGATURE: [2]})


def test_generate_trace_names_columns_in_any_form():
    def define(m):
        m.rows(8)
        m.constrain("one", m.column(LIGATURE) == 1)

    assert VM.check(program(define, generate=lambda witness: {LIGATURE: np.ones(8, dtype=np.uint64)}))
    assert VM.check(program(define, generate=lambda witness: {"first": [1] * 8}))


BEARERS = {
    "a column": lambda m, name, a: m.column(name),
    "a private column": lambda m, name, a: m.private_column(name),
    "a periodic column": lambda m, name, a: m.periodic([1, 2] if name == "first0" else [3, 4], name=name),
    "an input": lambda m, name, a: m.public_input(name),
    "an input that is private": lambda m, name, a: m.private_input(name),
    "an output": lambda m, name, a: m.output(name, a, row=0),
    "bits": lambda m, name, a: m.bits(name.removesuffix("0"), a, 1),
}


@pytest.mark.parametrize("second", BEARERS)
@pytest.mark.parametrize("first", BEARERS)
def test_one_name_stands_for_one_thing(first, second):
    """In every order, and in another form; what the two are makes no difference where nothing ties them."""

    def define(m):
        a = column(m)
        BEARERS[first](m, LIGATURE + "0", a)
        BEARERS[second](m, "first0", a)

    with pytest.raises(ProgramError, match="'first0'.*one name stands for one thing"):
        defined(define)


def output_of_another(m):
    a, b = column(m, "a", "b")
    m.rows(8)
    stated = m.output("a", b, row=1)
    m.constrain("by hand", a == stated, on=2)


UNTIED = {
    "an output of another column": (output_of_another, "'a' is that of a column and of an output that does not read"),
    "an input that starts another": (
        lambda m: (c := m.columns("a", "b"), m.start({c[0]: 1, c[1]: m.public_input("a")}), m.step({c[0]: 1, c[1]: 1})),
        "'a' is that of a column and of an input that is tied to no cell of it",
    ),
    "a private input that starts another": (
        lambda m: (
            c := m.columns("a", "b"),
            m.start({c[0]: 1, c[1]: m.private_input("a")}),
            m.step({c[0]: 1, c[1]: 1}),
        ),
        "'a' is that of a column and of an input that is tied to no cell of it",
    ),
    "an input in a claim of others": (
        lambda m: (b := column(m, "a", "b")[1], m.rows(8), m.constrain("c", b == m.public_input("a"), on=1)),
        "'a' is that of a column and of an input",
    ),
}


@pytest.mark.parametrize("define, sentence", UNTIED.values(), ids=UNTIED)
def test_a_shared_name_that_nothing_ties_is_refused(define, sentence):
    with pytest.raises(ProgramError, match=f"{sentence}.*: one name stands for one thing, so rename one of the two"):
        defined(define)


TIED = {
    "started": lambda m: (a := m.column("a"), m.start({a: m.public_input("a")}), m.step({a: a}), m.rows(8)),
    "started with a part": lambda m: (
        a := m.column("a"),
        m.start({a: 2 * m.private_input("a") + 1}),
        m.step({a: a}),
        m.rows(8),
    ),
    "claimed": lambda m: (m.rows(8), a := column(m), m.constrain("c", m.public_input("a") == a, on="first")),
    "claimed in a sum": lambda m: (m.rows(8), a := column(m), m.constrain("c", 3 * a.next + m.public_input("a"), on=1)),
    "read off": lambda m: m.output("a", column(m), row=3),
    "read off ahead, of a private column": lambda m: m.output("a", m.private_column("a").next * 2, row=3),
}


@pytest.mark.parametrize("define", TIED.values(), ids=TIED)
def test_a_cell_and_its_value_may_share_a_name(define):
    assert "a" in defined(define).air.columns


def test_names_that_differ_are_two():
    def define(m):
        a = column(m, "a", "A", "\N{CYRILLIC SMALL LETTER A}", "lambda", "_", "__")
        m.output("o", a[0], row=7)

    assert len(defined(define).air.columns) == 6


@pytest.mark.parametrize(
    "name", ["", " ", "1a", "a b", "a-b", "a\n", "\ud800", "a\ud800", "a" * 256, b"a", 3, "a" * 10**6]
)
@pytest.mark.parametrize("kind", [kind for kind in BEARERS if kind != "bits"])
def test_what_is_no_name_is_refused_in_one_short_sentence(kind, name):
    with pytest.raises(ProgramError, match="is no name for an?.*: letters, digits and _, not a digit first") as caught:
        defined(lambda m: BEARERS[kind](m, name, column(m, "other")))
    assert len(str(caught.value)) < 200


LONG = "l" * 255
WIDE = "\N{CJK UNIFIED IDEOGRAPH-4E00}" * 85


@pytest.mark.parametrize("name", [LONG, WIDE], ids=["of one byte", "of three bytes"])
def test_a_name_of_255_bytes_does_all_that_a_name_does(name):
    def define(m):
        x, y = m.column(name), m.column("y")
        m.start({x: m.public_input(name, default=1), y: 0, y[1]: 5})
        m.step({x[2]: x.next + 1, y[2]: y})
        m.start({x[1]: 0})
        m.bits(name[:-2], x, 10)
        m.output("o" * 255, x, row=5)

    def given(m):
        m.rows(8)
        m.output(name, m.private_column(name, pad=0) + m.periodic([1], name="p" * 255), row=1)

    assert VM.check(program(define))
    known = program(given)
    proof = VM.prove(known, {name: [1, 2]})
    assert VM.verify(known, proof, outputs={name: 3})


def test_a_constraint_of_the_users_has_a_name_of_255_bytes_at_most():
    defined(lambda m: (m.rows(8), m.constrain("k" * 255, column(m) == 0, on=0)))
    with pytest.raises(ProgramError, match="is no name for a constraint: a printable text of at most 255 bytes"):
        defined(lambda m: m.constrain("k" * 256, column(m) == 0))


@pytest.mark.parametrize("kind", ["input", "output"])
def test_a_proof_counts_65535_public_values(kind):
    def one_more(m):
        a = column(m)
        for i in range(MOST_NAMES + 1):
            if kind == "input":
                m.public_input(f"i{i}")
            else:
                m.output(f"o{i}", a, row=0)

    with pytest.raises(ProgramError, match=f"a program has 65535 public {kind}s at most"):
        defined(one_more)

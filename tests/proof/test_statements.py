"""Proofs of many statements: what they state, one by one, and what a verifier's caller demands of them (PROTOCOL 7.1).

Bodies are nothing here: only headers are read.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from example_programs import Fibonacci, Masked
from reference.systems import calls
from twin_airs import air_of

from l2zk import Proof, ProofOptions, TraceProgram
from l2zk.errors import ArgumentError, FormatError, ProofError
from l2zk.proof.groups import Group, by_group, check_stacking, profile_of
from l2zk.proof.header import Header, Values, digest_of, stated
from l2zk.proof.security import report_on
from l2zk.proof.shape import solve
from l2zk.proof.statement import (
    Demanded,
    accepted_shape,
    demanded_inputs,
    demanded_outputs,
    read_statements,
    stated_values,
)
from l2zk.proof.values import StatedGroup

ROOT = bytes(range(32))
OPTIONS = ProofOptions()


def group(program: TraceProgram, *values: Values) -> StatedGroup:
    return StatedGroup.of(stated(program.definition.air), values)


def data(*groups: StatedGroup) -> bytes:
    return Header(options=OPTIONS, groups=groups).to_bytes() + ROOT


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(8, "little") for value in values)


def column(*values: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    return np.array(values, dtype=np.uint64)


SHORT, LONG, MASKED = Fibonacci(5), Fibonacci(20), Masked(4)
RESULTS = [Values((0, 1), (5,)), Values((2, 5), (31,)), Values((0, 1), (6765,))]
OF_MASKED = Values((), (), (digest_of(column(1, 2, 3, 4)), words(1, 3, 6, 10)))
DATA = data(group(SHORT, *RESULTS[:2]), group(LONG, RESULTS[2]), group(MASKED, OF_MASKED, OF_MASKED))
PROGRAMS = [SHORT, SHORT, LONG, MASKED, MASKED]


# What is stated


def test_a_proof_says_its_statements_one_by_one() -> None:
    statements = Proof(DATA).statements
    assert len(statements) == 5 and [one.program_id for one in statements] == [p.id for p in PROGRAMS]
    assert [one.digest for one in statements] == [program.digest for program in PROGRAMS]
    assert [one.parameters for one in statements[:3]] == [{"rounds": 5}, {"rounds": 5}, {"rounds": 20}]
    assert [dict(one.public_inputs) for one in statements[:2]] == [{"a0": 0, "a1": 1}, {"a0": 2, "a1": 5}]
    assert [dict(one.public_outputs) for one in statements[:3]] == [{"result": n} for n in (5, 31, 6765)]
    assert statements[2].steps == 21 and statements[-1].public_digests == {"mask": OF_MASKED.sequences[0]}
    assert statements[4].public_outputs["shown"].tolist() == [1, 3, 6, 10]
    assert [one.claim for one in statements] == [statements[i].claim for i in range(5)]
    for wrong in (5, -6):
        with pytest.raises(IndexError):
            statements[wrong]
    assert pickle.loads(pickle.dumps(Proof(DATA))).statements[1].claim == statements[1].claim


def test_statements_are_a_sequence_that_says_what_it_is() -> None:
    statements = Proof(DATA).statements
    assert repr(statements) == "<5 statements>"
    assert statements[-1].claim == statements[4].claim
    for index in (5, -6):
        with pytest.raises(IndexError, match=f"the proof holds 5 statements, and {index} is none of them"):
            statements[index]


def test_the_claim_of_many_shows_the_first_few() -> None:
    proof = Proof(DATA)
    assert proof.claim == (
        "example-fibonacci.v0(rounds=5): a0=0, a1=1 -> result=5; "
        "example-fibonacci.v0(rounds=5): a0=2, a1=5 -> result=31; "
        "example-fibonacci.v0(rounds=20): a0=0, a1=1 -> result=6765; and 2 more statements"
    )
    assert repr(proof) == f"<Proof of {proof.claim}; 5 statements, {len(DATA):,} bytes>"


@pytest.mark.parametrize(
    "attribute", ["public_inputs", "public_outputs", "public_digests", "program_id", "digest", "parameters", "steps"]
)
def test_what_one_statement_has_is_not_that_of_many(attribute: str) -> None:
    with pytest.raises(ArgumentError, match=r"this proof holds 5 statements: `proof.statements` has the program and"):
        getattr(Proof(DATA), attribute)
    assert getattr(Proof(data(group(SHORT, RESULTS[0]))), attribute) is not None


def test_the_security_of_many_is_that_of_their_groups() -> None:
    airs = [program.definition.air for program in PROGRAMS]
    expected = report_on(OPTIONS, solve(OPTIONS, profile_of([Group(airs[0], 2), Group(airs[2]), Group(airs[3], 2)])))
    proof = Proof(DATA)
    assert proof.security_as(PROGRAMS) == expected
    assert by_group(proof.header, airs) == ((airs[0], 2), (airs[2], 1), (airs[3], 2))
    with pytest.raises(ArgumentError, match="this proof holds 5 statements, and 1 program were given"):
        proof.security_as(SHORT)
    with pytest.raises(ProofError, match="not of this example-fibonacci.v0: the program digests differ"):
        proof.security_as([SHORT, LONG, LONG, MASKED, MASKED])


# What is demanded


def demanded(
    programs: Sequence[TraceProgram] = PROGRAMS, hints: Sequence[Any] | None = None, outputs: Sequence[Any] = ()
) -> list[Demanded]:
    """Programs with hints and outputs, by default those that are stated."""
    hints = [(), (2, 5), (), *[{"mask": column(1, 2, 3, 4)}] * 2] if hints is None else hints
    wanted = [*outputs, *[()] * (len(programs) - len(outputs))]
    definitions = [program.definition for program in programs]
    return [
        Demanded(definition, demanded_inputs(definition, hint), demanded_outputs(definition, known))
        for definition, hint, known in zip(definitions, hints, wanted)
    ]


LAYOUTS = {
    "as it came": DATA,
    "side by side": data(
        *(group(SHORT, one) for one in RESULTS[:2]), group(LONG, RESULTS[2]), *[group(MASKED, OF_MASKED)] * 2
    ),
    "some stacked": data(group(SHORT, *RESULTS[:2]), group(LONG, RESULTS[2]), *[group(MASKED, OF_MASKED)] * 2),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_the_demanded_statements_is_taken(layout: str) -> None:
    outputs = [{"result": 5}, (), (6765,), {"shown": [1, 3, 6, 10]}]
    header, length = read_statements(LAYOUTS[layout], demanded(outputs=outputs))
    assert Header.parse(LAYOUTS[layout]) == (header, length) and length == len(LAYOUTS[layout]) - 32
    told = stated_values(header, [one.inputs.arrays for one in demanded()])
    assert [inputs for inputs, _, _ in told] == [(0, 1), (2, 5), (0, 1), (), ()]
    assert [[values.tolist() for values in found] for *_, found in told] == [
        [],
        [],
        [],
        *[[[1, 2, 3, 4], [1, 3, 6, 10]]] * 2,
    ]


HINTS = [(), (2, 5), (), *[{"mask": column(1, 2, 3, 4)}] * 2]
OTHER = {"mask": column(1, 2, 3, 5)}


@pytest.mark.parametrize(
    "demands, sentence",
    [
        (demanded(PROGRAMS[:4], HINTS[:4]), "the proof holds more statements than the 4 that are demanded"),
        (demanded(PROGRAMS[:3], HINTS[:3]), "the proof holds more statements than the 3 that are demanded"),
        (demanded(PROGRAMS[:1], HINTS[:1]), "the proof holds more statements than the 1 that is demanded"),
        ([], "the proof holds more statements than the 0 that are demanded"),
        (demanded([*PROGRAMS, SHORT], [*HINTS, ()]), "the proof holds 5 statements, but 6 are demanded"),
        (demanded([LONG, *PROGRAMS[1:]]), "statement 0: the proof is of example-fibonacci.v0 with other parameters"),
        (
            demanded([SHORT, LONG, *PROGRAMS[2:]]),
            "statement 1: the proof is of example-fibonacci.v0 with other parameters",
        ),
        (
            demanded([SHORT, SHORT, MASKED, LONG, MASKED], [(), (2, 5), HINTS[3], (), HINTS[3]]),
            "statement 2: the proof is of program 'example-fibonacci.v0', not of 'example-masked.v0'",
        ),
        (demanded(hints=[(), (), *HINTS[2:]]), "statement 1: the proof states input a0 = 2, but 0 is demanded: its d"),
        (demanded(hints=[*HINTS[:4], OTHER]), "statement 4: the proof is about another public column mask than"),
        (
            demanded(outputs=[(), (), [6766]]),
            "statement 2: the proof states output result = 6765, but 6766 is demanded",
        ),
        (
            demanded(outputs=[(), (), (), (), {"shown": [1, 3, 6, 9]}]),
            "statement 4: the proof states output column shown = 10 on row 3, but 9 is demanded",
        ),
    ],
)
def test_other_statements_are_refused_by_their_index(demands: list[Demanded], sentence: str) -> None:
    with pytest.raises(ProofError) as caught:
        read_statements(DATA, demands)
    assert str(caught.value).startswith(sentence) and caught.value.section == "7.1"


def test_a_value_that_is_no_element_is_named_with_its_statement() -> None:
    wrong = DATA.replace(words(2, 5), words(2, 2**64 - 1))
    for act in (Header.parse, lambda wrong: read_statements(wrong, demanded())):
        with pytest.raises(FormatError, match=r"as the value of public input 'a1' of statement 1, expected an element"):
            act(wrong)
    last = DATA[:-40] + b"\xff" * 8 + ROOT
    with pytest.raises(FormatError, match=r"as value 3 of output column 'shown' of statement 4, expected an element"):
        Header.parse(last)
    free = DATA.replace(OF_MASKED.sequences[0], b"\xff" * 32)  # a hash may be anything
    assert Proof(free).statements[4].public_digests == {"mask": b"\xff" * 32}


def test_programs_that_read_beyond_their_blocks_are_not_stacked() -> None:
    air = air_of(calls(64, 8))
    check_stacking([Group(air), Group(air)])
    assert accepted_shape(OPTIONS, [Group(air), Group(air)], 128).argument.profile.log_rows == 6
    sentence = "statements of calls cannot be stacked in one group: constraint 'c2' of table 't1' reads 1 row ahead"
    with pytest.raises(ProofError, match=sentence):
        accepted_shape(OPTIONS, [Group(air, 2)], 128)

"""Traps of sizes: a shape of the prover's choice, lists too short or too long, and proofs of nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
import reference
from cheats import K, Liar, few, twin_air, twin_options
from false_proofs import FALSE_OUTPUT, OPTIONS, PROGRAM, proof_by, refusal
from reference import GOLDILOCKS, Prover
from reference.field import Element
from reference.verifier import Verifier

from l2zk import OptionsError, ProgramError, ProofOptions, TraceProgram, TraceZkVm
from l2zk.proof.solver import solve

SHAPES = [
    ("queries", {"queries": 2}),
    ("more queries", {"queries": 4}),
    ("no grinding", {"grinding": 0}),
    ("less grinding", {"grinding": 1}),
    ("blowup", {"blowup": 2}),
    ("rows per leaf", {"rows_per_leaf": 1, "final_length": 8}),
    ("arities in another order", {"arities": (2, 4)}),
    ("other arities", {"arities": (8,)}),
    ("no round", {"arities": (), "final_length": 32}),
    ("a round too few", {"arities": (4,), "final_length": 8}),
    ("a round too many", {"arities": (4, 2, 2), "final_length": 2}),
    ("a longer final polynomial", {"final_length": 5}),
    ("pieces", {"pieces": 2}),
    ("piece length", {"piece_length": 70}),
]


@pytest.mark.parametrize("change", [change for _, change in SHAPES], ids=[name for name, _ in SHAPES])
def test_a_shape_that_is_not_that_of_the_options_is_refused(change: dict) -> None:
    """The prover's own degree, rate, arities, queries or grinding, under the header of the right options."""
    shape = dataclasses.replace(reference.solve(twin_options(OPTIONS), twin_air(PROGRAM)), **change)
    data = proof_by(Prover, shape=shape)
    Verifier(twin_air(PROGRAM), data, GOLDILOCKS, None).run({}, {}, None, 0, shape)
    refusal(data)


# Lengths


class Short(Prover):
    """States one value fewer than there are."""

    def open_out_of_domain(self) -> list[Element]:
        return super().open_out_of_domain()[:-1]


class Long(Prover):
    """States one coefficient more, a zero."""

    def final_polynomial(self, word: Sequence[Element]) -> list[Element]:
        return [*super().final_polynomial(word), K.zero]


@pytest.mark.parametrize("cheat", [Short, Long])
def test_lists_that_are_too_short_or_too_long_are_refused(cheat: type[Prover]) -> None:
    refusal(proof_by(cheat))


# Degenerate sizes


def test_there_is_no_proof_of_nothing() -> None:
    """No query, no column, no constraint, no round of no arity: none can be asked for."""
    for options in (
        ProofOptions(),
        few(queries=0, security=1, grinding=1),
        few(queries=0, security=1, grinding=32),
    ):
        assert solve(options, PROGRAM.definition.air.profile).queries >= 1
    shape = reference.solve(twin_options(OPTIONS), twin_air(PROGRAM))
    refusal(proof_by(Prover, shape=dataclasses.replace(shape, queries=0)))
    for wrong in ({"queries": -1}, {"blowup": 1}, {"folding": 1}, {"final_rows": 0}):
        with pytest.raises(OptionsError):
            few(**wrong)

    @dataclasses.dataclass(frozen=True)
    class Empty(TraceProgram):
        id = "example-empty.v0"

        def define(self, m):
            m.rows(8)

    with pytest.raises(ProgramError, match="no column"):
        TraceZkVm(OPTIONS).verify(Empty(), b"")


@pytest.mark.parametrize("final_rows, folding", [(1, 2), (1, 8), (2, 8)])
def test_a_last_word_that_is_not_constant_is_refused(final_rows: int, folding: int) -> None:
    """Where the last word is as long as the blow-up, one value of it is its whole polynomial."""

    options = few(final_rows=final_rows, folding=folding, queries=20)
    data = proof_by(Liar, options=options, outputs=FALSE_OUTPUT)
    assert refusal(data, options=options) == "7.12"

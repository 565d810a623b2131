"""The library against the slow twin, written from the protocol's text alone: proofs byte for byte, digests, shapes.

The twin verifies from a proof's bytes; every proof is made with each instruction set, by one thread and by two.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import ten_programs as ten
from example_programs import Constant, Cubes, Domains, Fibonacci, LookAhead, Powers, Silent, Sums, Wide
from fuzzing import SAME, examples
from hostile import any_inputs, few
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from reference.from_library import options_of
from reference.lengths import Lengths
from reference.options import PRESETS, NoShape
from reference.proof import header
from reference.sizes import by_options
from reference.statement import Public, physical_tables
from stories import stories, told
from tree_walk import fixed
from twin import P, prove, twin_groups, twin_program, twin_proof, twin_refusal, twin_verify
from warned import any_length

from l2zk import Proof, ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.errors import L2zkError
from l2zk.proof.groups import Group
from l2zk.proof.shape import shape_of
from l2zk.vm.prepare import header_of

pytestmark = any_length  # the programs are as long as they are drawn

RATES = (None, 1 / 2, 1 / 4, 1 / 8, 1 / 16)


@contextmanager
def instruction_set(name: str) -> Iterator[None]:
    before = _core.isa()
    _core.use_isa(name)
    try:
        yield
    finally:
        _core.use_isa(before)


def proof_of(program: TraceProgram, options: ProofOptions, witness: Any = ()) -> Proof:
    """The proof that all kernels and numbers of threads make."""
    made = set()
    for isa in _core.isas():
        with instruction_set(isa):
            made |= {prove(program, options, witness, threads=threads) for threads in (1, 2)}
    [proof] = made
    return proof


def agreed(
    program: TraceProgram, options: ProofOptions, witness: Any = (), columns: Mapping[str, Sequence[int]] | None = None
) -> Proof:
    """A proof that is the twin's byte for byte, and that both accept; `columns` are those that everybody knows."""
    proof, columns = proof_of(program, options, witness), columns or {}
    known = list(columns.values())
    assert twin_proof(program, proof, witness, known) == bytes(proof)
    assert twin_refusal(program, proof, options, known) is None
    TraceZkVm(options).check_proof(program, proof, {**any_inputs(program), **columns})
    return proof


# Programs

ARRAY, BITS = [7, 7, 9, 12], [1, 0, 1, 1, 0, 0, 1, 0, 1, 1]
TEN: dict[str, tuple[TraceProgram, Any]] = {
    "fibonacci": (ten.Fibonacci(31), [5, P - 3]),
    "fibonacci by eight": (ten.FibonacciByEight(100), [2, 7]),
    "multiplicative fibonacci": (ten.MultiplicativeFibonacci(15), {"a0": 3, "a1": 5}),
    "mimc": (ten.Mimc(25), {"x0": 11, "key": 123456789}),
    "tribonacci": (ten.Tribonacci(40), ()),
    "bounded sum": (ten.BoundedSum(10, 8), {"number": [25 * i for i in range(10)]}),
    "sorted array": (ten.SortedArray(4), {"entry": ARRAY}),
    "exponentiation": (ten.Exponentiation(10), {"bit": BITS}),
    "collatz": (ten.Collatz(8), [6]),
    "merkle path": (ten.MerklePath(3), [99, [1, 2, 2**60], [True, False, True]]),
}
EXAMPLES: dict[str, tuple[TraceProgram, Any]] = {
    "a program of one row": (Fibonacci(1), ()),
    "the shortest trace": (Fibonacci(3), ()),
    "a padded trace": (Fibonacci(8), ()),
    "a period, degree 3": (Cubes(29), (7, P - 3)),
    "look-ahead 2": (LookAhead(29), [6]),
    "every kind of domain": (Domains(29), ()),
    "a full trace of every kind of domain": (Domains(32), ()),
    "no public value": (Silent(), ()),
    "a polynomial that is constant": (Constant(5), ()),
    "degree 8": (Powers(8, 15), ()),
    "40 columns": (Wide(40, 10), ()),
    "some thousand rows": (Fibonacci(1500), ()),
}


@pytest.mark.parametrize("hiding", [False, True])
@pytest.mark.parametrize("name", [*TEN, *EXAMPLES])
def test_core_and_twin_make_the_same_proof(name: str, hiding: bool) -> None:
    program, witness = (TEN | EXAMPLES)[name]
    agreed(program, few(zero_knowledge=hiding), witness)


@pytest.mark.parametrize("hiding", [False, True])
@pytest.mark.parametrize("rows", [5, 16, 40])
def test_public_columns_and_output_columns(rows: int, hiding: bool) -> None:
    """The proof has the values of the output, and of the public column a hash."""
    pixels = {"pixels": [i * i + 1 for i in range(rows)]}
    program, options = Sums(rows), few(zero_knowledge=hiding)
    proof = agreed(program, options, {**pixels, "factor": 77}, pixels)
    other = [0, *pixels["pixels"][1:]]
    assert twin_refusal(program, proof, options, [other]) == "an input sequence has other values"
    assert not TraceZkVm(options).verify(program, proof, {"pixels": other})


# Options


@pytest.mark.parametrize("hiding", [False, True])
@pytest.mark.parametrize("rate", RATES, ids=str)
@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_and_rate(preset: str, rate: float | None, hiding: bool) -> None:
    """With the queries that 128 bits ask for; less grinding makes more of them."""
    options = ProofOptions(preset=preset, rate=rate, grinding=3, zero_knowledge=hiding)
    agreed(Cubes(13), options, (1, 2))


@pytest.mark.parametrize(
    "options",
    [
        ProofOptions(),
        ProofOptions(security=100, grinding=0),
        ProofOptions(security=20, allow_insecure=True, grinding=4),
        ProofOptions(security=60, allow_insecure=True, grinding=9, zero_knowledge=False),
        few(queries=1, zero_knowledge=True),
        few(queries=300, rate=1 / 2),
        few(queries=60, preset="compact", zero_knowledge=True, security=128),
    ],
    ids=str,
)
def test_other_targets_and_numbers_of_queries(options: ProofOptions) -> None:
    agreed(LookAhead(12), options, [6])


@pytest.mark.parametrize("hiding", [False, True])
@pytest.mark.parametrize("preset", PRESETS)
def test_the_twin_accepts_long_proofs_of_the_library(preset: str, hiding: bool) -> None:
    """With several later words, at the default security."""
    program, options = Fibonacci(2**15 - 5), ProofOptions(preset=preset, zero_knowledge=hiding)
    said = twin_verify(program, prove(program, options), bits=127, options=options_of(options))
    assert len(said.shape.words) >= 1


# Random programs


@st.composite
def some_options(draw: Any) -> ProofOptions:
    rate, preset = draw(st.sampled_from(RATES)), draw(st.sampled_from(list(PRESETS)))
    queries, grinding = draw(st.integers(1, 6)), draw(st.integers(0, 3))
    return few(rate=rate, preset=preset, queries=queries, grinding=grinding, zero_knowledge=draw(st.booleans()))


@fixed(100)
@given(story=stories(), options=some_options())
def test_random_programs(story: Any, options: ProofOptions) -> None:
    program = told(story)
    air = program.definition.air
    assume(not story.broken(air, story.table(air.length)))  # else no trace of it satisfies its claims
    agreed(program, options, story.witness)


# Digests, lengths and shapes


def test_both_have_one_digest_and_one_header() -> None:
    for program, witness in (TEN | EXAMPLES).values():
        options = few(preset="compact", queries=2)
        proof = prove(program, options, witness)
        written = header(twin_groups(program, proof), options_of(options))
        assert bytes(proof).startswith(written) and len(written) == proof.header_length
        assert twin_verify(program, proof).header.groups[0].digest == program.digest


PROGRAMS = st.one_of(
    st.builds(Fibonacci, st.integers(1, 2**16)),
    st.builds(Cubes, st.integers(1, 2**12)),
    st.builds(Powers, st.integers(1, 20), st.integers(2, 2**12)),
    st.builds(LookAhead, st.integers(2, 2**12)),
    st.builds(Domains, st.integers(9, 2**10)),
    st.builds(Wide, st.integers(1, 40), st.integers(1, 2**14)),
)
ANY_OPTIONS = st.builds(
    ProofOptions,
    preset=st.sampled_from(list(PRESETS)),
    rate=st.sampled_from(RATES),
    security=st.integers(1, 128),
    grinding=st.integers(0, 32),
    zero_knowledge=st.booleans(),
    queries=st.just(0) | st.integers(1, 1023),
    allow_insecure=st.just(True),
)


@settings(max_examples=examples(60), deadline=None, derandomize=SAME, suppress_health_check=[HealthCheck.too_slow])
@given(program=PROGRAMS, options=ANY_OPTIONS)
def test_both_have_the_same_lengths_and_the_same_shape(program: TraceProgram, options: ProofOptions) -> None:
    air = program.definition.air
    groups = [(twin_program(program), (Public((0,) * (len(air.inputs) + len(air.outputs))),))]
    lengths = Lengths(physical_tables(groups), options.zero_knowledge)
    try:
        theirs = by_options(groups, options_of(options))(lengths)
    except NoShape:
        with pytest.raises(L2zkError):
            shape_of(options, [Group(air)])
        return
    ours = shape_of(options, [Group(air)])
    assert list(ours.lengths) == [*lengths.words(), *theirs.numbers()]
    assert header_of(program.definition, options).to_bytes() == header(groups, options_of(options))


def test_a_padded_trace_and_a_full_one_have_other_challenges() -> None:
    """Of 9 rows and of 16, with the same length: the header says it."""
    options = few()
    with warnings.catch_warnings():
        proofs = [prove(Fibonacci(rounds), options) for rounds in (8, 15)]
    assert [proof.steps for proof in proofs] == [9, 16]
    logs = [dict(twin_verify(Fibonacci(rounds), proof).log) for rounds, proof in zip((8, 15), proofs)]
    assert logs[0]["alpha"] != logs[1]["alpha"]

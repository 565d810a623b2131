"""The slow twin's proofs: they verify, and whatever is changed of them is refused (PROTOCOL 6, 7)."""

import dataclasses
import random
from functools import cache

import pytest
from air_by_hand import (
    TOY,
    K,
    P,
    cubes,
    cubes_trace,
    fibonacci,
    fibonacci_trace,
    proof_of,
    refused,
    small,
)
from reference import (
    GOLDILOCKS,
    Masks,
    Options,
    Prover,
    fri,
    header,
    prove,
    solve,
    verify,
)
from reference import air as ir
from reference.field import evaluate_extension_on, horner, interpolate_extension
from reference.shape import shape_for
from reference.transcript import u64

# 6, 7 Proofs


def test_fold_is_the_interpolant_at_beta():
    """A word of f(X) = sum of X^i f_i(X^a) folds to sum of beta^i f_i."""
    f, beta = [(i, i * i, 7) for i in range(32)], (3, 5, 8)
    word = evaluate_extension_on(GOLDILOCKS, f, 64)
    for a in (2, 4, 8):
        folded = [horner(K, f[j * a : j * a + a], beta) for j in range(32 // a)]
        assert fri.fold_word(GOLDILOCKS, word, a, beta) == evaluate_extension_on(GOLDILOCKS, folded, 64 // a)


SIZES = {1: 8, 2: 32, 4: 64, 8: 128}
PROGRAMS = {
    "fibonacci": lambda N: (fibonacci(N), fibonacci_trace(N)),
    "cubes": lambda N: (cubes(N), cubes_trace(N)),
}


@pytest.mark.parametrize("hiding", [0, 1])
@pytest.mark.parametrize("rounds", [0, 1, 2])
@pytest.mark.parametrize("s", [1, 2, 4, 8])
@pytest.mark.parametrize("program", ["fibonacci", "cubes"])
def test_proofs_verify(program, s, rounds, hiding):
    N = SIZES[s] * (1 if hiding or s == 1 else 2)
    air, statement = PROGRAMS[program](N)
    options = small(rows_per_leaf=s, zero_knowledge=hiding, blowup=4 if hiding else 2, final_rows=256)
    rows = solve(options, air).domain_length // s
    final_rows, folding = {0: (min(rows, 256), 8), 1: (rows // 4, 4), 2: (rows // 4, 2)}[rounds]
    options = dataclasses.replace(options, final_rows=final_rows, folding=folding)
    shape = solve(options, air)
    assert len(shape.arities) == rounds and shape.pieces == {"fibonacci": 1, "cubes": 2}[program]
    proof = proof_of(air, statement, options)
    verified = verify(
        air,
        proof,
        options=options,
        inputs=dict(zip(air.inputs, statement[1])),
        outputs=dict(zip(air.outputs, statement[2])),
    )
    assert verified.shape == shape
    wrong = {air.outputs[0]: statement[2][0] + 1}
    assert refused(air, proof, options=options, outputs=wrong) == 2


def test_prover_and_verifier_have_one_transcript():
    options = small(rows_per_leaf=2, final_rows=4, grinding=4)
    air, (trace, inputs, outputs) = fibonacci(64), fibonacci_trace(64)
    prover = Prover(air, trace, inputs, outputs, options=options)
    log = verify(air, prover.prove(), options=options).log
    assert log == prover.transcript.log
    assert [kind for kind, _ in log] == [
        1,
        2,
        "alpha",
        3,
        "zeta",
        4,
        "alpha_deep",
        "beta_0",
        5,
        "beta_1",
        6,
        7,
        "queries",
    ]


@cache
def tiny(hiding):
    air, options = fibonacci(8), small(queries=1, zero_knowledge=hiding, blowup=2, final_rows=4, grinding=2)
    return air, options, proof_of(air, fibonacci_trace(8), options)


@pytest.mark.parametrize("hiding", [0, 1])
def test_every_flipped_byte_is_refused(hiding):
    air, options, proof = tiny(hiding)
    verify(air, proof, options=options)
    for i in range(len(proof)):
        changed = bytearray(proof)
        changed[i] ^= 1 << i % 8
        refused(air, bytes(changed), options=options)
        refused(air, bytes(changed))


@pytest.mark.parametrize("hiding", [0, 1])
def test_truncated_and_extended_proofs_are_refused(hiding):
    air, options, proof = tiny(hiding)
    for end in range(len(proof)):
        refused(air, proof[:end], options=options)
    assert refused(air, proof + b"\0", options=options) == 8
    assert refused(air, b"", options=options) == 1
    assert refused(air, bytes(16 * 2**20 + 1)) == 1


def test_random_bytes_are_refused():
    air, _, proof = tiny(0)
    rng = random.Random(3)
    for _ in range(300):
        changed = bytearray(proof)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(proof))
            changed[at : at + rng.randrange(3)] = rng.randbytes(rng.randrange(9))
        if changed != proof:
            refused(air, bytes(changed))


def test_unreduced_elements_are_refused():
    air, options, proof = tiny(0)
    head = header.parse(proof, P)[1]
    changed = bytearray(proof)
    changed[head + 64 : head + 72] = u64(P)
    assert refused(air, bytes(changed), options=options) == 4
    changed = bytearray(proof)
    changed[head - 8 : head] = u64(P)
    assert refused(air, bytes(changed), options=options) == 1


def test_a_wrong_nonce_is_refused():
    air, options = fibonacci(8), small(blowup=2, grinding=12, final_rows=4)
    proof = proof_of(air, fibonacci_trace(8), options)
    at = header.parse(proof, P)[1] + 64 + 24 * 5 + 32 + 24 * solve(options, air).final_length
    assert refused(air, proof[:at] + u64(2**40) + proof[at + 8 :], options=options) == 7


def test_another_program_and_other_options_are_refused():
    air, options, proof = tiny(0)
    assert refused(cubes(8), proof) == 2
    assert (
        refused(
            dataclasses.replace(air, constraints=(*air.constraints[:-1], air.constraints[-2]), nodes=air.nodes[:-2]),
            proof,
        )
        == 2
    )
    assert refused(air, proof, options=dataclasses.replace(options, queries=2)) == 3
    assert refused(air, proof, least_bits=100) == 3
    verify(air, proof, least_bits=2)


# Cheating provers


class Unscrupulous(Prover):
    """Cuts the quotient and the final polynomial to size without looking at what it cuts off."""

    def cut(self, coefficients):
        return super().cut(coefficients[: self.shape.pieces * self.shape.piece_length])

    def final_polynomial(self, word):
        return interpolate_extension(self.field, word)[: self.shape.final_length]


@pytest.mark.parametrize("hiding", [0, 1])
@pytest.mark.parametrize("place", [(0, 0), (0, 5), (1, 5), (2, 1), (2, 13), (3, 15)])
def test_a_false_trace_is_refused(place, hiding):
    options, air = small(zero_knowledge=hiding), cubes(16)
    trace, inputs, outputs = cubes_trace(16)
    trace[place[0]][place[1]] += 1
    with pytest.raises(ValueError):
        proof_of(air, (trace, inputs, outputs), options)
    proof = proof_of(air, (trace, inputs, outputs), options, Unscrupulous)
    assert refused(air, proof, options=options) == 6


def test_a_free_cell_is_free():
    options, air = small(), cubes(16)
    trace, inputs, outputs = cubes_trace(16)
    trace[2][0] = 99  # c is bound on rows 1, 5, 9, 13 only
    verify(air, proof_of(air, (trace, inputs, outputs), options), options=options)


def test_a_wrong_public_value_is_refused():
    options, air = small(), fibonacci(16)
    trace, inputs, outputs = fibonacci_trace(16)
    proof = proof_of(air, (trace, inputs, (outputs[0] + 1,)), options, Unscrupulous)
    assert refused(air, proof, options=options) == 6


def test_values_of_no_polynomial_are_refused():
    class Liar(Unscrupulous):
        """Opens a column, and a piece that satisfies check 6 with it, at values that are not theirs."""

        def open_out_of_domain(self):
            values = super().open_out_of_domain()
            column, piece = values[0], values[2]
            assert self.shape.pieces == 1 and values[0] != values[2]
            return [K.add(column, (1, 0, 0)), values[1], self.corrected(piece), *values[3:]]

        def corrected(self, piece):
            """a stands in constraints 1 (with -1), 2 and 4 (with 1)."""
            terms = [(1, K.neg(K.embed(1))), (2, K.embed(1)), (4, K.embed(1))]
            for i, c in terms:
                inverse = ir.inverse_divisor(GOLDILOCKS, K, self.air.constraints[i].domain, 16, self.zeta)
                piece = K.add(piece, K.mul(K.mul(K.pow(self.alpha, i), c), inverse))
            return piece

    for final_rows in (4, 128):
        options = small(final_rows=final_rows, queries=20)
        proof = proof_of(fibonacci(16), fibonacci_trace(16), options, Liar)
        assert refused(fibonacci(16), proof, options=options) == 12


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 6, 7])
def test_an_omitted_absorb_is_refused(kind):
    class Forgetful(Prover):
        def absorb(self, kind_, data):
            if kind_ != kind:
                super().absorb(kind_, data)

    options = small(rows_per_leaf=2, final_rows=4, grinding=4)
    proof = proof_of(fibonacci(64), fibonacci_trace(64), options, Forgetful)
    refused(fibonacci(64), proof, options=options)


# Given challenges, and another field


def test_interactive_proof():
    challenges = {
        "alpha": (1, 2, 3),
        "zeta": (4, 5, 6),
        "alpha_deep": (7, 8, 9),
        "beta_1": (1, 1, 1),
        "queries": [3, 3, 17],
    }
    air, options = fibonacci(16), small(final_rows=4, grinding=30)
    proof = proof_of(air, fibonacci_trace(16), options, challenges=challenges)
    log = verify(air, proof, options=options, challenges=challenges).log
    assert dict(entry for entry in log if isinstance(entry[0], str)) == challenges
    refused(air, proof, options=options)


@pytest.mark.parametrize("hiding", [0, 1])
def test_toy_field(hiding):
    """p = 17, N = 4, L = 3 <order 8>: 4.2 has no such shape with hiding, so it is written down."""
    air = fibonacci(4)
    shape = shape_for(small(blowup=2, queries=1), air, 1, 1, TOY)
    if hiding:
        shape = dataclasses.replace(
            shape, zero_knowledge=True, mask_length=2, piece_length=5, degree_bound=6, final_length=5
        )
    assert shape.domain_size == 8
    trace, inputs, outputs = fibonacci_trace(4, p=17)
    challenges = [(1, 2), (3, 4), (5, 6), [3]]
    masks = Masks.random(shape, TOY, random.Random(1)) if hiding else None
    proof = prove(
        air,
        trace,
        inputs,
        outputs,
        options=small(blowup=2, queries=1),
        masks=masks,
        challenges=challenges,
        field=TOY,
        shape=shape,
    )
    verify(air, proof, challenges=challenges, field=TOY, shape=shape)
    challenges[3] = [4]
    refused(air, proof, challenges=challenges, field=TOY, shape=shape)


# Default options


@pytest.mark.parametrize("hiding", [0, 1])
def test_default_options(hiding):
    air, options = fibonacci(256), Options(zero_knowledge=hiding)
    proof = proof_of(air, fibonacci_trace(256), options)
    verify(air, proof, options=options, least_bits=128)

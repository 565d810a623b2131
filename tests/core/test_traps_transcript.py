"""Traps of the transcript: what is not absorbed, absorbed too late or as something else; challenges used twice."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise

import pytest
import reference
from cheats import K, Liar, P, Unscrupulous, out_of_domain_gap, slope, twin_air
from false_proofs import FALSE_OUTPUT, OPTIONS, PROGRAM, Deaf, mistaken_verifier_accepts, proof_by, refusal
from reference import GOLDILOCKS, Prover, Transcript, tree
from reference.field import Element
from reference.transcript import FINAL, NONCE, SEED, VALUES, ground, u64

from l2zk import TraceZkVm


def test_the_honest_prover_is_accepted() -> None:
    data = proof_by(Prover)
    TraceZkVm(OPTIONS).check_proof(PROGRAM, data)
    log = reference.verify(twin_air(PROGRAM), data).log
    assert {kind for kind, _ in log} == {
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        "alpha",
        "zeta",
        "alpha_deep",
        "beta_0",
        "beta_1",
        "beta_2",
        "queries",
    }


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 6])
def test_a_message_that_is_not_absorbed_is_refused(kind: int) -> None:
    deaf = Deaf(lambda k, data: None if k == kind else data)
    data = proof_by(Prover, transcript=deaf)
    mistaken_verifier_accepts(data, deaf)
    refusal(data)


SEED_PARTS = (
    *[
        (name, slice(*at))
        for name, at in {
            "magic": (0, 4),
            "version": (4, 8),
            "options": (8, 24),
            "digest": (24, 56),
            "id": (56, 77),
            "rows": (77, 85),
            "parameters": (85, 103),
            "inputs": (103, 127),
            "outputs": (127, 144),
        }.items()
    ],
    *[(f"integer {i} of the shape", slice(144 + 8 * i, 152 + 8 * i)) for i in range(16)],
)


def test_the_parts_of_the_seed_are_all_of_it() -> None:
    seed = dict(reference.verify(twin_air(PROGRAM), proof_by(Prover)).log)[SEED]
    assert SEED_PARTS[-1][1].stop == len(seed)
    assert all(one.stop == two.start for (_, one), (_, two) in pairwise(SEED_PARTS))
    cut = {name: seed[where] for name, where in SEED_PARTS}
    assert cut["options"] == OPTIONS.to_bytes() and cut["digest"] == PROGRAM.digest and cut["rows"] == u64(64)
    assert PROGRAM.id.encode() in cut["id"] and b"rounds" in cut["parameters"] and b"result" in cut["outputs"]


@pytest.mark.parametrize("where", [where for _, where in SEED_PARTS], ids=[name for name, _ in SEED_PARTS])
def test_a_part_of_the_statement_that_is_not_absorbed_is_refused(where: slice) -> None:
    deaf = Deaf(lambda kind, data: data[: where.start] + data[where.stop :] if kind == SEED else data)
    data = proof_by(Prover, transcript=deaf)
    mistaken_verifier_accepts(data, deaf)
    refusal(data)


@pytest.mark.parametrize("kind", [2, 3, 4, 5, 6])
def test_a_message_that_is_absorbed_only_as_a_digest_is_refused(kind: int) -> None:
    deaf = Deaf(lambda k, data: tree.h3(data) if k == kind else data)
    data = proof_by(Prover, transcript=deaf)
    mistaken_verifier_accepts(data, deaf)
    refusal(data)


@pytest.mark.parametrize("kind", [1, 2, 3, 4, 5, 6, 7])
def test_a_message_of_another_kind_is_refused(kind: int) -> None:
    class Mumbling(Prover):
        def absorb(self, kind_: int, data: bytes) -> None:
            super().absorb(8 if kind_ == kind else kind_, data)

    refusal(proof_by(Mumbling))


class Thrifty(Transcript):
    """Gives an earlier challenge again in place of a new one."""

    def __init__(self, name: str, earlier: str) -> None:
        super().__init__(GOLDILOCKS)
        self.name, self.earlier = name, earlier

    def challenge(self, name: str) -> Element:
        return self._record(name, dict(self.log)[self.earlier]) if name == self.name else super().challenge(name)

    def point(self, name: str) -> Element:
        return self._record(name, dict(self.log)[self.earlier]) if name == self.name else super().point(name)


@pytest.mark.parametrize(
    "name, earlier",
    [
        ("zeta", "alpha"),
        ("alpha_deep", "zeta"),
        ("alpha_deep", "alpha"),
        ("beta_0", "alpha_deep"),
        ("beta_1", "beta_0"),
        ("beta_1", "alpha"),
        ("beta_2", "beta_1"),
    ],
)
def test_a_challenge_used_twice_is_refused(name: str, earlier: str) -> None:
    thrifty = Thrifty(name, earlier)
    data = proof_by(Prover, transcript=thrifty)
    mistaken_verifier_accepts(data, thrifty)
    refusal(data)


class ChoosesFinalLate(Liar):
    """If the final polynomial is not absorbed, it is chosen after the queries, and bent to what they see."""

    def final_polynomial(self, word: Sequence[Element]) -> list[Element]:
        size, count = len(word), self.shape.final_length
        known = deepcopy(self.transcript)
        if self.shape.grinding:
            known.absorb(
                NONCE,
                u64(next(n for n in range(2**16) if ground(known.after(NONCE, u64(n)), self.shape.grinding))),
            )
        seen = {j % size for j in known.queries(self.shape.queries, self.shape.leaves)}
        points = [GOLDILOCKS.F.pow(GOLDILOCKS.F.root(size), j) for j in sorted(seen)]
        return through(points, [word[j] for j in sorted(seen)], count)


def through(points: Sequence[int], values: Sequence[Element], count: int) -> list[Element]:
    """The polynomial of fewer than len(points) <= count coefficients with these values, by Lagrange."""
    assert len(points) <= count
    total = [K.zero] * count
    for i, (x, value) in enumerate(zip(points, values)):
        product = [1]
        for k, other in enumerate(points):
            if k != i:
                scale = GOLDILOCKS.F.inv((x - other) % P)
                product = [(a - other * b) * scale % P for a, b in zip([0, *product], [*product, 0])]
        for t, c in enumerate(product):
            total[t] = K.add(total[t], K.scale(c, value))
    return total


def test_a_final_polynomial_chosen_after_the_queries_is_refused() -> None:
    """A false statement: a verifier that does not absorb the final polynomial believes it."""
    deaf = Deaf(lambda kind, data: None if kind == FINAL else data)
    data = proof_by(ChoosesFinalLate, transcript=deaf, outputs=FALSE_OUTPUT)
    mistaken_verifier_accepts(data, deaf)
    refusal(data)


class ChoosesValuesLate(Unscrupulous):
    """If the values are not absorbed, they are chosen after alpha_deep: two false ones cancel in the batch.

    With d and e added to column 0 and to the piece at zeta, the gap closes, and the batch's sum of false
    parts is alpha_deep^1·d + alpha_deep^(1 + w)·e = 0.
    """

    def open_out_of_domain(self) -> list[Element]:
        values, w = super().open_out_of_domain(), self.shape.columns
        alpha = deepcopy(self.transcript).challenge("alpha_deep")
        gap, steep, power = out_of_domain_gap(self, values), slope(self, values, 0), K.pow(alpha, w)
        d = K.neg(K.mul(K.mul(power, gap), K.inv(K.add(K.embed(1), K.mul(power, steep)))))
        e = K.add(gap, K.mul(steep, d))
        return [K.add(v, {0: d, w: e}.get(t, K.zero)) for t, v in enumerate(values)]


def test_values_chosen_after_the_batch_challenge_are_refused() -> None:
    """A false statement: a verifier that draws alpha_deep before it absorbs the values believes it."""
    deaf = Deaf(lambda kind, data: None if kind == VALUES else data)
    data = proof_by(ChoosesValuesLate, transcript=deaf, outputs=FALSE_OUTPUT)
    mistaken_verifier_accepts(data, deaf)
    refusal(data)

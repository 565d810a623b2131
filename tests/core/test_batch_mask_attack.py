"""The mask of the batch as a weapon: what keeps R from cancelling a false claim (PROTOCOL 6.7, 6.8, 10).

    word 1 = R + fold(G, beta_0),   G = sum over openings of alpha_deep^e (f_t(x) - value)/(x - g^o zeta)

The forger states a wrong Fibonacci result. At zeta a false value of column 0 makes the broken constraint
good, so that claim 0 is no polynomial; R = r - fold(claim 0), r a polynomial, takes it out again, if R may
follow what the claim is made of and the claim has R's own coefficient, 1. Two guards stand against that: R is
absorbed before zeta, and claims are counted from the power 1.

Here R has a tree of its own, so that the first guard can be lifted; either can be, from prover and verifier
alike.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from cheats import K, Unscrupulous, few, out_of_domain_gap, slope, twin_air, twin_options
from example_programs import Fibonacci
from reference import GOLDILOCKS, Masks, Refused, Transcript, solve
from reference.deep import Batch
from reference.field import Element, extension_bytes
from reference.fri import fold_word
from reference.header import Reader
from reference.transcript import VALUES
from reference.tree import Tree, root_of, siblings
from reference.verifier import Verifier

from l2zk import ProofError, ProofOptions, TraceZkVm

MASK_ROOT = 8  # the kind of the message that is R's root
PLACES = EARLY, AFTER_ZETA, AFTER_BETA_0, LAST = (
    "before zeta",
    "after zeta",
    "after beta_0, before alpha_deep",
    "after both",
)


@dataclass(frozen=True)
class Rules:
    """The place where R is absorbed, and opening 0's exponent. AFTER_BETA_0 draws beta_0 before alpha_deep."""

    absorbed: str = EARLY
    first: int = 1


class RulesTranscript(Transcript):
    """Absorbs R's root, which it asks for then, where the rules say."""

    def __init__(self, rules: Rules, rows_per_leaf: int, mask_root: Callable[[], bytes]):
        super().__init__(GOLDILOCKS)
        self.rules, self.rows_per_leaf, self.mask_root = rules, rows_per_leaf, mask_root

    def reach(self, place: str) -> None:
        if self.rules.absorbed == place:
            self.absorb(MASK_ROOT, self.mask_root())

    def point(self, name: str) -> Element:
        self.reach(EARLY)
        return super().point(name)

    def absorb(self, kind: int, data: bytes) -> None:
        super().absorb(kind, data)
        if kind == VALUES:
            self.reach(AFTER_ZETA)

    def challenge(self, name: str) -> Element:
        if name == "alpha_deep" and self.rules.absorbed == AFTER_BETA_0:
            self.beta_0 = super().challenge("beta_0")
            self.reach(AFTER_BETA_0)
        if name == "beta_0" and self.rules.absorbed == AFTER_BETA_0:
            return self.beta_0
        value = super().challenge(name)
        if name == ("beta_0" if self.rows_per_leaf > 1 else "alpha_deep"):
            self.reach(LAST)
        return value


class Forger(Unscrupulous):
    """Uses for R whatever is known when it is asked for, and leaves it out of the quotient tree."""

    rules: Rules

    def follow(self, rules: Rules) -> Forger:
        self.rules = rules
        self.transcript = RulesTranscript(rules, self.shape.rows_per_leaf, self.mask_root)
        return self

    def batch(self) -> Batch:
        return Batch(self.field, self.air, self.shape, self.zeta, self.values, self.alpha_deep, self.rules.first)

    def batch_mask(self) -> list[Element]:
        return [K.zero] * self.shape.leaves

    def open_out_of_domain(self) -> list[Element]:
        """Column 0's value is false by as much as the broken constraint needs."""
        values = super().open_out_of_domain()
        error = K.neg(K.mul(out_of_domain_gap(self, values), K.inv(slope(self, values, 0))))
        return [K.add(values[0], error), *values[1:]]

    def mask_root(self) -> bytes:
        self.mask_word = super().batch_mask()
        known = dict(entry for entry in self.transcript.log if isinstance(entry[0], str))
        if "zeta" in known:
            self.mask_word = [K.sub(r, v) for r, v in zip(self.mask_word, self.false_claim(known))]
        self.mask_leaves = [extension_bytes([value]) for value in self.mask_word]
        self.mask_tree = Tree(self.mask_leaves)
        return self.mask_tree.root

    def false_claim(self, known: dict[str, Element]) -> list[Element]:
        """alpha_deep^first (T(x) - value)/(x - zeta), folded; an unknown alpha_deep is 1, beta_0 is 0."""
        s, factor = self.shape.rows_per_leaf, K.pow(known.get("alpha_deep", K.embed(1)), self.rules.first)
        word = []
        for j, row in enumerate(self.rows):
            numerator = K.mul(factor, K.sub(K.embed(row[0]), self.values[0]))
            word.append(K.mul(numerator, K.inv(K.sub(K.embed(self.point(j)), self.zeta))))
        return fold_word(GOLDILOCKS, word, s, known.get("beta_0", K.zero)) if s > 1 else word

    def open(self, J: list[int]) -> bytes:
        return b"".join(
            [self.mask_tree.root, super().open(J), *[self.mask_leaves[j] for j in J], *self.mask_tree.open(J)]
        )


class RulesVerifier(Verifier):
    """The twin's but for the rules, and the opening of R's tree behind the others."""

    def __init__(self, rules: Rules, rows_per_leaf: int, proof: bytes):
        super().__init__(AIRS[rows_per_leaf], proof, GOLDILOCKS, None)
        self.rules, self.transcript = rules, RulesTranscript(rules, rows_per_leaf, lambda: self.mask_root)

    def batch(self) -> Batch:
        return Batch(self.field, self.air, self.shape, self.zeta, self.values, self.alpha_deep, self.rules.first)

    def read_fixed_part(self, body: Reader) -> None:
        super().read_fixed_part(body)
        self.mask_root = body.take(32)

    def openings_length(self, J: Sequence[int]) -> int:
        return super().openings_length(J) + 24 * len(J) + 32 * len(siblings(J, self.shape.leaves))

    def read_word_openings(self, body: Reader, J: Sequence[int]) -> None:
        super().read_word_openings(body, J)
        self.mask = dict(zip(J, self.elements(body, len(J))))
        self.mask_digests = [body.take(32) for _ in siblings(J, self.shape.leaves)]

    def check_input_trees(self, J: Sequence[int]) -> None:
        super().check_input_trees(J)
        leaves = {j: extension_bytes([value]) for j, value in self.mask.items()}
        if root_of(leaves, self.shape.leaves, self.mask_digests) != self.mask_root:
            raise Refused(9, "the opened values of R do not lead to its root")


PROGRAMS = {1: Fibonacci(15), 2: Fibonacci(31), 4: Fibonacci(63)}
AIRS = {s: twin_air(program) for s, program in PROGRAMS.items()}


def options_of(s: int) -> ProofOptions:
    return few(zero_knowledge=True, rows_per_leaf=s, queries=12 if s == 1 else 6, final_rows=8, folding=4)


def forgery(s: int, rules: Rules, lie: int = 1) -> bytes:
    """A proof by these rules of a result that is too great by `lie`."""
    program, options = PROGRAMS[s], twin_options(options_of(s))
    trace = TraceZkVm().trace(program).padded.tolist()
    result = trace[0][program.rounds] + lie
    masks = Masks.random(solve(options, AIRS[s]), GOLDILOCKS, random.Random(s))
    return Forger(AIRS[s], trace, (0, 1), (result,), options=options, masks=masks).follow(rules).prove()


def accepted(s: int, rules: Rules, proof: bytes) -> bool:
    try:
        RulesVerifier(rules, s, proof).run({}, {}, twin_options(options_of(s)), 0, None)
    except Refused as refusal:
        assert refusal.check in (9, 12)
        return False
    return True


def succeeds(s: int, absorbed: str, first: int) -> bool:
    """True if the forgery passes the verifier of the same rules; the real one refuses it."""
    rules = Rules(absorbed, first)
    proof = forgery(s, rules)
    with pytest.raises(ProofError):
        TraceZkVm(options_of(s)).check_proof(PROGRAMS[s], proof)
    return accepted(s, rules, proof)


@pytest.mark.parametrize(
    "s, absorbed",
    [(s, absorbed) for s in PROGRAMS for absorbed in PLACES if s > 1 or absorbed != AFTER_BETA_0],
)
@pytest.mark.parametrize("first", [0, 1])
def test_the_truth_is_accepted_by_all_rules(s: int, absorbed: str, first: int) -> None:
    """With one row a leaf there is no beta_0."""
    assert accepted(s, Rules(absorbed, first), forgery(s, Rules(absorbed, first), lie=0))


def test_one_row_a_leaf_either_guard_is_enough() -> None:
    assert succeeds(1, AFTER_ZETA, first=0)
    assert not succeeds(1, EARLY, first=0)
    assert not succeeds(1, AFTER_ZETA, first=1)
    assert not succeeds(1, EARLY, first=1)


@pytest.mark.parametrize("s", [2, 4])
def test_several_rows_a_leaf_either_guard_is_enough(s: int) -> None:
    """R must follow beta_0 too, or the parts of the folded claim with beta_0, beta_0^2 … remain."""
    assert succeeds(s, AFTER_BETA_0, first=0)
    assert not succeeds(s, AFTER_ZETA, first=0)
    assert not succeeds(s, EARLY, first=0)
    assert not succeeds(s, AFTER_BETA_0, first=1)
    assert not succeeds(s, EARLY, first=1)


@pytest.mark.parametrize("s", PROGRAMS)
def test_after_alpha_deep_nothing_helps(s: int) -> None:
    """So the second guard is one only as long as R precedes alpha_deep."""
    assert succeeds(s, LAST, first=0)
    assert succeeds(s, LAST, first=1)


@pytest.mark.parametrize("s", PROGRAMS)
@pytest.mark.parametrize("first", [0, 1])
def test_the_core_refuses_a_forger_who_keeps_its_format(s: int, first: int) -> None:
    """R in the quotient tree and everything absorbed in order: only the claims may be counted from 0."""

    class Early(Forger):
        batch_mask = Unscrupulous.batch_mask
        open = Unscrupulous.open
        rules = Rules(EARLY, first)

    program, options = PROGRAMS[s], options_of(s)
    trace = TraceZkVm().trace(program).padded.tolist()
    masks = Masks.random(solve(twin_options(options), AIRS[s]), GOLDILOCKS, random.Random(s))
    result = trace[0][program.rounds] + 1
    proof = Early(AIRS[s], trace, (0, 1), (result,), options=twin_options(options), masks=masks).prove()
    with pytest.raises(ProofError) as caught:
        TraceZkVm(options).check_proof(program, proof)
    assert caught.value.section in ("7.11", "7.12")

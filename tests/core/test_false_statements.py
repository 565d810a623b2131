"""False statements, proved as well as a cheating prover can, without any weakness of the transcript."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest
from cheats import K, Liar, P, Unscrupulous, few, twin_prover
from example_programs import Cubes, Domains, Fibonacci, LookAhead, Powers
from false_proofs import FALSE_OUTPUT, proof_by, refusal
from reference import GOLDILOCKS, Prover, tree
from reference.field import Element, extension_bytes, interpolate_extension
from reference.fri import fold_word, leaf_members
from reference.transcript import FRI_ROOT

from l2zk import TraceProgram, TraceZkVm


class ChoosesQueries(Unscrupulous):
    """Opens the leaves of its own choice."""

    def open(self, J: list[int]) -> bytes:
        return super().open(list(range(self.shape.queries)))


def test_queries_of_the_provers_choice_are_refused() -> None:
    refusal(proof_by(ChoosesQueries))


FALSE_ROWS = [
    (Cubes(63), (0, 0)),
    (Cubes(63), (0, 31)),
    (Cubes(63), (0, 63)),
    (LookAhead(63), (2, 1)),
    (LookAhead(63), (1, 40)),
    (Domains(64), (0, 0)),
    (Domains(64), (0, 33)),
    (Domains(64), (1, 63)),
    (Powers(3, 63), (0, 62)),
]


@pytest.mark.parametrize("program, cell", FALSE_ROWS, ids=repr)
def test_a_trace_with_one_false_cell_is_refused(program: TraceProgram, cell: tuple[int, int]) -> None:
    options = few(final_rows=8)
    trace = TraceZkVm(options).trace(program).padded.tolist()
    trace[cell[0]][cell[1]] = (trace[cell[0]][cell[1]] + 1) % P
    assert refusal(proof_by(Unscrupulous, program, options, trace=trace), program, options) == "7.6"


class Interpolates(Liar):
    """The whole last word, by more coefficients than there may be: wrapped around to their number."""

    def final_polynomial(self, word: Sequence[Element]) -> list[Element]:
        coefficients, count = interpolate_extension(self.field, word), self.shape.final_length
        wrapped = coefficients[:count]
        for i, c in enumerate(coefficients[count:]):
            wrapped[i % count] = K.add(wrapped[i % count], c)
        return wrapped


class FoldsLow(Liar):
    """Sends words of low degree in place of the folds."""

    def fold_words(self, word: list[Element]) -> None:
        rng = random.Random(1)
        super().fold_words([tuple([rng.randrange(P) for _ in range(3)])] * len(word))


class CommitsToOtherWord(Liar):
    """Commits to a constant word, and opens the true one."""

    def fold_words(self, word: list[Element]) -> None:
        super().fold_words([K.embed(1)] * len(word))
        self.words[0] = word
        for u, arity in enumerate(self.shape.arities):
            self.words[u + 1] = fold_word(self.field, self.words[u], arity, dict(self.transcript.log)[f"beta_{u + 1}"])


@pytest.mark.parametrize(
    "cheat, checks",
    [
        (Liar, {"7.12"}),
        (Interpolates, {"7.12"}),
        (FoldsLow, {"7.11"}),
        (CommitsToOtherWord, {"7.11"}),
    ],
)
def test_words_of_no_low_degree_are_refused(cheat: type[Prover], checks: set[str]) -> None:
    assert refusal(proof_by(cheat, outputs=FALSE_OUTPUT)) in checks


@pytest.mark.parametrize("coordinate", [0, 1, 2])
def test_every_coordinate_counts(coordinate: int) -> None:
    """A value at zeta, and the final polynomial, that are wrong in one coordinate alone."""
    unit = tuple([int(c == coordinate) for c in range(3)])

    class WrongAtZeta(Prover):
        def open_out_of_domain(self) -> list[Element]:
            values, piece = super().open_out_of_domain(), self.shape.columns
            return [K.add(v, unit) if t == piece else v for t, v in enumerate(values)]

        final_polynomial = Unscrupulous.final_polynomial

    class WrongAtTheEnd(Prover):
        def final_polynomial(self, word: Sequence[Element]) -> list[Element]:
            constant, *rest = super().final_polynomial(word)
            return [K.add(constant, unit), *rest]

    assert refusal(proof_by(WrongAtZeta)) == "7.6"
    assert refusal(proof_by(WrongAtTheEnd)) == "7.12"


def test_every_query_counts() -> None:
    """A final polynomial that is right at three of 16 points: refused unless all queries fall on them."""
    program, options, accepted = Fibonacci(15), few(final_rows=4), 0

    class WrongAtMost(Prover):
        def final_polynomial(self, word: Sequence[Element]) -> list[Element]:
            right = [GOLDILOCKS.F.pow(GOLDILOCKS.F.root(len(word)), j) for j in self.right]
            bump = [1]
            for x in right:
                bump = [(a - x * b) % P for a, b in zip([0, *bump], [*bump, 0])]
            return [K.add(a, K.embed(b)) for a, b in zip(super().final_polynomial(word), bump)]

    honest = TraceZkVm(options).prove(program)
    for first, second, third in itertools.combinations(range(0, 16, 2), 3):
        prover = twin_prover(program, honest, prover=WrongAtMost)
        prover.right = (first, second, third)
        data = prover.prove()
        seen = {j % 16 for j in dict(prover.transcript.log)["queries"]}
        accepted += seen <= set(prover.right)
        assert TraceZkVm(options).verify(program, data) is (seen <= set(prover.right))
    assert accepted < 5


class OneWrongValue(Prover):
    """Commits to word 1 with one value that is not that of the batch, and goes on as if it were."""

    wrong = 0

    def fold_words(self, word: list[Element]) -> None:
        [arity] = self.shape.arities
        committed = list(word)
        committed[self.wrong] = K.add(committed[self.wrong], K.embed(1))
        leaves = [extension_bytes(leaf_members(committed, i, arity)) for i in range(len(word) // arity)]
        self.fri_trees = [tree.Tree(leaves)]
        self.absorb(FRI_ROOT, self.fri_trees[-1].root)
        folded = fold_word(self.field, word, arity, self.transcript.challenge("beta_1"))
        self.words = [committed, folded]


def test_a_wrong_value_is_seen_in_the_last_of_many_leaves() -> None:
    """However many are looked at together: here it is behind the 512th, and nothing but the last check can see it."""
    program, options, leaves = Fibonacci(511), few(queries=1023, blowup=8, folding=4, final_rows=128), 1024
    honest = TraceZkVm(options).prove(program)
    for wrong in range(leaves - 1, 4 * leaves, leaves):
        prover = twin_prover(program, honest, prover=OneWrongValue)
        prover.wrong = wrong
        data = prover.prove()
        opened = set(dict(prover.transcript.log)["queries"])
        reached = sorted({j % leaves for j in opened})
        if wrong not in opened and reached[-1] == leaves - 1:
            assert len(reached) > 512
            assert refusal(data, program, options) == "7.12"
            return
    raise AssertionError("no draw of queries leaves the wrong value to the last check")


@pytest.mark.parametrize("which, section", [(0, "7.9"), (1, "7.9"), (2, "7.11")], ids=["trace", "quotient", "word 1"])
@pytest.mark.parametrize("byte", [0, 15, 16, 30, 31])
def test_every_byte_of_a_root_counts(which: int, section: str, byte: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A root that is stated and absorbed with one bit changed."""
    count, grow = itertools.count(), tree.Tree._grow

    def grow_wrong(self: tree.Tree, level: list[bytes]) -> None:
        grow(self, level)
        if next(count) == which:
            root = bytearray(self.levels[-1][0])
            root[byte] ^= 1
            self.levels[-1] = [bytes(root)]

    with monkeypatch.context() as patch:
        patch.setattr(tree.Tree, "_grow", grow_wrong)
        data = proof_by(Prover)
    assert refusal(data) == section


def test_a_false_statement_is_refused_by_all_but_the_odds() -> None:
    """One query at blowup 2 catches a word far from all polynomials about every other time."""
    options = few(queries=1, blowup=2, final_rows=8)
    caught = 0
    for seed in range(24):
        data = proof_by(Liar, Fibonacci(31), options, inputs=(0, 1), outputs=(seed,))
        caught += not TraceZkVm(options).verify(Fibonacci(31), data)
    assert caught >= 8

"""Each message is absorbed before the challenge behind it: where one is late, a false statement is proved."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from compare_core import Sides
from reference.algebra import ZERO, K, P, powers, product, root, total
from reference.forger import Forger, Late, balanced, solved
from reference.judge import judge
from reference.linear import solution
from reference.openings import Opening
from reference.small import SHAPES, ShapeOf
from reference.statement import Public
from reference.systems import cases, ranges, ranges_trace
from reference.transcript import Kind

CASES = {name: (groups, traces) for name, groups, traces in cases()}
OUT_OF_STEP, MISCOUNTED = (0, 1, 3), (1, 0, 3)
"""A cell of 'ranges' that constraints alone read, and one that a bus alone reads."""


def false(name: str, cell: Sequence[int], shape_of: ShapeOf = SHAPES["one later word"], hiding: bool = True) -> Forger:
    groups, traces = CASES[name]
    wrong = [[list(column) for column in table] for table in traces]
    table, column, row = cell
    wrong[table][column][row] += 1
    return Forger(groups, wrong, shape_of, hiding=hiding)


guards = pytest.mark.parametrize("guard", [True, False], ids=["in order", "late"])


class Order:
    """A forger of 'ranges' with one cell changed, against a build in which one message may be late."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, guard: bool) -> None:
        self.monkeypatch, self.guard = monkeypatch, guard

    def forger(
        self, cell: Sequence[int], kind: Kind, name: str, shape_of: ShapeOf = SHAPES["one later word"], **more: Any
    ) -> Forger:
        return self.late(false("ranges", cell, shape_of, **more), kind, name)

    def late(self, forger: Forger, kind: Kind, name: str) -> Forger:
        if not self.guard:
            forger.transcript = partial(Late, kind, name)
            self.monkeypatch.setattr("reference.proof.Transcript", lambda coins: Late(kind, name, coins))
        return forger

    def judge(self, forger: Forger, proof: bytes) -> None:
        """A build without the order accepts it; the core, which has the order, refuses it."""
        assert (forger.verify(proof) is None) == (not self.guard)
        sides = Sides(forger.groups, forger.traces, forger.shape_of, hiding=forger.hiding)  # type: ignore[arg-type]
        assert not sides.core_accepts(proof)


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch, guard: bool) -> Order:
    return Order(monkeypatch, guard)


class Blinded:
    """What stands when a committed vector has been folded: weights, values, and by how much the claim is false."""

    def __init__(self, forger: Forger) -> None:
        forger.prove({"late R": self.look})
        self.queries = [drawn for name, drawn in forger.speaker.transcript.log if name == "queries"]

    def look(self, committed: Any, c: K, share: K, claim: K, weights: list[K], f: list[K]) -> list[K]:
        self.weights, self.share = weights, share
        self.error = c * (claim - total([w * x for w, x in zip(weights, f)]))
        assert self.error != 0
        return committed.R


def after(forger: Forger, name: str, start: str) -> list[K]:
    """All challenges of a name behind the first of another."""
    log = forger.speaker.transcript.log
    at = [entry for entry, _ in log].index(start)
    return [x for entry, x in log[at:] if entry == name]


def multiple(points: Sequence[K], length: int) -> list[K]:
    """The coefficients of ∏ (Y − point), as many zeros before them as make up the length."""
    result = [K(1)]
    for y in points:
        result = [a - y * b for a, b in zip([ZERO, *result], [*result, ZERO])]
    return [ZERO] * (length - len(result)) + result


def queried(drawn: Sequence[int], log_size: int) -> list[K]:
    return [K(7 * pow(root(1 << log_size), j, P)) for j in drawn]


@guards
@pytest.mark.parametrize("shape", ["one later word", "two later words", "no later word"])
def test_the_tail_before_the_queries(order: Order, shape: str) -> None:
    """More coefficients than queries: those of a multiple of ∏ (Y − y) are seen by none of them."""
    forger = order.forger(OUT_OF_STEP, Kind.TAIL, "queries", SHAPES[shape])
    blinded = Blinded(forger)
    m = forger.shape.m
    unseen = multiple(queried(blinded.queries[0], forger.shape.log_n0), forger.shape.T)
    slope = total([w * x for w, x in zip(blinded.weights[m:], unseen)])
    factor = blinded.error * slope.inverse()
    proof = forger.prove({Kind.TAIL: lambda tail: [t + factor * x for t, x in zip(tail, unseen)]})
    order.judge(forger, proof)


@guards
def test_R_before_c(order: Order) -> None:
    forger = order.forger(OUT_OF_STEP, Kind.ROOT, "c")
    blinded = Blinded(forger)
    R = forger.masks["R"]
    R[2] = R[2] + blinded.error * blinded.weights[2].inverse()
    order.judge(forger, forger.prove({Kind.MU: lambda share: [blinded.share]}))


@guards
def test_the_share_of_R_before_c(order: Order) -> None:
    forger = order.forger(OUT_OF_STEP, Kind.MU, "c")
    blinded = Blinded(forger)
    order.judge(forger, forger.prove({Kind.MU: lambda share: [share[0] - blinded.error]}))


def gamma(forger: Forger) -> K:
    return next(x for name, x in forger.speaker.transcript.log if name == "gamma")


@guards
def test_sigma_before_gamma(order: Order) -> None:
    """σ takes up what all claims together are off by."""
    forger = order.forger(OUT_OF_STEP, Kind.SIGMA, "gamma")
    forger.prove()
    factors = powers(gamma(forger), len(forger.claims) + 1)[1:]
    gap = total([factor * forger.dense_gap(claim) for factor, claim in zip(factors, forger.claims)])
    order.judge(forger, forger.prove({Kind.SIGMA: lambda sigma: [sigma[0] - gap]}))


@pytest.mark.parametrize("guard", [True, False], ids=["from 1", "from 0"])
@pytest.mark.parametrize(("name", "cell"), [("16 rows", (0, 1, 3)), ("ranges", MISCOUNTED)])
def test_sigma_has_a_factor_of_its_own(order: Order, name: str, cell: Sequence[int]) -> None:
    """With the powers of gamma from 0 on for the claims, σ takes up any lie of the first."""
    if not order.guard:
        for module in ("commitment", "openings"):
            order.monkeypatch.setattr(f"reference.{module}.claim_factors", powers)
    forger = false(name, cell)
    cheat = {Kind.SIGMA: lambda sigma: [sigma[0] - forger.dense_gap(forger.claims[0])]}
    order.judge(forger, forger.prove(cheat))


@guards
def test_values_before_gamma(order: Order) -> None:
    """One value changed: its own claim and that of the sumcheck of rows cancel what was false."""
    forger = order.forger(OUT_OF_STEP, Kind.VALUES, "gamma")
    forger.prove()
    factors = powers(gamma(forger), len(forger.claims) + 1)[1:]

    def fit(values: list[K]) -> list[K]:
        def off(values: list[K]) -> K:
            return total([factor * forger.gap(claim) for factor, claim in zip(factors, forger.linear(*values))])

        return solved(values, off)

    order.judge(forger, forger.prove({Kind.VALUES: fit}))


@guards
def test_openings_before_their_mix(order: Order) -> None:
    """Two openings changed: the constraints hold, and their mix is what it was."""
    forger = order.forger(OUT_OF_STEP, Kind.OPENINGS, "xi")
    forger.prove()
    [xi] = [x for name, x in forger.speaker.transcript.log if name == "xi"]
    number, weights = forger.lengths.layers, powers(xi, forger.lengths.openings)

    def fit(values: list[K]) -> list[K]:
        return balanced(values, weights, lambda values: forger.off(forger.audit(*values).settled[number]))

    order.judge(forger, forger.prove({Kind.OPENINGS: fit}))


@guards
def test_values_of_a_layer_before_their_combination(order: Order) -> None:
    forger = order.forger(MISCOUNTED, Kind.LAYER_VALUES, "lambda")
    forger.prove()
    mu, lambda_ = drawn(forger, "mu", "mu"), drawn(forger, "lambda", "lambda")
    weights = [1 - mu, mu, lambda_ * (1 - mu), lambda_ * mu]
    layers = iter(range(forger.lengths.layers))

    def fit(values: list[K]) -> list[K]:
        if next(layers):
            return values
        return balanced(values, weights, lambda values: forger.off(forger.audit(*values).settled[0]))

    order.judge(forger, forger.prove({Kind.LAYER_VALUES: fit}))


def drawn(forger: Forger, name: str, after: str) -> K:
    """The first challenge of this name behind the first of another."""
    names = [entry for entry, _ in forger.speaker.transcript.log]
    return forger.speaker.transcript.log[names.index(name, names.index(after))][1]


def first_factor(forger: Forger, kind: Kind) -> K:
    """With what factor the first element of the first message of a kind stands in the claim after it."""
    if kind == Kind.Q:
        return drawn(forger, "x", "x") ** (1 << forger.lengths.skipped) - 1
    after, target = {Kind.LAYER: ("artificial", "artificial"), Kind.ROUND: ("x", "tau"), Kind.ROW_ROUND: ("xi", "")}[
        kind
    ]
    half = K(pow(2, -1, P))
    return drawn(forger, "r", after) - (drawn(forger, target, target) if target else half)


@guards
@pytest.mark.parametrize("hiding", [True, False])
@pytest.mark.parametrize(
    ("kind", "name", "cell"),
    [
        (Kind.LAYER, "r", MISCOUNTED),
        (Kind.Q, "x", OUT_OF_STEP),
        (Kind.ROUND, "r", OUT_OF_STEP),
        (Kind.ROW_ROUND, "r", OUT_OF_STEP),
    ],
)
def test_a_round_before_its_challenge(order: Order, kind: Kind, name: str, cell: Sequence[int], hiding: bool) -> None:
    forger = order.forger(cell, kind, name, hiding=hiding)
    layers = forger.lengths.layers
    number = {Kind.LAYER: 0, Kind.ROW_ROUND: layers + 1}.get(kind, layers)

    def fitted() -> dict[Any, Any]:
        return {Kind.OPENINGS: forger.fitting(layers)} if kind == Kind.ROW_ROUND else {}

    forger.prove(fitted())
    off = forger.off(forger.audit().settled[number])
    assert off != 0
    more = iter([-off * first_factor(forger, kind).inverse()])
    proof = forger.prove({**fitted(), kind: lambda values: [values[0] + next(more, ZERO), *values[1:]]})
    order.judge(forger, proof)


@guards
def test_masks_before_the_messages_that_they_hide(order: Order) -> None:
    """A mask that is fixed when all is said makes its own claim true."""
    forger = order.forger(OUT_OF_STEP, Kind.ROOT, "xi")
    said: list[list[K]] = []
    forger.prove({Kind.Q: lambda values: said.append(values) or values})
    claim = forger.audit().settled[forger.lengths.layers]
    e = min(claim.form)
    masks = forger.masks["argument"]
    masks[e] = masks[e] + forger.off(claim) * claim.form[e].inverse()
    order.judge(forger, forger.prove({Kind.Q: lambda values: said[0]}))


@guards
def test_the_root_before_the_challenges_of_lookups(order: Order) -> None:
    """16 is asked for, and is not in the table: three multiplicities solve the one equation over K."""
    public, traces = ranges_trace(16, 1, 1)
    forger = order.late(Forger([(ranges(16), (public,))], traces), Kind.ROOT, "eta")
    forger.prove()
    psi, eta = drawn(forger, "psi", "psi"), drawn(forger, "eta", "eta")
    fractions = [(psi - 1 - eta * v).inverse() for v in (0, 1, 2)]
    asked = total([(psi - 1 - eta * v).inverse() for v in (16, 15 - 16, 16)])
    more = solution([[x.c[i] for x in fractions] for i in range(3)], list(asked.c))
    for row, count in enumerate(more):
        traces[1][0][row] += count
    assert judge(forger.groups, traces)
    order.judge(forger, forger.prove())


# The later words


@guards
def test_a_round_of_the_commitment_before_its_challenge(order: Order) -> None:
    forger = order.forger(OUT_OF_STEP, Kind.FOLD_ROUND, "r")
    forger.prove()
    gap = total([f * forger.dense_gap(c) for f, c in zip(powers(gamma(forger), 99)[1:], forger.claims)])
    r = after(forger, "r", "gamma")[0]
    more = iter([-gap * r * (1 - r - r).inverse()])
    proof = forger.prove({Kind.FOLD_ROUND: lambda said: [said[0] + next(more, ZERO), said[1]]})
    order.judge(forger, proof)


@guards
def test_a_later_word_before_the_queries(order: Order) -> None:
    """Another message, which agrees with the first where it is asked for."""
    forger = order.forger(OUT_OF_STEP, Kind.WORD, "queries")
    blinded = Blinded(forger)
    m = forger.shape.m
    asked = [*after(forger, "z", "c"), *queried(blinded.queries[0], forger.shape.log_n0)]
    unseen = multiple(asked, m)
    factor = blinded.error * total([w * x for w, x in zip(blinded.weights, unseen)]).inverse()

    def other(committed: Any, *given: Any) -> list[K]:
        return [R + factor * x for R, x in zip(committed.R, unseen)] + committed.R[m:]

    order.judge(forger, forger.prove({"late R": other}))


@guards
def test_an_answer_before_the_factors_of_a_word(order: Order) -> None:
    forger = order.forger(OUT_OF_STEP, Kind.ANSWER, "gamma")
    blinded = Blinded(forger)
    change = blinded.error * after(forger, "gamma", "z")[0].inverse()
    order.judge(forger, forger.prove({Kind.ANSWER: lambda answer: [answer[0] - change]}))


@guards
def test_final_coefficients_before_the_last_queries(order: Order) -> None:
    forger = order.forger(OUT_OF_STEP, Kind.FINAL, "queries")
    blinded = Blinded(forger)
    [word] = forger.shape.words
    weights: list[list[K]] = []
    known = Opening.weights
    order.monkeypatch.setattr(Opening, "weights", lambda self: weights.append(known(self)) or weights[-1])
    assert forger.verify(forger.prove()) == "the claims do not hold"
    unseen = multiple(queried(blinded.queries[1], word.log_n), 1 << forger.shape.fin)
    error = product([blinded.error, *after(forger, "r", "z")])
    factor = error * total([w * x for w, x in zip(weights[-1], unseen)]).inverse()
    order.judge(forger, forger.prove({Kind.FINAL: lambda said: [a + factor * x for a, x in zip(said, unseen)]}))


@guards
def test_public_values_before_the_challenges(order: Order) -> None:
    """Three public values solve the one equation over K that a wrong quotient leaves."""
    [(program, (public,))], traces = CASES["16 rows"]
    said: list[list[K]] = []
    bend = {Kind.Q: lambda values: said.append([values[0] + 1, *values[1:]]) or said[0]}

    def forger(scalars: Sequence[int]) -> Forger:
        made = Forger([(program, (Public(tuple(scalars)),))], traces, masks=masks)
        return order.late(made, Kind.SEED, "x")

    def off(scalars: Sequence[int]) -> K:
        made = forger(scalars)
        made.prove(bend)
        return made.off(made.audit().settled[0])

    masks = Forger(*CASES["16 rows"]).masks
    at = off(public.scalars)
    slopes = [off([v + int(i == j) for j, v in enumerate(public.scalars)]) - at for i in range(3)]
    found = solution([[x.c[i] for x in slopes] for i in range(3)], list((-at).c))
    assert found is not None
    last = forger([v + d for v, d in zip(public.scalars, found)])
    assert judge(last.groups, traces)
    order.judge(last, last.prove(bend))

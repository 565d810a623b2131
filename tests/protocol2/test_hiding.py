"""What a proof of protocol 2 says and opens would be the same of another witness: the masks are solved for."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from protocol2.algebra import ONE, ZERO, K
from protocol2.forger import Forger
from protocol2.judge import judge
from protocol2.linear import rank
from protocol2.proof import verify
from protocol2.simulator import simulated
from protocol2.small import SHAPES, ShapeOf, small
from protocol2.statement import Group, Public
from protocol2.swaps import Swap, are_values, messages, seen, short
from protocol2.systems import (
    Traces,
    calls,
    calls_trace,
    cases,
    domains,
    domains_trace,
    fibonacci,
    many,
    one,
    posted,
    posted_trace,
    powers_of,
    powers_trace,
    ranges,
    ranges_trace,
)
from protocol2.transcript import Transcript

Pair = tuple[str, list[Group], Traces, Traces]


class Distinct(Transcript):
    """Coins whose points are all different: the most that a proof can open."""

    def points(self, count: int, size: int) -> list[int]:
        drawn: set[int] = set()
        while len(drawn) < count:
            drawn.add(self.word() % size)
        self.log.append(("queries", sorted(drawn)))
        return sorted(drawn)


def calls_ending(asked: list[int]) -> Traces:
    """The tall table's last call is for 5³."""
    traces = calls_trace(64, 8, asked)[1]
    (x, y), (known, _, _, count, _) = traces
    count[known.index(x[-1])] -= 1
    count[known.index(5)] += 1
    x[-1], y[-1] = 5, 125
    return traces


def pairs() -> Iterator[Pair]:
    """Statements that leave their witness free, each with two witnesses."""
    rng = random.Random(5)
    a, b = (one("", powers_of(16, 7), powers_trace(16, 7, 55, rng)) for _ in range(2))
    yield "degree 7", a[1], a[2], b[2]
    a, b = (one("", ranges(16), made) for made in (ranges_trace(16, 0, 1), ranges_trace(16, 15, 0)))
    yield "ranges", a[1], a[2], b[2]
    statement, _ = calls_trace(64, 8, [5])
    yield "calls", [(calls(64, 8), (statement,))], calls_ending([3, 5, 11]), calls_ending([2, 7, 5])
    a, b = (one("", posted(8), posted_trace(8, (9, 1), places, rng)) for places in ((5, 2), (0, 7)))
    yield "posted", a[1], a[2], b[2]
    a, b = (one("", domains(16), domains_trace(16, rng)) for _ in range(2))
    yield "domains", a[1], a[2], b[2]
    values = ((9, 1), (4, 8))
    a, b = (many("", posted(8), [posted_trace(8, v, at, rng) for v in values]) for at in ((1, 6), (2, 3)))
    yield "stacked messages", a[1], a[2], b[2]


PAIRS = {name: rest for name, *rest in pairs()}


def forger(name: str, shape_of: ShapeOf = SHAPES["one later word"]) -> tuple[Forger, Traces]:
    groups, first, second = PAIRS[name]
    assert first != second and not judge(groups, first) and not judge(groups, second)
    made = Forger(groups, first, shape_of, coins=b"coins")
    made.transcript = lambda: Distinct(b"coins")
    return made, second


# The argument


@pytest.mark.parametrize("name", ["2 rows", "tables of 2 rows"])
def test_each_mask_hides_its_own_element(name: str) -> None:
    """The map from masks to what is said is one to one: each coefficient has its own, and so has each value."""
    tiny = one("tables of 2 rows", calls(2, 2), calls_trace(2, 2, [3, 5]))
    groups, traces = {case: rest for case, *rest in (*cases(), tiny)}[name]
    forger = Forger(groups, traces, coins=b"coins")
    masks, values = forger.masks["argument"], are_values(forger.lengths)
    before = messages(forger, traces, masks)
    assert len(before) == len(masks) == len(values)
    for e, value in enumerate(values):
        moved = [messages(forger, traces, [m + d * (i == e) for i, m in enumerate(masks)]) for d in (1, 2)]
        once, twice = ([a - b for a, b in zip(said, before)] for said in moved)
        assert once[e] != 0 and twice[e] == once[e] + once[e]
        others = [x for i, x in enumerate(once) if i != e and x != 0 and (values[i] or not value)]
        assert not others and (value or once[e] == 1)


class Unlucky(Transcript):
    """Coins that make every coordinate 0, where that is not refused."""

    def draw(self, name: str, refused=lambda x: False) -> K:  # type: ignore[no-untyped-def]
        return ZERO if name == "r" and not refused(ZERO) else super().draw(name, refused)


@pytest.mark.parametrize("guard", [True, False], ids=["drawn again", "taken"])
def test_a_last_coordinate_of_0_would_show_values(guard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = forger("posted")
    made.transcript = lambda: Unlucky(b"coins")
    if not guard:
        monkeypatch.setattr("protocol2.by_rows.is_bit", lambda x: False)
    values = are_values(made.lengths)
    said = [messages(made, made.traces, [mask] * len(values)) for mask in (ZERO, ONE)]
    for value, a, b in zip(values, *said):
        assert (a == b) == (value and not guard)


# The whole proof


@pytest.mark.parametrize("name", PAIRS)
def test_a_proof_of_one_witness_is_one_of_another(name: str) -> None:
    made, other = forger(name)
    swap = Swap(made, other)
    tails = swap.tails()
    assert tails is not None
    proof = swap.proof(tails, swap.R(tails))
    assert proof[:32] != swap.first[:32] and seen(made, proof) == seen(made, swap.first)
    plain = [Forger(made.groups, traces, hiding=False).prove() for traces in (made.traces, other)]
    assert plain[0] != plain[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_proofs_of_every_shape(shape: str) -> None:
    made, other = forger("posted", SHAPES[shape])
    swap = Swap(made, other)
    tails = swap.tails()
    assert tails is not None
    assert seen(made, swap.proof(tails, swap.R(tails))) == seen(made, swap.first)


def test_each_message_position_of_R_is_needed() -> None:
    for place in (0, 7, 15):
        made, other = forger("posted")
        made.masks["R"][place] = ZERO
        swap = Swap(made, other)
        tails = swap.tails()
        assert tails is not None
        R = swap.R(tails)
        R[place] = ZERO
        assert seen(made, swap.proof(tails, R)) != seen(made, swap.first)


def test_each_mask_of_a_message_is_needed() -> None:
    """With one mask kept, what it hides tells the witnesses apart."""
    made, other = forger("posted")
    swap = Swap(made, other)
    rng = random.Random(2)
    moved = [e for e, (a, b) in enumerate(zip(made.masks["argument"], swap.masks)) if a != b]
    assert len(moved) > len(swap.masks) * 0.8
    for e in rng.sample(moved, 12):
        kept = [*swap.masks[:e], made.masks["argument"][e], *swap.masks[e + 1 :]]
        assert messages(made, other, kept)[e] != swap.said[e]


CUTS = [(7, 2, 1, 0), (6, 3, 1, 0), (5, 5, 1, 3), (4, 10, 3, 3)]
"""log m, columns, by how many rows a tail is longer than it must be, the first cell that must be."""


@pytest.mark.parametrize(("log_m", "columns", "slack", "first"), CUTS)
def test_sumcheck_cells(log_m: int, columns: int, slack: int, first: int) -> None:
    """Six cells a column say all that the commitment's first rounds can say; with five, few columns cannot."""
    made, other = forger("posted", small(log_m, log_m + 2))
    assert made.shape.columns == columns
    swap = Swap(made, other)
    rows = {q: [swap.cell_effect(i, q) for i in range(columns)] for q in range(6)}
    said = 3 * (1 + 2 * made.shape.kappa)
    assert rank([row for q in range(6) for row in rows[q]]) == said
    for left_out in range(first, 6):
        assert rank([row for q in range(6) if q != left_out for row in rows[q]]) < said


@pytest.mark.parametrize(("log_m", "columns", "slack", "first"), CUTS)
def test_tails_at_their_least_length(log_m: int, columns: int, slack: int, first: int) -> None:
    """Six cells are more than must be: shorter tails are noticed only where the slack ends."""
    for cut in (slack, slack + 1):
        shape_of = small(log_m, log_m + 2)
        made, other = forger("posted", lambda lengths, shape_of=shape_of, cut=cut: short(shape_of(lengths), cut))
        swap = Swap(made, other)
        tails = swap.tails_together()
        assert (tails is not None) == (cut == slack)
        if tails:
            assert seen(made, swap.proof(tails, swap.R(tails))) == seen(made, swap.first)


# The simulator


@pytest.mark.parametrize("name", PAIRS)
def test_a_simulated_proof_is_accepted(name: str) -> None:
    groups, *_ = PAIRS[name]
    proof = simulated(groups, SHAPES["one later word"], b"coins", random.Random(name))
    assert verify(groups, proof, SHAPES["one later word"], coins=b"coins") is None
    assert verify(groups, proof, SHAPES["one later word"]) is not None


@pytest.mark.parametrize("shape", SHAPES)
def test_a_simulated_proof_of_a_false_statement(shape: str) -> None:
    """The simulator has no witness, and needs none to exist."""
    groups: list[Group] = [(posted(8), (Public((9, 1)),)), (fibonacci(8), (Public((1, 1, 1)),))]
    proof = simulated(groups, SHAPES[shape], b"coins", random.Random(shape))
    assert verify(groups, proof, SHAPES[shape], coins=b"coins") is None
    assert verify(groups, proof, SHAPES[shape], coins=b"other coins") is not None

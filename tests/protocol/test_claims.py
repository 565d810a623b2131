"""What the claims must hold: every settled one, every column's, every mask; degrees; selectors and indicators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from reference.algebra import K, P, bits, eq_table, lagrange, product, root, total
from reference.argument import Argument
from reference.by_rows import ByRows, Cube, say_rounds
from reference.closed import classes_of, selector
from reference.forger import Forger
from reference.judge import judge
from reference.lengths import Classes, Part
from reference.small import SHAPES
from reference.statement import Domain, Interaction, Message, Physical, Program, Public, Table
from reference.systems import (
    cases,
    column,
    fibonacci,
    fibonacci_trace,
    minus,
    names,
    one,
    public,
    row,
    times,
    transitions,
)
from reference.transcript import Kind, Listener

CASES = {name: (groups, traces) for name, groups, traces in cases()}
OUT_OF_STEP, MISCOUNTED = (0, 1, 3), (1, 0, 3)

guards = pytest.mark.parametrize("guard", [True, False], ids=["guarded", "unguarded"])


def false(cell: Sequence[int]) -> Forger:
    groups, traces = CASES["ranges"]
    wrong = [[list(c) for c in table] for table in traces]
    table, number, place = cell
    wrong[table][number][place] += 1
    return Forger(groups, wrong)


def accepted(forger: Forger) -> bool:
    return forger.verify(forger.prove()) is None


# Claims and masks that are left out


def fitted_before(forger: Forger, number: int) -> dict[Any, Any]:
    """What is false is moved on to the claim that is settled as this number."""
    layers = forger.lengths.layers
    if number > layers:
        return {Kind.OPENINGS: forger.fitting(layers)}
    fit, count = forger.fitting(0), iter(range(layers))
    return {Kind.LAYER_VALUES: lambda values: fit(values) if next(count) < number else values}


@guards
@pytest.mark.parametrize(
    ("claim", "cell"),
    [(f"layer {n}", MISCOUNTED) for n in (0, 1, 5)] + [("zerocheck", OUT_OF_STEP), ("rows", OUT_OF_STEP)],
)
def test_no_settled_claim_may_be_left_out(
    monkeypatch: pytest.MonkeyPatch, guard: bool, claim: str, cell: Sequence[int]
) -> None:
    forger = false(cell)
    layers = forger.lengths.layers
    number = {"zerocheck": layers, "rows": layers + 1}.get(claim) or int(claim[-1])
    settle = Argument.settle

    def all_but_one(self: Any, said: Any) -> None:
        self.count = getattr(self, "count", -1) + 1
        if self.count != number:
            settle(self, said)

    if not guard:
        monkeypatch.setattr(Argument, "settle", all_but_one)
    assert (forger.verify(forger.prove(fitted_before(forger, number))) is None) == (not guard)


@guards
def test_no_claim_of_a_column_may_be_left_out(monkeypatch: pytest.MonkeyPatch, guard: bool) -> None:
    rows = Argument.rows

    def all_but_one(self: Any, *claims: Any) -> None:
        rows(self, *claims)
        self.claims = [claim for claim in self.claims if claim.column != (0, 0)]

    if not guard:
        monkeypatch.setattr(Argument, "rows", all_but_one)
    forger = false(OUT_OF_STEP)
    assert (forger.verify(forger.prove(forger.fitted())) is None) == (not guard)


MASKED = [Kind.LAYER, Kind.LAYER_VALUES, Kind.Q, Kind.ROUND, Kind.OPENINGS, Kind.ROW_ROUND, Kind.VALUES]


@pytest.mark.parametrize("kind", MASKED)
def test_no_mask_may_be_left_out_of_its_claim(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    """An honest message is off by its masks, which its claim must count."""
    unmask = Listener.unmask

    def forgetful(self: Listener, said: Kind, count: int) -> tuple[list[K], list[int]]:
        values, masks = unmask(self, said, count)
        return values, [] if said == kind else masks

    groups, traces = CASES["a table of 2 rows"]
    forger = Forger(groups, traces)
    assert forger.verify(forger.prove()) is None
    monkeypatch.setattr(Listener, "unmask", forgetful)
    assert forger.verify(forger.prove()) == "the claims do not hold"


@pytest.mark.parametrize("kind", [Kind.LAYER, Kind.ROUND, Kind.ROW_ROUND])
def test_the_masks_of_the_last_round_left_out_are_noticed(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    """Values with their masks behind a last round without them are not those of what was summed up."""

    def plain(speaker: Any, said: Kind, degrees: Any, targets: Any, cubes: Sequence[Cube]) -> list[K]:
        masks = [cube.masks for cube in cubes]
        for cube in cubes if said == kind else ():
            cube.masks = []
        point = say_rounds(speaker, said, degrees, targets, cubes)
        for cube, kept in zip(cubes, masks):
            cube.masks = kept
        return point

    forger = Forger(*CASES["a table of 2 rows"])
    monkeypatch.setattr("reference.by_rows.say_rounds", plain)
    assert forger.verify(forger.prove()) == "the claims do not hold"


# Degrees


@pytest.mark.parametrize("shape", ["one later word", "two later words", "no later word"])
@pytest.mark.parametrize("what", ["columns", "R", "word"])
def test_a_word_of_one_degree_too_many(shape: str, what: str) -> None:
    groups, traces = CASES["4 rows"]
    forger = Forger(groups, traces, SHAPES[shape])
    for number in range(len(forger.shape.words) if what == "word" else 1):

        def longer(*args: Any, number: int = number) -> Any:
            if what == "R":
                return [*args[0], K(5)]
            if what == "word" and args[0] is not forger.shape.words[number]:
                return args[1]
            return [[*c, K(5) if what == "word" else 5] if i == 0 else c for i, c in enumerate(args[-1])]

        assert forger.verify(forger.prove({what: longer})) is not None


@pytest.mark.parametrize("shape", ["one later word", "no later word"])
def test_a_word_of_the_highest_degree(shape: str) -> None:
    """The last coefficient of every column and of R is the prover's own."""
    groups, traces = CASES["4 rows"]
    forger = Forger(groups, traces, SHAPES[shape])
    before = forger.prove()
    for tail in forger.masks["tails"]:
        tail[-1] = (tail[-1] + 1) % P
    forger.masks["R"][-1] += 1
    assert forger.verify(before) is None and forger.verify(forger.prove()) is None


# Selectors, indicators

ODD_ROW = row(5)


def posting() -> Program:
    """Row 5 posts its value once, and each row as often as its second column says; the public takes one."""
    sent = (Interaction("box", (column(0),), ("constant", 1), ODD_ROW), Interaction("box", (column(0),), column(1)))
    return Program(
        "posting", (Table(16, 2, (), (), sent),), names(1), (), (("box", 1),), (Message(-1, "box", (public(0),)),)
    )


def selected(r: Sequence[K], domain: Domain, block: int) -> K:
    """The extension of a selector's values on the rows, in place of the indicator's."""
    table = Physical(0, Table(block, 1), (Public(),), {})
    points = [(K(pow(root(8), b >> 1, P)), [K(bit) for bit in bits(b & 1, 1)]) for b in range(block)]
    return total([e * selector(table, domain, 3, x, y) for e, (x, y) in zip(eq_table(r), points)])


@guards
def test_an_indicator_is_no_selector(monkeypatch: pytest.MonkeyPatch, guard: bool) -> None:
    """A selector is not 1 on its domain: row 5 would count as many times as it says."""
    _, groups, traces = one("", posting(), (Public((9,)), [[[9] * 16, [0] * 16]]))
    assert not judge(groups, traces)
    if not guard:
        monkeypatch.setattr("reference.argument.indicator", selected)
    honest = Forger(groups, traces)
    assert (honest.verify(honest.prove()) is None) == guard
    count = selected([K(bit) for bit in bits(5, 4)], ODD_ROW, 16)
    assert count.in_base and count != 1
    traces[0][1][5] = (1 - count.c[0]) % P
    assert judge(groups, traces)

    def leaves(p: list[K], q: list[K]) -> None:
        p[5] = count

    forger = Forger(groups, traces)
    assert (forger.verify(forger.prove({"leaves": leaves})) is None) == (not guard)


def by_indicator(part: Part, domain: Domain, x: K) -> list[K]:
    """The indicator of a domain with the skipped bits bound to x."""
    weights, rows = lagrange(1 << part.skipped, x), part.table.rows_of(domain)
    return [
        total([w for z, w in enumerate(weights) if z * part.height + y in rows] or [K(0)]) for y in range(part.height)
    ]


def indicator_at(table: Physical, domain: Domain, skipped: int, x: K, r: Sequence[K]) -> K:
    return total([e * v for e, v in zip(eq_table(r), by_indicator(Part(table, skipped), domain, x))])


def test_a_selector_is_no_indicator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing false is proved by the indicator, but its degree in Z is another."""
    stated = ((transitions(), minus(column(0, 1), times(column(0), column(0)))),)
    squares = [pow(3, 1 << i, P) for i in range(16)]
    _, groups, traces = one("", Program("squares", (Table(16, 1, (), stated),)), (Public(), [[squares]]))
    assert accepted(Forger(groups, traces))
    monkeypatch.setattr("reference.argument.selector", indicator_at)
    monkeypatch.setattr(ByRows, "selector", staticmethod(by_indicator))
    assert not accepted(Forger(groups, traces))
    monkeypatch.setattr(Classes, "degree", property(lambda self: (7, 1)))
    assert accepted(Forger(groups, traces))


def half_blind(table: Physical, domain: Domain, skipped: int, x: K, r: Sequence[K]) -> K:
    """A selector that is 0 on the rows of a domain that shares its value of the skipped bits with others."""
    kinds, _ = classes_of(table, domain, skipped)
    if not (kinds.full and kinds.partial):
        return selector(table, domain, skipped, x, r)
    points = [pow(root(1 << skipped), z, P) for z in (*kinds.empty, *kinds.partial)]
    return product([x - point for point in points])


@guards
def test_a_selector_vanishes_nowhere_on_its_domain(monkeypatch: pytest.MonkeyPatch, guard: bool) -> None:
    """Row 14 is the last that has a next one: without its constraint any result is proved."""
    honest, traces = fibonacci_trace(16, 3, 4)
    traces[0][0][15] = 12345
    groups = [(fibonacci(16), (Public((*honest.scalars[:2], 12345)),))]
    assert {wrong[-1] for wrong in judge(groups, traces)} == {14}
    if not guard:

        def halves(part: Part, domain: Domain, x: K) -> list[K]:
            corners = [[K(bit) for bit in bits(y, part.variables)] for y in range(part.height)]
            return [half_blind(part.table, domain, part.skipped, x, corner) for corner in corners]

        monkeypatch.setattr("reference.argument.selector", half_blind)
        monkeypatch.setattr(ByRows, "selector", staticmethod(halves))
    forger = Forger(groups, traces)
    assert (forger.verify(forger.prove()) is None) == (not guard)

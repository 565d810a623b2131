"""Named cheats on buses: multiplicities, leaves, layers, denominators that are 0, messages of another statement."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from reference.algebra import ZERO, K, P, total
from reference.forger import Forger, Late
from reference.judge import judge
from reference.linear import solution
from reference.statement import EVERY, Group, Interaction, Message, Physical, Program, Public, Table, physical_tables
from reference.systems import (
    Traces,
    cases,
    column,
    constant,
    many,
    minus,
    names,
    one,
    posted,
    public,
    ranges,
    ranges_trace,
    times,
    transitions,
)
from reference.transcript import Kind

CASES = {name: (groups, traces) for name, groups, traces in cases()}

Leaves = Callable[[list[K], list[K]], None]


def refused(groups: Sequence[Group], traces: Traces, cheat: dict[Any, Any] | None = None) -> None:
    """Hiding, with values that are fitted; and neither."""
    for hiding, fitted in ((True, True), (False, False)):
        forger = Forger(groups, traces, hiding=hiding)
        more = forger.fitted() if fitted else {}
        assert forger.verify(forger.prove({**more, **(cheat or {})})) is not None


def copied(traces: Traces) -> Traces:
    return [[list(c) for c in table] for table in traces]


def test_wrong_multiplicities() -> None:
    groups, traces = CASES["ranges"]
    for changes in ({3: 1}, {3: -1, 4: 1}, {15: P - 2}):
        false = copied(traces)
        for row, change in changes.items():
            false[1][0][row] += change
        assert all(wrong[2] == "range" for wrong in judge(groups, false))
        refused(groups, false)


def test_a_multiplicity_of_minus_1_pays_for_a_false_message() -> None:
    """The bus is balanced, the bit is none."""
    groups, traces = CASES["posted"]
    false = copied(traces)
    shown, bit = false[0]
    shown[0] = shown[3] = 77
    bit[0], bit[3] = 1, P - 1
    assert judge(groups, false) == [(0, 0, 0, 0, 3)]
    refused(groups, false)
    bit[0] = bit[3] = 0
    forger = Forger(groups, false)
    assert not judge(groups, false) and forger.verify(forger.prove()) is None


def repaired(p: list[K], q: list[K]) -> None:
    """The sum of all fractions is 0 again, at the cost of the leaf 5."""
    if ZERO not in q:
        p[5] = p[5] - total([a * b.inverse() for a, b in zip(p, q)]) * q[5]


def denominator(p: list[K], q: list[K]) -> None:
    q[3] = q[3] + 1


def moved(p: list[K], q: list[K]) -> None:
    p[1], p[2] = p[1] + 1, p[2] - 1


def nothing_over_nothing(p: list[K], q: list[K]) -> None:
    p[7], q[7] = ZERO, ZERO


def outside(p: list[K], q: list[K]) -> None:
    """A leaf that is no interaction's, or stands off its domain."""
    p[-1] = p[-1] + 1


def off_domain(p: list[K], q: list[K]) -> None:
    p[6] = p[6] + 1


@pytest.mark.parametrize("bent", [denominator, moved, nothing_over_nothing, outside, off_domain])
@pytest.mark.parametrize("name", ["ranges", "domains", "a table of 2 rows"])
def test_bent_leaves(bent: Leaves, name: str) -> None:
    groups, traces = CASES[name]

    def bend(p: list[K], q: list[K]) -> None:
        bent(p, q)
        repaired(p, q)

    refused(groups, traces, {"leaves": bend})


@pytest.mark.parametrize("bent", [repaired, nothing_over_nothing])
def test_a_value_outside_the_table(bent: Leaves) -> None:
    statement, traces = ranges_trace(16, 1, 1)
    groups = [(ranges(16), (statement,))]
    assert judge(groups, traces)
    refused(groups, traces)
    refused(groups, traces, {"leaves": bent})


def test_each_value_of_each_layer() -> None:
    groups, traces = CASES["posted"]
    forger = Forger(groups, traces)
    for layer, e in itertools.product(range(forger.lengths.layers), range(4)):
        layers = iter(range(forger.lengths.layers))

        def bend(values: list[K], layer: int = layer, e: int = e, layers: Any = layers) -> list[K]:
            values[e] = values[e] + int(next(layers) == layer)
            return values

        assert forger.verify(forger.prove({Kind.LAYER_VALUES: bend})) is not None


# Statements


def exchanged(layout: str) -> tuple[list[Group], Traces]:
    """One statement posts a message too many, which the other lacks."""
    publics = Public((9, 1)), Public((9, 7))
    first = [[[9, 2, 1, 4, 6, 1, 7, 9], [1, 0, 1, 0, 0, 0, 1, 0]]]
    second = [[[9, 2, 7, 4, 6, 1, 7, 9], [1, 0, 0, 0, 0, 0, 0, 0]]]
    program = posted(8)
    if layout == "stacked":
        _, groups, traces = many("", program, [(publics[0], first), (publics[1], second)])
        return groups, traces
    return [(program, (statement,)) for statement in publics], first + second


def one_number(groups: Sequence[Group]) -> list[Physical]:
    """All buses of one name share a number, whosever they are."""
    return [replace(t, buses=dict.fromkeys(t.buses, (1, 0))) for t in physical_tables(groups)]


@pytest.mark.parametrize("layout", ["stacked", "side by side"])
def test_what_one_statement_lacks_another_does_not_give(layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    groups, traces = exchanged(layout)
    assert len(judge(groups, traces)) == 2
    refused(groups, traces)
    for module in ("proof", "forger"):
        monkeypatch.setattr(f"reference.{module}.physical_tables", one_number)
    forger = Forger(groups, traces)
    assert forger.verify(forger.prove()) is None


def test_statements_are_bound_in_their_order_and_number() -> None:
    groups, traces = CASES["3 stacked"]
    [(program, statements)] = groups
    proof = Forger(groups, traces).prove()
    for others in (statements[::-1], statements[:2], (*statements, statements[2])):
        assert Forger([(program, others)], traces).verify(proof) is not None
    # the fourth block is a copy of the third: the same rows prove the statement that says so
    doubled = Forger([(program, (*statements, statements[2]))], traces)
    assert doubled.verify(doubled.prove()) is None


@pytest.mark.parametrize("guard", [True, False], ids=["guarded", "unguarded"])
def test_a_public_message_on_a_bus_of_no_table(guard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any leaf there are no layers, and nobody would look at the sum."""
    message = Message(1, "box", (public(0),))
    program = Program("unheard", (Table(4, 1),), ("x",), (), (("box", 1),), (message,))
    _, groups, traces = one("", program, (Public((6,)), [[[1, 2, 3, 4]]]))
    assert judge(groups, traces) == [(0, 0, "box", (6,))]
    if guard:
        with pytest.raises(ValueError, match="on which no table does"):
            physical_tables(groups)
    else:
        monkeypatch.setattr("reference.statement.check_program", lambda *given: None)
        forger = Forger(groups, traces)
        assert forger.verify(forger.prove()) is None


X = column(0)


@pytest.mark.parametrize(
    ("interaction", "words"),
    [
        (Interaction("box", (times(X, X),)), "is affine"),
        (Interaction("box", (X,), times(X, X)), "is affine"),
        (Interaction("box", (X,), column(0, 1)), "reads its own row"),
        (Interaction("box", (X,), ("row",), transitions()), "stands on every row"),
        (Interaction("box", (X, X)), "a tuple of 2 values"),
    ],
)
def test_interactions_that_are_none(interaction: Interaction, words: str) -> None:
    program = Program("", (Table(4, 1, (), (), (interaction,)),), (), (), (("box", 1),))
    with pytest.raises(ValueError, match=words):
        physical_tables([(program, (Public(),))])


@pytest.mark.parametrize("shown", [(X,), (("row",),), (public(0), public(0)), ()])
def test_messages_that_are_none(shown: tuple[Any, ...]) -> None:
    table = Table(4, 1, (), (), (Interaction("box", (X,)),))
    program = Program("", (table,), ("x",), (), (("box", 1),), (Message(1, "box", shown),))
    with pytest.raises(ValueError, match=r"public scalars|a tuple of"):
        physical_tables([(program, (Public((1,)),))])


# Denominators


def box(rows: int) -> Program:
    """Rows that a bit chooses post three values; the public takes one triple."""
    shown, bit = tuple(column(c) for c in range(3)), column(3)
    stated = ((EVERY, times(bit, minus(bit, constant(1)))),)
    taken = (Message(-1, "box", tuple(public(i) for i in range(3))),)
    return Program(
        "box", (Table(rows, 4, (), stated, (Interaction("box", shown, bit),)),), names(3), (), (("box", 3),), taken
    )


def no_denominator(psi: K, eta: K) -> list[int]:
    """The triple whose denominator on bus 1 is 0: three equations over F."""
    powers = [eta, eta * eta, eta * eta * eta]
    found = solution([[x.c[i] for x in powers] for i in range(3)], list((psi - 1).c))
    assert found is not None
    return found


@pytest.mark.parametrize("guard", [True, False], ids=["in order", "late"])
def test_a_row_with_the_denominator_0(guard: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """0/0 in one leaf makes the root 0/0, which is any sum: nobody posts what the public takes."""
    _, groups, traces = one("", box(4), (Public((5, 6, 7)), [[[1] * 4, [2] * 4, [3] * 4, [0] * 4]]))
    assert judge(groups, traces)
    forger = Forger(groups, traces)
    if not guard:
        forger.transcript = partial(Late, Kind.ROOT, "eta")
        monkeypatch.setattr("reference.proof.Transcript", lambda coins: Late(Kind.ROOT, "eta", coins))
    forger.prove()
    log = forger.speaker.transcript.log
    [psi, eta] = [next(x for entry, x in log if entry == name) for name in ("psi", "eta")]
    for c, v in enumerate(no_denominator(psi, eta)):
        traces[0][c][2] = v
    proof = forger.prove({"a cheat": lambda: None})
    assert (forger.verify(proof) is None) == (not guard)


def test_an_honest_prover_begins_again_where_a_denominator_is_0() -> None:
    coins = b"coins"
    _, groups, traces = one("", box(4), (Public((5, 6, 7)), [[[5] * 4, [6] * 4, [7] * 4, [1, 0, 0, 0]]]))
    forger = Forger(groups, traces, coins=coins)
    assert forger.verify(forger.prove()) is None
    log = forger.speaker.transcript.log
    [psi, eta] = [next(x for entry, x in log if entry == name) for name in ("psi", "eta")]
    for c, v in enumerate(no_denominator(psi, eta)):
        traces[0][c][2] = v
    assert not judge(groups, traces)
    with pytest.raises(ArithmeticError, match="draw everything again"):
        forger.prove()


def test_a_public_message_with_the_denominator_0() -> None:
    transcript = Forger(*CASES["posted"], coins=b"coins").transcript()
    scalars = no_denominator(transcript.draw("psi"), transcript.draw("eta"))
    _, groups, traces = one("", box(4), (Public(tuple(scalars)), [[[1] * 4, [2] * 4, [3] * 4, [1, 0, 0, 0]]]))
    other = [(groups[0][0], (Public((1, 2, 3)),))]
    proof = Forger(other, traces, coins=b"coins").prove()
    assert Forger(groups, traces, coins=b"coins").verify(proof) == "a public message has the denominator 0"

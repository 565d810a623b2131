"""The constraint machine on AIRs that the builder does not write: all domains, look-aheads and operations.

What the machine says of a trace (where a constraint fails) is what a walk in Python says. (PROTOCOL 3)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from code_interpreter import domain_rows
from hypothesis import given
from hypothesis import strategies as st
from probes import probes
from tree_walk import (
    EDGES,
    OPTIONS,
    Given,
    P,
    definition_of,
    domains,
    elements,
    failing,
    fixed,
    found_by,
    trees,
)

from l2zk import ExecutionTrace, TraceProgram, TraceZkVm
from l2zk.air.domains import Domain


@fixed(60)
@given(data=st.data(), length=st.sampled_from([4, 8, 32, 64, 128, 256]))
def test_all_domains_with_all_look_aheads(isa, data, length):
    width, inputs = data.draw(st.integers(1, 3)), tuple(data.draw(st.lists(elements, max_size=1)))
    period = data.draw(st.sampled_from([1, 2, 4]))
    periodic = [data.draw(st.lists(st.sampled_from((0, 1, P - 1)), min_size=period, max_size=period))]
    ahead = data.draw(st.integers(0, length // 2 - 1))
    tree = trees(width, 1, len(inputs), ahead, depth=2)
    claims = data.draw(st.lists(st.tuples(domains(length), tree), min_size=1, max_size=5))
    program = Given(definition_of(length, width, claims, periodic, len(inputs)))
    seed = data.draw(st.integers(0, 2**32))
    table = np.random.default_rng(seed).choice(np.array([0, 0, 0, 1, 2, P - 1], np.uint64), (width, length)).tolist()
    found = found_by(TraceZkVm(OPTIONS), program, inputs, table)
    expected = [failing(domain, tree, table, periodic, inputs) for domain, tree in claims]
    assert found == {str(i): failure for i, failure in enumerate(expected) if failure}


@pytest.mark.parametrize("length", [4, 64, 128])
def test_every_domain_there_is(isa, length):
    """On a trace of ones a cell is 0 on no row, so a constraint fails wherever its domain has a row."""
    places = [Domain.every(), *map(Domain.transition, range(1, length)), *map(Domain.row, range(length))]
    places += [Domain.cyclic(x, 2**e) for e in range(1, length.bit_length()) for x in range(2**e)]
    program = Given(definition_of(length, 1, [(domain, ("cell", 0, 0)) for domain in places]))
    found = found_by(TraceZkVm(OPTIONS), program, (), [[1] * length])
    rows = [list(domain_rows(domain, length)) for domain in places]
    assert found == {str(i): (some[0], len(some)) for i, some in enumerate(rows)}


@pytest.mark.parametrize("length", [4, 8, 64, 128, 256])
def test_a_constraint_that_wraps_is_proved(isa, length):
    """a is g^i, so that a[k] = g^k a on every row, the last ones included."""
    g = int(probes.root_of_unity(length.bit_length() - 1))
    k = length // 2 - 1
    claim = ("-", ("cell", 0, k), ("*", ("constant", pow(g, k, P)), ("cell", 0, 0)))
    program, machine = Given(definition_of(length, 1, [(Domain.every(), claim)])), TraceZkVm(OPTIONS)
    table = np.array([[pow(g, i, P) for i in range(length)]], dtype=np.uint64)
    trace = ExecutionTrace(("c0",), table, length)
    proof = machine.prove(program, trace=trace)
    assert machine.verify(program, proof)
    table[0, 0] += np.uint64(1)
    assert machine.check(program, trace=trace).violations[0].count == 2
    assert not machine.verify(program, machine.prove(program, trace=trace, check=False))


@pytest.mark.parametrize("on", ["every", "transitions", "first"])
def test_a_constraint_on_public_values_alone(isa, on):
    def define(m):
        a, (x, y) = m.column("a"), (m.public_input("x"), m.public_input("y"))
        m.start({a: x})
        m.step({a: a + 1})
        m.output("end", a, row=70)
        m.constrain("square", x * x == y, on=on)

    program = dataclass(frozen=True)(
        type("Told", (TraceProgram,), {"id": "told.v0", "define": lambda _, m: define(m)})
    )()
    machine, rows = TraceZkVm(OPTIONS), {"every": 128, "transitions": 127, "first": 1}[on]
    proof = machine.prove(program, [3, 9])
    assert machine.verify(program, proof, [3, 9])
    (violation,) = machine.check(program, [3, 10]).violations
    assert (violation.constraint, violation.row, violation.count) == ("square", 0, rows)
    assert not machine.verify(program, machine.prove(program, [3, 10], check=False))


# The operations themselves, every one on pairs of numbers at the edges.


def operations(constant):
    x, y, u = ("cell", 0, 0), ("cell", 1, 0), ("constant", constant)
    return {
        "vector + vector": (("+", x, y), lambda x, y: x + y),
        "vector - vector": (("-", x, y), lambda x, y: x - y),
        "vector * vector": (("*", x, y), lambda x, y: x * y),
        "vector + uniform": (("+", x, u), lambda x, y: x + constant),
        "vector - uniform": (("-", x, u), lambda x, y: x - constant),
        "uniform - vector": (("-", u, x), lambda x, y: constant - x),
        "vector * uniform": (("*", x, u), lambda x, y: x * constant),
        "- vector": (("neg", x), lambda x, y: -x),
    }


@pytest.mark.parametrize("name", operations(2))
def test_operations_on_numbers_at_the_edges(isa, name):
    pairs, length = [(x, y) for x in EDGES for y in EDGES], 4096
    for i in range(
        length - len(pairs)
    ):  # the product modulo p is at an edge: its reduction carries and borrows at once
        x = pow(7, i + 1, P)
        pairs.append((x, EDGES[i % len(EDGES)] * pow(x, -1, P) % P))
    for constant in EDGES[2::3] if "uniform" in name else [2]:
        tree, meant = operations(constant)[name]
        claim = (Domain.every(), ("-", ("cell", 2, 0), tree))
        table = [[x for x, _ in pairs], [y for _, y in pairs], [meant(x, y) % P for x, y in pairs]]
        program, machine = Given(definition_of(length, 3, [claim])), TraceZkVm(OPTIONS)
        assert found_by(machine, program, (), table) == {}, constant
        table[2] = [(x + 1) % P for x in table[2]]
        assert found_by(machine, program, (), table) == {"0": (0, length)}, constant

"""Code: worked examples, and random expressions against a direct walk in Python integers."""

from __future__ import annotations

import numpy as np
from code_interpreter import P, run, walk
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk.air.air import Air, Constraint
from l2zk.air.bytecode import Op, compile_constraints
from l2zk.air.disassembly import disassemble
from l2zk.air.domains import Domain
from l2zk.air.nodes import CONSTANT, INPUT, OUTPUT, PERIODIC, extract
from l2zk.language.expression import Graph
from l2zk.language.program import Machine

LENGTH = 8
ENTRIES = (5, P - 1)


def leaves():
    """A graph with two columns, a periodic column, an input and an output; and its leaves with constants."""
    machine = Machine()
    a, b = machine.columns("a", "b")
    periodic = machine.periodic(ENTRIES, name="c")
    x = machine.public_input("x")
    graph = a.graph
    graph.outputs.append("y")
    constants = [graph.leaf(CONSTANT, value) for value in (0, 1, 2, P - 1, 12345)]
    return graph, [a, b, a[1], b[2], periodic, x, graph.leaf(OUTPUT, 0), *constants]


def air_of(graph: Graph, expressions) -> Air:
    nodes, roots = extract(graph.nodes, [expression.index for expression in expressions])
    return Air.of_table(
        id="test.v0",
        parameters=b"",
        rows=LENGTH,
        length=LENGTH,
        columns=tuple(graph.columns),
        inputs=tuple(graph.inputs),
        outputs=tuple(graph.outputs),
        periodic=(ENTRIES,),
        periodic_names=tuple(graph.periodic),
        nodes=nodes,
        constraints=tuple(Constraint(f"c{i}", Domain.every(), root) for i, root in enumerate(roots)),
    )


def check_form(code):
    """Assert the properties of code that the core relies on."""
    for array, width in ((code.prelude, 4), (code.loads, 3), (code.body, 4)):
        assert array.dtype == np.uint32 and array.flags.c_contiguous and array.shape[1:] == (width,)
    assert code.uniforms.dtype == np.uint64 and code.uniforms.ndim == 1
    written = set(range(len(code.loads)))
    for op, dst, a, b in code.body.tolist():
        if op in (Op.RESULT_V, Op.RESULT_U):
            assert b == 0 and (a in written if op == Op.RESULT_V else a < len(code.uniforms))
            continue
        if op == Op.SUM_V:
            used = set(code.terms[a : a + b % 2**16 + b // 2**16, 0].tolist())
        else:
            used = {Op.SUB_UV: {b}, Op.NEG_V: {a}}.get(op, {a, b} if op in (*range(3), Op.XOR_VV) else {a})
        assert used <= written and dst not in used and len(code.loads) <= dst < code.vectors
        written.add(dst)
    assert sorted(d for op, d, _, _ in code.body.tolist() if op in (Op.RESULT_V, Op.RESULT_U)) == list(
        range(code.results)
    )


def test_fibonacci_step_by_hand():
    machine = Machine()
    a, b = machine.columns("a", "b")
    code = compile_constraints(_with_names(a.graph, [b[1] - (a + b)]))
    assert code.loads.tolist() == [[0, 0, 0], [0, 1, 0], [0, 1, 1]]
    assert code.body.tolist() == [[Op.ADD_VV, 3, 0, 1], [Op.SUB_VV, 4, 2, 3], [Op.RESULT_V, 0, 4, 0]]
    assert code.vectors == 5 and code.uniforms.tolist() == []
    assert run(code, lambda periodic, column, offset: [[1, 2], [None, 3]][offset][column]) == [0]


def _with_names(graph, expressions):
    graph.periodic.append("c")
    return air_of(graph, expressions)


def test_what_is_the_same_on_every_row_runs_once():
    graph, (a, _, _, _, _, x, y, *_) = leaves()
    code = compile_constraints(air_of(graph, [a * (x * x + 3) - y, x - y]))
    assert [Op(op) for op in code.prelude[:, 0]] == [Op.MUL_VV, Op.ADD_VV, Op.SUB_VV]
    assert [Op(op) for op in code.body[:, 0]] == [Op.MUL_VU, Op.SUB_VU, Op.RESULT_V, Op.RESULT_U]
    assert code.uniforms.tolist() == [0, 0, 3, 0, 0, 0]
    assert run(code, lambda *_: 2, [5], [9]) == [2 * 28 - 9, P - 4]


def test_registers_are_used_again():
    graph, (a, *_) = leaves()
    deep = a
    for constant in range(1, 10_000):
        deep = deep * a + constant
    code = compile_constraints(air_of(graph, [deep]))
    assert code.vectors == 3 and len(code.body) == 2 * 9_999 + 1
    chain = sum((a + i) * (a + i + 1) for i in range(1, 100))
    assert compile_constraints(air_of(graph, [chain])).vectors <= 12


def test_a_balanced_tree_needs_its_depth():
    graph, (a, *_) = leaves()
    level = [a + i for i in range(1, 65)]
    while len(level) > 1:
        level = [x * y for x, y in zip(level[::2], level[1::2], strict=True)]
    code = compile_constraints(air_of(graph, level))
    check_form(code)
    assert code.vectors <= 1 + 8


def test_constraints_may_share_their_expression():
    graph, (a, b, *_) = leaves()
    code = compile_constraints(air_of(graph, [a * b, a * b, a]))
    check_form(code)
    assert run(code, lambda periodic, column, offset: 3 + column) == [12, 12, 3]


def test_disassembly():
    graph, (a, b, next_a, _, periodic, x, y, *_) = leaves()
    air = air_of(graph, [next_a - (a * b + periodic) * (x + 7), -a + y])
    assert disassemble(compile_constraints(air), air.names, ["first", "second"]) == "\n".join(
        [
            "once",
            "  u0 = input x",
            "  u1 = output y",
            "  u2 = 7",
            "  u3 = u0 + u2",
            "each row",
            "  v0 = a",
            "  v1 = a[1]",
            "  v2 = b",
            "  v3 = c",
            "  v4 = v0 * v2",
            "  v5 = v4 + v3",
            "  v4 = v5 * u3",
            "  v5 = v1 - v4",
            "  first = v5",
            "  v4 = -v0",
            "  v5 = v4 + u1",
            "  second = v5",
        ]
    )


numbers = st.integers(0, 1000)
operations = st.lists(st.tuples(st.sampled_from("+-*n"), numbers, numbers), max_size=60)
cells = st.lists(st.integers(0, P - 1), min_size=18, max_size=18)


@settings(max_examples=examples(150), deadline=None)
@given(operations, st.lists(numbers, min_size=1, max_size=6), cells)
def test_random_expressions_agree_with_a_walk(steps, roots, values):
    graph, built = leaves()
    for sign, i, j in steps:
        x, y = built[i % len(built)], built[j % len(built)]
        built.append({"+": x + y, "-": x - y, "*": x * y, "n": -x}[sign])
    air = air_of(graph, [built[-1 - root % len(built)] for root in roots])
    code = compile_constraints(air)
    check_form(code)
    rows = [values[2 * i : 2 * i + 2] for i in range(LENGTH)]
    inputs, outputs = values[16:17], values[17:18]
    for i in (0, 3, LENGTH - 1):
        expected = [walk(air, rows, i, constraint.node, inputs, outputs) for constraint in air.constraints]

        def load(periodic, index, offset, i=i):
            return ENTRIES[i % 2] if periodic else rows[(i + offset) % LENGTH][index]

        assert run(code, load, inputs, outputs) == expected


def test_kinds_of_leaves_are_the_protocols():
    graph, built = leaves()
    assert [graph.nodes[e.index][0] for e in built[4:7]] == [PERIODIC, INPUT, OUTPUT]

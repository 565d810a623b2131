"""Code that the core refuses; random code, which it refuses or runs. What else a table takes is in test_door.py."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from code_interpreter import domain_rows, run
from hypothesis import given
from hypothesis import strategies as st
from tree_walk import P, domains, elements, fixed

from l2zk import TraceProgram, _core
from l2zk.air.bytecode import Code

LENGTH = 8


def sample():
    """The arguments of a program with all that there can be: a period, an input, an output, a step."""

    @dataclass(frozen=True)
    class Sample(TraceProgram):
        id = "sample.v0"

        def define(self, m):
            a, b = m.columns("a", "b")
            x, key = m.public_input("x"), m.periodic([1, 2])
            m.start({a: x, b: 3})
            m.step({a: (a + key) * b - x * x, b: -b + 5})
            m.constrain("cyclic", 0 * x == a * (b - 1) * (7 - x), on=m.every(4))
            m.output("y", a - b, row=LENGTH - 1)

    definition = Sample().definition
    air = definition.air
    return {
        "length": air.length,
        "columns": len(air.columns),
        "rows": air.rows,
        "domains": [(c.domain.kind, c.domain.x, c.domain.y) for c in air.constraints],
        "needs": None,
        "pairs": air.pairs,
        "periodic": air.periodic,
        "constraints": definition.constraint_code,
        "input_count": 1,
        "output_claims": [(o.constraint, o.row) for o in definition.outputs],
        "step": definition.step_code,
        "step_targets": definition.step_targets,
        "step_reach": definition.step_reach,
    }


def table_of(arguments):
    return _core.Table(**arguments)


def changed(array, *changes):
    array = np.array(array)
    for place, number in changes:
        array[place] = number
    return array


def extended(array, *rows):
    return np.concatenate([array, np.array(rows, dtype=array.dtype)])


OPERATIONS = "ADD_VV SUB_VV MUL_VV ADD_VU SUB_VU SUB_UV MUL_VU NEG_V RESULT_V RESULT_U XOR_VV SUM_V"
OP = {name: i for i, name in enumerate(OPERATIONS.split())}


def of_body(*rows):
    """A change of a code: these instructions before its own."""
    return lambda code: replace(code, body=np.concatenate([np.array(rows, dtype=np.uint32), code.body]))


def of_sum(terms, first=0, counts=None):
    """A change of a code: a sum of these terms before its own."""
    instruction = (OP["SUM_V"], -1, first, len(terms) if counts is None else counts)

    def change(code):
        made = of_body((*instruction[:1], code.vectors - 1, *instruction[2:]))(code)
        return replace(made, terms=np.array(terms, dtype=np.uint32).reshape(-1, 2))

    return change


BAD_SUMS = {
    "a sum of nothing": of_sum([], counts=0),
    "a sum beyond the terms": of_sum([(0, 1)], first=1),
    "a sum far beyond the terms": of_sum([(0, 1)], first=2**32 - 1),
    "a sum that ends beyond the terms": of_sum([(0, 1)], counts=1 + (1 << 16)),
    "a term of a slot beyond the last": of_sum([(2**31, 1)]),
    "a term of a register that is not written": lambda c: of_sum([(c.vectors - 1, 1)])(c),
    "terms too heavy to be added": of_sum([(0, 2**32 - 1), (0, 1)]),
    "terms too heavy to be subtracted": of_sum([(0, 1), (0, 2**31), (0, 2**31)], counts=1 + (2 << 16)),
    "wide terms": lambda c: replace(of_sum([(0, 1)])(c), terms=np.zeros((1, 3), dtype=np.uint32)),
    "terms of other numbers": lambda c: replace(of_sum([(0, 1)])(c), terms=np.zeros((1, 2), dtype=np.int64)),
}
BAD_CODES = {
    "no such operation": of_body((12, 9, 0, 0)),
    "no such operation at all": of_body((2**32 - 1, 9, 0, 0)),
    "a register read before it is written": lambda c: of_body((OP["ADD_VV"], c.vectors - 1, 0, c.vectors - 1))(c),
    "a vector slot beyond the last": lambda c: of_body((OP["MUL_VV"], c.vectors - 1, c.vectors, 0))(c),
    "a second vector slot beyond the last": lambda c: of_body((OP["SUB_VV"], c.vectors - 1, 0, 2**32 - 1))(c),
    "negated beyond the last": lambda c: of_body((OP["NEG_V"], c.vectors - 1, c.vectors, 0))(c),
    "a uniform slot beyond the last": lambda c: of_body((OP["ADD_VU"], c.vectors - 1, 0, len(c.uniforms)))(c),
    "a first uniform slot beyond the last": lambda c: of_body((OP["SUB_UV"], c.vectors - 1, len(c.uniforms), 0))(c),
    "a uniform result beyond the last": lambda c: replace(
        c, body=changed(c.body, (-1, (OP["RESULT_U"], c.body[-1][1], len(c.uniforms), 0)))
    ),
    "a load written to": of_body((OP["ADD_VV"], 0, 0, 0)),
    "a register beyond the last": lambda c: of_body((OP["ADD_VV"], c.vectors, 0, 0))(c),
    "a result beyond the last": lambda c: of_body((OP["RESULT_V"], c.results, 0, 0))(c),
    "a result twice": of_body((OP["RESULT_V"], 0, 0, 0)),
    "a result left out": lambda c: replace(c, body=c.body[:-1]),
    "no instructions": lambda c: replace(c, body=c.body[:0]),
    "narrow instructions": lambda c: replace(c, body=c.body[:, :3].copy()),
    "wide instructions": lambda c: replace(c, body=np.hstack([c.body, c.body])),
    "flat instructions": lambda c: replace(c, body=c.body.ravel()),
    "a load of neither kind": lambda c: replace(c, loads=changed(c.loads, ((0, 0), 2))),
    "a column beyond the last": lambda c: replace(c, loads=changed(c.loads, ((0, 1), 2))),
    "a periodic column beyond the last": lambda c: replace(c, loads=changed(c.loads, (-1, (1, 1, 0)))),
    "a row ahead beyond the length": lambda c: replace(c, loads=changed(c.loads, ((0, 2), LENGTH))),
    "a periodic column ahead": lambda c: replace(c, loads=changed(c.loads, (-1, (1, 0, 1)))),
    "narrow loads": lambda c: replace(c, loads=c.loads[:, :2].copy()),
    "flat loads": lambda c: replace(c, loads=c.loads.ravel()),
    "a prelude of uniform operations": lambda c: replace(c, prelude=changed(c.prelude, ((0, 0), OP["MUL_VU"]))),
    "a prelude with a result": lambda c: replace(c, prelude=changed(c.prelude, ((0, 0), OP["RESULT_U"]))),
    "a prelude that writes beyond the last": lambda c: replace(
        c, prelude=changed(c.prelude, ((0, 1), len(c.uniforms)))
    ),
    "a prelude that reads beyond the last": lambda c: replace(c, prelude=changed(c.prelude, ((0, 2), len(c.uniforms)))),
    "a prelude that reads beyond it twice": lambda c: replace(c, prelude=changed(c.prelude, ((0, 3), 2**32 - 1))),
    "a narrow prelude": lambda c: replace(c, prelude=c.prelude[:, :3].copy()),
    "too few uniforms": lambda c: replace(c, uniforms=c.uniforms[:1]),
    "a uniform that is not below p": lambda c: replace(c, uniforms=changed(c.uniforms, (-1, P))),
    "two rows of uniforms": lambda c: replace(c, uniforms=np.stack([c.uniforms, c.uniforms])),
    "a negative number of vectors": lambda c: replace(c, vectors=-1),
    "more vectors than memory": lambda c: replace(c, vectors=2**60),
    "fewer vectors than loads": lambda c: replace(c, vectors=len(c.loads) - 1),
    "too few results": lambda c: replace(c, results=c.results - 1),
    "too many results": lambda c: replace(c, results=c.results + 1),
}


@pytest.mark.parametrize("what", BAD_SUMS)
def test_a_bad_sum_is_refused(what):
    arguments = sample()
    constraints = arguments["constraints"]
    arguments["constraints"] = of_sum([(0, 2**32 - 2), (0, 1), (1, 2**32 - 1)], counts=2 + (1 << 16))(constraints)
    table_of(arguments)
    arguments["constraints"] = BAD_SUMS[what](constraints)
    with pytest.raises(ValueError):
        table_of(arguments)


@pytest.mark.parametrize("change", [of_sum([(0, 1)]), lambda c: of_body((OP["XOR_VV"], c.vectors - 1, 0, 0))(c)])
def test_a_step_has_no_fused_operations(change):
    arguments = sample()
    arguments["step"] = change(arguments["step"])
    with pytest.raises(ValueError):
        table_of(arguments)


@pytest.mark.parametrize("part", ["constraints", "step"])
@pytest.mark.parametrize("what", BAD_CODES)
def test_bad_code_is_refused(part, what):
    arguments = sample()
    table_of(arguments)
    arguments[part] = BAD_CODES[what](arguments[part])
    with pytest.raises(ValueError):
        table_of(arguments)


def test_a_step_that_reads_what_it_fills_is_refused():
    arguments = sample()
    step = arguments["step"]
    arguments["step"] = replace(step, loads=changed(step.loads, ((0, 2), 1)))
    with pytest.raises(ValueError):
        table_of(arguments)


# Random code: accepted if and only if it is sound, and then it means what the interpreter in Python says.


def sound_sum(code, first, counts, written):
    added, subtracted = counts % 2**16, counts // 2**16
    terms = code.terms.tolist()[first : first + added + subtracted]
    weights = sum(c for _, c in terms[:added]), sum(c for _, c in terms[added:])
    return 0 < added + subtracted == len(terms) and {slot for slot, _ in terms} <= written and max(weights) < 2**32


def sound(code, columns, periodic, length):
    """True if a code can be run, by the rules of bytecode.py."""
    uniforms, written = len(code.uniforms), set(range(len(code.loads)))
    for op, *slots in code.prelude.tolist():
        if op not in (0, 1, 2, 7) or max(slots) >= uniforms:
            return False
    for kind, index, ahead in code.loads.tolist():
        if kind > 1 or index >= (periodic if kind else columns) or ahead >= (1 if kind else length):
            return False
    results = []
    for op, dst, a, b in code.body.tolist():
        vectors = {
            0: (a, b),
            1: (a, b),
            2: (a, b),
            3: (a,),
            4: (a,),
            5: (b,),
            6: (a,),
            7: (a,),
            8: (a,),
            9: (),
            10: (a, b),
            11: (),
        }
        constants = {3: (b,), 4: (b,), 5: (a,), 6: (b,), 9: (a,)}
        if op > 11 or (op == 11 and not sound_sum(code, a, b, written)):
            return False
        if not set(vectors[op]) <= written or any(u >= uniforms for u in constants.get(op, ())):
            return False
        if op in (8, 9):
            results.append(dst)
        elif len(code.loads) <= dst < code.vectors:
            written.add(dst)
        else:
            return False
    return sorted(results) == list(range(code.results))


coefficients = st.sampled_from([0, 1, 2, 12345, 2**31 - 1, 2**31, 2**32 - 1])


@st.composite
def codes(draw):
    """Code over two columns, a periodic one, an input, two outputs; sound but for up to two entries."""
    constants = draw(st.lists(elements, min_size=1, max_size=3))
    uniforms = 3 + len(constants) + 2
    slot = st.integers(0, uniforms - 1)
    prelude = draw(st.lists(st.tuples(st.sampled_from([0, 1, 2, 7]), slot, slot, slot), max_size=3))
    columns = st.tuples(st.just(0), st.integers(0, 1), st.integers(0, LENGTH - 1))
    loads = draw(st.lists(st.one_of(columns, st.just((1, 0, 0))), min_size=1, max_size=4))
    registers, body, terms, known = draw(st.integers(1, 3)), [], [], list(range(len(loads)))
    for _ in range(draw(st.integers(0, 8))):
        op, dst = draw(st.sampled_from([*range(8), 10, 11])), draw(st.integers(len(loads), len(loads) + registers - 1))
        a, b = draw(st.sampled_from(known)), draw(st.sampled_from(known))
        a, b = (draw(slot) if op == 5 else a), (draw(slot) if op in (3, 4, 6) else 0 if op == 7 else b)
        if op == 11:
            added, subtracted = draw(st.sampled_from([(1, 0), (0, 1), (2, 0), (2, 1), (1, 2)]))
            a, b = len(terms), added + (subtracted << 16)
            terms += [(draw(st.sampled_from(known)), draw(coefficients)) for _ in range(added + subtracted)]
        body.append((op, dst, a, b))
        known = sorted({*known, dst})
    for result in draw(st.permutations(range(3))):
        uniform = draw(st.integers(0, 3)) == 0
        body.append((9, result, draw(slot), 0) if uniform else (8, result, draw(st.sampled_from(known)), 0))
    tables = [
        np.array(rows, dtype=np.uint32).reshape(-1, k) for rows, k in ((prelude, 4), (loads, 3), (body, 4), (terms, 2))
    ]
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        table = draw(st.sampled_from([table for table in tables if len(table)]))
        row, entry = draw(st.integers(0, len(table) - 1)), draw(st.integers(0, table.shape[1] - 1))
        table[row, entry] = draw(st.one_of(st.integers(0, 12), st.just(2**32 - 1)))
    tables[2][np.isin(tables[2][:, 0], (7, 8, 9)), 3] = 0
    return Code(
        inputs=1,
        outputs=2,
        uniforms=np.array([0, 0, 0, *constants, 0, 0], dtype=np.uint64),
        prelude=tables[0],
        loads=tables[1],
        body=tables[2],
        vectors=len(loads) + registers,
        results=3,
        terms=tables[3],
    )


@fixed(150)
@given(code=codes(), data=st.data())
def test_random_code_is_refused_or_runs(isa, code, data):
    periodic = [data.draw(st.lists(elements, min_size=4, max_size=4))]
    table = [data.draw(st.lists(elements, min_size=LENGTH, max_size=LENGTH)) for _ in range(2)]
    claimed = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, LENGTH - 1)), min_size=2, max_size=2))
    places = [data.draw(domains(LENGTH)) for _ in range(3)]
    arguments = sample() | {
        "domains": [(d.kind, d.x, d.y) for d in places],
        "periodic": periodic,
        "constraints": code,
        "pairs": [(column, offset) for column in (0, 1) for offset in range(LENGTH)],
        "output_claims": claimed,
        "step": None,
        "step_targets": None,
        "step_reach": 0,
    }
    if not sound(code, 2, 1, LENGTH):
        with pytest.raises(ValueError):
            table_of(arguments)
        return
    first, counts, outputs = checked(table_of(arguments), [5], table)

    def results(row, outputs):
        def load(is_periodic, index, ahead):
            return periodic[index][row % 4] if is_periodic else table[index][(row + ahead) % LENGTH]

        return run(code, load, [5], outputs)

    assert outputs == [results(row, [0, 0])[constraint] for constraint, row in claimed]
    for i, domain in enumerate(places):
        rows = [row for row in domain_rows(domain, LENGTH) if results(row, outputs)[i]]
        assert (first[i], counts[i]) == (rows[0] if rows else -1, len(rows))


def checked(table, inputs, cells):
    """(first failing rows, their numbers, outputs) of a trace."""
    trace = np.array(cells, dtype=np.uint64)
    try:
        _, outputs, _ = _core.run_trace(table, inputs, [], trace=trace, check=True)
    except _core.TraceViolation as violation:
        return violation.first.tolist(), violation.counts.tolist(), violation.outputs
    return [-1] * 3, [0] * 3, outputs


def test_values_outside_the_field_or_the_trace_are_refused():
    table, trace = table_of(sample()), np.zeros((2, LENGTH), dtype=np.uint64)
    honest = {"inputs": [5], "start": [(0, 0, 5), (0, 1, 3)]}
    _core.run_trace(table, **honest)
    for change in (
        {"inputs": []},
        {"inputs": [1, 2]},
        {"inputs": [P]},
        {"start": [(LENGTH, 0, 5)]},
        {"start": [(0, 2, 5)]},
        {"start": [(0, 0, P)]},
        {"trace": trace[:1]},
        {"trace": trace.T},
        {"trace": trace + np.uint64(P)},
        {"trace": trace[0]},
    ):
        with pytest.raises(ValueError):
            _core.run_trace(table, **honest | change)

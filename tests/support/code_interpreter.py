"""Oracles in plain Python integers: code run a row at a time, constraints evaluated by a walk of their nodes.

They share nothing with l2zk but the data: `run` knows the instructions of `Code`, `walk` the nodes of an AIR.
"""

from __future__ import annotations

import numpy as np

from l2zk.language.witness import bind

P = 2**64 - 2**32 + 1


def run(code, load, inputs=(), outputs=()):
    """The results of a code; `load(periodic, index, offset)` gives the value of a load."""
    uniforms = [int(value) for value in code.uniforms]
    uniforms[: len(inputs) + len(outputs)] = [*inputs, *outputs]
    for op, dst, a, b in code.prelude.tolist():
        uniforms[dst] = _compute(op, a, b, uniforms, uniforms)
    vectors = [None] * code.vectors
    for slot, (periodic, index, offset) in enumerate(code.loads.tolist()):
        vectors[slot] = load(bool(periodic), index, offset)
    results = {}
    for op, dst, a, b in code.body.tolist():
        if op in (8, 9):
            assert dst not in results
            results[dst] = vectors[a] if op == 8 else uniforms[a]
        elif op == 11:
            terms = [vectors[slot] * factor for slot, factor in code.terms.tolist()[a : a + b % 2**16 + b // 2**16]]
            vectors[dst] = (sum(terms[: b % 2**16]) - sum(terms[b % 2**16 :])) % P
        else:
            vectors[dst] = _compute(op, a, b, vectors, uniforms)
    return [results[i] for i in range(code.results)]


def _compute(op, a, b, vectors, uniforms):
    return {
        0: lambda: vectors[a] + vectors[b],
        1: lambda: vectors[a] - vectors[b],
        2: lambda: vectors[a] * vectors[b],
        3: lambda: vectors[a] + uniforms[b],
        4: lambda: vectors[a] - uniforms[b],
        5: lambda: uniforms[a] - vectors[b],
        6: lambda: vectors[a] * uniforms[b],
        7: lambda: -vectors[a],
        10: lambda: vectors[a] + vectors[b] - 2 * vectors[a] * vectors[b],
    }[op]() % P


def fill(definition, binding):
    """The whole trace, by the columns that are given and the step code, as a list of rows."""
    air = definition.air
    inputs, outputs = binding.public_inputs, [0] * len(definition.air.outputs)
    rows = [[None] * len(air.columns) for _ in range(air.length)]
    for row, column, value in binding.start:
        rows[row][column] = value
    for column, values in binding.columns.items():
        for i, value in enumerate(values.tolist()):
            rows[i][column] = value
    for row in range(1, air.length) if definition.step_code else ():
        results = run(definition.step_code, _step_loader(air, rows, row - definition.step_reach), inputs, outputs)
        for (column, first), value in zip(definition.step_targets.tolist(), results, strict=True):
            if row >= first:
                rows[row][column] = value
    return rows


def outputs_of(definition, rows, inputs):
    """The value of every output: its constraint with 0 in its place."""
    air = definition.air
    claims = [(air.constraints[output.constraint].node, output.row) for output in definition.outputs]
    return [walk(air, rows, row, node, inputs, [0] * len(claims)) for node, row in claims]


def _step_loader(air, rows, i):
    """Of a row that may lie before the first one, where a result that needs it is not asked for."""

    def load(periodic, index, offset):
        if periodic:
            return air.periodic[index][(i + offset) % len(air.periodic[index])]
        return rows[i + offset][index] or 0 if i + offset >= 0 else 0

    return load


def walk(air, rows, i, root, inputs, outputs, sequences=()):
    """The value of a node on row i."""
    values = []
    for kind, x, y in air.nodes[: root + 1]:
        match kind:
            case 0:
                value = x
            case 1:
                value = rows[(i + y) % air.length][x]
            case 2:
                value = air.periodic[x][i % len(air.periodic[x])]
            case 3:
                value = inputs[x]
            case 4:
                value = outputs[x]
            case 5:
                value = values[x] + values[y]
            case 6:
                value = values[x] - values[y]
            case 7:
                value = values[x] * values[y]
            case 8:
                value = -values[x]
            case 9:
                first, step = y % 2**32, y >> 32
                value = dict(zip(range(first, air.length, step), sequences[x])).get(i, 0)
        values.append(value % P)
    return values[root]


def domain_rows(domain, length):
    """The rows of PROTOCOL 3.3."""
    return {
        0: lambda: range(length),
        1: lambda: range(length - domain.x),
        2: lambda: [domain.x],
        3: lambda: range(domain.x, length, domain.y),
    }[domain.kind]()


def violations(air, rows, inputs, outputs, sequences=()):
    """(constraint, first failing row, number of failing rows) of each constraint that fails."""
    found = []
    for index, constraint in enumerate(air.constraints):
        failing = [
            i
            for i in domain_rows(constraint.domain, air.length)
            if walk(air, rows, i, constraint.node, inputs, outputs, sequences)
        ]
        if failing:
            found.append((index, failing[0], len(failing)))
    return found


def as_array(rows):
    """Rows as the uint64[w, N] array of the library."""
    return np.array(rows, dtype=np.uint64).T.copy()


def solve(program, witness=()):
    """(definition, rows, inputs, outputs) of an honest run."""
    definition = program.definition
    binding = bind(definition, witness)
    rows = fill(definition, binding)
    inputs = list(binding.public_inputs)
    return definition, rows, inputs, outputs_of(definition, rows, inputs)

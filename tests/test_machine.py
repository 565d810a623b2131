"""The constraint machine end to end: random programs against a walk in Python, and code to be refused.

An expression is a tree, which `written` turns into the builder's words and `value` into a number on a row.
What the machine says of a trace (its cells, where a constraint fails) is what the walk says. (PROTOCOL 3)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from code_interpreter import domain_rows, run
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from l2zk import ExecutionTrace, Machine, ProgramError, ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.air import Air, Constraint, Domain
from l2zk.bytecode import Code, compile_constraints
from l2zk.expression import extract
from l2zk.program import Definition
from l2zk.shape import solve

P = 2**64 - 2**32 + 1
EDGES = sorted(
    {0, 1, 2, 3, 7, P // 2, P // 2 + 1, P - 3, P - 2, P - 1}
    | {2**e + d for e in (16, 31, 32, 33, 48, 63) for d in (-1, 0, 1)}
    | {P - 2**e + d for e in (16, 31, 32, 33, 48, 63) for d in (-1, 0, 1)}
)
OPTIONS = ProofOptions(queries=5, allow_insecure=True, blowup=16, grinding=0, zero_knowledge=False)
ROWS = [
    4,
    5,
    31,
    33,
    63,
    64,
    65,
    100,
    128,
    130,
]  # traces shorter than a tile of 64 rows, equal to one, and longer

elements = st.one_of(st.sampled_from((0, 1, P - 1)), st.sampled_from(EDGES), st.integers(0, P - 1))


def fixed(examples):
    return settings(derandomize=True, deadline=None, max_examples=examples)


@pytest.fixture(scope="module", params=_core.isas())
def isa(request):
    """Each instruction set in turn; the one that was in use comes back."""
    before = _core.isa()
    _core.use_isa(request.param)
    yield request.param
    _core.use_isa(before)


# Expressions as trees.


def trees(columns, periodic=0, inputs=0, ahead=0, depth=3):
    """Trees that read 0 to `ahead` rows ahead, of at most 2^depth factors."""
    leaves = [st.tuples(st.just("cell"), st.integers(0, columns - 1), st.integers(0, ahead))] * 3
    leaves.append(st.tuples(st.just("constant"), elements))
    if periodic:
        leaves.append(st.tuples(st.just("periodic"), st.integers(0, periodic - 1)))
    if inputs:
        leaves.append(st.tuples(st.just("input"), st.integers(0, inputs - 1)))
    tree = st.one_of(leaves)
    for _ in range(depth):
        operation = st.tuples(st.sampled_from("+-*"), tree, tree)
        tree = st.one_of(operation, operation, tree, st.tuples(st.just("neg"), tree))
    return tree


@dataclass(frozen=True)
class Words:
    """What the builder calls the leaves."""

    columns: tuple
    periodic: tuple
    inputs: tuple


def written(tree, words):
    """A tree in the words of the builder."""
    match tree:
        case ("cell", column, ahead):
            return words.columns[column][ahead]
        case ("constant", number):
            return words.columns[0].graph.lift(number)
        case ("periodic", index):
            return words.periodic[index]
        case ("input", index):
            return words.inputs[index]
        case ("neg", x):
            return -written(x, words)
        case (sign, x, y):
            x, y = written(x, words), written(y, words)
            return x + y if sign == "+" else x - y if sign == "-" else x * y


def value(tree, row, table, periodic=(), inputs=()):
    """The number that a tree is on a row of a table of columns, rows being counted modulo the length."""
    match tree:
        case ("cell", column, ahead):
            return table[column][(row + ahead) % len(table[column])]
        case ("constant", number):
            return number
        case ("periodic", index):
            return periodic[index][row % len(periodic[index])]
        case ("input", index):
            return inputs[index]
        case ("neg", x):
            return -value(x, row, table, periodic, inputs) % P
        case (sign, x, y):
            x, y = value(x, row, table, periodic, inputs), value(y, row, table, periodic, inputs)
            return (x + y if sign == "+" else x - y if sign == "-" else x * y) % P


def failing(domain, tree, table, periodic=(), inputs=()):
    """(first row, number of rows) of the domain where the tree is not 0, or None."""
    rows = [i for i in domain_rows(domain, len(table[0])) if value(tree, i, table, periodic, inputs)]
    return (rows[0], len(rows)) if rows else None


def found_by(machine, program, witness, table):
    """{constraint: (first row, number of rows)} as the machine's check of this trace says it."""
    columns = program.definition.air.columns
    trace = ExecutionTrace(columns, np.array(table, dtype=np.uint64), program.definition.air.rows)
    report = machine.check(program, witness, trace=trace)
    assert report.ok == (not report.violations)
    return {v.constraint: (v.row, v.count) for v in report.violations}


# Random programs, in the words of the builder.


@dataclass(frozen=True)
class Story:
    """A program as data: (on, tree) for a claim, (row, tree) for an output; on (k, first) is every k-th."""

    rows: int
    reach: int
    starts: tuple
    steps: tuple
    periodic: tuple
    inputs: tuple
    claims: tuple
    outputs: tuple

    @property
    def witness(self):
        """The public inputs, and a private one that starts the first column."""
        return [*self.inputs, self.starts[0][0]]

    def program(self):
        body = {"id": "story.v0", "define": lambda _, m: self.define(m)}
        return dataclass(frozen=True)(type("Told", (TraceProgram,), body))()

    def define(self, m):
        m.rows(self.rows)
        inputs = tuple(m.public_input(f"x{i}") for i in range(len(self.inputs)))
        columns = m.columns(*(f"c{i}" for i in range(len(self.steps))))
        words = Words(columns, tuple(m.periodic(values) for values in self.periodic), inputs)
        cells = {(row, c): x for row, starts in enumerate(self.starts) for c, x in enumerate(starts)}
        cells[0, 0] = m.private_input("key")
        m.start({columns[c][row]: x for (row, c), x in cells.items()})
        m.step({columns[c][self.reach]: written(tree, words) for c, tree in enumerate(self.steps)})
        for i, (on, tree) in enumerate(self.claims):
            on = m.every(on[0], start=on[1]) if isinstance(on, tuple) else on
            m.constrain(f"claim {i}", written(tree, words), on=on)
        for i, (row, tree) in enumerate(self.outputs):
            m.output(f"y{i}", written(tree, words), row=row)

    def table(self, length):
        """The columns, filled by a walk."""
        table = [[0] * length for _ in self.steps]
        for row, starts in enumerate(self.starts):
            for c, x in enumerate(starts):
                table[c][row] = x
        for i in range(length - self.reach):
            for c, tree in enumerate(self.steps):
                table[c][i + self.reach] = value(tree, i, table, self.periodic, self.inputs)
        return table

    def broken(self, air, table):
        """{constraint: (first row, number of rows)} by a walk of the trees."""
        meant = {f"claim {i}": tree for i, (_, tree) in enumerate(self.claims)}
        for c, step in enumerate(self.steps):
            meant[f"c{c}"] = ("-", ("cell", c, self.reach), step)
            for row, starts in enumerate(self.starts):
                meant[f"start c{c}[{row}]" if row else f"start c{c}"] = (
                    "-",
                    ("cell", c, 0),
                    ("constant", starts[c]),
                )
        known = [
            c for c in air.constraints if not c.name.startswith("output")
        ]  # an output is what the trace gives
        found = {c.name: failing(c.domain, meant[c.name], table, self.periodic, self.inputs) for c in known}
        return {name: failure for name, failure in found.items() if failure}


@st.composite
def claims(draw, rows, leaves):
    """Where a claim holds, and a tree that looks ahead no further than that allows."""
    on = draw(st.sampled_from(["every", "transitions", "first", "last", "row", "cyclic"]))
    ahead = 0 if on in ("every", "first", "last") else draw(st.integers(0, 3))
    if on == "row":
        on = draw(st.integers(0, rows - 1 - ahead))
    if on == "cyclic":
        period = draw(st.sampled_from([k for k in (2, 4, 8, 16, 32) if k > ahead]))
        on = (period, draw(st.integers(0, period - 1 - ahead)))
    return on, draw(trees(**leaves, ahead=ahead, depth=2))


@st.composite
def stories(draw, with_claims=True):
    rows, reach, width = draw(st.sampled_from(ROWS)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    rows = max(rows, reach + 2)
    periods = draw(st.lists(st.sampled_from([1, 2, 4, 8]), max_size=2))
    periodic = tuple(tuple(draw(st.lists(elements, min_size=k, max_size=k))) for k in periods)
    inputs = tuple(draw(st.lists(elements, max_size=2)))
    leaves = {"columns": width, "periodic": len(periodic), "inputs": len(inputs)}
    starts = draw(st.lists(st.tuples(*[elements] * width), min_size=reach, max_size=reach))
    steps = [draw(trees(**leaves, ahead=reach - 1)) for _ in range(width)]
    places = st.tuples(st.integers(0, rows - 1), trees(**leaves, depth=1))
    stated = [("first", ("-", ("input", i), ("constant", x))) for i, x in enumerate(inputs)]
    return Story(
        rows=rows,
        reach=reach,
        starts=tuple(starts),
        steps=tuple(steps),
        periodic=periodic,
        inputs=inputs,
        claims=(*stated, *draw(st.lists(claims(rows, leaves), max_size=4 if with_claims else 0))),
        outputs=tuple(draw(st.lists(places, max_size=2))),
    )


def told(story):
    """The program of a story; a claim or an output that comes to nothing is no program."""
    try:
        program = story.program()
        program.definition  # noqa: B018
    except ProgramError as error:
        assert any(
            why in str(error) for why in ("can never hold", "constrains nothing", "stands in no constraint")
        )
        reject()
    return program


@fixed(40)
@given(story=stories())
def test_the_trace_is_that_of_a_walk(isa, story):
    program = told(story)
    trace = TraceZkVm(OPTIONS).trace(program, story.witness)
    assert trace.padded.tolist() == story.table(program.definition.air.length)
    assert trace.rows == story.rows


@fixed(40)
@given(story=stories(), data=st.data())
def test_violations_are_those_of_a_walk(isa, story, data):
    program = told(story)
    air = program.definition.air
    table = story.table(air.length)
    rows = st.one_of(st.integers(0, air.length - 1), st.sampled_from([0, air.length // 2, air.length - 1]))
    cells = st.tuples(st.integers(0, len(table) - 1), rows, elements)
    for column, row, number in data.draw(st.lists(cells, max_size=3)):
        table[column][row] = number
    assert found_by(TraceZkVm(OPTIONS), program, story.witness, table) == story.broken(air, table)


@fixed(20)
@given(story=stories(with_claims=False))
def test_the_outputs_are_those_of_a_walk(isa, story):
    program = told(story)
    table = story.table(program.definition.air.length)
    proof = TraceZkVm(OPTIONS).prove(program, story.witness)
    expected = [value(tree, row, table, story.periodic, story.inputs) for row, tree in story.outputs]
    assert list(proof.public_outputs.values()) == expected
    assert list(proof.public_inputs.values()) == list(story.inputs)


@fixed(30)
@given(story=stories(with_claims=False), data=st.data())
def test_random_programs_are_proved_and_wrong_traces_are_not(isa, story, data):
    program, machine = told(story), TraceZkVm(OPTIONS)
    air = program.definition.air
    proof = machine.prove(program, story.witness)
    machine.check_proof(program, proof, story.inputs)
    table = story.table(air.length)
    column, row = data.draw(st.integers(0, len(table) - 1)), data.draw(st.integers(0, air.length - 1))
    table[column][row] = (table[column][row] + data.draw(st.integers(1, P - 1))) % P
    trace = ExecutionTrace(air.columns, np.array(table, dtype=np.uint64), air.rows)
    wrong = machine.prove(program, story.witness, trace=trace, check=False)
    assert machine.verify(program, wrong) == (not story.broken(air, table))


# AIRs that the builder does not write: every domain with every look-ahead, counted modulo the length.


@dataclass(frozen=True)
class Given(TraceProgram):
    """A program that is an AIR, without a step."""

    id = "given.v0"
    given: object

    @property
    def definition(self):
        return self.given


def definition_of(length, width, claims, periodic=(), inputs=0):
    """The definition with these (domain, tree) as its constraints, named "0", "1", …"""
    m = Machine()
    columns = m.columns(*(f"c{i}" for i in range(width)))
    words = Words(
        columns, tuple(map(m.periodic, periodic)), tuple(m.public_input(f"x{i}") for i in range(inputs))
    )
    nodes, roots = extract(columns[0].graph.nodes, [written(tree, words).index for _, tree in claims])
    air = Air(
        id="given.v0",
        parameters=b"\0\0",
        rows=length,
        length=length,
        columns=tuple(f"c{i}" for i in range(width)),
        inputs=tuple(f"x{i}" for i in range(inputs)),
        outputs=(),
        periodic=tuple(map(tuple, periodic)),
        periodic_names=tuple(f"p{i}" for i in range(len(periodic))),
        nodes=nodes,
        constraints=tuple(
            Constraint(str(i), domain, root)
            for i, ((domain, _), root) in enumerate(zip(claims, roots, strict=True))
        ),
    )
    return Definition(
        air=air,
        constraint_code=compile_constraints(air),
        step_code=None,
        step_targets=np.zeros((0, 2), np.uint32),
        step_reach=0,
        inputs=tuple(m._inputs),
        outputs=(),
        start_nodes=(),
        start=(),
    )


def domains(length):
    powers = [2**e for e in range(1, length.bit_length())]
    return st.one_of(
        st.just(Domain.every()),
        st.integers(1, length - 1).map(Domain.transition),
        st.sampled_from([1, 2, length - 1]).map(Domain.transition),
        st.integers(0, length - 1).map(Domain.row),
        st.sampled_from(powers).flatmap(lambda y: st.integers(0, y - 1).map(lambda x: Domain.cyclic(x, y))),
    )


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
    table = (
        np.random.default_rng(seed)
        .choice(np.array([0, 0, 0, 1, 2, P - 1], np.uint64), (width, length))
        .tolist()
    )
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
    g = int(_core.root_of_unity(length.bit_length() - 1))
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


# Code that the core refuses.

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
        "shape": solve(OPTIONS, air.profile),
        "rows": air.rows,
        "domains": [(c.domain.kind, c.domain.x, c.domain.y) for c in air.constraints],
        "reads": [(offset, air.reads[offset]) for offset in air.offsets],
        "periodic": air.periodic,
        "constraints": definition.constraint_code,
        "input_count": 1,
        "output_claims": [(o.constraint, o.row) for o in definition.outputs],
        "step": definition.step_code,
        "step_targets": definition.step_targets,
        "step_reach": definition.step_reach,
    }


def compiled(arguments):
    arguments = dict(arguments)
    return _core.Compiled(arguments.pop("shape"), **arguments)


def changed(array, *changes):
    array = np.array(array)
    for place, number in changes:
        array[place] = number
    return array


def extended(array, *rows):
    return np.concatenate([array, np.array(rows, dtype=array.dtype)])


OPERATIONS = "ADD_VV SUB_VV MUL_VV ADD_VU SUB_VU SUB_UV MUL_VU NEG_V RESULT_V RESULT_U"
OP = {name: i for i, name in enumerate(OPERATIONS.split())}


def of_body(*rows):
    """A change of a code: these instructions before its own."""
    return lambda code: replace(code, body=np.concatenate([np.array(rows, dtype=np.uint32), code.body]))


BAD_CODES = {
    "no such operation": of_body((10, 9, 0, 0)),
    "no such operation at all": of_body((2**32 - 1, 9, 0, 0)),
    "a register read before it is written": lambda c: of_body(
        (OP["ADD_VV"], c.vectors - 1, 0, c.vectors - 1)
    )(c),
    "a vector slot beyond the last": lambda c: of_body((OP["MUL_VV"], c.vectors - 1, c.vectors, 0))(c),
    "a second vector slot beyond the last": lambda c: of_body((OP["SUB_VV"], c.vectors - 1, 0, 2**32 - 1))(c),
    "negated beyond the last": lambda c: of_body((OP["NEG_V"], c.vectors - 1, c.vectors, 0))(c),
    "a uniform slot beyond the last": lambda c: of_body((OP["ADD_VU"], c.vectors - 1, 0, len(c.uniforms)))(c),
    "a first uniform slot beyond the last": lambda c: of_body(
        (OP["SUB_UV"], c.vectors - 1, len(c.uniforms), 0)
    )(c),
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
    "a prelude of uniform operations": lambda c: replace(
        c, prelude=changed(c.prelude, ((0, 0), OP["MUL_VU"]))
    ),
    "a prelude with a result": lambda c: replace(c, prelude=changed(c.prelude, ((0, 0), OP["RESULT_U"]))),
    "a prelude that writes beyond the last": lambda c: replace(
        c, prelude=changed(c.prelude, ((0, 1), len(c.uniforms)))
    ),
    "a prelude that reads beyond the last": lambda c: replace(
        c, prelude=changed(c.prelude, ((0, 2), len(c.uniforms)))
    ),
    "a prelude that reads beyond it twice": lambda c: replace(
        c, prelude=changed(c.prelude, ((0, 3), 2**32 - 1))
    ),
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


@pytest.mark.parametrize("part", ["constraints", "step"])
@pytest.mark.parametrize("what", BAD_CODES)
def test_bad_code_is_refused(part, what):
    arguments = sample()
    compiled(arguments)
    arguments[part] = BAD_CODES[what](arguments[part])
    with pytest.raises(ValueError):
        compiled(arguments)


BAD_PROGRAMS = {
    "no such domain": {"domains": (4, 0, 0)},
    "a transition of no rows": {"domains": (1, LENGTH, 0)},
    "a transition of fewer": {"domains": (1, 2**63, 0)},
    "a transition that wraps": {"domains": (1, 0, 0)},
    "a row beyond the last": {"domains": (2, LENGTH, 0)},
    "a period of 0": {"domains": (3, 0, 0)},
    "a period that is no power of two": {"domains": (3, 0, 3)},
    "a period beyond the length": {"domains": (3, 0, 2 * LENGTH)},
    "a first row beyond the period": {"domains": (3, 4, 4)},
    "a narrow domain": {"domains": (2, 1)},
    "a domain too many": {"domains": [(0, 0, 0), (0, 0, 0)]},
    "columns read beyond the last": {"reads": [(0, (0, 1)), (1, (0, 2))]},
    "rows read beyond the last": {"reads": [(0, (0, 1)), (LENGTH, (0, 1))]},
    "rows read in no order": {"reads": [(1, (0, 1)), (0, (0, 1))]},
    "rows read twice": {"reads": [(0, (0, 1)), (1, (0, 1)), (1, (0, 1))]},
    "no rows read": {"reads": []},
    "a period of three values": {"periodic": [[1, 2, 3]]},
    "a period of no value": {"periodic": [[]]},
    "a period beyond the trace": {"periodic": [list(range(2 * LENGTH))]},
    "a periodic value that is not below p": {"periodic": [[1, P]]},
    "an output of no constraint": {"output_claims": [(99, 0)]},
    "an output on no row": {"output_claims": [(0, LENGTH)]},
    "a narrow output": {"output_claims": [(0,)]},
    "a negative output": {"output_claims": [(-1, 0)]},
    "more outputs than uniforms": {"output_claims": [(0, 0)] * 99},
    "a negative number of inputs": {"input_count": -1},
    "more inputs than uniforms": {"input_count": 2**62},
    "a target beyond the last column": {"step_targets": np.array([(0, 1), (2, 1)], dtype=np.uint32)},
    "a target beyond the reach": {"step_targets": np.array([(0, 1), (1, 2)], dtype=np.uint32)},
    "a target on its own row": {"step_targets": np.array([(0, 1), (1, 0)], dtype=np.uint32)},
    "narrow targets": {"step_targets": np.array([(0,), (1,)], dtype=np.uint32)},
    "too few targets": {"step_targets": np.array([(0, 1)], dtype=np.uint32)},
    "no reach": {"step_reach": 0},
    "a reach beyond the length": {"step_reach": LENGTH + 1},
}


@pytest.mark.parametrize("what", BAD_PROGRAMS)
def test_bad_programs_are_refused(what):
    arguments = sample()
    for name, bad in BAD_PROGRAMS[what].items():
        if name == "domains":
            bad = [*arguments["domains"][:-1], *(bad if isinstance(bad, list) else [bad])]
        arguments[name] = bad
    with pytest.raises(ValueError):
        compiled(arguments)


def test_a_step_that_reads_what_it_fills_is_refused():
    arguments = sample()
    step = arguments["step"]
    arguments["step"] = replace(step, loads=changed(step.loads, ((0, 2), 1)))
    with pytest.raises(ValueError):
        compiled(arguments)


# Random code: accepted if and only if it is sound, and then it means what the interpreter in Python says.


def sound(code, columns, periodic, length):
    """What makes a code one that can be run, by the words of bytecode.py."""
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
        }
        constants = {3: (b,), 4: (b,), 5: (a,), 6: (b,), 9: (a,)}
        if op > 9 or not set(vectors[op]) <= written or any(u >= uniforms for u in constants.get(op, ())):
            return False
        if op >= 8:
            results.append(dst)
        elif len(code.loads) <= dst < code.vectors:
            written.add(dst)
        else:
            return False
    return sorted(results) == list(range(code.results))


@st.composite
def codes(draw):
    """Code over two columns, a periodic one, an input, two outputs; sound but for up to two entries."""
    constants = draw(st.lists(elements, min_size=1, max_size=3))
    uniforms = 3 + len(constants) + 2
    slot = st.integers(0, uniforms - 1)
    prelude = draw(st.lists(st.tuples(st.sampled_from([0, 1, 2, 7]), slot, slot, slot), max_size=3))
    columns = st.tuples(st.just(0), st.integers(0, 1), st.integers(0, LENGTH - 1))
    loads = draw(st.lists(st.one_of(columns, st.just((1, 0, 0))), min_size=1, max_size=4))
    registers, body, known = draw(st.integers(1, 3)), [], list(range(len(loads)))
    for _ in range(draw(st.integers(0, 8))):
        op, dst = draw(st.integers(0, 7)), draw(st.integers(len(loads), len(loads) + registers - 1))
        a, b = draw(st.sampled_from(known)), draw(st.sampled_from(known))
        a, b = (draw(slot) if op == 5 else a), (draw(slot) if op in (3, 4, 6) else 0 if op == 7 else b)
        body.append((op, dst, a, b))
        known = sorted({*known, dst})
    for result in draw(st.permutations(range(3))):
        uniform = draw(st.integers(0, 3)) == 0
        body.append((9, result, draw(slot), 0) if uniform else (8, result, draw(st.sampled_from(known)), 0))
    tables = [
        np.array(rows, dtype=np.uint32).reshape(-1, k) for rows, k in ((prelude, 4), (loads, 3), (body, 4))
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
    )


@fixed(150)
@given(code=codes(), data=st.data())
def test_random_code_is_refused_or_runs(isa, code, data):
    periodic = [data.draw(st.lists(elements, min_size=4, max_size=4))]
    table = [data.draw(st.lists(elements, min_size=LENGTH, max_size=LENGTH)) for _ in range(2)]
    claimed = data.draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, LENGTH - 1)), min_size=2, max_size=2)
    )
    places = [data.draw(domains(LENGTH)) for _ in range(3)]
    arguments = sample() | {
        "domains": [(d.kind, d.x, d.y) for d in places],
        "periodic": periodic,
        "constraints": code,
        "reads": [(offset, (0, 1)) for offset in range(LENGTH)],
        "output_claims": claimed,
        "step": None,
        "step_targets": None,
        "step_reach": 0,
    }
    if not sound(code, 2, 1, LENGTH):
        with pytest.raises(ValueError):
            compiled(arguments)
        return
    first, counts, outputs = checked(compiled(arguments), [5], table)

    def results(row, outputs):
        def load(is_periodic, index, ahead):
            return periodic[index][row % 4] if is_periodic else table[index][(row + ahead) % LENGTH]

        return run(code, load, [5], outputs)

    assert outputs == [results(row, [0, 0])[constraint] for constraint, row in claimed]
    for i, domain in enumerate(places):
        rows = [row for row in domain_rows(domain, LENGTH) if results(row, outputs)[i]]
        assert (first[i], counts[i]) == (rows[0] if rows else -1, len(rows))


def checked(program, inputs, table):
    """(first failing rows, their numbers, outputs) of a trace."""
    trace = np.array(table, dtype=np.uint64)
    try:
        _, outputs = _core.run_trace(program, bytes(16), [0, 8], inputs, [], trace=trace, check=True)
    except _core.TraceViolation as violation:
        return violation.first.tolist(), violation.counts.tolist(), violation.outputs
    return [-1] * 3, [0] * 3, outputs


def test_values_outside_the_field_or_the_trace_are_refused():
    program, trace = compiled(sample()), np.zeros((2, LENGTH), dtype=np.uint64)
    honest = {"header": bytes(8), "output_places": [0], "inputs": [5], "start": [(0, 0, 5), (0, 1, 3)]}
    _core.run_trace(program, **honest)
    for change in (
        {"inputs": []},
        {"inputs": [1, 2]},
        {"inputs": [P]},
        {"output_places": []},
        {"output_places": [1]},
        {"start": [(LENGTH, 0, 5)]},
        {"start": [(0, 2, 5)]},
        {"start": [(0, 0, P)]},
        {"trace": trace[:1]},
        {"trace": trace.T},
        {"trace": trace + np.uint64(P)},
        {"trace": trace[0]},
    ):
        with pytest.raises(ValueError):
            _core.run_trace(program, **honest | change)

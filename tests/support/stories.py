"""Random programs as data: columns with steps, starts, periodic columns, claims on every kind of rows, outputs."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import reject
from hypothesis import strategies as st
from tree_walk import Words, elements, failing, trees, value, written

from l2zk import ProgramError, TraceProgram

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
        known = [c for c in air.constraints if not c.name.startswith("output")]  # an output is what the trace gives
        found = {c.name: failing(c.domain, meant[c.name], table, self.periodic, self.inputs) for c in known}
        return {name: failure for name, failure in found.items() if failure}


@st.composite
def claims(draw, rows, leaves):
    """A claim's rows, and a tree that looks ahead no further than they allow."""
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
        program.definition
    except ProgramError as error:
        reasons = ("can never be satisfied", "constrains nothing", "stands in no constraint", "is not said on row")
        assert any(why in str(error) for why in reasons)
        reject()
    return program

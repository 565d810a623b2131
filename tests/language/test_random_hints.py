"""Random programs of hints, lets, bits, quotients and steps: each column is what its expression says on every row."""

from __future__ import annotations

import random
from typing import Any

from defining import defined
from fuzzing import SAME, examples
from hypothesis import given, settings
from hypothesis import strategies as st

from l2zk import hints
from l2zk.air.nodes import evaluate
from l2zk.errors import ProgramError
from l2zk.language.fillings import Let, Limbs, Walk
from l2zk.language.merged import pieces_of
from l2zk.language.run import report_of, trace_of

P = 2**64 - 2**32 + 1
fixed = settings(derandomize=SAME, deadline=None, max_examples=examples(60))
LIST = [5, P - 1, 0, 77]


class Drawn:
    """Code of columns that are there."""

    def __init__(self, rng: random.Random, ahead: int) -> None:
        self.rng, self.ahead, self.there = rng, ahead, list[Any]()

    def cell(self) -> Any:
        """A column on its row, or on one up to two behind and fewer than `ahead` ahead."""
        offset = self.rng.choice([0, 0, 0, 0, -1, -2, self.rng.randrange(self.ahead)])
        column = self.rng.choice(self.there)
        return column[offset] if offset else column

    def expression(self) -> Any:
        made = self.cell() * self.rng.randrange(9) + self.cell()
        return made * self.cell() if self.rng.random() < 0.4 else made - self.rng.randrange(9)

    def code(self) -> Any:
        x, y = self.expression(), self.cell()
        return self.rng.choice(
            [
                lambda: x >> self.rng.randrange(70),
                lambda: (x & y) ^ 2**40,
                lambda: hints.select(x % 3 < 1, y, x // 7),
                lambda: hints.rotate_left(x, self.rng.randrange(32)) + y,
                lambda: hints.look_up(LIST, x % 4) * y,
                lambda: hints.minimum(x, y) - hints.inverse(y),
                lambda: hints.power(x, 5) // (y | 1),
                lambda: hints.integer(x),
            ]
        )()


def random_program(m: Any, seed: int) -> None:
    """Given columns, stepped ones, and what fills itself of these, which the steps read."""
    rng = random.Random(seed)
    m.rows(rng.choice([9, 16, 30]))
    drawn, stepped = Drawn(rng, rng.randint(1, 3)), m.columns("x", "y")
    drawn.there += [*m.private_columns("g", "h"), *stepped]
    for number in range(rng.randint(2, 7)):
        kind = rng.choice(["hint", "hint", "let", "bits", "quotient"])
        if kind == "let":
            drawn.there.append(m.let(f"c{number}", drawn.expression() * drawn.cell()))
        elif kind == "hint":
            drawn.there.append(m.hint(f"c{number}", drawn.code()))
        elif kind == "bits":
            drawn.there += m.bits(f"c{number}_", m.hint(f"c{number}", drawn.code() & 7), 3)
        else:
            drawn.there += m.quotient(f"c{number}", m.hint(f"of{number}", drawn.code() % 2**20), 7, bits=20)
    m.free(*(m._draft.column(k) for k in range(len(m._graph.columns))))
    for column in stepped:
        ahead = drawn.ahead
        value = drawn.there[-1] + drawn.expression()
        m.start({column[row]: 3 + row for row in range(ahead + m._graph.look_behind[value.index])})
        m.step({column[ahead]: value})


def parts(definition: Any) -> list[Let | Limbs]:
    """All columns that equal expressions or pieces of them, those in walks too."""
    found = [part for one in definition.fillings for part in (one.parts if isinstance(one, Walk) else (one,))]
    return [one for one in found if isinstance(one, Let | Limbs) and one.table == 0]


@fixed
@given(st.integers(0, 2**32))
def test_each_column_is_what_its_expression_says(seed: int) -> None:
    try:
        definition = defined(lambda m: random_program(m, seed))
    except ProgramError as error:
        assert "reads the future" in str(error)
        return
    rng = random.Random(seed + 1)
    rows, length = definition.air.rows, definition.air.length
    witness = {name: [rng.randrange(rng.choice([9, P])) for _ in range(rows)] for name in "gh"}
    cells = trace_of(definition, witness).padded.tolist()
    for one in parts(definition):
        for row in range(length):
            there = one.behind <= row < length - one.ahead
            value = evaluate(one.nodes, _leaf(definition, cells, row), definition.lists)[-1] if there else 0
            for column, shift, mask in pieces_of(one):
                assert cells[column][row] == value >> shift & mask, (definition.air.columns[column], row)
    assert report_of(definition, witness), report_of(definition, witness, redact=False)


def _leaf(definition: Any, cells: Any, row: int) -> Any:
    return lambda node: cells[node[1]][(row + node[2]) % definition.air.length]

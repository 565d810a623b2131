"""Another witness explains a hiding proof of a program with public columns and output columns (PROTOCOL 11).

What is stated is the same of both witnesses, and rows beyond an output column's end say nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from hostile import few
from reference.algebra import P
from reference.forger import Forger
from reference.from_library import options_of, program_of
from reference.sizes import by_options
from reference.statement import Public

from l2zk import Machine, TraceProgram, TraceZkVm

from .pairs import Distinct
from .swaps import Swap, seen

OPTIONS = few(zero_knowledge=True)


@dataclass(frozen=True)
class Alike(TraceProgram):
    """Two columns that run alike from a secret through what is public; what is stated of them is the same for all."""

    id = "hiding-alike.v0"
    kind: str
    rows: int

    def define(self, m: Machine) -> None:
        image, edge = m.public_column("image"), m.public_column("edge", every=3, start=1)
        a, b = m.columns("a", "b")
        secret = m.private_input("secret")
        m.start({a: secret, b: secret})
        m.step({a: a * a + image + edge * a, b: b * b + image + edge * b})
        match self.kind:
            case "its first rows":
                m.output_column("first", a - b, 2)
            case "a product with public ones":
                m.output_column("product", (a - b) * a * image + edge * image)
            case "a look-ahead":
                m.output_column("ahead", (a.next - b.next) * a + image)
                m.output("last", a - b, row="last")
            case "one in a constraint":
                said = m.output_column("said", a - b, 1)
                m.constrain("nothing", said * (a - b) * a == 0)
        m.rows(self.rows)


KINDS = ["its first rows", "a product with public ones", "a look-ahead", "one in a constraint"]


@pytest.mark.parametrize("rows", [3, 33])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore::l2zk.errors.LengthWarning")
def test_a_proof_of_one_witness_is_one_of_another(kind: str, rows: int) -> None:
    program, vm, drawn = Alike(kind, rows), TraceZkVm(OPTIONS), random.Random(rows)
    sequences = program.definition.air.sequences
    columns = {one.name: [drawn.randrange(P) for _ in range(one.length)] for one in sequences if not one.is_output}
    witnesses = [columns | {"secret": secret} for secret in (1, 99_999)]
    one, other = (vm.prove(program, witness) for witness in witnesses)
    assert one.header == other.header and one != other
    stated = one.public_outputs
    scalars = tuple(value for value in stated.values() if isinstance(value, int))
    values = tuple(tuple(map(int, stated[s.name] if s.is_output else columns[s.name])) for s in sequences)
    groups = [(program_of(program.definition.air), (Public(scalars, values),))]
    traces = [vm.trace(program, witness).padded.tolist() for witness in witnesses]
    options = options_of(OPTIONS)
    made = Forger(groups, traces[:1], by_options(groups, options), coins=b"coins", options=options)
    made.transcript = lambda: Distinct(b"coins")  # type: ignore[method-assign]
    swap = Swap(made, traces[1:])
    tails = swap.tails()
    assert tails is not None
    assert seen(made, swap.proof(tails, swap.R(tails))) == seen(made, swap.first)

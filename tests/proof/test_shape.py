"""The shape of a proof: every length is that of the twin, which computes it from the statement in its own way."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from example_programs import Cubes, Domains, Fibonacci, Powers, Silent
from reference.demand import demand
from reference.from_library import options_of, program_of
from reference.lengths import Lengths as TwinLengths
from reference.sizes import choose
from reference.statement import Public, physical_tables
from warned import any_length

from l2zk import Machine, ProofOptions, TraceProgram
from l2zk.air.measure import Profile, TableProfile
from l2zk.errors import OptionsError, SecurityError
from l2zk.proof.lengths import Lengths
from l2zk.proof.shape import Shape, solve


@dataclass(frozen=True)
class Wide(TraceProgram):
    """So many columns, on so many rows, with a look-ahead and a long period."""

    id = "wide.v0"
    columns: int
    rows: int

    def define(self, m: Machine) -> None:
        columns = m.columns(*(f"c{i}" for i in range(self.columns)))
        keys = m.periodic(range(64))
        m.start({column[k]: 1 for column in columns for k in range(3)})
        m.step({column[3]: column * columns[0][2] + keys for column in columns})
        m.rows(self.rows)


PROGRAMS = {
    "fibonacci": Fibonacci(20),
    "two rows": Fibonacci(1),
    "a period, degree 3": Cubes(29),
    "every kind of domain": Domains(29),
    "no public value": Silent(),
    "degree 9": Powers(9, 100),
    "wide": Wide(7, 3000),
    "wide and long": Wide(40, 2**14),
}

CHOSEN = {
    "default": {},
    "compact": {"preset": "compact"},
    "fast": {"preset": "fast"},
    "a rate": {"rate": 1 / 2},
    "another": {"rate": 1 / 16, "grinding": 0, "security": 100},
    "plain": {"zero_knowledge": False},
    "few queries": {"queries": 5, "allow_insecure": True, "grinding": 0},
}


def twins(program: TraceProgram, options: ProofOptions) -> tuple[TwinLengths, object]:
    """The twin's lengths and shape."""
    air = program.definition.air
    group = [(program_of(air), (Public((0,) * (len(air.inputs) + len(air.outputs))),))]
    lengths = TwinLengths(physical_tables(group), options.zero_knowledge)
    return lengths, choose(demand(group, lengths), options_of(options))


@any_length
@pytest.mark.parametrize("chosen", CHOSEN)
@pytest.mark.parametrize("name", PROGRAMS)
def test_all_lengths_are_those_of_the_twin(name: str, chosen: str) -> None:
    options = ProofOptions(**CHOSEN[chosen])
    shape = solve(options, PROGRAMS[name].definition.air.profile)
    lengths, sizes = twins(PROGRAMS[name], options)
    assert list(shape.lengths) == [*lengths.words(), *sizes.numbers()]  # type: ignore[attr-defined]
    assert shape.masked == sum(lengths.hidden()) and shape.masks_at == lengths.masks_at
    assert shape.q_length == lengths.q_length and list(shape.argument.degrees) == lengths.round_degrees
    assert shape.argument.claims == max(1, lengths.claims)


def profile(**changes: int) -> Profile:
    numbers = {"log_rows": 16, "columns": 2, "constraints": 5, "openings": 4, "read_columns": 2}
    return Profile(tables=(TableProfile(**(numbers | changes)),), in_x=31, degree=2, last_degree=3)


def test_a_shape_is_looked_for_once() -> None:
    assert solve(ProofOptions(), profile()) is solve(ProofOptions(), profile())


def test_sixteen_entries_a_message_are_the_least_and_a_statement_may_be_too_large() -> None:
    assert isinstance(solve(ProofOptions(), profile(log_rows=1)), Shape)
    with pytest.raises(OptionsError, match=r"a proof needs entries from 1 to .*take a smaller statement"):
        solve(ProofOptions(), profile(log_rows=26, columns=17))


def test_few_queries_are_refused_with_a_way_out() -> None:
    with pytest.raises(SecurityError, match="queries=5 proves .* bits, fewer than 100; take queries=0"):
        solve(ProofOptions(queries=5), profile())
    assert solve(ProofOptions(queries=5, allow_insecure=True), profile()).queries == 5


def test_every_element_of_a_message_has_a_mask() -> None:
    for hiding in (False, True):
        lengths = Lengths(profile(), hiding)
        assert lengths.entries == 2 * 2**16 + (3 * lengths.elements if hiding else 0)
        assert lengths.mask_count == (lengths.elements if hiding else 0)

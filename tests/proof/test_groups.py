"""Groups of programs with several tables, buses and stacked statements: every length, header and bit is the twin's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pytest
from fuzzing import examples
from reference.bits import bits_of_rounds
from reference.demand import demand
from reference.digest import digest
from reference.from_library import options_of
from reference.header import header_of, parse
from reference.lengths import Lengths as TwinLengths
from reference.lengths import Part
from reference.random_programs import random_case
from reference.sizes import choose
from reference.statement import Group as TwinGroup
from reference.statement import physical_tables
from reference.systems import cases
from twin_airs import air_of

from l2zk import ProofOptions
from l2zk.air.measure import measured
from l2zk.errors import ProgramError
from l2zk.proof.groups import Group, check_stacking, profile_of
from l2zk.proof.header import Header, Values, digest_of, stated
from l2zk.proof.lengths import Lengths
from l2zk.proof.security import ARGUMENT, LOOKUPS, ONE, report_on
from l2zk.proof.shape import shape_of
from l2zk.proof.values import StatedGroup

SYSTEMS = {name: groups for name, groups, _ in cases()}
OPTIONS = [ProofOptions(), ProofOptions(preset="compact", zero_knowledge=False)]


@cache
def random_groups(seed: int) -> list[TwinGroup]:
    """One to three random programs, the last one twice."""
    drawn = [random_group(f"{seed} {part}", part > 0) for part in range(seed % 3 + 1)]
    return [*drawn, drawn[-1]] if seed % 2 else drawn


def random_group(seed: str, interactions: bool) -> TwinGroup:
    """A random program with its statements, none of whose tables is there for nothing: the library refuses such."""
    for again in range(100):
        [group], _ = random_case(f"{seed} {again}", interactions=interactions)
        if all(table.constraints or table.interactions for table in group[0].tables):
            return group
    raise AssertionError("no program was drawn")


def groups_of(groups: Sequence[TwinGroup]) -> list[Group]:
    return [Group(air_of(program), len(statements)) for program, statements in groups]


def header(groups: Sequence[TwinGroup], options: ProofOptions) -> Header:
    """The header of statements, from their values."""
    made = []
    for program, statements in groups:
        inputs, told = len(program.inputs), []
        for public in statements:
            known = zip(program.sequences, public.sequences)
            sequences = tuple(
                b"".join(v.to_bytes(8, "little") for v in values) if said.output else digest_of(values)
                for said, values in known
            )
            told.append(Values(public.scalars[:inputs], public.scalars[inputs:], sequences))
        made.append(StatedGroup.of(stated(air_of(program)), told))
    return Header(options=options, groups=tuple(made))


def check(twins: Sequence[TwinGroup], options: ProofOptions) -> None:
    groups, tables = groups_of(twins), physical_tables(twins)
    theirs = TwinLengths(tables, options.zero_knowledge)
    asked = demand(twins, theirs)
    ours = Lengths(profile_of(groups), options.zero_knowledge)
    assert list(ours.numbers) == theirs.words() and ours.elements == sum(theirs.hidden())
    assert list(map(list, ours.layer_degrees)) == theirs.layer_degrees and ours.masks_at == theirs.masks_at
    assert (ours.entries, ours.claims) == (asked.entries, asked.claims)
    assert list(ours.challenges) == [(one.degree, one.together) for one in asked.challenges]
    check_tables(groups, theirs.parts)
    shape, chosen = shape_of(options, groups), choose(asked, options_of(options))
    assert list(shape.lengths) == [*theirs.words(), *chosen.numbers()] and shape.layers == theirs.layers
    report = report_on(options, shape)
    expected = [(one.word, one.worst / ONE, one.together / ONE) for one in bits_of_rounds(chosen, asked, 128)]
    assert [(one.word, one.bits, one.together) for one in report.rounds] == expected
    named = (*LOOKUPS, *ARGUMENT) if shape.layers else ARGUMENT
    assert [(one.name, one.challenge) for one in report.rounds[: len(named)]] == list(named)


def check_tables(groups: Sequence[Group], parts: Sequence[Part]) -> None:
    """What each table reads, which the core is told in lists."""
    of_tables = [(table, group.blocks) for group in groups for table in group.air.tables]
    for (table, blocks), part in zip(of_tables, parts, strict=True):
        found = measured(table, blocks)
        assert list(table.pairs) == part.pairs and list(table.reads) == part.columns
        assert (found.skipped, 1 << found.profile.log_rows) == (part.skipped, part.table.rows)


@pytest.mark.parametrize("options", OPTIONS, ids=["hiding", "plain"])
@pytest.mark.parametrize("name", SYSTEMS)
def test_lengths_and_bits_of_systems_are_those_of_the_twin(name: str, options: ProofOptions) -> None:
    check(SYSTEMS[name], options)


@pytest.mark.parametrize("name", SYSTEMS)
def test_headers_of_systems_are_those_of_the_twin(name: str) -> None:
    check_header(SYSTEMS[name])


def check_header(twins: Sequence[TwinGroup]) -> None:
    assert all(air_of(program).digest == digest(program) for program, _ in twins)
    made = header(twins, ProofOptions())
    data = made.to_bytes()
    assert data == header_of(twins, options_of(ProofOptions())).to_bytes()
    assert Header.parse(data + b"body") == (made, len(data)) and parse(data)[1] == len(data)
    offsets = [at for places in made.places() for at in (*places.outputs, *places.sequences)]
    assert len(offsets) == sum(
        len(statements) * (len(program.outputs) + sum(said.output for said in program.sequences))
        for program, statements in twins
    )


@pytest.mark.parametrize("seed", range(examples(60)))
def test_random_groups_have_the_twins_lengths_and_headers(seed: int) -> None:
    twins = random_groups(seed)
    check_header(twins)
    check(twins, OPTIONS[seed % 2])


@pytest.mark.parametrize("seed", range(examples(60)))
def test_what_the_twin_does_not_stack_is_not_stacked(seed: int) -> None:
    program, statements = random_group(f"stacked {seed}", seed % 2 > 0)
    air = air_of(program)
    try:
        physical_tables([(program, statements[:1] * 3)])
    except ValueError as refused:
        assert "what reads beyond its block is not stacked" in str(refused)
        with pytest.raises(ProgramError, match="cannot be stacked in one group: .* beyond its own block"):
            check_stacking([Group(air), Group(air, 3)])
    else:
        check_stacking([Group(air, 3)])
    check_stacking([Group(air), Group(air)])


def test_equal_groups_are_measured_once() -> None:
    air = air_of(SYSTEMS["calls"][0][0])
    assert profile_of([Group(air)] * 1000).tables == profile_of([Group(air)]).tables * 1000
    assert [list(table.measures) for table in air.tables] == [[0], [0]]
    assert profile_of([Group(air, 3)]) == profile_of([Group(air, 4)]) != profile_of([Group(air, 5)])
    assert [list(table.measures) for table in air.tables] == [[0, 2, 3], [0, 2, 3]]

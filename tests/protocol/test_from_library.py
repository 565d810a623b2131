"""The library's programs as the twin takes them, and the twin's as the library's: there and back is the same."""

from __future__ import annotations

import pytest
from reference.digest import digest
from reference.from_library import program_of
from reference.random_programs import random_groups
from reference.systems import cases
from twin_airs import air_of

SYSTEMS = {name: groups for name, groups, _ in cases()}


@pytest.mark.parametrize("name", SYSTEMS)
def test_each_system(name: str) -> None:
    for program, _ in SYSTEMS[name]:
        air = air_of(program)
        back = program_of(air)
        assert digest(back) == digest(program) == air.digest
        assert [(t.width, t.interactions) for t in back.tables] == [(t.width, t.interactions) for t in program.tables]
        assert back.messages == program.messages


@pytest.mark.parametrize("seed", range(20))
def test_random_programs(seed: int) -> None:
    """The library's tables are none of those that nothing is said of."""
    for program, _ in random_groups(f"library {seed}")[0]:
        if not all(table.constraints or table.interactions for table in program.tables):
            continue
        assert digest(program_of(air_of(program))) == digest(program) == air_of(program).digest

"""What the core's door is told of tables, blocks, buses and statements, and what it refuses of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from compare_core import KEY, Sides
from core_tables import arguments_of, message_of, sizes_of
from reference.lengths import Lengths
from reference.statement import Group, physical_tables
from reference.systems import Traces, cases

from l2zk import _core

CASES = {name: (groups, traces) for name, groups, traces in cases()}


def made(name: str) -> tuple[list[Group], Traces, Lengths]:
    groups, traces = CASES[name]
    return groups, traces, Lengths(physical_tables(groups), True)


def args_of(name: str, number: int = 0) -> tuple[Any, Any, Lengths]:
    """What the arguments of a table are made of."""
    groups, _, lengths = made(name)
    return groups[0][0], lengths.parts[number], lengths


def table(name: str, number: int = 0, **changes: Any) -> Any:
    return _core.Table(**(arguments_of(*args_of(name, number)) | changes))


ONE, COLUMN = (6, 0, 0, 1), (0, 0, 0, 1)
EVERY = (0, 0, 0)

BAD_INTERACTIONS: dict[str, Any] = {
    "no triple": [(0, EVERY, [[COLUMN]])],
    "no domain": [(0, (5, 0, 0), [[COLUMN]], [ONE])],
    "a domain beyond the block": [(0, (2, 64, 0), [[COLUMN]], [ONE])],
    "a domain of no rows": [(0, (1, 64, 0), [[COLUMN]], [ONE])],
    "a kind of leaf that is none": [(0, EVERY, [[(7, 0, 0, 1)]], [ONE])],
    "a column that is none": [(0, EVERY, [[(0, 2, 0, 1)]], [ONE])],
    "a periodic column that is none": [(0, EVERY, [[(1, 0, 0, 1)]], [ONE])],
    "a placement that is none": [(0, EVERY, [[(2, 0, 0, 1)]], [ONE])],
    "a scalar that is none": [(0, EVERY, [[(4, 1, 0, 1)]], [ONE])],
    "a conjunction of too many bits": [(0, EVERY, [[(5, 4, 0, 1)]], [ONE])],
    "a coefficient of p": [(0, EVERY, [[(0, 0, 0, 2**64 - 2**32 + 1)]], [ONE])],
    "a negative coefficient": [(0, EVERY, [[(0, 0, 0, -1)]], [ONE])],
    "a row beyond the table": [(0, EVERY, [[(0, 0, 64, 1)]], [ONE])],
    "a known leaf on another row": [(0, EVERY, [[(3, 0, 1, 1)]], [ONE])],
    "a multiplicity of another row": [(0, EVERY, [[COLUMN]], [(0, 0, 1, 1)])],
    "a known multiplicity on some rows": [(0, (1, 1, 0), [[COLUMN]], [(3, 0, 0, 1)])],
    "a bus below 0": [(-1, EVERY, [[COLUMN]], [ONE])],
    "a term of three numbers": [(0, EVERY, [[(0, 0, 0)]], [ONE])],
    "a text": [(0, EVERY, ["x"], [ONE])],
    "nothing": [None],
}


@pytest.mark.parametrize("name", BAD_INTERACTIONS)
def test_interactions_that_are_none(name: str) -> None:
    assert table("calls", interactions=[(0, EVERY, [[COLUMN], [(0, 1, 63, 5), (3, 0, 0, 1)]], [ONE])])
    with pytest.raises((ValueError, TypeError, OverflowError)):
        table("calls", interactions=BAD_INTERACTIONS[name])


def test_two_offsets_to_the_same_row() -> None:
    """A load says one of them alone."""
    pairs = made("offsets")[2].parts[0].pairs
    assert (0, -1) in pairs
    with pytest.raises(ValueError, match="same cells"):
        table("offsets", pairs=sorted([*pairs, (0, 31)]))


@pytest.mark.parametrize("blocks", [0, 3, -1, 2**40, 1.5, "2"])
def test_blocks_that_are_none(blocks: Any) -> None:
    with pytest.raises((ValueError, TypeError, OverflowError)):
        table("3 stacked", blocks=blocks)


def group(name: str, **changes: Any) -> Any:
    """The first group of a case."""
    groups, _, lengths = made(name)
    [(program, statements), *_] = groups
    tables = [_core.Table(**arguments_of(program, part, lengths)) for part in lengths.parts]
    alone = Lengths(physical_tables([(program, statements[:1])]), True)
    runs = [_core.Table(**arguments_of(program, part, alone)) for part in alone.parts]
    said = {"buses": len(program.buses), "messages": [message_of(program, m) for m in program.messages]}
    given = {"tables": tables, "runs": runs, "count": len(statements), **said}
    return _core.Group(
        **{k: v(given[k]) if callable(v) else v for k, v in changes.items()}
        | {k: v for k, v in given.items() if k not in changes}
    )


def bent(name: str, change: Callable[[Any], Any]) -> Callable[[], Any]:
    """Compiled with one group of a case changed, or its sizes."""

    def make() -> Any:
        lengths = made(name)[2]
        sides = Sides(*CASES[name])
        sizes = sizes_of(lengths, sides.shape)
        given = SimpleNamespace(groups=[group(name)], sizes=sizes)
        change(given)
        return _core.Compiled(given.groups, given.sizes)

    return make


BAD_GROUPS: dict[str, tuple[str, dict[str, Any]]] = {
    "no table": ("calls", {"tables": [], "runs": []}),
    "a table without its run": ("calls", {"runs": lambda runs: runs[:1]}),
    "tables of other runs": ("calls", {"runs": lambda runs: runs[::-1]}),
    "tables in another order": ("calls", {"tables": lambda tables: tables[::-1]}),
    "no statement": ("3 stacked", {"count": 0}),
    "more statements than blocks": ("3 stacked", {"count": 5}),
    "fewer than half of the blocks": ("3 stacked", {"count": 2}),
    "a count that is no number": ("3 stacked", {"count": "3"}),
    "runs of many blocks": ("3 stacked", {"runs": lambda runs: [table("3 stacked")]}),
    "tables that are none": ("calls", {"tables": [None, None]}),
    "buses below 0": ("posted", {"buses": -1}),
}


@pytest.mark.parametrize("name", BAD_GROUPS)
def test_groups_that_are_none(name: str) -> None:
    case, changes = BAD_GROUPS[name]
    assert group(case)
    with pytest.raises((ValueError, TypeError)):
        group(case, **changes)


OTHER_PUBLIC: dict[str, tuple[str, int, dict[str, Any]]] = {
    "fewer inputs": ("period 2", 0, {"input_count": 1}),
    "fewer inputs of a further table": ("calls", 1, {"input_count": 0}),
    "a shorter sequence": ("offsets", 0, {"sequences": [(3, False)]}),
    "an output for an input": ("offsets", 0, {"sequences": [(4, True)]}),
    "no sequence": ("calls", 1, {"sequences": [(4, False)]}),
}


@pytest.mark.parametrize("name", OTHER_PUBLIC)
def test_tables_of_other_public_values_are_refused(name: str) -> None:
    """What one table is filled from would be read by the other beyond its end."""
    case, number, changes = OTHER_PUBLIC[name]
    other = table(case, number, **changes)

    def replaced(tables: list[Any]) -> list[Any]:
        return [other if k == number else one for k, one in enumerate(tables)]

    with pytest.raises(ValueError, match="not of one program"):
        group(case, runs=replaced)
    if number:
        with pytest.raises(ValueError, match="not of one program"):
            group(case, runs=replaced, tables=replaced)


def test_sequences_in_other_places_are_refused() -> None:
    [(sequence, first, step)] = arguments_of(*args_of("offsets"))["placements"]
    other = table("offsets", placements=[(sequence, first - 1, step)])
    with pytest.raises(ValueError, match="not of one program"):
        group("offsets", runs=[other])


BAD_MESSAGES: dict[str, Any] = {
    "a sign that is none": [(0, 0, [[(0, 1, 0)], [(0, 7, 0)]])],
    "a bus that is none": [(1, 1, [[(0, 1, 0)], [(0, 7, 0)]])],
    "an entry of nothing": [(1, 0, [[], [(0, 7, 0)]])],
    "a column": [(1, 0, [[(1, 0, 0)], [(0, 7, 0)]])],
    "a public input that is none": [(1, 0, [[(3, 2, 0)], [(0, 7, 0)]])],
    "an output that is none": [(1, 0, [[(4, 0, 0)], [(0, 7, 0)]])],
    "an operand behind": [(1, 0, [[(5, 0, 0)], [(0, 7, 0)]])],
    "a constant of p": [(1, 0, [[(0, 2**64 - 2**32 + 1, 0)], [(0, 7, 0)]])],
    "a kind of node that is none": [(1, 0, [[(12, 0, 0)], [(0, 7, 0)]])],
    "a bus that no table is on": [(1, 1, [[(0, 1, 0)]])],
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
def test_messages_that_are_none(name: str) -> None:
    assert bent("posted", lambda given: None)()
    with pytest.raises((ValueError, TypeError)):
        bent("posted", lambda given: given.groups.__setitem__(0, group("posted", messages=BAD_MESSAGES[name])))()


def test_a_message_on_a_bus_that_no_table_is_on() -> None:
    """Without leaves nobody would look at it."""
    messages = [(1, 1, [[(0, 1, 0)]])]
    with pytest.raises(ValueError, match="bus"):
        bent("posted", lambda given: given.groups.__setitem__(0, group("posted", buses=2, messages=messages)))()


def test_an_interaction_on_a_bus_that_is_none() -> None:
    with pytest.raises(ValueError, match="is on no bus"):
        bent("calls", lambda given: given.groups.__setitem__(0, group("calls", buses=0)))()


@pytest.mark.parametrize("name", ["calls", "stacked messages", "xors"])
@pytest.mark.parametrize("size", ["q_length", "masked", "masks_at", "layers", "columns"])
@pytest.mark.parametrize("by", [-1, 1])
def test_sizes_of_other_tables(name: str, size: str, by: int) -> None:
    def change(given: Any) -> None:
        setattr(given.sizes, size, getattr(given.sizes, size) + by)

    assert bent(name, lambda given: None)()
    with pytest.raises((ValueError, TypeError, OverflowError)):
        bent(name, change)()


def test_groups_of_other_sizes() -> None:
    for change in (lambda g: g.groups.append(g.groups[0]), lambda g: g.groups.clear()):
        with pytest.raises((ValueError, TypeError)):
            bent("calls", change)()


# Instances and statements


def instances(change: Callable[[list[Any]], Any], name: str = "3 stacked") -> Any:
    sides = Sides(*CASES[name])
    given = sides.instances()
    change(given)
    return _core.prove_bytes(sides.compiled.core, sides.header, given, check=False, seed=KEY)


def other(instance: Any, **changes: Any) -> Any:
    names = ("inputs", "runs", "output_places", "sequences", "sequence_places")
    said = {name: copy.copy(getattr(instance, name)) for name in names} | changes
    return _core.Instance(said.pop("inputs"), said.pop("runs"), **said)


TRACE = np.zeros((2, 8), dtype=np.uint64)

BAD_INSTANCES: dict[str, Callable[[list[Any]], Any]] = {
    "one too few": lambda given: given.pop(),
    "one too many": lambda given: given.append(given[0]),
    "none": lambda given: given.clear(),
    "nothing": lambda given: given.__setitem__(1, None),
    "no run": lambda given: given.__setitem__(1, other(given[1], runs=[])),
    "a run too many": lambda given: given.__setitem__(1, other(given[1], runs=[*given[1].runs] * 2)),
    "an input too few": lambda given: given.__setitem__(1, other(given[1], inputs=[1, 2])),
    "an input of p": lambda given: given.__setitem__(1, other(given[1], inputs=[1, 2, 2**64 - 2**32 + 1])),
    "a trace of the whole stack": lambda given: given.__setitem__(
        1, other(given[1], runs=[([], {}, np.zeros((2, 32), dtype=np.uint64))])
    ),
    "a trace of too few columns": lambda given: given.__setitem__(1, other(given[1], runs=[([], {}, TRACE[:1])])),
    "a cell of p": lambda given: given.__setitem__(
        1, other(given[1], runs=[([], {}, np.full((2, 8), 2**64 - 1, dtype=np.uint64))])
    ),
    "a start outside the block": lambda given: given.__setitem__(1, other(given[1], runs=[([(8, 0, 1)], {}, None)])),
    "a place of an output": lambda given: given.__setitem__(1, other(given[1], output_places=[0])),
    "a sequence": lambda given: given.__setitem__(1, other(given[1], sequences=[TRACE[0]])),
}


@pytest.mark.parametrize("name", BAD_INSTANCES)
def test_instances_that_are_none(name: str) -> None:
    assert instances(lambda given: None)
    with pytest.raises((ValueError, TypeError)):
        instances(BAD_INSTANCES[name])


BAD_STATEMENTS: dict[str, Callable[[list[Any]], Any]] = {
    "one too few": lambda said: said.pop(),
    "one too many": lambda said: said.append(said[0]),
    "none": lambda said: said.clear(),
    "a value too few": lambda said: said.__setitem__(1, (said[1][0][1:], *said[1][1:])),
    "a value of p": lambda said: said.__setitem__(1, ([1, 2, 2**64 - 2**32 + 1], *said[1][1:])),
    "an output": lambda said: said.__setitem__(1, (said[1][0], [1], said[1][2])),
    "a sequence": lambda said: said.__setitem__(1, (said[1][0], said[1][1], [TRACE[0]])),
    "a pair": lambda said: said.__setitem__(1, said[1][:2]),
}


@pytest.mark.parametrize("name", BAD_STATEMENTS)
def test_statements_that_are_none(name: str) -> None:
    sides = Sides(*CASES["3 stacked"])
    body, said = sides.by_core(), sides.statements()
    assert _core.verify_bytes(sides.compiled.core, sides.header, body, said) is None
    BAD_STATEMENTS[name](said)
    with pytest.raises((ValueError, TypeError)):
        _core.verify_bytes(sides.compiled.core, sides.header, body, said)


def test_a_violation_says_its_statement_and_table() -> None:
    """And the first row of each constraint, within the block."""
    groups, traces = CASES["3 stacked"]
    false = [[list(c) for c in columns] for columns in traces]
    false[0][0][8 + 5] += 1
    with pytest.raises(_core.TraceViolation) as told:
        Sides(groups, false).by_core(check=True)
    violation = told.value
    assert (violation.statement, violation.table) == (1, 0)
    assert violation.first.tolist() == [4, 5, -1, -1, -1]
    assert violation.counts.tolist() == [1, 1, 0, 0, 0]
    assert violation.trace.shape == (2, 8)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_violation_in_a_table_behind(threads: int) -> None:
    groups, traces = CASES["four programs"]
    false = [[list(c) for c in columns] for columns in traces]
    false[4][2][3] += 1
    with pytest.raises(_core.TraceViolation) as told:
        Sides(groups, false).by_core(threads, check=True)
    assert (told.value.statement, told.value.table) == (2, 1)

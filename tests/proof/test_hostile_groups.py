"""A stranger's headers that claim very many groups or statements: refused or read in the time that their bytes take."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from time import process_time

import pytest
from example_programs import Fibonacci

from l2zk import Proof, ProofOptions
from l2zk.errors import FormatError, ProofError
from l2zk.proof.header import Header, Values, parameters_to_bytes, stated
from l2zk.proof.proof import MAX_BYTES
from l2zk.proof.stated import LEAST, Stated
from l2zk.proof.statement import Demanded, demanded_inputs, demanded_outputs, read_statements
from l2zk.proof.values import StatedGroup

BARE = Stated(digest=bytes(32), program_id="x", rows=1, parameters=b"", inputs=(), outputs=())
"""The shortest program: none of its values is public."""

PROGRAM = Fibonacci(20)
STATED = stated(PROGRAM.definition.air)
VALUES = Values((0, 1), (6765,))
DEMANDED = Demanded(PROGRAM.definition, demanded_inputs(PROGRAM.definition), demanded_outputs(PROGRAM.definition))


def bytes_of(*groups: StatedGroup) -> bytes:
    return Header(options=ProofOptions(), groups=groups).to_bytes() + bytes(32)


def cost(act: Callable[[], object]) -> tuple[float, float]:
    """The seconds of an act, which a refusal may end, and the most MiB that it held."""
    begun = process_time()
    with suppress(ProofError):
        act()
    seconds = process_time() - begun
    tracemalloc.start()
    try:
        with suppress(ProofError):
            act()
        return seconds, tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def test_the_shortest_program_has_the_fewest_bytes() -> None:
    assert len(BARE.as_bytes) == LEAST and BARE.size == 0


def with_counts(groups: int, statements: int) -> bytes:
    """A header of one group that claims so many of both."""
    data = bytearray(bytes_of(StatedGroup.of(STATED, [VALUES])))
    at = 26 + len(STATED.as_bytes)
    data[24:26], data[at : at + 4] = groups.to_bytes(2, "little"), statements.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize("groups", [0, 2, 4, 255, 65535])
def test_groups_that_are_not_there_are_refused(groups: int) -> None:
    data, demanded = with_counts(groups, 1), [DEMANDED] * 65535
    for act in (lambda: Header.parse(data), lambda: read_statements(data, demanded)):
        with pytest.raises(FormatError, match=r"byte \d+: found .*, expected"):
            act()
        assert max(cost(act)) < 0.5


@pytest.mark.parametrize("statements", [0, 3, 2**16, 2**29, 2**29 + 1, 2**32 - 1])
def test_statements_that_are_not_there_are_refused_before_they_are_read(statements: int) -> None:
    data = with_counts(1, statements)
    with pytest.raises(FormatError, match=f"byte {26 + len(STATED.as_bytes)}: found {statements} as the number of sta"):
        Header.parse(data)
    with pytest.raises(ProofError):
        read_statements(data, [DEMANDED])
    assert max(cost(lambda: Header.parse(data))) < 0.5


def test_statements_of_no_bytes_may_be_many_and_cost_nothing() -> None:
    data = bytes_of(StatedGroup(replace(BARE, parameters=b"\0\0"), 2**29, b""))
    proof = Proof(data)
    assert len(proof.statements) == 2**29 and proof.statements[2**29 - 1].claim == "x()"
    assert proof.claim.endswith(f"; and {2**29 - 3} more statements")
    assert max(cost(lambda: repr(Proof(data)))) < 0.5
    with pytest.raises(ProofError, match="more statements than the 1 that is demanded|is of program 'x'"):
        read_statements(data, [DEMANDED])


def many_groups(share: float) -> bytes:
    """As many groups as there can be, or a share of them, no two of one program."""
    plain, count = replace(BARE, parameters=b"\0\0"), int(65535 * share)
    return bytes_of(
        *(StatedGroup.of(replace(plain, digest=i.to_bytes(32, "little")), [Values((), ())]) for i in range(count))
    )


def many_statements(share: float) -> bytes:
    group, count = StatedGroup.of(STATED, [VALUES]), int(600_000 * share)
    return bytes_of(replace(group, count=count, data=group.data * count))


def many_parameters(share: float) -> bytes:
    """Programs whose parameters hold very many values."""
    values = (None,) * 65_000
    programs = (
        replace(BARE, digest=i.to_bytes(32, "little"), parameters=parameters_to_bytes([("a", values), ("b", i)]))
        for i in range(int(250 * share))
    )
    return bytes_of(*(StatedGroup.of(program, [Values((), ())]) for program in programs))


def many_names(share: float) -> bytes:
    names = tuple(f"{i:x}" for i in range(int(65535 * share)))
    plain = replace(BARE, parameters=b"\0\0", inputs=names, outputs=names)
    programs = (replace(plain, digest=i.to_bytes(32, "little")) for i in range(9))
    return bytes_of(*(StatedGroup(program, 1, bytes(16 * len(names))) for program in programs))


@pytest.mark.parametrize("make", [many_groups, many_statements, many_parameters, many_names])
def test_a_long_header_costs_in_proportion(make: Callable[[float], bytes]) -> None:
    """What could be minutes, or gigabytes, were each number in it believed or each value kept as an object."""
    data = make(1)
    assert 2**21 < len(data) <= MAX_BYTES
    begun = process_time()
    Proof(data)
    assert process_time() - begun < 10
    part = make(1 / 16)
    assert Proof(part) and cost(lambda: Proof(part))[1] < 16 * len(part) / 2**20 + 1
    with pytest.raises(ProofError):
        read_statements(data, [DEMANDED])
    assert max(cost(lambda: read_statements(data, [DEMANDED]))) < 0.5

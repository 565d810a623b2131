"""Hostile bytes: every bad proof is an answer (PROTOCOL 7).

Bytes that are changed, moved, cut or made up; values that are not below p; headers that promise too much.
"""

from __future__ import annotations

import random

import pytest
from cheats import P, few, parts, twin_air, twin_verify
from example_programs import Constant, Cubes, Fibonacci, Silent
from fuzzing import examples
from hostile import (
    EASY_MACHINE,
    HIDING,
    HIDING_OPTIONS,
    TINY,
    TINY_MACHINE,
    hiding_proof,
    long_proof,
    refusal,
    replaced,
    tiny,
    tiny_parts,
    twin_refuses,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from l2zk import Proof, TraceProgram, TraceZkVm
from l2zk.errors import FormatError, VersionError


def test_the_proofs_that_are_broken_here_are_good() -> None:
    for machine in (TINY_MACHINE, EASY_MACHINE):
        for proof in (tiny(), bytearray(tiny()), memoryview(tiny()), Proof(tiny())):
            machine.check_proof(TINY, proof)
            assert machine.verify(TINY, proof) is True
    TraceZkVm().check_proof(Cubes(1000), long_proof())


# Every byte and every bit


@pytest.mark.parametrize("machine", [TINY_MACHINE, EASY_MACHINE], ids=["exact options", "any options"])
@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_every_changed_byte_is_refused(machine: TraceZkVm, flip: int) -> None:
    for at in range(len(tiny())):
        changed = bytearray(tiny())
        changed[at] ^= flip
        refusal(TINY, bytes(changed), machine)


def test_every_bit_is_refused_by_core_and_twin_alike() -> None:
    for at in range(len(tiny())):
        for bit in range(8):
            changed = bytearray(tiny())
            changed[at] ^= 1 << bit
            refusal(TINY, bytes(changed), EASY_MACHINE)
            assert twin_refuses(TINY, bytes(changed)), (at, bit)


def test_every_changed_byte_of_a_hiding_proof_is_refused() -> None:
    """R's values and the salts are as bound as all else."""
    machine = TraceZkVm(HIDING_OPTIONS)
    data = hiding_proof()
    machine.check_proof(HIDING, data)
    twin_verify(HIDING, data)
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        refusal(HIDING, bytes(changed), machine)
        assert at % 10 or twin_refuses(HIDING, bytes(changed))


def test_every_tenth_byte_of_a_proof_with_default_options() -> None:
    program, data = Cubes(1000), long_proof()
    for at in range(0, len(data), 10):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        refusal(program, bytes(changed), TraceZkVm())


def test_every_truncation_is_refused() -> None:
    root, openings = tiny_parts()["trace root"].stop, tiny_parts()["trace rows"].start
    for end in range(len(tiny())):
        error = refusal(TINY, tiny()[:end], TINY_MACHINE)
        if end < root:
            assert isinstance(error, FormatError)
        else:
            assert error.section == ("7.4" if end < openings else "7.8")


@pytest.mark.parametrize("more", [b"\0", b"\xff", bytes(7), bytes(8), bytes(24), bytes(32), bytes(1000)], ids=len)
def test_every_extension_is_refused(more: bytes) -> None:
    assert refusal(TINY, tiny() + more, TINY_MACHINE).section == "7.8"
    assert twin_refuses(TINY, tiny() + more)


@pytest.mark.parametrize("count", [1, 2, 8, 24, 32, 100])
def test_bytes_taken_out_or_put_in_anywhere_are_refused(count: int) -> None:
    for at in range(0, len(tiny()), 3):
        refusal(TINY, tiny()[:at] + tiny()[at + count :], EASY_MACHINE)
        refusal(TINY, tiny()[:at] + bytes(count) + tiny()[at:], EASY_MACHINE)
        refusal(TINY, tiny()[:at] + tiny()[at : at + count] + tiny()[at:], EASY_MACHINE)


# Parts exchanged, left out, doubled


def test_parts_left_out_or_doubled_are_refused() -> None:
    for where in tiny_parts().values():
        if where.start < where.stop:
            refusal(TINY, replaced(tiny(), where, b""), EASY_MACHINE)
            refusal(TINY, replaced(tiny(), where, 2 * tiny()[where]), EASY_MACHINE)
            if any(tiny()[where]):
                refusal(TINY, replaced(tiny(), where, bytes(where.stop - where.start)), EASY_MACHINE)


@pytest.mark.parametrize("program", [TINY, Silent(), Cubes(29)], ids=lambda program: program.id)
def test_points_and_digests_swapped_between_trees_are_refused(program: TraceProgram) -> None:
    """Any two pieces of 8, 24 or 32 bytes, from one tree or from two of them, and the roots among them."""
    options = few(final_rows=2, folding=2)
    machine = TraceZkVm(options)
    data = bytes(machine.prove(program))
    found = parts(twin_verify(program, data), twin_air(program), data)
    first = found["trace root"].start
    rng = random.Random(4)
    for size in (8, 24, 32):
        cuts = [
            at
            for where in found.values()
            if where.start >= first
            for at in range(where.start, where.stop - size + 1, size)
        ]
        for _ in range(400):
            i, j = sorted(rng.sample(cuts, 2))
            if j - i >= size and data[i : i + size] != data[j : j + size]:
                swapped = data[:i] + data[j : j + size] + data[i + size : j] + data[i : i + size] + data[j + size :]
                refusal(program, swapped, machine)


@pytest.mark.parametrize(
    "one, two",
    [
        ("trace root", "quotient root"),
        ("trace root", "root of word 1"),
        ("quotient root", "root of word 2"),
        ("root of word 1", "root of word 2"),
        ("trace digests", "quotient digests"),
    ],
)
def test_roots_and_openings_swapped_are_refused(one: str, two: str) -> None:
    options = few(final_rows=2, folding=2)
    data = bytes(TraceZkVm(options).prove(TINY))
    found = parts(twin_verify(TINY, data), twin_air(TINY), data)
    a, b = data[found[one]], data[found[two]]
    assert len(a) == len(b) > 0
    refusal(TINY, replaced(replaced(data, found[one], b), found[two], a), TraceZkVm(options))


@pytest.mark.parametrize("part", ["trace digests", "quotient digests", "digests of word 1", "digests of word 2"])
def test_a_digest_too_many_or_too_few_is_refused(part: str) -> None:
    options = few(final_rows=2, folding=2)
    data = bytes(TraceZkVm(options).prove(Fibonacci(15)))
    where = parts(twin_verify(Fibonacci(15), data), twin_air(Fibonacci(15)), data)[part]
    assert where.stop - where.start >= 32
    for at in range(where.start, where.stop + 1, 32):
        for changed in (data[:at] + bytes(32) + data[at:], data[:at] + data[at - 32 : at] + data[at:]):
            refusal(Fibonacci(15), changed, TraceZkVm(options))
            assert twin_refuses(Fibonacci(15), changed)
    for at in range(where.start, where.stop, 32):
        refusal(Fibonacci(15), data[:at] + data[at + 32 :], TraceZkVm(options))


# Values that are not below p

ELEMENTS = ("values", "final", "trace rows", "quotient rows", "members of word 1")


@pytest.mark.parametrize("part", ELEMENTS)
def test_values_from_p_on_are_refused_wherever_they_stand(part: str) -> None:
    where = tiny_parts()[part]
    assert where.start < where.stop
    for at in range(where.start, where.stop, 8):
        for value in (P, P + 1, 2**64 - 1):
            changed = replaced(tiny(), slice(at, at + 8), value.to_bytes(8, "little"))
            error = refusal(TINY, changed, TINY_MACHINE)
            assert f"not below p, at byte {at}" in str(error)
            assert error.section == ("7.4" if part in ("values", "final") else "7.8")
            assert twin_refuses(TINY, changed)


def test_values_of_a_hiding_proof_from_p_on_are_refused_too() -> None:
    """Among them those of R, behind the rows of a leaf; its salt may be any bytes, but not other ones."""
    verified, machine = twin_verify(HIDING, hiding_proof()), TraceZkVm(HIDING_OPTIONS)
    where = parts(verified, twin_air(HIDING), hiding_proof())["quotient rows"]
    words = 3 * verified.shape.pieces * verified.shape.rows_per_leaf + 3
    leaves = range(where.start, where.stop, 8 * words + 16)
    assert len(leaves) > 1 and leaves[-1] + 8 * words + 16 == where.stop
    for at in (leaf + 8 * word for leaf in leaves for word in range(words)):
        changed = replaced(hiding_proof(), slice(at, at + 8), P.to_bytes(8, "little"))
        error = refusal(HIDING, changed, machine)
        assert error.section == "7.8" and f"not below p, at byte {at}" in str(error)
    for leaf in leaves:
        salt = slice(leaf + 8 * words, leaf + 8 * words + 16)
        assert refusal(HIDING, replaced(hiding_proof(), salt, b"\xff" * 16), machine).section == "7.9"


@pytest.mark.parametrize("part", ["input a0", "input a1", "output result"])
def test_a_public_value_has_one_encoding(part: str) -> None:
    where = tiny_parts()[part]
    value = int.from_bytes(tiny()[where], "little")
    assert value + P < 2**64
    changed = replaced(tiny(), where, (value + P).to_bytes(8, "little"))
    assert isinstance(refusal(TINY, changed, EASY_MACHINE), FormatError)


def test_an_opened_value_has_one_encoding() -> None:
    """A column that is 5 everywhere opens as 5, and 5 + p would stand for the same element."""
    options = few()
    data = bytes(TraceZkVm(options).prove(Constant(5)))
    found = parts(twin_verify(Constant(5), data), twin_air(Constant(5)), data)
    for at in (found["values"].start, found["trace rows"].start):
        where = slice(at, at + 8)
        assert data[where] == (5).to_bytes(8, "little")
        changed = replaced(data, where, (5 + P).to_bytes(8, "little"))
        assert "not below p" in str(refusal(Constant(5), changed, TraceZkVm(options)))


# Headers that promise too much


def test_a_file_that_is_no_proof_and_a_newer_one() -> None:
    for data in (b"", b"l2zk", b"PK\3\4" + bytes(100), b"\0" * 1000, b"L2ZK" + tiny()[4:]):
        assert isinstance(refusal(TINY, data, TINY_MACHINE), FormatError)
    for version in (2, 3, 2**32 - 1):
        assert isinstance(
            refusal(TINY, b"l2zk" + version.to_bytes(4, "little") + tiny()[8:], TINY_MACHINE), VersionError
        )
    zero = refusal(TINY, b"l2zk" + bytes(4) + tiny()[8:], TINY_MACHINE)
    assert isinstance(zero, FormatError) and not isinstance(zero, VersionError)


def test_more_than_the_cap_is_refused_unread() -> None:
    for data in (tiny() + bytes(2**24), bytes(2**24 + 1)):
        assert refusal(TINY, data, TINY_MACHINE).section == "8.5"
    assert refusal(TINY, tiny() + bytes(2**24 - len(tiny())), TINY_MACHINE).section == "7.8"


@pytest.mark.parametrize("part", ["rows", "parameters length", "input count", "output count", "id length"])
def test_huge_counts_are_refused(part: str) -> None:
    where = tiny_parts()[part]
    size = where.stop - where.start
    for value in {1, 255, 2**15, 2**20, 2**20 + 1, 2**24, 2**26 + 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1}:
        if value < 256**size and value.to_bytes(size, "little") != tiny()[where]:
            changed = replaced(tiny(), where, value.to_bytes(size, "little"))
            refusal(TINY, changed, EASY_MACHINE)
            refusal(TINY, changed + bytes(2**20), EASY_MACHINE)


@settings(max_examples=examples(300), deadline=None)
@given(data=st.binary(max_size=3000))
def test_random_bytes_are_refused(data: bytes) -> None:
    refusal(TINY, data, TINY_MACHINE)
    refusal(TINY, tiny()[: Proof(tiny()).header_length] + data, TINY_MACHINE)


EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.binary(max_size=40)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits=EDITS)
def test_random_edits_are_refused(edits: list[tuple[float, int, bytes]]) -> None:
    for program, good, machine in ((Cubes(1000), long_proof(), TraceZkVm()), (TINY, tiny(), EASY_MACHINE)):
        data = good
        for place, length, new in edits:
            at = int(place * len(data))
            data = data[:at] + new + data[at + length :]
        if data != good:
            refusal(program, data, machine)

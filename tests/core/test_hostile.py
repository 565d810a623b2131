"""Hostile bytes: every bad proof is an answer (PROTOCOL 7).

Bytes that are changed, moved, cut or made up; values that are not below p; headers that promise too much.
"""

from __future__ import annotations

import random

import pytest
from example_programs import Cubes, Fibonacci, Silent
from fuzzing import examples
from hostile import (
    EASY_MACHINE,
    HIDING,
    HIDING_OPTIONS,
    TINY,
    TINY_MACHINE,
    few,
    hiding_proof,
    long_proof,
    parts,
    refusal,
    replaced,
    tiny,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference.algebra import P
from twin import twin_refusal, twin_verify

from l2zk import Proof, TraceProgram, TraceZkVm
from l2zk.errors import FormatError, VersionError
from l2zk.proof.shape import solve


def header_length(data: bytes) -> int:
    return Proof(data).header_length


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


def test_every_bit_is_refused_and_by_the_twin_too() -> None:
    for at in range(len(tiny())):
        for bit in range(8):
            changed = bytearray(tiny())
            changed[at] ^= 1 << bit
            refusal(TINY, bytes(changed), EASY_MACHINE)
            assert (at + bit) % 40 or twin_refusal(TINY, bytes(changed)), (at, bit)


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
        assert at % 50 or twin_refusal(HIDING, bytes(changed))


def test_every_tenth_byte_of_a_proof_with_default_options() -> None:
    program, data = Cubes(1000), long_proof()
    for at in range(0, len(data), 10):
        changed = bytearray(data)
        changed[at] ^= 1 << at % 8
        refusal(program, bytes(changed), TraceZkVm())


def test_every_truncation_is_refused() -> None:
    root = header_length(tiny()) + 32
    for end in range(len(tiny())):
        error = refusal(TINY, tiny()[:end], TINY_MACHINE)
        assert isinstance(error, FormatError) if end < root else error.section == "7.2"


@pytest.mark.parametrize("more", [b"\0", b"\xff", bytes(7), bytes(8), bytes(24), bytes(32), bytes(1000)], ids=len)
def test_every_extension_is_refused(more: bytes) -> None:
    assert refusal(TINY, tiny() + more, TINY_MACHINE).section == "7.2"
    assert twin_refusal(TINY, tiny() + more)


@pytest.mark.parametrize("count", [1, 2, 8, 24, 32, 100])
def test_bytes_taken_out_or_put_in_anywhere_are_refused(count: int) -> None:
    for at in range(0, len(tiny()), 3):
        refusal(TINY, tiny()[:at] + tiny()[at + count :], EASY_MACHINE)
        refusal(TINY, tiny()[:at] + bytes(count) + tiny()[at:], EASY_MACHINE)
        refusal(TINY, tiny()[:at] + tiny()[at : at + count] + tiny()[at:], EASY_MACHINE)


# Parts exchanged, left out, doubled


def test_parts_left_out_or_doubled_are_refused() -> None:
    for where in parts(TINY, tiny()).values():
        if where.start < where.stop:
            refusal(TINY, replaced(tiny(), where, b""), EASY_MACHINE)
            refusal(TINY, replaced(tiny(), where, 2 * tiny()[where]), EASY_MACHINE)
            if any(tiny()[where]):
                refusal(TINY, replaced(tiny(), where, bytes(where.stop - where.start)), EASY_MACHINE)


@pytest.mark.parametrize("program", [TINY, Silent(), Cubes(29), Fibonacci(1000)], ids=lambda program: program.id)
def test_pieces_of_a_body_swapped_are_refused(program: TraceProgram) -> None:
    """Any two of 8, 24 or 32 bytes, of one part or of two of them, and the roots among them."""
    data = bytes(TINY_MACHINE.prove(program))
    start = header_length(data)
    found = [where for where in parts(program, data).values() if where.start >= start]
    rng = random.Random(4)
    for size in (8, 24, 32):
        cuts = [at for where in found for at in range(where.start, where.stop - size + 1, size)]
        for _ in range(400):
            i, j = sorted(rng.sample(cuts, 2))
            if j - i >= size and data[i : i + size] != data[j : j + size]:
                swapped = data[:i] + data[j : j + size] + data[i + size : j] + data[i : i + size] + data[j + size :]
                refusal(program, swapped, TINY_MACHINE)


WORDS = Fibonacci(100_000)
"""Of as many rows as two later words need."""


@pytest.mark.parametrize(
    "one, two",
    [("root of the vector", "root of word 1"), ("root of word 1", "root of word 2"), ("nonce 1", "nonce 2")],
)
def test_roots_and_nonces_swapped_are_refused(one: str, two: str) -> None:
    options = few(grinding=3)
    data = bytes(TraceZkVm(options).prove(WORDS))
    found = parts(WORDS, data)
    a, b = data[found[one]], data[found[two]]
    assert len(a) == len(b) > 0 and a != b
    refusal(WORDS, replaced(replaced(data, found[one], b), found[two], a), TraceZkVm(options))


@pytest.mark.parametrize("word", ["the vector", "word 1", "word 2"])
def test_a_digest_too_many_or_too_few_is_refused(word: str) -> None:
    data = bytes(TINY_MACHINE.prove(WORDS))
    where = parts(WORDS, data)[f"opening of {word}: digests"]
    assert where.stop - where.start >= 32
    for at in range(where.start, where.stop + 1, 32):
        for changed in (data[:at] + bytes(32) + data[at:], data[:at] + data[at - 32 : at] + data[at:]):
            refusal(WORDS, changed, TINY_MACHINE)
    for at in range(where.start, where.stop, 32):
        refusal(WORDS, data[:at] + data[at + 32 :], TINY_MACHINE)


# Values that are not below p


def elements(program: TraceProgram, data: bytes) -> list[tuple[str, slice]]:
    """The parts of a body that are elements of F, but for the leaves of a hiding proof's vector."""
    others = ("header", "root", "nonce")
    return [
        (name, where)
        for name, where in parts(program, data).items()
        if not name.startswith(others) and not name.endswith(": digests")
    ]


def test_values_from_p_on_are_refused_wherever_they_stand() -> None:
    found = elements(TINY, tiny())
    assert {"Q", "openings", "values of columns", "final coefficients", "opening of the vector: leaves"} <= {
        name for name, _ in found
    }
    for at in [at for _, where in found for at in range(where.start, where.stop, 8)]:
        for value in (P, P + 1, 2**64 - 1):
            changed = replaced(tiny(), slice(at, at + 8), value.to_bytes(8, "little"))
            error = refusal(TINY, changed, TINY_MACHINE)
            assert f"not below p, at byte {at}" in str(error) and error.section == "7.2"
            assert at % 11 or twin_refusal(TINY, changed)


def test_values_of_a_hiding_proof_from_p_on_are_refused_too() -> None:
    """Among them those of R, behind a leaf's values; its salt may be any bytes, but not other ones."""
    machine = TraceZkVm(HIDING_OPTIONS)
    where = parts(HIDING, hiding_proof())["opening of the vector: leaves"]
    words = solve(HIDING_OPTIONS, HIDING.definition.air.profile).columns + 3
    leaves = range(where.start, where.stop, 8 * words + 16)
    assert len(leaves) > 1 and leaves[-1] + 8 * words + 16 == where.stop
    for at in (leaf + 8 * word for leaf in leaves for word in range(words)):
        changed = replaced(hiding_proof(), slice(at, at + 8), P.to_bytes(8, "little"))
        error = refusal(HIDING, changed, machine)
        assert error.section == "7.2" and f"not below p, at byte {at}" in str(error)
    for leaf in leaves:
        salt = slice(leaf + 8 * words, leaf + 8 * words + 16)
        error = refusal(HIDING, replaced(hiding_proof(), salt, b"\xff" * 16), machine)
        assert error.section == "7.5" and "lead to its root" in str(error)


@pytest.mark.parametrize("number", range(3))
def test_a_public_value_has_one_encoding(number: int) -> None:
    at = header_length(tiny()) - 24 + 8 * number
    where = slice(at, at + 8)
    value = int.from_bytes(tiny()[where], "little")
    assert value in (0, 1, 13)
    changed = replaced(tiny(), where, (value + P).to_bytes(8, "little"))
    assert isinstance(refusal(TINY, changed, EASY_MACHINE), FormatError)


# Headers that promise too much


def test_a_file_that_is_no_proof_and_an_older_and_a_newer_one() -> None:
    for data in (b"", b"l2zk", b"PK\3\4" + bytes(100), b"\0" * 1000, b"L2ZK" + tiny()[4:]):
        assert isinstance(refusal(TINY, data, TINY_MACHINE), FormatError)
    for version in (1, 3, 4, 2**32 - 1):
        data = b"l2zk" + version.to_bytes(4, "little") + tiny()[8:]
        assert isinstance(refusal(TINY, data, TINY_MACHINE), VersionError)
    zero = refusal(TINY, b"l2zk" + bytes(4) + tiny()[8:], TINY_MACHINE)
    assert isinstance(zero, FormatError) and not isinstance(zero, VersionError)


def test_more_than_the_cap_is_refused_unread() -> None:
    for data in (tiny() + bytes(2**24), bytes(2**24 + 1)):
        assert refusal(TINY, data, TINY_MACHINE).section == "9.3"
    assert refusal(TINY, tiny() + bytes(2**24 - len(tiny())), TINY_MACHINE).section == "7.2"


COUNTS = {"programs": (24, 2), "id length": (58, 1)}
"""Numbers in the header that do not depend on names."""


@pytest.mark.parametrize("part", [*COUNTS, "rows", "parameters", "inputs", "outputs", "sequences", "statements"])
def test_huge_counts_are_refused(part: str) -> None:
    found = parts(TINY, tiny())
    names = {side: found[f"header: names of public {side}"].start for side in ("inputs", "outputs")}
    sequences = found["header: public and output columns"].start
    statements = found["header: number of statements"].start
    parameters = found["header: parameters"].start
    start, size = {
        "rows": (parameters - 8, 8),
        "parameters": (parameters, 4),
        "inputs": (names["inputs"], 2),
        "outputs": (names["outputs"], 2),
        "sequences": (sequences, 2),
        "statements": (statements, 4),
        **COUNTS,
    }[part]
    for value in {1, 255, 2**15, 2**20, 2**20 + 1, 2**24, 2**26 + 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1}:
        if value < 256**size and value.to_bytes(size, "little") != tiny()[start : start + size]:
            changed = replaced(tiny(), slice(start, start + size), value.to_bytes(size, "little"))
            refusal(TINY, changed, EASY_MACHINE)
            refusal(TINY, changed + bytes(2**20), EASY_MACHINE)


@settings(max_examples=examples(300), deadline=None)
@given(data=st.binary(max_size=3000))
def test_random_bytes_are_refused(data: bytes) -> None:
    refusal(TINY, data, TINY_MACHINE)
    refusal(TINY, tiny()[: header_length(tiny())] + data, TINY_MACHINE)


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

"""Hostile bytes and careless callers: every bad proof is an answer, soon and in little memory (PROTOCOL 7).

Only a caller's own misuse raises anything else.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import reference
from cheats import P, few, parts, prove, twin_air, twin_options, twin_prover, twin_verify
from example_programs import Constant, Cubes, Domains, Fibonacci, LookAhead, Powers, Silent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from l2zk import L2zkError, Machine, Proof, ProofError, ProofOptions, TraceProgram, TraceZkVm, release_memory
from l2zk.errors import FormatError, OptionsError, ProgramError, SecurityError, VersionError, WitnessError
from l2zk.header import Header, parameters_to_bytes

TINY = Fibonacci(7)
TINY_OPTIONS = few(final_rows=2, folding=4)
TINY_MACHINE = TraceZkVm(TINY_OPTIONS)
EASY_MACHINE = TraceZkVm(TINY_OPTIONS, min_security=1)
"""Accepts any options that prove a bit: only what the bytes say can stop a proof."""


@cache
def tiny() -> bytes:
    """A proof with three queries, one round, no grinding."""
    return bytes(TINY_MACHINE.prove(TINY))


@cache
def long_proof() -> bytes:
    """A proof with the default options."""
    return bytes(TraceZkVm().prove(Cubes(1000)))


HIDING = Fibonacci(15)
HIDING_OPTIONS = few(zero_knowledge=True, final_rows=8)


@cache
def hiding_proof() -> bytes:
    """A proof with masks and salts."""
    return bytes(prove(HIDING, HIDING_OPTIONS))


@cache
def tiny_parts() -> dict[str, slice]:
    return parts(twin_verify(TINY, tiny()), twin_air(TINY), tiny())


def refusal(program: TraceProgram, data: bytes, machine: TraceZkVm, **fixed: object) -> ProofError:
    """The ProofError that these bytes give; anything else that is raised fails the test."""
    with pytest.raises(ProofError) as caught:
        machine.check_proof(program, data, **fixed)
    assert machine.verify(program, data, **fixed) is False
    return caught.value


def twin_refuses(program: TraceProgram, data: bytes, options: ProofOptions | None = None) -> bool:
    try:
        twin_verify(program, data, options=options and twin_options(options))
    except reference.Refused:
        return True
    return False


def replaced(data: bytes, where: slice, new: bytes) -> bytes:
    return data[: where.start] + new + data[where.stop :]


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


@pytest.mark.parametrize(
    "more", [b"\0", b"\xff", bytes(7), bytes(8), bytes(24), bytes(32), bytes(1000)], ids=len
)
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
    for name, where in tiny_parts().items():
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
                swapped = (
                    data[:i] + data[j : j + size] + data[i + size : j] + data[i : i + size] + data[j + size :]
                )
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


@pytest.mark.parametrize(
    "part", ["trace digests", "quotient digests", "digests of word 1", "digests of word 2"]
)
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


# The statement


@pytest.mark.parametrize(
    "fixed",
    [
        {"witness_hint": [1]},
        {"witness_hint": [0, 2]},
        {"witness_hint": [None, 0]},
        {"witness_hint": {"a1": 7}},
        {"outputs": [14]},
        {"outputs": {"result": 0}},
        {"witness_hint": [0, 1], "outputs": [12]},
    ],
)
def test_other_public_values_are_refused(fixed: dict) -> None:
    assert refusal(TINY, tiny(), TINY_MACHINE, **fixed).section == "7.2"


@pytest.mark.parametrize("part", ["input a0", "input a1", "output result"])
@pytest.mark.parametrize("change", [1, 2, P - 2**40])
def test_a_false_statement_in_the_header_is_refused(part: str, change: int) -> None:
    where = tiny_parts()[part]
    value = (int.from_bytes(tiny()[where], "little") + change) % P
    assert refusal(TINY, replaced(tiny(), where, value.to_bytes(8, "little")), TINY_MACHINE).section == "7.6"


@dataclasses.dataclass(frozen=True)
class Impostor(TraceProgram):
    """The id and parameters of Fibonacci, and another computation."""

    id = Fibonacci.id
    rounds: int

    def define(self, m):
        a, b = m.columns("a", "b")
        m.start({a: m.public_input("a0", default=0), b: m.public_input("a1", default=1)})
        m.step({a: b, b: a + b + a})
        m.output("result", a, row=self.rounds)


@dataclasses.dataclass(frozen=True)
class Renamed(TraceProgram):
    """Fibonacci with other names of its public values."""

    id = Fibonacci.id
    rounds: int

    def define(self, m):
        a, b = m.columns("a", "b")
        m.start({a: m.public_input("first", default=0), b: m.public_input("a1", default=1)})
        m.step({a: b, b: a + b})
        m.output("result", a, row=self.rounds)


@pytest.mark.parametrize(
    "program, why",
    [
        (Fibonacci(6), "other parameters"),
        (Fibonacci(8), "other parameters"),
        (Cubes(7), "example-fibonacci.v0"),
        (Silent(), "example-fibonacci.v0"),
        (Impostor(7), "another version"),
        (Renamed(7), "another version"),
    ],
    ids=repr,
)
def test_the_proof_of_another_program_is_refused(program: TraceProgram, why: str) -> None:
    error = refusal(program, tiny(), EASY_MACHINE)
    assert error.section == "7.2" and why in str(error)


@pytest.mark.parametrize("program", [Fibonacci(6), Impostor(7), Renamed(7), Cubes(7)], ids=repr)
def test_the_body_of_another_program_is_refused(program: TraceProgram) -> None:
    """A right header before a body that was made for another one."""
    head = Proof(tiny()).header_length
    other = bytes(TINY_MACHINE.prove(program))
    refusal(TINY, tiny()[:head] + other[Proof(other).header_length :], TINY_MACHINE)


def test_names_that_are_not_the_programs_are_refused() -> None:
    """The names are in the digest; but a header may name others beside the right digest."""
    header = Proof(tiny()).header
    body = tiny()[Proof(tiny()).header_length :]
    for change in (
        {"inputs": (("a0", 0), ("a2", 1))},
        {"inputs": header.inputs[::-1]},
        {"inputs": header.inputs[:1]},
        {"inputs": ()},
        {"outputs": (("fruit", 13),)},
        {"outputs": (*header.outputs, ("more", 1))},
    ):
        data = dataclasses.replace(header, **change).to_bytes() + body
        error = refusal(TINY, data, EASY_MACHINE)
        assert error.section == "7.2" and "names other public" in str(error)


@pytest.mark.parametrize(
    "change",
    [
        {"digest": b"\0" * 32},
        {"rows": 7},
        {"rows": 2**26},
        {"program_id": "fib.v0"},
        {"parameters": parameters_to_bytes([("rounds", 8)])},
        {"parameters": parameters_to_bytes([("round", 7)])},
        {"parameters": parameters_to_bytes([("rounds", True)])},
        {"parameters": parameters_to_bytes([])},
    ],
    ids=str,
)
def test_a_header_that_is_not_the_programs_is_refused(change: dict) -> None:
    body = tiny()[Proof(tiny()).header_length :]
    data = dataclasses.replace(Proof(tiny()).header, **change).to_bytes() + body
    assert refusal(TINY, data, EASY_MACHINE).section == "7.2"


# Options


@pytest.mark.parametrize(
    "change",
    [
        {"blowup": 2},
        {"security": 100},
        {"regime": "unique"},
        {"grinding": 1},
        {"folding": 2},
        {"folding": 8},
        {"final_rows": 4},
        {"final_rows": 1},
        {"rows_per_leaf": 0},
        {"queries": 2},
        {"queries": 4},
        {"queries": 0},
        {"zero_knowledge": True},
    ],
    ids=str,
)
def test_a_proof_replayed_under_other_options_is_refused(change: dict) -> None:
    """By a machine that demands its own options; and by one that takes any, if the header is changed."""
    other = dataclasses.replace(TINY_OPTIONS, **change)
    assert refusal(TINY, tiny(), TraceZkVm(other)).section == "7.3"
    changed = replaced(tiny(), tiny_parts()["options"], other.to_bytes())
    refusal(TINY, changed, EASY_MACHINE)
    refusal(TINY, changed, TraceZkVm(other))
    assert refusal(TINY, changed, TINY_MACHINE).section == "7.3"


def test_the_least_security_is_demanded_and_not_read_from_the_proof() -> None:
    default, demanding = TraceZkVm(), TraceZkVm(TINY_OPTIONS, min_security=100)
    assert default.min_security == 128
    for machine in (default, demanding):
        error = refusal(TINY, tiny(), machine)
        assert error.section == "7.3" and "proven bits" in str(error)
    weaker = TraceZkVm(ProofOptions(security=100, zero_knowledge=False)).prove(TINY)
    assert refusal(TINY, bytes(weaker), default).section == "7.3"
    TraceZkVm(min_security=100).check_proof(TINY, weaker)
    stronger = TraceZkVm(ProofOptions(blowup=16, zero_knowledge=False)).prove(TINY)
    default.check_proof(TINY, stronger)
    assert refusal(TINY, bytes(stronger), TraceZkVm(ProofOptions())).section == "7.3"


def test_a_proof_that_says_it_hides_and_does_not_is_refused() -> None:
    """Its lengths and its header are those of hiding, but there is no mask R and no salt."""
    options = HIDING_OPTIONS
    plain = TraceZkVm(few()).prove(HIDING)
    shape = reference.solve(twin_options(options), twin_air(HIDING))
    bare = dataclasses.replace(shape, zero_knowledge=False)
    data = twin_prover(HIDING, plain, options=twin_options(options), shape=bare, masks=None).prove()
    refusal(HIDING, data, TraceZkVm(options))
    refusal(HIDING, data, EASY_MACHINE)


def test_an_insecure_proof_must_say_so() -> None:
    """PROTOCOL 4.1: also before a machine that would take its few bits."""
    shape = reference.solve(twin_options(few()), twin_air(TINY))
    silent = dataclasses.replace(twin_options(few()), allow_insecure=0)
    data = twin_prover(TINY, TraceZkVm(few()).prove(TINY), options=silent, shape=shape).prove()
    error = refusal(TINY, data, EASY_MACHINE)
    assert error.section == "7.3" and "allow_insecure" in str(error)
    low = data[:9] + bytes([99]) + data[10:]
    assert isinstance(refusal(TINY, low, EASY_MACHINE), FormatError)


OPTION_BYTES = st.builds(
    lambda *b: bytes(b) + bytes(5),
    st.integers(0, 6),
    st.sampled_from((0, 1, 20, 99, 100, 128, 129)),
    st.integers(0, 2),
    st.sampled_from((0, 1, 16, 32, 33)),
    st.integers(0, 4),
    st.integers(0, 9),
    st.integers(0, 5),
    st.integers(0, 1),
    st.integers(0, 255),
    st.integers(0, 4),
    st.integers(0, 2),
)


@settings(max_examples=400, deadline=None)
@given(
    options=OPTION_BYTES, program=st.sampled_from((TINY, Cubes(29), Domains(13), LookAhead(5), Powers(9, 7)))
)
def test_any_options_in_a_header_give_an_answer(options: bytes, program: TraceProgram) -> None:
    good = (
        bytes(TINY_MACHINE.prove(program))
        if program != Powers(9, 7)
        else bytes(TraceZkVm(few(blowup=16)).prove(program))
    )
    if good[8:24] != options:
        changed = good[:8] + options + good[24:]
        refusal(program, changed, EASY_MACHINE)
        refusal(program, changed, TraceZkVm())
        refusal(program, changed[: Proof(good).header_length + 40], EASY_MACHINE)


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


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=3000))
def test_random_bytes_are_refused(data: bytes) -> None:
    refusal(TINY, data, TINY_MACHINE)
    refusal(TINY, tiny()[: Proof(tiny()).header_length] + data, TINY_MACHINE)


EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.binary(max_size=40)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits=EDITS)
def test_random_edits_are_refused(edits: list[tuple[float, int, bytes]]) -> None:
    for program, good, machine in ((Cubes(1000), long_proof(), TraceZkVm()), (TINY, tiny(), EASY_MACHINE)):
        data = good
        for place, length, new in edits:
            at = int(place * len(data))
            data = data[:at] + new + data[at + length :]
        if data != good:
            refusal(program, data, machine)


# Time and memory


def in_a_process(function: str) -> dict:
    """What a function of this module returns in a fresh process: a crash is a failure, not the tests' end."""
    code = f"import json, test_hostile; print(json.dumps(test_hostile.{function}()))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-2000:]}"
    return json.loads(done.stdout.splitlines()[-1])


def greedy_headers() -> list[Header]:
    """For a program of 2^20 rows: options that ask for as much as they can."""
    program = Fibonacci(2**20 - 1)
    air = program.definition.air
    changes = [
        {"blowup": 32},
        {"blowup": 32, "queries": 1023},
        {"blowup": 2, "queries": 1023, "folding": 2, "final_rows": 1},
        {"blowup": 32, "rows_per_leaf": 8},
        {"blowup": 2, "rows_per_leaf": 8, "regime": "unique"},
        {"final_rows": 256, "grinding": 32},
        {"zero_knowledge": True, "blowup": 32},
        {"zero_knowledge": True, "queries": 1023},
        {"folding": 2, "final_rows": 1},
        {"blowup": 2, "grinding": 0},
        {"security": 128, "regime": "unique", "blowup": 2, "grinding": 0, "rows_per_leaf": 1},
    ]
    return [
        Header(
            options=ProofOptions(**change),
            digest=air.digest,
            program_id=air.id,
            rows=air.rows,
            parameters=air.parameters,
            inputs=(("a0", 0), ("a1", 1)),
            outputs=(("result", 5),),
        )
        for change in changes
    ]


def what_greedy_headers_cost() -> dict:
    """The slowest answer in seconds, and by how many MiB this process grew."""
    import resource
    import time

    program, machine = Fibonacci(2**20 - 1), TraceZkVm()
    machine.verify(program, tiny())
    unit = 2**20 if sys.platform == "darwin" else 2**10
    before, slowest, answers = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 0.0, []
    for header in greedy_headers():
        for body in (b"", bytes(64), bytes(5000), bytes(10**6)):
            start = time.perf_counter()
            answers.append(machine.verify(program, header.to_bytes() + body))
            slowest = max(slowest, time.perf_counter() - start)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"seconds": slowest, "mebibytes": after - before, "accepted": any(answers)}


@dataclass(frozen=True)
class Broad(TraceProgram):
    """A thousand columns of few rows."""

    id = "broad.v0"

    def define(self, m: Machine) -> None:
        x = m.columns(*(f"x{i}" for i in range(1000)))
        m.start({cell: i for i, cell in enumerate(x)})
        m.step({cell: cell + 1 for cell in x})
        m.rows(250)


def what_more_queries_than_leaves_cost() -> dict:
    """By how many MiB this process grew to verify a proof of few leaves, each of which is asked for many times."""
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    machine = TraceZkVm(few(queries=1023, rows_per_leaf=8, blowup=2), threads=1)
    data = bytes(machine.prove(Broad()))
    release_memory()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    accepted = machine.verify(Broad(), data)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"mebibytes": after - before, "accepted": accepted, "size": len(data) / 2**20}


def test_more_queries_than_leaves_cost_little() -> None:
    pytest.importorskip("resource")
    cost = in_a_process("what_more_queries_than_leaves_cost")
    assert cost["accepted"]
    assert cost["mebibytes"] < 8 * cost["size"]


def test_what_a_header_asks_for_costs_little() -> None:
    pytest.importorskip("resource")
    cost = in_a_process("what_greedy_headers_cost")
    assert not cost["accepted"]
    assert cost["seconds"] < 10  # of what could take minutes
    assert cost["mebibytes"] < 64


def many_rounds() -> dict:
    """Folding by 2 down to one row: more rounds the longer the trace, 26 at the longest."""
    options = ProofOptions(folding=2, final_rows=1, rows_per_leaf=1, zero_knowledge=False)
    answers = []
    for log_rows in range(14, 27):
        program = Fibonacci(2**log_rows - 1)
        air = program.definition.air
        header = dataclasses.replace(
            greedy_headers()[0], options=options, digest=air.digest, rows=air.rows, parameters=air.parameters
        )
        answers.append(TraceZkVm().verify(program, header.to_bytes() + bytes(50_000)))
    program, machine = Fibonacci(2**17 - 1), TraceZkVm(few(blowup=2, folding=2, final_rows=1))
    proof = machine.prove(program)
    changed = bytearray(bytes(proof))
    changed[-1] ^= 1
    answers.append(machine.verify(program, bytes(changed)))
    return {"refused": not any(answers), "accepted": machine.verify(program, proof)}


def test_more_rounds_than_any_default_has() -> None:
    assert in_a_process("many_rounds") == {"refused": True, "accepted": True}


# Misuse


@pytest.mark.parametrize("proof", ["l2zk", None, 7, 1.5, ["l2zk"], {}])
def test_what_is_no_proof_at_all_is_a_misuse(proof: object) -> None:
    for call in (TINY_MACHINE.verify, TINY_MACHINE.check_proof):
        with pytest.raises(TypeError, match=f"Proof or bytes, not {type(proof).__name__}"):
            call(TINY, proof)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "program, sentence",
    [
        (Fibonacci, "give an instance"),
        ("example-fibonacci.v0", "a program is a TraceProgram"),
        (None, "a program is a TraceProgram"),
        (Proof, "a program is a TraceProgram"),
    ],
)
def test_what_is_no_program_is_a_misuse(program: object, sentence: str) -> None:
    for call in (TINY_MACHINE.verify, TINY_MACHINE.check_proof):
        with pytest.raises(ProgramError, match=sentence):
            call(program, tiny())  # type: ignore[arg-type]


HINT_MISUSES = [
    ([0, 1, 2], "3 were given"),
    ({"a2": 1}, "no input 'a2'"),
    ("01", "not of type str"),
    (b"01", "not of type bytes"),
    (7, "not of type int"),
    ({0, 1}, "not of type set"),
    ([0.0], "of type float"),
    ([True], "of type bool"),
    (["0"], "of type str"),
    ([-1], "not an element of the field"),
    ([P], "not an element of the field"),
    ({"a0": 2**64}, "not an element of the field"),
]


@pytest.mark.parametrize("hint, sentence", HINT_MISUSES, ids=repr)
def test_misused_hints(hint: object, sentence: str) -> None:
    """Even beside a bad proof: the mistake is the caller's."""
    for data in (tiny(), b"no proof"):
        with pytest.raises(WitnessError, match=sentence):
            TINY_MACHINE.verify(TINY, data, hint)  # type: ignore[arg-type]


OUTPUT_MISUSES = [
    ([13, 1], "1 public output"),
    ({"resul": 13}, "no output 'resul'"),
    ("13", "not str"),
    (13, "not int"),
    ([13.0], "result"),
    ([True], "result"),
    ([-1], "result"),
    ([P], "result"),
    ({"result": "13"}, "result"),
]


@pytest.mark.parametrize("outputs, sentence", OUTPUT_MISUSES, ids=repr)
def test_misused_outputs(outputs: object, sentence: str) -> None:
    for data in (tiny(), b"no proof"):
        with pytest.raises(WitnessError, match=sentence):
            TINY_MACHINE.verify(TINY, data, outputs=outputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "options, least, error",
    [
        ({"blowup": 8}, None, OptionsError),
        (ProofOptions, None, OptionsError),
        ("default", None, OptionsError),
        (None, 0, SecurityError),
        (None, 129, SecurityError),
        (None, 100.0, SecurityError),
        (None, True, SecurityError),
        (None, "128", SecurityError),
    ],
    ids=repr,
)
def test_misused_machines(options: object, least: object, error: type[L2zkError]) -> None:
    with pytest.raises(error):
        TraceZkVm(options, min_security=least)  # type: ignore[arg-type]


# What the verifier knows


@pytest.mark.parametrize(
    "hint",
    [
        (),
        [],
        {},
        [None],
        [None, None],
        [0],
        [0, None],
        [None, 1],
        [0, 1],
        (0, 1),
        {"a0": 0},
        {"a1": 1},
        {"a0": 0, "a1": 1},
        {"a0": None, "a1": 1},
        np.array([0, 1], dtype=np.uint64),
        [np.int64(0), np.uint8(1)],
    ],
    ids=repr,
)
def test_hints_that_agree(hint: object) -> None:
    TINY_MACHINE.check_proof(TINY, tiny(), hint)  # type: ignore[arg-type]
    for outputs in ((), [], {}, [None], [13], (13,), {"result": 13}, {"result": None}, np.array([13])):
        assert TINY_MACHINE.verify(TINY, tiny(), hint, outputs=outputs)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "hint", [[1], [0, 0], [None, 2], {"a0": 1}, {"a0": None, "a1": 0}, np.array([0, 2])], ids=repr
)
def test_hints_that_disagree(hint: object) -> None:
    error = refusal(TINY, tiny(), TINY_MACHINE, witness_hint=hint)
    assert error.section == "7.2" and "input a" in str(error) and "demanded" in str(error)


def test_without_a_hint_the_stated_inputs_are_taken() -> None:
    data = bytes(TINY_MACHINE.prove(TINY, [2, 5]))
    TINY_MACHINE.check_proof(TINY, data)
    assert Proof(data).public_inputs == {"a0": 2, "a1": 5}
    assert refusal(TINY, data, TINY_MACHINE, witness_hint=[0, 1]).section == "7.2"


@dataclasses.dataclass(frozen=True)
class Mixed(TraceProgram):
    """Private inputs before and between public ones."""

    id = "example-mixed.v0"

    def define(self, m):
        a, b, c, d = m.columns("a", "b", "c", "d")
        hidden, more = m.private_input("hidden"), m.public_input("more")
        secret, last = m.private_input("secret"), m.public_input("last")
        m.start({a: hidden, b: more, c: secret, d: last})
        m.step({a: b, b: c, c: d, d: a * b})
        m.output("d", d, row=5)


@pytest.mark.parametrize(
    "hint, accepted",
    [
        ((), True),
        ([1], True),
        ([77], True),
        ([None, 2], True),
        ([77, 2, 77, 4], True),
        ([1, 2, 3, 4], True),
        ({"hidden": 77, "last": 4}, True),
        ({"secret": 77}, True),
        ([1, 3], False),
        ([1, 2, 3, 5], False),
        ({"last": 3}, False),
    ],
    ids=repr,
)
def test_private_inputs_are_passed_over(hint: object, accepted: bool) -> None:
    data = bytes(TINY_MACHINE.prove(Mixed(), [1, 2, 3, 4]))
    assert TINY_MACHINE.verify(Mixed(), data, hint) is accepted  # type: ignore[arg-type]
    assert Proof(data).public_inputs == {"more": 2, "last": 4}

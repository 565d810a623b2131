"""A mistake gives one clear sentence: the right type of error; what was wrong, where, what would be right."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from example_programs import Cubes, Fibonacci, Powers
from pluggy import PluginManager
from quick import QUICK

from l2zk import MODULUS, ExecutionTrace, L2zkError, Proof, ProofOptions, TraceProgram, TraceZkVm
from l2zk.errors import (
    ArgumentError,
    ConstraintError,
    DegreeError,
    FormatError,
    OptionsError,
    ProgramError,
    ProofError,
    SecurityError,
    UnknownProgramError,
    VersionError,
    WitnessError,
)
from l2zk.plugins.registry import Registry

MACHINE = TraceZkVm()
FIBONACCI = Fibonacci(20)


def sentence_of(error: type[L2zkError], act: Callable[[], object]) -> str:
    """The message: one line of sensible length that ends without a stop, as those of this library do."""
    with pytest.raises(error) as caught:
        act()
    message = str(caught.value)
    assert type(caught.value) is error
    assert 20 <= len(message) <= 400 and "\n" not in message and not message.endswith(".") and "0x" not in message
    assert isinstance(caught.value, L2zkError)
    return message


def assert_names(message: str, *words: str) -> None:
    for word in words:
        assert re.search(rf"(?<!\w){re.escape(word)}(?!\w)", message), f"{word!r} is not in {message!r}"


def program_of(definition: Callable) -> TraceProgram:
    """A program with this definition."""

    @dataclasses.dataclass(frozen=True)
    class Sketch(TraceProgram):
        id = "sketch.v0"

        def define(self, m):
            definition(m)

    return Sketch()


def counter(m):
    a = m.column("a")
    m.start({a: 0})
    m.step({a: a + 1})
    m.rows(8)
    return a


# Witnesses


@pytest.mark.parametrize("value", [MODULUS, -1, 2**64, 2**200, np.uint64(2**64 - 1)])
def test_a_witness_value_not_in_the_field(value: int) -> None:
    for witness in ([0, value], {"a1": value}):
        message = sentence_of(WitnessError, lambda: MACHINE.prove(FIBONACCI, witness))
        assert_names(message, "a1", str(value), "0 <= x < p = 2^64 - 2^32 + 1")


@pytest.mark.parametrize("value", [0.5, 1.0, float("nan"), np.float64(2)])
def test_a_float_in_a_witness(value: float) -> None:
    message = sentence_of(WitnessError, lambda: MACHINE.prove(FIBONACCI, [value]))
    assert_names(message, "a0", repr(value), type(value).__name__, "integer")


def test_a_float_in_a_program() -> None:
    def define(m):
        a = m.column("a")
        m.start({a: 0})
        m.step({a: a * 0.5})

    assert_names(sentence_of(ProgramError, lambda: MACHINE.prove(program_of(define))), "0.5", "float", "integer")


def test_a_float_as_a_parameter() -> None:
    assert_names(
        sentence_of(ProgramError, lambda: MACHINE.prove(Fibonacci(2.0))),
        "rounds",
        "Fibonacci",
        "float",
        "int",
    )  # type: ignore[arg-type]


# Traces


def test_a_trace_too_short() -> None:
    trace = MACHINE.trace(FIBONACCI)
    short = ExecutionTrace(trace.columns, trace.padded[:, :16].copy(), 16)
    assert_names(sentence_of(WitnessError, lambda: MACHINE.prove(FIBONACCI, trace=short)), FIBONACCI.id, "32", "16")


def test_rows_too_few_for_what_is_named() -> None:
    def define(m):
        m.output("end", counter(m), row=8)

    message = sentence_of(ProgramError, lambda: program_of(define).definition)
    assert_names(message, "end", "row 8", "8 rows", "0 to 7")


def test_the_trace_of_another_program() -> None:
    trace = MACHINE.trace(Cubes(20))
    assert_names(sentence_of(WitnessError, lambda: MACHINE.prove(FIBONACCI, trace=trace)), FIBONACCI.id, "a", "b", "x")


def test_a_trace_cell_not_in_the_field() -> None:
    trace = MACHINE.trace(FIBONACCI)
    trace["b"][7] = MODULUS
    message = sentence_of(WitnessError, lambda: MACHINE.prove(FIBONACCI, trace=trace))
    assert_names(message, "b", "row 7")
    assert str(MODULUS) not in message


def test_a_false_trace() -> None:
    trace = MACHINE.trace(FIBONACCI)
    trace["a"][5] += 1
    assert_names(
        sentence_of(ConstraintError, lambda: MACHINE.prove(FIBONACCI, trace=trace)),
        FIBONACCI.id,
        "a",
        "row 4",
        "a[1] == b",
    )


def test_a_false_trace_that_is_proved_unchecked_convinces_nobody() -> None:
    for program, column, row in ((FIBONACCI, "a", 5), (Cubes(20), "x", 0), (Powers(3, 20), "x", 20)):
        trace = MACHINE.trace(program)
        trace[column][row] += 1
        proof = MACHINE.prove(program, trace=trace, check=False)
        assert MACHINE.verify(program, proof) is False


# Programs


def test_an_expression_of_another_program() -> None:
    kept = []

    def first(m):
        kept.append(counter(m))

    def second(m):
        b = m.column("b")
        m.start({b: 0})
        m.step({b: b + kept[0]})
        m.rows(8)

    program_of(first).definition
    assert_names(
        sentence_of(ProgramError, lambda: program_of(second).definition),
        "the expression a",
        "another program",
    )


def test_a_degree_beyond_the_bound() -> None:
    message = sentence_of(DegreeError, lambda: MACHINE.prove(Powers(33, 10)))
    assert_names(message, "constraint 'x' of example-powers.v0", "degree 33", "32 is the most", "a column of its own")


def test_the_largest_degree() -> None:
    MACHINE.check_proof(Powers(32, 10), MACHINE.prove(Powers(32, 10)))


REGISTRY = Registry(
    manager=PluginManager("l2zk"),
    plugins=(),
    claims={program.id: ((None, program),) for program in (Fibonacci, Cubes, Powers)},
)  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "asked, nearest",
    [
        ("example-fibonaci", "example-fibonacci"),
        ("example-cube", "example-cubes"),
        ("Example-Powers", "example-powers"),
        ("example-powers.v1", "example-powers.v0"),
    ],
)
def test_an_unknown_program_and_the_nearest_name(asked: str, nearest: str) -> None:
    message = sentence_of(UnknownProgramError, lambda: REGISTRY.get(asked))
    assert_names(message, f"'{asked}'", f"did you mean '{nearest}'", "l2zk programs")


def test_an_unknown_program_like_no_other() -> None:
    message = sentence_of(UnknownProgramError, lambda: REGISTRY.get("zzz"))
    assert_names(message, "'zzz'", "l2zk programs")
    assert "did you mean" not in message


# Options


@pytest.mark.parametrize(
    "change, words",
    [
        ({"rate": 1 / 3}, ("rate=0.3333333333333333", "None, 1/2, 1/4, 1/8, 1/16")),
        ({"rate": 8}, ("rate=8", "int", "1/8")),
        ({"grinding": 8.0}, ("grinding=8.0", "float", "0 to 32")),
        ({"queries": 1024}, ("queries=1024", "0 to 1023")),
        ({"preset": "quick"}, ("preset='quick'", "'default', 'compact', 'fast'")),
    ],
    ids=str,
)
def test_an_option_out_of_range(change: dict, words: tuple[str, ...]) -> None:
    assert_names(sentence_of(OptionsError, lambda: ProofOptions(**change)), *words)


@pytest.mark.parametrize(
    "given, words",
    [
        ({"blowup": 16}, ("no longer has the option blowup", "rate=1/8", "preset='compact'")),
        ({"folding": 4}, ("no longer has the option folding", "searched for")),
        ({"grindin": 4}, ("no option 'grindin'", "did you mean 'grinding'")),
    ],
    ids=str,
)
def test_an_option_that_there_is_not(given: dict, words: tuple[str, ...]) -> None:
    assert_names(sentence_of(ArgumentError, lambda: ProofOptions(**given)), *words)


def test_too_little_security() -> None:
    assert_names(
        sentence_of(SecurityError, lambda: ProofOptions(security=80)),
        "security=80",
        "100",
        "allow_insecure=True",
    )
    message = sentence_of(SecurityError, lambda: TraceZkVm(ProofOptions(queries=10)).prove(FIBONACCI))
    assert_names(message, "queries=10", "100", "allow_insecure=True")


# Proofs


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"PK\3\4" + bytes(40), b"l2z"])
def test_a_file_that_is_not_a_proof(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(content)
    message = sentence_of(FormatError, lambda: Proof.load(path))
    assert_names(message, str(path), "is not a proof", "byte 0", "b'l2zk'")
    assert_names(sentence_of(FormatError, lambda: MACHINE.check_proof(FIBONACCI, content)), "byte 0", "b'l2zk'")


def test_a_proof_of_a_newer_format(tmp_path: Path) -> None:
    data = bytes(MACHINE.prove(FIBONACCI))
    newer = data[:4] + (3).to_bytes(4, "little") + data[8:]
    path = tmp_path / "new.l2zk"
    path.write_bytes(newer)
    assert_names(sentence_of(VersionError, lambda: Proof.load(path)), str(path), "version 3", "2", "newer l2zk")
    assert_names(
        sentence_of(VersionError, lambda: MACHINE.check_proof(FIBONACCI, newer)),
        "version 3",
        "2",
        "newer l2zk",
    )
    assert MACHINE.verify(FIBONACCI, newer) is False


def test_a_proof_of_format_1() -> None:
    data = bytes(MACHINE.prove(FIBONACCI))
    older = data[:4] + (1).to_bytes(4, "little") + data[8:]
    message = sentence_of(VersionError, lambda: Proof.from_bytes(older))
    assert_names(message, "version 1", "no longer accepted", "prove anew")


@pytest.mark.parametrize(
    "change, section, words",
    [
        (lambda d: d[:400], "7.2", ("ends too early", "byte 400")),
        (lambda d: d[:-1], "7.2", ("ends too early", "byte")),
        (lambda d: d + b"\0", "7.2", ("goes on behind its end", "byte")),
        (lambda d: d + bytes(100_000), "7.2", ("its queries give it at most",)),
        (lambda d: d[:-1] + bytes([d[-1] ^ 1]), "7.5", ("root",)),
    ],
)
def test_a_bad_proof_names_its_check(change: Callable[[bytes], bytes], section: str, words: tuple[str, ...]) -> None:
    data = change(bytes(MACHINE.prove(FIBONACCI)))
    message = sentence_of(ProofError, lambda: MACHINE.check_proof(FIBONACCI, data))
    assert_names(message, f"PROTOCOL {section}", *words)


def test_other_values_are_named() -> None:
    proof = MACHINE.prove(FIBONACCI)
    message = sentence_of(ProofError, lambda: MACHINE.check_proof(FIBONACCI, proof, outputs=[5]))
    assert_names(message, "result", "6765", "5", "PROTOCOL 7.1")
    message = sentence_of(ProofError, lambda: MACHINE.check_proof(FIBONACCI, proof, {"a1": 3}))
    assert_names(message, "a1", "3", "PROTOCOL 7.1")


def test_too_few_proven_bits_are_named_with_what_is_demanded() -> None:
    proof = QUICK.prove(FIBONACCI)
    message = sentence_of(ProofError, lambda: MACHINE.check_proof(FIBONACCI, proof))
    assert_names(message, "proven bits", "128 are demanded", "PROTOCOL 7.1")


def test_bits_that_fall_short_are_not_shown_as_reached() -> None:
    """7.97 bits are not "8.0"."""
    proof = QUICK.prove(Fibonacci(7))
    bits = proof.security_as(Fibonacci(7)).bits
    least = int(bits) + 1
    message = sentence_of(ProofError, lambda: TraceZkVm(min_security=least).check_proof(Fibonacci(7), proof))
    shown = re.search(r"has (\S+) proven bits", message)
    assert shown is not None and bits - 0.1 < float(shown[1]) <= bits

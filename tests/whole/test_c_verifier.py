"""The verifier in C against library and twin: what it accepts and refuses, by what reason, and the bits it tells."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from c_corpus import Case, Judged, case_of, changed, kept, random_cases, systems
from c_reading import items, key, rounds
from c_verifier import FLAGS, PORTABLE, REASONS, SOURCE, WIDE, Value, Verdict, compiled, key_file
from places import HOUSE
from reference.algebra import P
from reference.bits import bits_of_rounds, proven_together
from reference.demand import demand
from reference.header import parse
from reference.statement import Public
from reference.tree import h3
from reference.verifier import Verified
from worked_example import OPTIONS, ROWS, SQUARES

PROTOCOL = HOUSE / "PROTOCOL.md"
KEPT = {case.name: (case, said) for case, said in kept()}
ARRAYS, TWO_WORDS, TOGETHER = KEPT["2-arrays"], KEPT["2-cubes-two-words"], KEPT["2-together"]
FIBONACCI = KEPT["2-fibonacci-three-queries"][0]


@cache
def some_cases() -> tuple[Case, ...]:
    """Systems of the twin and random programs, each with random options."""
    return *systems(random.Random(1)), *random_cases("pytest", 12)


def reason(verdict: Verdict) -> str:
    return REASONS[verdict.reason]


def sum_of(said: Verified) -> int:
    return proven_together(said.shape, demand(said.groups, said.lengths), said.header.options.security)


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("flags", [WIDE, PORTABLE], ids=["wide", "portable"])
def test_kept_proofs(name: str, flags: tuple[str, ...]) -> None:
    """Accepted, with the bits and the shape that the twin finds."""
    case, said = KEPT[name]
    verdict = case.verdict(flags=flags)
    assert (verdict.accepted, reason(verdict), verdict.section) == (1, "ACCEPTED", b""), verdict
    assert (verdict.bits, verdict.bits_of_sum) == (said.bits, sum_of(said))
    assert (verdict.columns, verdict.log_m, verdict.queries0) == (said.shape.columns, said.shape.log_m, said.shape.t0)
    words = [(word.folds, word.log_n, word.queries) for word in verdict.word[: verdict.words]]
    assert words == [(word.k, word.log_n, word.queries) for word in said.shape.words]
    assert bytes(verdict.options) == case.proof[8:24] and verdict.entries == said.lengths.entries


def test_the_worked_example() -> None:
    """The proof of PROTOCOL 13, by its shape and its last public value."""
    rows = [3]
    while len(rows) < ROWS:
        rows.append(rows[-1] ** 2 % P)
    case = case_of("squares", [(SQUARES, (Public((3, rows[-1])),))], [[rows]], OPTIONS)
    assert case
    assert h3(case.judged.proof[case.header :]).hex() in PROTOCOL.read_text(encoding="utf-8").replace("\n", "")
    verdict = case.judged.verdict()
    assert (verdict.accepted, verdict.columns, verdict.log_m, verdict.log_n0, verdict.words) == (1, 2, 3, 4, 0)
    fixed = (Value("output", "last", (rows[-1] + 1,)),)
    refused(replace(case.judged, fixed=fixed), "PUBLIC")


def test_systems_and_random_programs() -> None:
    """Every mechanism of the protocol: what the core proves is accepted, with the twin's bits."""
    for case in some_cases():
        verdict = case.judged.verdict()
        assert verdict.accepted, f"{case.judged.name}: {verdict}"
        shape, asked = case.sides.shape, demand(case.groups, case.sides.lengths)
        least = min(128 << 32, *[said.worst for said in bits_of_rounds(shape, asked, case.options.security)])
        assert verdict.bits == max(0, least), case.judged.name


def test_changed_proofs() -> None:
    """Refused, or accepted by core and twin as well; the changes reach every kind of check."""
    rng, seen = random.Random(2), set[str]()
    for made in changed(some_cases()[::4], rng, 250):
        verdict = made.verdict()
        assert verdict.accepted == made.accepted
        assert verdict.accepted or (verdict.section and verdict.what)
        seen.add(reason(verdict))
    assert {"KEY", "HEADER", "BODY", "ARGUMENT", "OPENING"} <= seen


# What the caller demands


def refused(case: Judged, expected: str, **demanded: object) -> None:
    verdict = case.verdict(**demanded)
    assert (verdict.accepted, reason(verdict)) == (0, expected), verdict


def test_bits_and_options() -> None:
    case = KEPT["2-fibonacci-default"][0]
    assert case.verdict(bits=128, options=None).accepted
    weak = TWO_WORDS[0]
    assert weak.verdict(bits=9, options=None).accepted
    refused(weak, "BITS", bits=10, options=None)
    refused(weak, "OPTIONS", options=case.proof[8:24])
    refused(weak, "CALLER", bits=0, options=None)
    refused(weak, "CALLER", bits=129)


def test_public_values() -> None:
    """Scalars by name, of one statement or of all; a name that is none is the caller's error."""

    def fixing(*values: Value) -> Judged:
        return replace(FIBONACCI, fixed=values)

    assert fixing(Value("output", "result", (343,))).verdict().accepted
    assert fixing(Value("output", "result", (343,), 0, 0)).verdict().accepted
    refused(fixing(Value("output", "result", (344,))), "PUBLIC")
    refused(fixing(Value("output", "result", (343,), 0, 1)), "PUBLIC")
    refused(fixing(Value("output", "other", (343,))), "CALLER")
    refused(fixing(Value("input", "result", (343,))), "CALLER")
    refused(fixing(Value("output", "result", (343, 343))), "CALLER")
    refused(fixing(Value("output", "result", (343,), 1)), "CALLER")
    refused(fixing(Value("output", "result", (P,))), "CALLER")


def test_sequences() -> None:
    """No proof carries the values of an input sequence: the caller has them all."""
    case, said = ARRAYS
    [given] = case.fixed
    program, (public,) = said.groups[0]
    sums = next(values for series, values in zip(program.sequences, public.sequences) if series.output)
    output = Value("sequence", "sums", sums)
    assert replace(case, fixed=(given, output)).verdict().accepted
    refused(replace(case, fixed=(given, replace(output, values=(1, *sums[1:])))), "PUBLIC")
    refused(replace(case, fixed=(replace(given, values=(2, *given.values[1:])),)), "PUBLIC")
    refused(replace(case, fixed=(replace(given, values=given.values[1:]),)), "CALLER")
    refused(replace(case, fixed=()), "CALLER")


def test_many_statements() -> None:
    """Their number may be demanded; keys come in the order of the groups."""
    case, said = TOGETHER
    counts = [len(statements) for _, statements in said.groups]
    assert case.verdict(statements=counts).accepted and case.verdict(statements=[0] * len(counts)).accepted
    refused(case, "PUBLIC", statements=[counts[0] + 1, *counts[1:]])
    refused(replace(case, keys=case.keys[1:]), "PROGRAM")
    refused(replace(case, keys=case.keys[::-1]), "PROGRAM")
    refused(replace(FIBONACCI, keys=TWO_WORDS[0].keys), "PROGRAM")


def test_bytes() -> None:
    """Every length is known: one byte more or less is refused, and so is another version."""
    for case, _ in (ARRAYS, TWO_WORDS, TOGETHER):
        refused(replace(case, proof=case.proof + b"\0"), "BODY")
        refused(replace(case, proof=case.proof[:-1]), "BODY")
        start = parse(case.proof)[1]
        refused(replace(case, proof=case.proof[: start - 1]), "HEADER")
        refused(replace(case, proof=case.proof[:4] + b"\3" + case.proof[5:]), "VERSION")
    refused(replace(FIBONACCI, proof=bytes(2**24 + 1)), "LIMIT", bits=1, options=None)
    refused(replace(FIBONACCI, proof=b""), "HEADER", bits=1, options=None)


OPTION_FAULTS = ((0, 3), (1, 5), (2, 0), (2, 129), (3, 33), (4, 2), (5, 2), (7, 4), *((at, 1) for at in range(8, 16)))
"""Bytes of the options with a value that they cannot have (PROTOCOL 9.1)."""


@pytest.mark.parametrize(("at", "value"), OPTION_FAULTS)
def test_options_are_in_their_ranges(at: int, value: int) -> None:
    proof = bytearray(FIBONACCI.proof)
    proof[8 + at] = value
    verdict = replace(FIBONACCI, proof=bytes(proof)).verdict()
    assert (reason(verdict), verdict.section) == ("HEADER", b"9.1")


@pytest.mark.parametrize("edge", [{2: 100, 5: 0}, {3: 32}, {6: 255, 7: 3}, {0: 2, 1: 4}], ids=str)
def test_options_at_the_ends_of_their_ranges(edge: dict[int, int]) -> None:
    proof = bytearray(FIBONACCI.proof)
    for at, value in edge.items():
        proof[8 + at] = value
    verdict = replace(FIBONACCI, proof=bytes(proof)).verdict()
    assert (reason(verdict), verdict.section) not in (("HEADER", b"9.1"), ("OPTIONS", b"4.5"))


def test_a_low_target_is_allowed_or_refused() -> None:
    proof = bytearray(FIBONACCI.proof)
    proof[8 + 2], proof[8 + 5] = 99, 0
    verdict = replace(FIBONACCI, proof=bytes(proof)).verdict()
    assert (reason(verdict), verdict.section) == ("OPTIONS", b"4.5")
    proof[8 + 2] = 128
    verdict = replace(FIBONACCI, proof=bytes(proof)).verdict()
    assert (reason(verdict), verdict.section) == ("OPTIONS", b"4.8")


def test_public_values_are_elements() -> None:
    """The last value of the header; then no statement at all, and more than the bytes have."""
    start = parse(FIBONACCI.proof)[1]
    for at, data in ((start - 8, P.to_bytes(8, "little")), (start - 28, bytes(4)), (start - 28, b"\xff" * 4)):
        proof = FIBONACCI.proof[:at] + data + FIBONACCI.proof[at + len(data) :]
        refused(replace(FIBONACCI, proof=proof), "HEADER")


def test_room_and_work() -> None:
    """What it needs of both is told; with less the answer is no."""
    case = TWO_WORDS[0]
    verdict = case.verdict()
    assert case.verdict(memory=verdict.memory + 8).accepted
    for size in range(0, verdict.memory, 1000):
        refused(case, "MEMORY", memory=size)
    arrays = ARRAYS[0]
    for size in range(0, arrays.verdict().memory, 32):
        refused(arrays, "MEMORY", memory=size)
    assert case.verdict(work=verdict.work).accepted
    refused(case, "LIMIT", work=verdict.work - 1)


# What is read without being judged


@pytest.mark.parametrize("name", KEPT)
def test_items(name: str) -> None:
    """Those of the header, as the twin reads it."""
    case = KEPT[name][0]
    expected: list[tuple[object, ...]] = []
    for number, group in enumerate(parse(case.proof)[0].groups):
        about = number, group.digest, group.id, group.user_rows, group.parameters, len(group.statements)
        expected.append(about)
        for place, stated in enumerate(group.statements):
            kinds = [0] * len(group.inputs) + [1] * len(group.outputs)
            names = zip(kinds, (*group.inputs, *group.outputs), stated.scalars)
            expected += [(kind, place, said, value) for kind, said, value in names]
            for series, values in zip(group.sequences, stated.sequences):
                words = values if isinstance(values, bytes) else b"".join(x.to_bytes(8, "little") for x in values)
                expected.append((2, place, series.name, words))
    assert list(items(case.proof)) == expected
    with pytest.raises(ValueError, match="9.1"):
        list(items(case.proof[:60]))


def test_rounds() -> None:
    """The bits of each round are the twin's."""
    case, said = TWO_WORDS
    expected = bits_of_rounds(said.shape, demand(said.groups, said.lengths), said.header.options.security)
    assert rounds(case.keys, case.proof) == [(one.word, one.name, one.worst, one.together) for one in expected]


def test_keys() -> None:
    case, said = TWO_WORDS
    group = said.header.groups[0]
    assert key(case.keys[0]) == (group.id.encode(), group.parameters, case.name.encode(), group.digest)
    assert key(b"l2ak" + case.keys[0][4:]) is key(b"l2ai\2" + case.keys[0][5:]) is None
    assert key(case.keys[0] + b"\0") is key(case.keys[0][:-1]) is key(b"") is key(key_file(b"other")) is None


@pytest.mark.parametrize("compiler", [name for name in ("gcc", "clang") if shutil.which(name)])
def test_each_compiler(tmp_path: Path, compiler: str) -> None:
    """No warning of any compiler that is there; signs and widths are meant as they stand."""
    assert "-Werror" in FLAGS
    compiled(tmp_path, compiler=compiler, flags=("-Wconversion", "-Wshadow", "-Wcast-align", "-O0"))


MAIN = """
#include <stdio.h>

static l2zk_span read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(1 << 20);
    return (l2zk_span){bytes, fread(bytes, 1, 1 << 20, file)};
}

int main(int count, char **arguments)
{
    l2zk_verdict verdict;
    uint64_t result = count == 4 ? strtoull(arguments[3], 0, 10) : 0;
    int accepted = good(read_file(arguments[1]), read_file(arguments[2]), result, &verdict);
    printf("%d %s\\n", accepted, verdict.section);
}
"""


def test_the_library_is_installed_and_used_as_its_page_says(tmp_path: Path) -> None:
    """The code of verify/README.md, linked with what `make install` leaves; nothing but its own names is visible."""
    folder = shutil.copytree(SOURCE.parent, tmp_path / "verify")
    make = ["make", "-s", "-C", folder, "install", f"PREFIX={tmp_path}", "CFLAGS=-O0"]
    subprocess.run(make, check=True, env={**os.environ, "MAKEFLAGS": ""})
    page = (folder / "README.md").read_text(encoding="utf-8")
    (tmp_path / "user.c").write_text(page.split("```c\n")[1].split("```")[0] + MAIN)
    said = (tmp_path / "lib/pkgconfig/l2zk-verify.pc").read_text()
    assert f"prefix={tmp_path}\n" in said and "-ll2zk-verify" in said
    flags = [f"-I{tmp_path}/include", f"-L{tmp_path}/lib", "-ll2zk-verify", f"-Wl,-rpath,{tmp_path}/lib"]
    subprocess.run(["cc", "-std=c11", tmp_path / "user.c", *flags, "-o", tmp_path / "user"], check=True)
    case = KEPT["2-fibonacci-default"][0]
    for name, data in (("key", case.keys[0]), ("proof", case.proof)):
        (tmp_path / name).write_bytes(data)
    for result, answer in ((5, "1 "), (6, "0 7")):
        command = [tmp_path / "user", tmp_path / "key", tmp_path / "proof", str(result)]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == f"{answer}\n"
    names = subprocess.check_output(["nm", tmp_path / "lib/libl2zk-verify.a"], text=True).split()
    visible, missing = ({b for a, b in pairwise(names) if a == kind} for kind in ("T", "U"))
    assert all(name.startswith("l2zk_") for name in visible) and len(visible) == 7
    assert {name for name in missing if not name.startswith("_")} == {"memcpy", "memset", "memcmp"}

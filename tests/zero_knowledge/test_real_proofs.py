"""The core's hiding proofs: uniform values, fresh ones each time, no digest without a salt (PROTOCOL 11).

The seeds of the statistical tests are fixed, so they say the same each time. What no test can show is that the system's
randomness is good and that BLAKE3 hides a salted leaf.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import pytest
from forks import needs_fork
from hostile import few
from reference.algebra import P
from reference.transcript import Kind
from reference.tree import leaf_digest, siblings
from twin import twin_verify

from l2zk import ProofOptions, TraceZkVm

from .statements import Twins, View, core_proof, forger_of, lengths_of, trace_of, words

PROGRAM, SECRET = Twins(3), 77
OPTIONS = few(zero_knowledge=True)
LONG = (Twins(2, 127), few(zero_knowledge=True, rate=1 / 2, queries=4))


def key_of(i: int) -> bytes:
    return random.Random(i).randbytes(32)


def view(i: int) -> View:
    return View(PROGRAM, OPTIONS, core_proof(PROGRAM, OPTIONS, key_of(i), SECRET))


# Uniform


@lru_cache(maxsize=1)
def observed() -> dict[tuple[object, ...], list[int]]:
    """The values of F that 1500 proofs of one witness show, by what and where; those of columns by point as well."""
    seen: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for shown in map(view, range(1500)):
        for kind, said in shown.messages().items():
            for t, element in enumerate(said):
                for c, value in enumerate(element.c):
                    seen[kind, t, c].append(value)
        for j, (columns, R, _) in shown.rows().items():
            for i, value in enumerate(columns):
                seen["column", i].append(value)
                seen["point", j].append(value)
            for c, value in enumerate(R.c):
                seen["R", c].append(value)
    return dict(seen)


def kolmogorov_smirnov(values: Iterable[int]) -> float:
    """√n times the distance from the uniform distribution; beyond 2.5 with probability 7e-6."""
    ordered = np.sort(np.array(list(values), dtype=np.float64)) / P
    n = len(ordered)
    steps = np.arange(n + 1) / n
    return float(np.sqrt(n) * max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1])))


def chi_square(values: Iterable[int], buckets: int = 16) -> float:
    """Over equal intervals; with 16 of them, beyond 60 with probability 2e-7."""
    counts = np.bincount([v * buckets // P for v in values], minlength=buckets)
    expected = counts.sum() / buckets
    return float(((counts - expected) ** 2).sum() / expected)


MASKED = {Kind.Q, Kind.ROUND, Kind.OPENINGS, Kind.ROW_ROUND, Kind.VALUES}
COMMITTED = {Kind.SIGMA, Kind.FOLD_ROUND, Kind.MU, Kind.TAIL, Kind.FINAL}


@pytest.mark.parametrize("statistic, limit", [(kolmogorov_smirnov, 2.5), (chi_square, 60.0)])
def test_what_a_proof_shows_is_uniform_at_every_place(statistic: Callable[..., float], limit: float) -> None:
    """Each element that is said, each column, and each point where columns are opened."""
    places = observed()
    assert {what[0] for what in places} == MASKED | COMMITTED | {"column", "point", "R"}
    shape = lengths_of(PROGRAM, OPTIONS)[1]
    assert {what[1] for what in places if what[0] == "point"} == set(range(1 << shape.log_n0))
    assert min(map(len, places.values())) >= 30
    worst = max(places, key=lambda what: statistic(places[what]))
    assert statistic(places[worst]) < limit, worst


def test_a_column_of_zeros_shows_none() -> None:
    """Column 2 is 0 on every row, and so is all that is opened of it without hiding."""
    assert not any(trace_of(PROGRAM, SECRET)[2])
    open_options = few()
    said = View(PROGRAM, open_options, core_proof(PROGRAM, open_options, None, SECRET)).messages()
    assert said[Kind.VALUES][2] == 0
    for kind in (Kind.OPENINGS, Kind.VALUES):
        assert not any(values.count(0) for what, values in observed().items() if what[0] == kind)


def test_no_value_is_shown_twice() -> None:
    """Neither in one proof nor in two, though columns 0 and 1 are equal and the witness is the same."""
    for kind in ("column", "R", *MASKED | COMMITTED):
        shown = [v for place, values in observed().items() if place[0] == kind for v in values]
        assert len(set(shown)) == len(shown) > 4000


# Fresh


def parts(data: bytes, program: Twins = PROGRAM, options: ProofOptions = OPTIONS) -> set[bytes]:
    """The words of 8 bytes that randomness enters: all but the header and nonces."""
    twin_verify(program, data)
    return {
        part[i : i + 8]
        for what, part in View(program, options, data).parts()
        if what != Kind.NONCE
        for i in range(0, len(part), 8)
    }


def assert_nothing_in_common(
    proofs: Sequence[bytes], program: Twins = PROGRAM, options: ProofOptions = OPTIONS
) -> None:
    """No root, digest, value, salt or coefficient of one proof occurs in another; the headers are equal."""
    seen = [parts(data, program, options) for data in proofs]
    assert sum(map(len, seen)) == len(set().union(*seen))
    assert len({View(program, options, data).header for data in proofs}) == 1


def prove() -> bytes:
    return bytes(TraceZkVm(OPTIONS).prove(PROGRAM, [SECRET]))


def test_two_proofs_of_a_witness_have_nothing_in_common() -> None:
    machine = TraceZkVm(OPTIONS)
    assert_nothing_in_common([bytes(machine.prove(PROGRAM, [SECRET])) for _ in range(2)] + [prove()])
    program, options = LONG
    assert_nothing_in_common([bytes(TraceZkVm(options).prove(program, [SECRET])) for _ in range(2)], program, options)


def test_two_threads_prove_with_nothing_in_common() -> None:
    with ThreadPoolExecutor(2) as pool:
        assert_nothing_in_common([job.result() for job in [pool.submit(prove) for _ in range(6)]])


def test_a_series_of_proofs_has_nothing_in_common() -> None:
    """Proofs made in one region of native code take a seed each."""
    series = TraceZkVm(OPTIONS, threads=2).prove_series([(PROGRAM, [SECRET])] * 5)
    assert None not in series
    assert_nothing_in_common([bytes(proof) for proof in series if proof])


@needs_fork
def test_a_forked_process_proves_with_nothing_in_common() -> None:
    before = prove()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            with os.fdopen(writer, "wb") as out:
                out.write(prove())
        finally:
            os._exit(0)
    os.close(writer)
    here = prove()
    with os.fdopen(reader, "rb") as source:
        there = source.read()
    os.waitpid(child, 0)
    assert_nothing_in_common([before, here, there])


def test_a_seed_decides_everything_whatever_the_number_of_threads() -> None:
    for program, options in ((PROGRAM, OPTIONS), LONG, (Twins(2, 4095), few(zero_knowledge=True))):
        proofs = {core_proof(program, options, key_of(1), SECRET, threads=threads) for threads in (1, 2, 3)}
        assert len(proofs) == 1
        assert core_proof(program, options, key_of(2), SECRET) not in proofs


def test_hiding_takes_a_seed_of_32_bytes() -> None:
    for seed in (None, b"", bytes(31), bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            core_proof(PROGRAM, OPTIONS, seed, SECRET)


# Salted


@pytest.mark.parametrize("program, options", [(PROGRAM, OPTIONS), LONG], ids=["short", "long"])
def test_no_digest_can_be_recomputed_without_the_salt(program: Twins, options: ProofOptions) -> None:
    """Who knows the witness and all masks cannot tell an unopened leaf's digest; with its salt he can."""
    data = core_proof(program, options, key_of(3), SECRET)
    first = forger_of(program, options, key_of(3), SECRET)
    assert data.endswith(first.prove())
    leaves, salts = first.committed.leaves, first.masks["salts"]
    windows = {data[i : i + 32] for i in range(len(data) - 31)}
    assert all(leaf.endswith(salt) and len(salt) == 16 for leaf, salt in zip(leaves, salts))
    assert not windows & {leaf_digest(leaf[:-16]) for leaf in leaves}
    assert not windows & {leaf_digest(leaf[:-16] + bytes(16), 16) for leaf in leaves}
    assert not windows & {leaf_digest(leaf) for leaf in leaves}
    listed = [j for depth, j in siblings(View(program, options, data).reading.points[0], len(leaves)) if depth == 0]
    assert listed and all(leaf_digest(leaves[j], 16) in windows for j in listed)
    assert len(set(salts)) == len(leaves)


def test_opened_leaves_carry_salts_of_their_own() -> None:
    salts = [salt for i in range(200) for _, _, salt in view(i).rows().values()]
    halves = [word for salt in salts for word in words(salt)]
    assert len(salts) > 500 and len(set(halves)) == len(halves)
    assert chi_square([word % P for word in halves]) < 60


# Without hiding


@pytest.mark.parametrize("program, changes", [(PROGRAM, {"grinding": 10}), (Twins(2, 1023), {"rate": 1 / 2})])
def test_without_hiding_a_proof_is_a_function_of_statement_and_witness(program: Twins, changes: dict) -> None:
    """Whatever the seed and the number of threads."""
    options = few(zero_knowledge=False, **changes)
    data = core_proof(program, options, None, SECRET)
    assert {core_proof(program, options, seed, SECRET, threads=n) for seed in (None, key_of(1)) for n in (1, 2, 3)} == {
        data
    }
    assert {bytes(TraceZkVm(options, threads=n).prove(program, [SECRET])) for n in (1, 2)} == {data}


def test_without_hiding_unopened_leaves_can_be_recomputed() -> None:
    options = few(zero_knowledge=False)
    data = core_proof(PROGRAM, options, None, SECRET)
    first = forger_of(PROGRAM, options, bytes(32), SECRET)
    assert data.endswith(first.prove())
    leaves = first.committed.leaves
    opened = View(PROGRAM, options, data).reading.points[0]
    listed = [j for depth, j in siblings(opened, len(leaves)) if depth == 0]
    assert listed and all(leaf_digest(leaves[j]) in data for j in listed)

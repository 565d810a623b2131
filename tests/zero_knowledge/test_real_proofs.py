"""The core's hiding proofs: uniform values, fresh ones each time, no digest without a salt (PROTOCOL 10).

The seeds of the statistical tests are fixed, so they say the same each time. What no test can show is that
the system's randomness is good and that BLAKE3 hides a salted leaf.
"""

from __future__ import annotations

import dataclasses
import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import product

import numpy as np
import pytest
from cheats import few, masks_of, parts, twin_air, twin_options, twin_verify
from forks import needs_fork
from reference import GOLDILOCKS, Prover
from reference.tree import leaf_digest, siblings
from warned import any_degree

from l2zk import ProofOptions, TraceZkVm

from .masks import P, newton, point
from .statements import Twins, View, core_proof, shape_of, trace_of, twin_shape

pytestmark = any_degree  # short traces allow the degree 3 of the twins at blowup 2

PROGRAM, SECRET = Twins(3), 77
OPTIONS = few(zero_knowledge=True, blowup=2, final_rows=8, folding=4)
SHAPE = twin_shape(PROGRAM, shape_of(PROGRAM, OPTIONS))
SEVERAL_ROWS = (Twins(2, 63), few(zero_knowledge=True, rows_per_leaf=2, final_rows=8))


def seed_of(i: int) -> bytes:
    return random.Random(i).randbytes(32)


# Uniform


@lru_cache(maxsize=1)
def observed() -> dict[tuple, list[int]]:
    """The values of F that 1500 proofs of one witness show, by what and where."""
    seen: dict[tuple, list[int]] = defaultdict(list)
    for i in range(1500):
        view = View(PROGRAM, core_proof(PROGRAM, OPTIONS, seed_of(i), SECRET), SHAPE)
        for j in view.opened:
            (row,), (pieces,) = view.rows[j], view.piece_rows[j]
            for c, value in enumerate(row):
                seen["column", c, j].append(value)
            for t, element in enumerate([*pieces, view.mask[j]]):
                for c, value in enumerate(element):
                    seen["R" if t == SHAPE.pieces else "piece", t, c, j].append(value)
        for what, elements in (("value", view.values), ("final", view.final)):
            for t, element in enumerate(elements):
                for c, value in enumerate(element):
                    seen[what, t, c].append(value)
        for u, members in enumerate(view.members):
            for place, element in members.items():
                for c, value in enumerate(element):
                    seen["member", u, c, place].append(value)
    return dict(seen)


def kolmogorov_smirnov(values: Iterable[int]) -> float:
    """sqrt(n) times the distance from the uniform distribution; beyond 2.5 with probability 7e-6."""
    ordered = np.sort(np.array(list(values), dtype=np.float64)) / P
    n = len(ordered)
    steps = np.arange(n + 1) / n
    return float(np.sqrt(n) * max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1])))


def chi_square(values: Iterable[int], buckets: int = 16) -> float:
    """Over equal intervals; with 16 of them, beyond 60 with probability 2e-7."""
    counts = np.bincount([v * buckets // P for v in values], minlength=buckets)
    expected = counts.sum() / buckets
    return float(((counts - expected) ** 2).sum() / expected)


@pytest.mark.parametrize("statistic, limit", [(kolmogorov_smirnov, 2.5), (chi_square, 60.0)])
def test_what_a_proof_shows_is_uniform_at_every_place(statistic: Callable[..., float], limit: float) -> None:
    """Each column and place for itself; members of FRI words, whose places are too many, by word."""
    places = {what: values for what, values in observed().items() if what[0] != "member" and len(values) >= 30}
    assert {what[0] for what in places} == {"column", "piece", "R", "value", "final"}
    assert {what[2] for what in places if what[0] == "column"} == set(range(SHAPE.leaves))
    worst = max(places, key=lambda what: statistic(places[what]))
    assert statistic(places[worst]) < limit, worst
    words = defaultdict(list)
    for what, values in observed().items():
        if what[0] == "member":
            words[what[1:3]] += values
    assert all(statistic(values) < limit for values in words.values())


def test_a_column_of_zeros_shows_none() -> None:
    """Column 2 is 0 on every row."""
    assert not any(trace_of(PROGRAM, SECRET)[2])
    shown = [v for what, values in observed().items() if what[:2] == ("column", 2) for v in values]
    assert len(shown) > 4000 and len(set(shown)) == len(shown) and 0 not in shown


def test_no_value_is_shown_twice() -> None:
    """Neither in one proof nor in two, though columns 0 and 1 are equal and the witness is the same."""
    for what in ("column", "piece", "R", "value", "final", "member"):
        shown = [v for place, values in observed().items() if place[0] == what for v in values]
        assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("s, degree", [(1, 2), (1, 4), (2, 3), (8, 2)])
def test_masks_have_all_their_coefficients(s: int, degree: int) -> None:
    """A proof that opens too many leaves tells its polynomials: N + h coefficients, M + h_q, and R's."""
    program, options = (
        Twins(degree, 16 * s - 1),
        few(zero_knowledge=True, rows_per_leaf=s, blowup=8, queries=1),
    )
    forced = dataclasses.replace(shape_of(program, options), queries=600)
    view = View(program, core_proof(program, options, seed_of(s), SECRET, shape=forced), twin_shape(program, forced))
    shape, F = view.shape, GOLDILOCKS.F
    rows = [
        (point(shape, row), *at)
        for j in view.opened
        for row, *at in zip(shape.rows_of_leaf(j), view.rows[j], view.piece_rows[j])
    ]
    x, columns, pieces = zip(*rows[: 2 * shape.domain_length])
    for c in range(shape.columns):
        assert coefficients(x, [row[c] for row in columns]) == shape.length + shape.mask_length
    for j, c in product(range(shape.pieces - 1), range(3)):
        assert coefficients(x, [row[j][c] for row in pieces]) == shape.piece_length + shape.quotient_mask_length
    leaves = [F.pow(F.root(shape.leaves), j) for j in view.opened][: 2 * shape.batch_mask_length]
    for c in range(3):
        assert coefficients(leaves, [view.mask[j][c] for j in view.opened]) == shape.batch_mask_length


def coefficients(points: Sequence[int], values: Sequence[int]) -> int:
    """The number of coefficients of the polynomial with these values."""
    interpolant, _ = newton(points, values[: len(points)])
    return max(i for i, c in enumerate(interpolant) if c) + 1


# Fresh


def digests_and_values(program: Twins, data: bytes) -> dict[str, bytes]:
    """The parts of a proof that randomness enters."""
    found = parts(twin_verify(program, data), twin_air(program), data)
    return {
        name: data[where]
        for name, where in found.items()
        if where.start >= found["trace root"].start and where.start < where.stop and name != "nonce"
    }


def in_words(data: bytes) -> set[bytes]:
    return {data[i : i + 8] for i in range(0, len(data), 8)}


def assert_nothing_in_common(proofs: Sequence[bytes], program: Twins = PROGRAM) -> None:
    """No root, digest, value, salt or coefficient of one proof occurs in another; the headers are equal."""
    seen = [digests_and_values(program, data) for data in proofs]
    assert all(
        found.keys() >= {"trace root", "quotient root", "values", "final", "trace rows", "quotient rows"}
        for found in seen
    )
    words = [set().union(*map(in_words, found.values())) for found in seen]
    assert sum(map(len, words)) == len(set().union(*words))
    heads = {data[: data.index(found["trace root"])] for data, found in zip(proofs, seen)}
    assert len(heads) == 1


def prove() -> bytes:
    return bytes(TraceZkVm(OPTIONS).prove(PROGRAM, [SECRET]))


def test_two_proofs_of_a_witness_have_nothing_in_common() -> None:
    machine = TraceZkVm(OPTIONS)
    assert_nothing_in_common([bytes(machine.prove(PROGRAM, [SECRET])) for _ in range(2)] + [prove()])
    program, options = SEVERAL_ROWS
    assert_nothing_in_common([bytes(TraceZkVm(options).prove(program, [SECRET])) for _ in range(2)], program)


def test_two_threads_prove_with_nothing_in_common() -> None:
    with ThreadPoolExecutor(2) as pool:
        assert_nothing_in_common([job.result() for job in [pool.submit(prove) for _ in range(6)]])


def test_a_series_of_proofs_has_nothing_in_common() -> None:
    """Proofs made in one region of native code take a seed each."""
    series = TraceZkVm(OPTIONS, threads=2).prove_series([(PROGRAM, [SECRET])] * 5)
    assert None not in series
    assert_nothing_in_common([bytes(proof) for proof in series])


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
    for program, options in (
        (PROGRAM, OPTIONS),
        SEVERAL_ROWS,
        (Twins(2, 1023), few(zero_knowledge=True, rows_per_leaf=0)),
    ):
        proofs = {core_proof(program, options, seed_of(1), SECRET, threads=threads) for threads in (1, 2, 3)}
        assert len(proofs) == 1
        assert core_proof(program, options, seed_of(2), SECRET) not in proofs


def test_hiding_takes_a_seed_of_32_bytes() -> None:
    for seed in (None, b"", bytes(31), bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            core_proof(PROGRAM, OPTIONS, seed, SECRET)


# Salted


@pytest.mark.parametrize("program, options", [(PROGRAM, OPTIONS), SEVERAL_ROWS], ids=["one row", "two rows"])
def test_no_digest_can_be_recomputed_without_the_salt(program: Twins, options: ProofOptions) -> None:
    """Who knows the witness and all masks cannot tell an unopened leaf's digest; with its salt he can."""
    seed = seed_of(3)
    data = core_proof(program, options, seed, SECRET)
    shape = twin_shape(program, shape_of(program, options))
    prover = Prover(
        twin_air(program),
        trace_of(program, SECRET),
        (),
        (0,),
        options=twin_options(options),
        masks=masks_of(seed, shape),
    )
    prover.prove()
    view = View(program, data, shape)
    windows = {data[i : i + 32] for i in range(len(data) - 31)}
    for leaves, salts in (
        (prover.trace_leaves, prover.masks.trace_salts),
        (prover.quotient_leaves, prover.masks.quotient_salts),
    ):
        assert all(leaf.endswith(salt) and len(salt) == 16 for leaf, salt in zip(leaves, salts))
        assert not windows & {leaf_digest(leaf[:-16]) for leaf in leaves}
        assert not windows & {leaf_digest(leaf[:-16] + bytes(16), 16) for leaf in leaves}
        assert not windows & {leaf_digest(leaf) for leaf in leaves}
        listed = [j for depth, j in siblings(view.opened, shape.leaves) if depth == 0]
        assert listed and all(leaf_digest(leaves[j], 16) in windows for j in listed)
    every = [*prover.masks.trace_salts, *prover.masks.quotient_salts]
    assert len(set(every)) == 2 * shape.leaves


def test_opened_leaves_carry_salts_of_their_own() -> None:
    salts = []
    for i in range(100):
        view = View(PROGRAM, core_proof(PROGRAM, OPTIONS, seed_of(i), SECRET), SHAPE)
        for leaves in (view.trace_leaves, view.quotient_leaves):
            salts += [leaf[-16:] for leaf in leaves.values()]
    words = [int.from_bytes(salt[at : at + 8], "little") for salt in salts for at in (0, 8)]
    assert len(salts) > 500 and len(set(words)) == len(words)
    assert chi_square([word % P for word in words]) < 60


# Without hiding


@pytest.mark.parametrize("program, changes", [(PROGRAM, {"grinding": 10}), (Twins(2, 1023), {"rows_per_leaf": 8})])
def test_without_hiding_a_proof_is_a_function_of_statement_and_witness(program: Twins, changes: dict) -> None:
    """Whatever the seed and the number of threads."""
    options = few(zero_knowledge=False, **changes)
    data = core_proof(program, options, None, SECRET)
    assert {
        core_proof(program, options, seed, SECRET, threads=n) for seed in (None, seed_of(1)) for n in (1, 2, 3)
    } == {data}
    assert {bytes(TraceZkVm(options, threads=n).prove(program, [SECRET])) for n in (1, 2)} == {data}
    assert SHAPE.salt_length == 16 and twin_shape(program, shape_of(program, options)).salt_length == 0


def test_without_hiding_unopened_leaves_can_be_recomputed() -> None:
    options = few(zero_knowledge=False)
    data = core_proof(PROGRAM, options, None, SECRET)
    shape = twin_shape(PROGRAM, shape_of(PROGRAM, options))
    prover = Prover(twin_air(PROGRAM), trace_of(PROGRAM, SECRET), (), (0,), options=twin_options(options))
    assert prover.prove() == data
    listed = [j for depth, j in siblings(View(PROGRAM, data, shape).opened, shape.leaves) if depth == 0]
    assert listed and all(leaf_digest(prover.trace_leaves[j]) in data for j in listed)

"""Public columns, output columns and private arrays: a program with arrays, from its text to the verifier's answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from example_programs import Sums

from l2zk import (
    BatchProcessor,
    CachedZkVm,
    ConstraintError,
    Machine,
    Proof,
    ProofError,
    ProofOptions,
    TraceProgram,
    TraceZkVm,
    WitnessError,
)
from l2zk._core import blake3
from l2zk.base.field import MODULUS
from l2zk.testing import Case, check_program, examine_program

QUICK = ProofOptions(grinding=0, queries=20, allow_insecure=True)


PIXELS = np.arange(16, dtype=np.uint64) * 7 + 1
SUMS = np.concatenate([[0], np.cumsum(3 * PIXELS)[:-1]]).astype(np.uint64)
WITNESS = {"pixels": PIXELS, "factor": 3}


@pytest.fixture(scope="module", params=[True, False], ids=["hiding", "plain"])
def vm(request: pytest.FixtureRequest) -> TraceZkVm:
    return TraceZkVm(ProofOptions(**{**vars(QUICK), "zero_knowledge": request.param}), redact=False)


def test_from_the_witness_to_the_verifier(vm: TraceZkVm) -> None:
    proof = vm.prove(Sums(), WITNESS)
    outputs = proof.public_outputs
    assert outputs["total"] == SUMS[-1] and np.array_equal(outputs["sums"], SUMS)
    assert outputs["sums"].dtype == np.uint64 and not outputs["sums"].flags.writeable
    assert dict(proof.public_inputs) == {}
    assert proof.public_digests == {"pixels": blake3(PIXELS.tobytes())}
    for hint in ({"pixels": PIXELS}, {"pixels": PIXELS.tolist()}, [PIXELS], (list(PIXELS),)):
        assert vm.verify(Sums(), proof, hint)
    assert vm.verify(Sums(), proof, {"pixels": PIXELS}, outputs={"sums": SUMS, "total": int(SUMS[-1])})
    assert vm.verify(Sums(), proof, {"pixels": PIXELS}, outputs=[int(SUMS[-1]), SUMS])
    assert Proof.from_bytes(proof.to_bytes()).public_digests == proof.public_digests


def test_the_witness_may_be_in_order(vm: TraceZkVm) -> None:
    proof = vm.prove(Sums(), (3, PIXELS))
    assert vm.verify(Sums(), proof, {"pixels": PIXELS})


def test_other_arrays_are_refused(vm: TraceZkVm) -> None:
    proof, other, sums = vm.prove(Sums(), WITNESS), PIXELS.copy(), SUMS.copy()
    other[5] += 1
    sums[7] += 1
    with pytest.raises(ProofError, match="is about another public column pixels than the one demanded"):
        vm.check_proof(Sums(), proof, {"pixels": other})
    with pytest.raises(ProofError, match=f"states output column sums = {SUMS[7]} on row 7, but {sums[7]} is demanded"):
        vm.check_proof(Sums(), proof, {"pixels": PIXELS}, outputs={"sums": sums})


def test_a_header_that_states_other_arrays_is_refused(vm: TraceZkVm) -> None:
    """The hash of other pixels, and other sums: both are absorbed before the first challenge, and bind the proof."""
    proof, other = vm.prove(Sums(), WITNESS), PIXELS.copy()
    other[5] += 1
    digest = proof.data.index(proof.public_digests["pixels"])
    forged = proof.data[:digest] + blake3(other.tobytes()) + proof.data[digest + 32 :]
    assert not vm.verify(Sums(), forged, {"pixels": other})
    sums = proof.data.index(SUMS.tobytes())
    for row in (0, 7, 15):
        changed = bytearray(proof.data)
        changed[sums + 8 * row] ^= 1
        assert not vm.verify(Sums(), bytes(changed), {"pixels": PIXELS})


def test_the_verifier_has_to_give_public_columns(vm: TraceZkVm) -> None:
    proof = vm.prove(Sums(), WITNESS)
    for nothing in ((), None, {}, {"pixels": None}):
        with pytest.raises(WitnessError, match="about the public column 'pixels', whose values it does not carry"):
            vm.verify(Sums(), proof, nothing)
    with pytest.raises(WitnessError, match="'pixels' of example-sums.v0 has 16 values; 15 were given"):
        vm.verify(Sums(), proof, {"pixels": PIXELS[:15]})
    with pytest.raises(WitnessError, match="no input 'pixel'; did you mean 'pixels'"):
        vm.verify(Sums(), proof, {"pixel": PIXELS})
    with pytest.raises(WitnessError, match="'sums' of example-sums.v0 is an output"):
        vm.verify(Sums(), proof, {"pixels": PIXELS, "sums": SUMS})


@pytest.mark.parametrize(
    "pixels, sentence",
    [
        (PIXELS[:3], "'pixels' of example-sums.v0 has 16 values; 3 were given"),
        (PIXELS.astype(float), "integers are needed"),
        ([MODULUS] * 16, "at row 0 is not an element of the field"),
        (5, "an array or a sequence of integers is needed"),
    ],
    ids=["few", "floats", "too large", "a number"],
)
def test_a_wrong_array_is_refused(vm: TraceZkVm, pixels: Any, sentence: str) -> None:
    with pytest.raises(WitnessError, match=sentence):
        vm.prove(Sums(), {"pixels": pixels, "factor": 3})


def test_a_missing_array_is_named(vm: TraceZkVm) -> None:
    with pytest.raises(WitnessError, match="example-sums.v0 needs a value for 'pixels'"):
        vm.prove(Sums(), {"factor": 3})


@dataclass(frozen=True)
class Convolution(TraceProgram):
    """out[i] = sum of kernel[k]*image[i+k], the image public on every second row, the kernel private."""

    id = "convolution.v0"
    rows: int = 32
    taps: int = 3

    def define(self, m: Machine) -> None:
        image = m.public_column("image", every=2)
        edge = m.public_column("edge", 2, start=5)
        m.private_array("kernel", self.taps)
        weights = m.columns(*(f"k{i}" for i in range(self.taps)))
        x = m.column("x", pad=0)
        m.constrain("image", x == image + edge)
        for i, weight in enumerate(weights):
            m.constrain(f"k{i} stays", weight.next == weight)
        m.output_column("out", sum(weight * x[i] for i, weight in enumerate(weights)))
        m.rows(self.rows)

    def generate_trace(self, witness: Any) -> Any:
        x = np.zeros(self.rows, dtype=np.uint64)
        x[::2] = witness["image"]
        x[5:7] += witness["edge"]
        return {"x": x, **{f"k{i}": np.full(self.rows, k) for i, k in enumerate(witness["kernel"])}}


IMAGE, EDGE, KERNEL = np.arange(16) + 1, np.array([100, 200]), [2, 3, 5]


def convolved() -> np.ndarray:
    x = np.zeros(32, dtype=np.uint64)
    x[::2] = IMAGE
    x[5:7] += EDGE.astype(np.uint64)
    return np.array([sum(k * int(x[i + j]) for j, k in enumerate(KERNEL)) for i in range(30)], dtype=np.uint64)


def test_arrays_with_a_start_a_step_and_a_look_ahead(vm: TraceZkVm) -> None:
    program, witness = Convolution(), {"image": IMAGE, "edge": EDGE, "kernel": KERNEL}
    proof = vm.prove(program, witness)
    assert np.array_equal(proof.public_outputs["out"], convolved())
    assert vm.verify(program, proof, {"image": IMAGE, "edge": EDGE})
    assert vm.verify(program, proof, [IMAGE, EDGE]) and not vm.verify(program, proof, [IMAGE[::-1], EDGE])
    assert vm.check(program, witness)
    trace = vm.trace(program, witness)
    trace["x"][9] += 1
    with pytest.raises(ConstraintError, match="constraint 'image' fails at row 9"):
        vm.prove(program, witness, trace=trace)
    with pytest.raises(WitnessError, match="'kernel' of convolution.v0 has 3 values; 2 were given"):
        vm.prove(program, {**witness, "kernel": [1, 2]})
    with pytest.raises(WitnessError, match="'kernel' of convolution.v0 is private"):
        vm.verify(program, proof, {"image": IMAGE, "edge": EDGE, "kernel": KERNEL})


def test_a_report_shows_the_public_entry(vm: TraceZkVm) -> None:
    program, witness = Convolution(), {"image": IMAGE, "edge": EDGE, "kernel": KERNEL}
    trace = vm.trace(program, witness)
    trace["x"][4] = 77
    [violation] = vm.check(program, witness, trace=trace).violations
    assert violation.row == 4 and violation.expression == "x == image + edge"
    assert {(one.kind, one.name, one.value) for one in violation.known} == {
        ("public column", "image", 3),
        ("public column", "edge", 0),
    }


def test_a_cache_and_a_batch_tell_arrays_apart() -> None:
    cache, other = CachedZkVm(vm=TraceZkVm(QUICK)), PIXELS + np.uint64(1)
    first, second = cache.prove(Sums(), WITNESS), cache.prove(Sums(), {**WITNESS, "pixels": other})
    assert first.public_digests != second.public_digests and cache.prove(Sums(), dict(WITNESS)) is first
    batch = BatchProcessor(TraceZkVm(QUICK), max_workers=2)
    witnesses = [WITNESS, {**WITNESS, "pixels": other}] * 3
    for proofs in (batch.prove_batch([Sums()] * 6, witnesses), batch.prove_batch_parallel([Sums()] * 6, witnesses)):
        hints = [{"pixels": witness["pixels"]} for witness in witnesses]
        assert batch.verify_batch_parallel([Sums()] * 6, proofs, hints) == [True] * 6
        assert batch.verify_batch_parallel([Sums()] * 6, proofs, [hints[0]] * 6) == [True, False] * 3


def test_a_store_tells_arrays_apart(tmp_path: Path) -> None:
    """Those of the verifier, and those that only generate_trace reads."""
    kernel, program = {"image": IMAGE, "edge": EDGE, "kernel": KERNEL}, Convolution()
    requests: list[tuple[TraceProgram, dict[str, Any]]] = [
        (Sums(), WITNESS),
        (Sums(), {**WITNESS, "pixels": PIXELS + np.uint64(1)}),
        (program, kernel),
        (program, {**kernel, "kernel": [2, 3, 7]}),
        (program, {**kernel, "edge": EDGE + 1}),
    ]
    made = [CachedZkVm(vm=TraceZkVm(QUICK), store=tmp_path / "s.db").prove(*request) for request in requests]
    later = CachedZkVm(vm=TraceZkVm(QUICK), store=tmp_path / "s.db")
    assert [later.prove(*request) for request in requests] == made and len(set(made)) == 5
    assert later.cache_stats().store_hits == 5


def test_the_kit_finds_no_fault_with_them() -> None:
    check_program(Sums, [Case({}, WITNESS, {"sums": SUMS})], vm=TraceZkVm(QUICK))
    found = examine_program(Sums, [Case({}, WITNESS, {"sums": SUMS + np.uint64(1)})], vm=TraceZkVm(QUICK))
    assert "is expected" in found.faults[0]


def test_what_is_claimed_in_words(vm: TraceZkVm) -> None:
    claim = vm.prove(Sums(), WITNESS).claim
    assert "sums=[0, 3, 27, … 16 values]" in claim and f"total={SUMS[-1]}" in claim and len(claim) < 200

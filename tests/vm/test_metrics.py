"""Metrics: what is made, refused, found and failed is counted once, by words of which there is a bounded number."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from caching import cache
from endless import ENDLESS
from example_programs import Fibonacci
from places import ROOT
from quick import QUICK
from scraped import growth, number
from warned import any_length

from l2zk import BatchProcessor, Machine, TraceProgram, TraceZkVm, _core, kept_memory, metrics
from l2zk.base.version import __version__
from l2zk.errors import ConstraintError, ProofError, WitnessError
from l2zk.vm.metrics import counts

pytestmark = pytest.mark.usefixtures("room_for_programs")

FIB = Fibonacci.id


@dataclass(frozen=True)
class Wrong(TraceProgram):
    """A claim that fails."""

    id = "metrics-false.v0"

    def define(self, m: Machine) -> None:
        m.rows(4)
        x = m.column("x")
        m.start({x: m.public_input("first", default=1)})
        m.step({x: 2 * x})
        m.constrain("seven", x == 8, on="first")


@dataclass(frozen=True)
class Undefined(TraceProgram):
    """A define that fails as it is told."""

    id = "metrics-undefined.v0"
    how: str = "loudly"

    def define(self, m: Machine) -> None:
        raise {"loudly": KeyError("x"), "by Ctrl-C": KeyboardInterrupt()}[self.how]


# Proofs.


def test_a_proof_that_is_made_is_counted_with_its_bytes_and_seconds() -> None:
    with growth() as grown:
        proof = QUICK.prove(Fibonacci(5))
    assert grown("proofs_total") == grown("proofs_total", program=FIB, outcome="made") == 1
    assert grown("proof_bytes_total", program=FIB) == proof.size
    assert grown("proving_seconds_count", program=FIB) == 1
    assert grown("proving_seconds_bucket", program=FIB, le="1000.0") == 1
    assert 0 < grown("proving_seconds_sum", program=FIB) < 1000
    assert number("proofs_in_progress") == 0


@any_length
@pytest.mark.parametrize(
    "make",
    [
        lambda jobs: [QUICK.profile(*job) for job in jobs],
        lambda jobs: [asyncio.run(QUICK.prove_async(*job)) for job in jobs],
        lambda jobs: QUICK.prove_series(jobs),
        lambda jobs: BatchProcessor(QUICK).prove_batch(*zip(*jobs)),
        lambda jobs: BatchProcessor(QUICK, max_workers=2).prove_batch_parallel(*zip(*jobs)),
        lambda jobs: list(BatchProcessor(QUICK).prove_iter(*zip(*jobs))),
        lambda jobs: BatchProcessor(cache()).prove_batch_parallel(*zip(*jobs, *jobs)),
    ],
    ids=["profile", "async", "series", "batch", "parallel", "iter", "cached"],
)
@pytest.mark.parametrize("level", [logging.WARNING, logging.INFO], ids=["unwatched", "watched"])
def test_each_proof_is_counted_once_however_it_is_made(
    make: Callable[[Any], Any], level: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(level, "l2zk"), growth() as grown:
        make([(Fibonacci(rounds), ()) for rounds in range(5, 25)])
    assert grown("proofs_total") == grown("proofs_total", outcome="made") == grown("proving_seconds_count") == 20
    said = [record.getMessage() for record in caplog.records if record.getMessage().startswith("proved in ")]
    assert len(said) == (20 if level == logging.INFO else 0)


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def broken(*_: Any) -> None:
    raise RuntimeError("of the caller's")


class Own(ConstraintError):
    """Somebody's own kind of an error."""


def own(*_: Any) -> None:
    raise Own("of the caller's")


FAILING: list[tuple[Callable[[], object], str, str]] = [
    (lambda: QUICK.prove(Wrong()), Wrong.id, "ConstraintError"),
    (lambda: QUICK.prove(Fibonacci(5), {"x": 1}), FIB, "WitnessError"),
    (lambda: TraceZkVm(max_memory=1).prove(Fibonacci(5)), FIB, "MemoryLimitError"),
    (lambda: QUICK.prove(Undefined()), "other", "ProgramError"),
    (lambda: QUICK.prove(Undefined("by Ctrl-C")), Undefined.id, "interrupted"),
    (lambda: QUICK.prove(5), "other", "ProgramError"),  # type: ignore[arg-type]
    (lambda: ENDLESS.prove(Fibonacci(5), progress=interrupted), FIB, "interrupted"),
    (lambda: ENDLESS.prove(Fibonacci(5), progress=broken), FIB, "other"),
    (lambda: ENDLESS.prove(Fibonacci(5), progress=own), FIB, "ConstraintError"),
    (lambda: ENDLESS.prove_series([(Fibonacci(5), ())], progress=interrupted), FIB, "interrupted"),
    (lambda: cache().prove(Wrong()), Wrong.id, "ConstraintError"),
    (lambda: BatchProcessor(QUICK).prove_batch([Wrong()], [()]), Wrong.id, "ConstraintError"),
]


@pytest.mark.parametrize(("fail", "program", "outcome"), FAILING)
def test_a_proof_that_fails_is_counted_by_the_class_of_its_error(
    fail: Callable[[], object], program: str, outcome: str
) -> None:
    QUICK.prove(Fibonacci(5))
    with growth() as grown, pytest.raises(BaseException):  # noqa: B017
        fail()
    assert grown("proofs_total") == grown("proofs_total", program=program, outcome=outcome) == 1
    assert grown("proving_seconds_count") == grown("proof_bytes_total") == 0
    assert number("proofs_in_progress") == 0


def test_a_task_that_is_cancelled_interrupts_its_proof() -> None:
    async def main() -> None:
        task = asyncio.create_task(ENDLESS.prove_async(Fibonacci(10)))
        while not number("proofs_in_progress"):
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while number("proofs_in_progress"):
            await asyncio.sleep(0.001)

    with growth() as grown:
        asyncio.run(main())
    assert grown("proofs_total") == grown("proofs_total", program=FIB, outcome="interrupted") == 1


def test_the_log_and_the_counts_tell_the_same(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "l2zk"), growth() as grown:
        proofs = [QUICK.prove(Fibonacci(rounds)) for rounds in (3, 7)]
        for fail, _, _ in FAILING[:5]:
            with pytest.raises(BaseException):  # noqa: B017
                fail()
    said = [record.getMessage() for record in caplog.records]
    assert sum(text.startswith("proving ") for text in said) == grown("proofs_total") == 7
    assert sum(text.startswith("proved in ") for text in said) == grown("proofs_total", outcome="made") == 2
    assert sum(f"{proof.size:,} bytes" in text for proof in proofs for text in said) >= 2
    for outcome in ("ConstraintError", "WitnessError", "MemoryLimitError", "ProgramError"):
        assert sum(text.endswith(f": {outcome}") for text in said) == grown("proofs_total", outcome=outcome) == 1


# Verifications.


def test_verifications_are_counted_by_their_answer_and_refusals_by_the_check() -> None:
    program, proof = Fibonacci(5), QUICK.prove(Fibonacci(5))
    data = bytes(proof)
    changed = data[:-1] + bytes([data[-1] ^ 1])
    with growth() as grown:
        assert QUICK.verify(program, proof)
        QUICK.check_proof(program, data)
        assert not QUICK.verify(program, b"")  # 7.1
        assert not QUICK.verify(Fibonacci(7), proof)  # 7.1
        assert not QUICK.verify(program, proof, outputs={"result": 6})  # 7.1
        assert not TraceZkVm().verify(program, proof)  # 7.1
        assert not QUICK.verify(program, data[:-8])  # 7.2
        with pytest.raises(ProofError) as refused:
            QUICK.check_proof(program, changed)
        with pytest.raises(WitnessError):
            QUICK.verify(program, proof, {"x": 1})
    assert grown("verifications_total") == 9
    assert grown("verifications_total", program=FIB, outcome="accepted") == 2
    assert grown("verifications_total", program=FIB, outcome="refused") == 6
    assert grown("verifications_total", program=FIB, outcome="WitnessError") == 1
    checks = {check: grown("refusals_total", check=check) for check in (*counts.CHECKS, "other")}
    assert refused.value.section in ("7.5", "7.6") and checks.pop(refused.value.section) == 1
    assert {check: count for check, count in checks.items() if count} == {"7.1": 4, "7.2": 1}
    assert grown("verifying_seconds_count", outcome="accepted") == 2
    assert grown("verifying_seconds_count", outcome="refused") == 6
    assert 0 < grown("verifying_seconds_sum") < 10


def test_the_checks_are_those_of_the_errors() -> None:
    """Those of the core, and the first one, which is the library's."""
    assert list(counts.CHECKS) == sorted({"7.1", *(section for section, _ in _core.REFUSALS.values())})
    for section, check in (("7.7", "7.7"), ("9.1", "7.1"), ("9.2", "7.2"), ("7", "other"), ("x" * 99, "other")):
        assert counts.check_of(ProofError("refused", section)) == check


# What there is.


def test_the_library_and_its_memory_are_told() -> None:
    QUICK.prove(Fibonacci(5))
    assert number("info") == number("info", version=__version__) == 1
    assert number("kept_memory_bytes") == kept_memory() > 0
    assert metrics.CONTENT_TYPE == "text/plain; version=0.0.4; charset=utf-8"


def test_the_page_of_the_documents_names_every_family() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == re.findall(r"# TYPE (\w+)", metrics.text())


def test_each_family_is_explained_and_named_by_the_conventions() -> None:
    QUICK.verify(Fibonacci(5), QUICK.prove(Fibonacci(5)))
    BatchProcessor(QUICK).prove_batch([Fibonacci(5)], [()])
    lines = metrics.text().splitlines()
    kinds = dict(line.split(" ")[2:] for line in lines if line.startswith("# TYPE "))
    helps = [line.split(" ", 3)[2:] for line in lines if line.startswith("# HELP ")]
    assert list(kinds) == [name for name, _ in helps] and all(text.endswith(".") for _, text in helps)
    for name, kind in kinds.items():
        assert name.endswith("_total") is (kind == "counter")
        assert kind != "histogram" or name.endswith("_seconds")
    keys = [line.rsplit(" ", 1)[0] for line in lines if not line.startswith("#")]
    assert len(keys) == len(set(keys)) and metrics.text().endswith("\n")

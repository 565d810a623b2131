"""Warnings of lengths and degrees: given to those who prove, before and after, and not to those who check a proof."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from commands import l2zk
from quick import QUICK

from l2zk import BatchProcessor, LengthWarning, Proof, TraceProgram, TraceZkVm, release_memory
from l2zk.plugins.program_file import program_in
from l2zk.plugins.registry import program_from
from l2zk.proof.anatomy import dissect
from l2zk.vm.cache import CachedZkVm

FILE = """
from dataclasses import dataclass
import l2zk

@dataclass(frozen=True)
class Long(l2zk.TraceProgram):
    id = "long.v0"
    last: int
    degree: int = 1

    def define(self, m):
        if self.last > 16:
            Long(16).definition  # the length of another is of no more use to a verifier
        x = m.column("x")
        m.start({x: 1})
        m.step({x: x**self.degree})
        m.output("end", x, row=self.last)
"""
HIGH = 10


@pytest.fixture(autouse=True)
def warnings_are_errors() -> Iterator[None]:
    release_memory()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, type[TraceProgram]]]:
    file = tmp_path_factory.mktemp("programs") / "long.py"
    file.write_text(FILE)
    yield f"{file}:Long", program_in(str(file))


Case = tuple[str, type[TraceProgram], Proof, Path]


@pytest.fixture(params=[(32, 1), (20, HIGH)], ids=["length", "degree"])
def case(request: pytest.FixtureRequest, program: tuple[str, type[TraceProgram]], tmp_path: Path) -> Case:
    """A proof whose maker was warned, and nobody in this process knows its definition."""
    name, kind = program
    last, degree = request.param
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        proof = TraceZkVm().prove(kind(last, degree))
    proof.save(tmp_path / "proof")
    release_memory()
    return name, kind, proof, tmp_path / "proof"


CHECKS: dict[str, Callable[[type[TraceProgram], Proof], object]] = {
    "verify": lambda kind, proof: TraceZkVm().verify(kind(**proof.parameters), proof),
    "verify a cache's": lambda kind, proof: CachedZkVm().verify(kind(**proof.parameters), bytes(proof)),
    "verify a batch": lambda kind, proof: all(
        BatchProcessor().verify_batch_parallel([kind(**proof.parameters)] * 2, [proof] * 2)
    ),
    "build": program_from,
    "security": lambda kind, proof: proof.security_as(kind(**proof.parameters)),
    "dissect": lambda kind, proof: dissect(proof, kind(**proof.parameters)),
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_who_checks_is_not_warned(case: Case, check: Callable[[type[TraceProgram], Proof], object]) -> None:
    _, kind, proof, _ = case
    assert check(kind, proof)


@pytest.mark.parametrize("command", ["verify", "security", "inspect"])
def test_nor_by_a_command(case: Case, command: str) -> None:
    name, _, _, file = case
    told = l2zk(command, file, "--program", name)
    assert told.exit_code == 0 and told.stderr == "", told.output


@dataclass(frozen=True)
class Plain(TraceProgram):
    id = "plain.v0"
    last: int

    def define(self, m: Any) -> None:
        x = m.column("x")
        m.start({x: 1})
        m.step({x: x + 1})
        m.output("end", x, row=self.last)


def test_who_proves_after_a_check_is_warned() -> None:
    program = Plain(16)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        proof = QUICK.prove(program)
    release_memory()
    assert QUICK.verify(program, proof)
    for _ in range(2):
        with pytest.raises(LengthWarning):
            QUICK.prove(program)
    with pytest.warns(LengthWarning) as caught:
        QUICK.prove(program)
        QUICK.prove(program)
    assert len(caught) == 1 and caught[0].filename == __file__

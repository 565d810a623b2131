"""Profiles: a proof like any other, and the seconds of its stages, which add up to what a clock says."""

from __future__ import annotations

import dataclasses
import json
from time import perf_counter, sleep
from typing import Any

import pytest
from commands import l2zk, sentence
from example_programs import Fibonacci

from l2zk import ConstraintError, ProofOptions, TraceProgram, TraceZkVm, _core
from l2zk.vm.cache import CachedZkVm

STAGES = ["python", *_core.STAGES]
PROGRAM = Fibonacci(2**14 - 1)  # long enough for later words


@dataclasses.dataclass(frozen=True)
class Slow(TraceProgram):
    """Python fills its trace, and takes its time."""

    id = "slow.v0"

    def define(self, m):
        x = m.column("x")
        m.constrain("rises", x.next - x == 1)
        m.rows(8)

    def generate_trace(self, witness: Any = ()) -> Any:
        sleep(0.2)
        return {"x": range(8)}


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("hiding", [False, True])
def test_the_stages_are_those_of_the_core_and_add_up(hiding: bool, threads: int) -> None:
    machine = TraceZkVm(ProofOptions(zero_knowledge=hiding))
    start = perf_counter()
    profile = machine.profile(PROGRAM, threads=threads)
    whole = perf_counter() - start
    assert machine.verify(PROGRAM, profile.proof) and profile.threads == threads
    assert list(profile.seconds) == STAGES
    assert (
        min(time for stage, time in profile.seconds.items() if stage != "lookups") > 0
        and 0.5 * whole < profile.total < whole
    )
    assert sum(profile.share(stage) for stage in STAGES) == pytest.approx(1)


def test_a_profile_is_of_the_proof_that_prove_makes() -> None:
    machine = TraceZkVm(ProofOptions(zero_knowledge=False), threads=1)
    trace = machine.trace(PROGRAM, [3, 4])
    proof = machine.prove(PROGRAM, [3, 4])
    assert machine.profile(PROGRAM, {"a0": 3, "a1": 4}).proof == proof
    assert machine.profile(PROGRAM, [3, 4], trace=trace).proof == proof
    trace["a"][7] += 1
    with pytest.raises(ConstraintError):
        machine.profile(PROGRAM, [3, 4], trace=trace)
    assert machine.verify(PROGRAM, proof, [3, 4])
    assert not machine.verify(PROGRAM, machine.profile(PROGRAM, [3, 4], trace=trace, check=False).proof, [3, 4])
    told: list[str] = []
    machine.profile(Fibonacci(2**20 - 1), progress=lambda stage, done, total: told.append(stage))
    assert told and set(told) <= set(_core.STAGES)


def test_each_second_is_in_its_stage() -> None:
    profile = TraceZkVm(threads=2).profile(Slow())
    assert 0.2 <= profile.seconds["python"] and profile.share("python") > 0.5
    search = TraceZkVm(ProofOptions(grinding=22, zero_knowledge=False), threads=1)
    shares = [search.profile(Fibonacci(20), [seed, 1]).share("grind") for seed in range(5)]
    assert max(shares) > 0.5, "to find 22 zero bits takes longer than the rest"


def test_a_cache_makes_a_proof_to_profile_it() -> None:
    machine = CachedZkVm(vm=TraceZkVm(threads=2))
    kept = machine.prove(PROGRAM)
    profile = machine.profile(PROGRAM)
    assert profile.proof != kept and profile.threads == 2 and machine.prove(PROGRAM) is kept


def test_it_reads_in_a_table() -> None:
    profile = TraceZkVm(threads=1).profile(PROGRAM)
    first, *lines = str(profile).splitlines()
    assert first == "by 1 thread"
    assert [line[:16].strip() for line in lines] == [*STAGES, "total"]
    assert all(line.endswith("%") and " ms" in line for line in lines) and lines[-1].endswith("100.0%")
    with pytest.raises(dataclasses.FrozenInstanceError):
        profile.threads = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        profile.seconds["grind"] = 0.0  # type: ignore[index]


def test_the_command_shows_bars() -> None:
    result = l2zk("prove", "fib", "--rounds", "1000", "--profile", "--threads", "2")
    assert result.exit_code == 0 and result.stderr == ""
    claim, proved, head, *rows, _ = result.stdout.splitlines()
    assert claim.startswith("fib.v0(rounds=1000)") and proved.startswith("proved in ")
    assert head.split() == ["stage", "ms", "share", "by", "2", "threads"]
    assert [row.split()[0] for row in rows] == STAGES
    shares = [float(row.split("%")[0].split()[-1]) for row in rows]
    assert sum(shares) == pytest.approx(100, abs=1)
    longest = max(range(len(rows)), key=lambda i: shares[i])
    assert rows[longest].count("█") == max(row.count("█") for row in rows) > 0


def test_the_command_in_json() -> None:
    facts = json.loads(l2zk("prove", "fib", "--rounds", "1000", "--profile", "--json").stdout)
    assert list(facts["stages"]) == STAGES and facts["threads"] >= 1
    assert sum(facts["stages"].values()) == pytest.approx(facts["seconds"], abs=2e-5)
    facts = json.loads(l2zk("prove", "fib", "--rounds", "1000", "--json").stdout)
    assert "stages" not in facts and "threads" not in facts
    result = l2zk("prove", "fib", "--rounds", "1000", "--profile", "--input", "c=1")
    assert result.exit_code == 2 and sentence(result)

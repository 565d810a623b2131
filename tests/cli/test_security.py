"""`l2zk security` and `estimate`: the proven bits of proofs, and the options that decide them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from commands import l2zk, sentence

from l2zk import ProofOptions, TraceZkVm, get_program
from l2zk.proof.options import REPLACED
from l2zk.proof.proof import Proof

FIB = ("fib", "--rounds", "1000")


def facts_of(*arguments: str | Path) -> dict:
    """What a command says with --json."""
    return json.loads(l2zk(*arguments, "--json").stdout)


def test_security_of_a_program_names_every_round_and_the_one_that_binds() -> None:
    result = l2zk("security", *FIB)
    assert result.exit_code == 0
    for words in (
        "128 bits proven",
        "the binding round is queries",
        "constraints joined",
        "rounds of the zerocheck",
        "* the round that binds",
    ):
        assert words in result.stdout
    facts = facts_of("security", *FIB, "--preset", "fast", "--security", "100")
    assert 100 <= facts["proven_bits"] < 128 and facts["options"]["preset"] == "fast"
    assert facts["binding"] in [{key: one[key] for key in ("word", "name")} for one in facts["rounds"]]


def test_the_table_is_that_of_the_proof(proof_file: Path) -> None:
    report = Proof.load(proof_file).security
    assert str(report) in l2zk("security", proof_file).stdout
    assert str(report) in l2zk("security", "fib", "--rounds", "20000").stdout
    facts = facts_of("security", proof_file)
    assert facts["rounds"] == [asdict(one) for one in report.rounds] and {one.word for one in report.rounds} > {0}
    assert (facts["bits"], facts["sum_bits"]) == (report.bits, report.sum_bits)


def test_options_of_a_proof_are_set_one_by_one() -> None:
    facts = facts_of("security", *FIB, "--rate", "1/16", "-O", "zero-knowledge=false", "-O", "grinding=20")
    options = ProofOptions(rate=1 / 16, zero_knowledge=False, grinding=20)
    assert facts["options"] == asdict(options)
    assert facts == facts_of("security", *FIB, "-O", "rate=1/16", "-O", "zero_knowledge=off", "-O", "grinding=0x14")
    few = facts_of("security", *FIB, "-O", "queries=20", "-O", "allow-insecure=true")
    assert few["proven_bits"] < 100 and few["options"]["queries"] == 20


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["-O", "rat=1/16"], "a proof has no option 'rat'; did you mean 'rate'?"),
        (["-O", "grinding=wide"], "'wide' is not an integer"),
        (["-O", "grinding=33"], "grinding=33 (int) is not allowed"),
        (["-O", "zero-knowledge=maybe"], "'maybe' is neither true nor false"),
        (["-O", "rate=1/7"], "'1/7' is no rate; it must be one of 1/2, 1/4, 1/8, 1/16"),
        (["--rate", "0.25"], "'0.25' is no rate; it must be one of 1/2, 1/4, 1/8, 1/16"),
        (["--preset", "slow"], "'slow' is not one of 'default', 'compact', 'fast'"),
        (["-O", "preset=slow"], "preset='slow' (str) is not allowed"),
        (["-O", "queries=20"], "queries=20 proves "),
        (["-O", "security=50"], "security=50 asks for fewer than 100 proven bits"),
    ],
)
def test_options_that_there_are_not(arguments: list[str], words: str) -> None:
    for command in ("security", "estimate", "prove"):
        result = l2zk(command, *FIB, *arguments)
        assert result.exit_code == 2 and words in sentence(result)


@pytest.mark.parametrize("name, instead", REPLACED.items())
def test_options_of_version_1_are_refused_with_what_replaces_them(name: str, instead: str) -> None:
    for command in ("security", "estimate", "prove"):
        result = l2zk(command, *FIB, "-O", f"{name.replace('_', '-')}=8")
        assert result.exit_code == 2 and f"a proof no longer has the option {name}: {instead}" in sentence(result)


def test_a_smaller_rate_makes_shorter_proofs_that_take_more_memory() -> None:
    sizes = [facts_of("estimate", *FIB, "--rate", rate) for rate in ("1/2", "1/4", "1/8", "1/16")]
    assert sizes == sorted(sizes, key=lambda facts: -facts["size"]) == sorted(sizes, key=lambda facts: facts["memory"])
    compact = TraceZkVm(ProofOptions(preset="compact")).estimate(get_program("fib")(rounds=1000))  # type: ignore[call-arg]
    facts = facts_of("estimate", *FIB, "--preset", "compact")
    assert facts.pop("ok") is True and facts == {**asdict(compact), "tables": []}


def test_a_degree_beyond_the_bound_names_its_constraint(air: Path) -> None:
    for command in ("security", "estimate", "prove"):
        result = l2zk(command, f"{air}:Steep")
        assert result.exit_code == 2
        assert "constraint 'x' of steep.v0 has degree 33, and 32 is the most" in sentence(result)


def test_security_of_a_proof(proof_file: Path, cubes_file: Path, air: Path) -> None:
    result = l2zk("security", proof_file)
    assert result.exit_code == 0 and result.stdout.startswith("fib.v0(rounds=20000): a0=0")
    assert facts_of("security", proof_file)["proven_bits"] == 128
    assert l2zk("security", cubes_file).exit_code == 1
    result = l2zk("security", "absent.l2zk")
    assert result.exit_code == 2 and sentence(result).endswith("; nor is there a file 'absent.l2zk'")
    assert l2zk("security", cubes_file, "--program", f"{air}:Cubes").exit_code == 0


def test_a_proof_knows_its_security_and_whether_it_hides(proof_file: Path) -> None:
    proof = Proof.load(proof_file)
    assert proof.security.whole_bits == 128 and proof.is_zk == proof.options.zero_knowledge

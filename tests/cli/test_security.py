"""`l2zk security`: the proven bits of a program's proofs, and of a proof."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from commands import l2zk, sentence

from l2zk.proof.proof import Proof


def test_security_of_a_program_names_every_round_and_the_one_that_binds() -> None:
    result = l2zk("security", "fib", "--rounds", "1000")
    assert result.exit_code == 0
    for words in (
        "128 bits proven",
        "the binding round is queries",
        "constraint batching",
        "out-of-domain",
        "unique decoding",
    ):
        assert words in result.stdout
    facts = json.loads(l2zk("security", "fib", "--rounds", "1000", "--preset", "fast", "--json").stdout)
    assert facts["proven_bits"] == 100 and facts["binding"] and facts["options"]["blowup"] == 4


def test_options_of_a_proof_are_set_one_by_one() -> None:
    facts = json.loads(
        l2zk("security", "fib", "--rounds", "1000", "-O", "blowup=16", "-O", "regime=unique", "--json").stdout
    )
    assert facts["options"]["blowup"] == 16 and facts["regime"] == "unique decoding"
    for option, words in [
        ("blow=16", "a proof has no option 'blow'; did you mean 'blowup'?"),
        ("blowup=wide", "'wide' is not an integer"),
        ("zero-knowledge=maybe", "'maybe' is neither true nor false"),
        ("blowup=7", "blowup=7 (int) is not allowed"),
    ]:
        result = l2zk("security", "fib", "--rounds", "9", "-O", option)
        assert result.exit_code == 2 and words in result.stderr


def test_a_degree_beyond_the_options_names_its_constraint(air: Path) -> None:
    result = l2zk("security", f"{air}:Steep", "-O", "blowup=2")
    assert result.exit_code == 2 and "constraint 'x'" in sentence(result)


def test_security_of_a_proof(proof_file: Path, cubes_file: Path, air: Path) -> None:
    result = l2zk("security", proof_file)
    assert result.exit_code == 0 and result.stdout.startswith("fib.v0(rounds=20000): a0=0")
    assert json.loads(l2zk("security", proof_file, "--json").stdout)["proven_bits"] == 128
    assert l2zk("security", cubes_file).exit_code == 1
    result = l2zk("security", "absent.l2zk")
    assert result.exit_code == 2 and sentence(result).endswith("; nor is there a file 'absent.l2zk'")
    assert l2zk("security", cubes_file, "--program", f"{air}:Cubes").exit_code == 0


def test_security_writes_what_soundcalc_reads(proof_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "fib.toml"
    assert l2zk("security", proof_file, "--toml", path).exit_code == 0
    table = tomllib.loads(path.read_text())
    assert table["zkevm"]["field"] == "Goldilocks^3" and table["circuits"][0]["name"] == "fib.v0"
    assert tomllib.loads(l2zk("security", proof_file, "--toml", "-").stdout) == table


def test_a_proof_knows_its_security_and_whether_it_hides(proof_file: Path) -> None:
    proof = Proof.load(proof_file)
    assert proof.security.whole_bits == 128 and proof.is_zk == proof.options.zero_knowledge

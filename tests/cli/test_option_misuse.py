"""Options of commands that would be passed over, or mean something else than they say: each is wrong usage."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import l2zk, sentence

FIB = ["fib", "--rounds", "5"]


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof in a file."""
    path = tmp_path_factory.mktemp("options") / "fib.l2zk"
    assert l2zk("prove", *FIB, "-o", path).exit_code == 0
    return path


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["prove", *FIB, "--rounds", "6"], "--rounds is given twice"),
        (["prove", *FIB, "--preset", "fast", "--preset", "fast"], "--preset is given twice"),
        (["prove", *FIB, "-o", "a", "--out", "b"], "--out is given twice"),
        (["prove", *FIB, "--threads=1", "--threads=2"], "--threads is given twice"),
        (["trace", *FIB, "--rows", "0:1", "--rows", "1:2"], "--rows is given twice"),
        (["security", *FIB, "--rate", "1/4", "--rate", "1/4"], "--rate is given twice"),
        (["plugins", "--hook", "l2zk_prove_stage", "--hook", "l2zk_prove_started"], "--hook is given twice"),
        (["prove", *FIB, "-O", "grinding=8", "-O", "grinding=16"], "--option gives 'grinding' two values"),
        (["prove", *FIB, "--security", "110", "-O", "security=120"], "--option gives 'security' two values"),
        (["prove", *FIB, "--rate", "1/4", "-O", "rate=1/4"], "--option gives 'rate' two values"),
        (["prove", *FIB, "--preset", "fast", "-O", "preset=fast"], "--option gives 'preset' two values"),
        (["prove", *FIB, "--security", "128", "-O", "queries=66"], "give one of the two"),
        (["estimate", *FIB, "--input", "a0=1"], "No such option '--input'"),
        (["demo", "--performance", "--rounds", "100"], "leave --rounds out"),
        (["new", "primes", "--into", ""], "--into is empty"),
    ],
)
def test_an_option_that_would_be_passed_over(arguments: list[str], words: str) -> None:
    result = l2zk(*arguments)
    assert result.exit_code == 2 and result.stdout == "" and words in sentence(result)


def test_less_is_not_demanded_by_a_second_option(proof: Path) -> None:
    result = l2zk("verify", proof, "--min-security", "128", "--min-security", "1")
    assert result.exit_code == 2 and "--min-security is given twice" in sentence(result)


def test_flags_and_lists_may_be_repeated(proof: Path) -> None:
    many = ["--input", "a0=0", "--input", "a1=1", "--json", "--json"]
    assert l2zk("verify", proof, *many).exit_code == 0
    assert l2zk("prove", *FIB, "-O", "rate=1/16", "-O", "grinding=10").exit_code == 0


def test_a_flag_and_its_opposite(tmp_path: Path) -> None:
    file = tmp_path / "flags.py"
    file.write_text(
        "from dataclasses import dataclass\n\nimport l2zk\n\n\n@dataclass(frozen=True)\n"
        "class Flags(l2zk.TraceProgram):\n    id = 'flags.v0'\n    up: bool = True\n\n"
        "    def define(self, m):\n        x = m.column('x')\n        m.start({x: 0})\n"
        "        m.step({x: x + self.up})\n"
    )
    result = l2zk("check", f"{file}:Flags", "--up", "--no-up")
    assert result.exit_code == 2 and "--up is given twice" in sentence(result)


def test_rows_that_are_not_there_are_told(tmp_path: Path) -> None:
    for rows in ("30:40", "3:2", "7"):
        assert "none of the 6 is among --rows" in l2zk("trace", *FIB, "--rows", rows).stdout
    assert "--rows" not in l2zk("trace", *FIB, "--rows", "7", "--padding").stdout

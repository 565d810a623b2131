"""Programs and witnesses in files: `l2zk prove` and `verify` take them as they take what is installed."""

from __future__ import annotations

import json
from pathlib import Path

from commands import l2zk, sentence


def test_a_program_in_a_file_is_proved_and_verified(air: Path, cubes_file: Path) -> None:
    result = l2zk("verify", cubes_file, "--program", f"{air}:Cubes")
    assert result.exit_code == 0, result.output
    x = 2
    for _ in range(3):
        x = (x**3 + 77777) % (2**64 - 2**32 + 1)
    assert result.stdout.startswith(f"cubes.v0(rounds=3): x=2 -> result={x}\nverified in ")
    assert l2zk("verify", cubes_file).exit_code == 1, "no plugin provides it"
    result = l2zk("verify", cubes_file, "--program", f"{air}:TooSmall")
    assert result.exit_code == 1 and "of program 'cubes.v0', not of 'small.v0'" in sentence(result)


def test_the_parameters_of_a_program_in_a_file_are_options_too(air: Path) -> None:
    text = l2zk("prove", f"{air}:Cubes", "--help").stdout
    assert "Cubes, again and again." in text and "--rounds INTEGER" in text and "How many.  [default: 5]" in text


def test_a_program_that_is_written_wrongly_is_wrong_usage(air: Path) -> None:
    result = l2zk("prove", f"{air}:Misspelt")
    assert result.exit_code == 2 and "in the definition of misspelt.v0" in sentence(result)
    result = l2zk("prove", f"{air}:Absent")
    assert result.exit_code == 2 and sentence(result).endswith("it has Cubes, TooSmall, Steep, Misspelt")


def test_the_witness_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "witness.json"
    path.write_text('{"a0": 2, "a1": 5}')
    facts = json.loads(l2zk("prove", "fib", "--rounds", "5", "--witness", path, "--json").stdout)
    assert facts["inputs"] == {"a0": 2, "a1": 5}
    piped = l2zk("prove", "fib", "--rounds", "5", "--witness", "-", "--json", input='{"a0": 3}')
    assert json.loads(piped.stdout)["inputs"] == {"a0": 3, "a1": 1}
    both = l2zk("prove", "fib", "--rounds", "5", "--witness", path, "--input", "a0=2")
    assert both.exit_code == 2 and "the witness gives 'a0' two values" in both.stderr
    for text in ("[1, 2]", "{", '"a0"', "7"):
        path.write_text(text)
        result = l2zk("prove", "fib", "--rounds", "5", "--witness", path)
        assert result.exit_code == 2 and "is not a JSON object of values by name" in result.stderr, text


OWN = """
import click
import l2zk

class Own(l2zk.TraceProgram):
    id = "own.v0"

    def define(self, m):
        m.output("x", m.column("x"), row=0)

    @classmethod
    def prove_command(cls):
        return click.Command("own", callback=lambda: click.echo("its own"))

class Wrong(Own):
    id = "wrong.v0"

    @classmethod
    def prove_command(cls):
        return "a command"
"""


def test_a_program_brings_a_command_of_its_own_for_prove_alone(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN)
    assert "its own" in l2zk("prove", f"{tmp_path}/own.py:Own").output
    assert "its own" not in l2zk("estimate", f"{tmp_path}/own.py:Own").output
    result = l2zk("prove", f"{tmp_path}/own.py:Wrong")
    assert result.exit_code == 2 and sentence(result).endswith("returned a str: a click.Command or None is needed")

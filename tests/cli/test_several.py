"""Programs of several tables, and proofs of several statements, on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import table_programs
from commands import l2zk, sentence
from example_programs import Cubes

from l2zk import TraceZkVm, get_program

TABLES = Path(table_programs.__file__)
CUBES = (f"{TABLES}:Cubes", "--count", "4", "--different", "4", "--input", "a=1,2,3,3")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof of twenty statements of fib."""
    path = tmp_path_factory.mktemp("many") / "many.l2zk"
    program = get_program("fib")(rounds=20)  # type: ignore[call-arg]
    TraceZkVm(threads=1).prove_together([program] * 20, [(i, 1) for i in range(20)]).save(path)
    return path


def test_inspect_lists_the_first_statements(many: Path) -> None:
    result = l2zk("inspect", many)
    assert result.exit_code == 0 and result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0].endswith("many.l2zk: 20 statements")
    assert lines[1] == "  0: fib.v0(rounds=20): a0=0, a1=1 -> result=6765"
    assert lines[10].startswith("  9: ") and lines[11] == "  and 10 more"
    assert lines[12].startswith("fib.v0: The Fibonacci number")
    assert "20 statements, " in lines[13] and "128 proven bits, zero knowledge" in lines[13]
    assert "statements" in result.stdout and "not divided" not in result.stdout
    facts: dict[str, Any] = json.loads(l2zk("inspect", many, "--json").stdout)
    assert facts["statement_count"] == len(facts["statements"]) == 20 and facts["verified"] is False
    assert facts["statements"][3]["inputs"] == {"a0": 3, "a1": 1}
    assert facts["statements"][3]["outputs"] == {"result": 19308}
    assert sum(part["size"] for part in facts["parts"]) == facts["bytes"] == many.stat().st_size


def test_security_of_many_statements(many: Path) -> None:
    assert "20 statements\n  0: fib.v0" in l2zk("security", many).stdout
    assert json.loads(l2zk("security", many, "--json").stdout)["proven_bits"] == 128


def test_verify_of_many_statements_as_they_are_stated(many: Path) -> None:
    """The inputs of most are not their defaults, which are demanded where nothing else is said."""
    result = l2zk("verify", many)
    assert result.exit_code == 1 and "statement 1: the proof states input a0 = 1, but 0 is demanded" in sentence(result)
    result = l2zk("verify", many, "--input", "a0=any")
    assert result.exit_code == 0, result.output
    assert "verified in" in result.stdout and "20 statements, " in result.stdout
    assert result.stdout.splitlines()[-1] == (
        "statements 0 to 19: program fib.v0 and its parameters (only stated); input a1 (demanded as its default);"
        " input a0 (only stated); output result (only stated)"
    )
    facts = json.loads(l2zk("verify", many, "--input", "a0=any", "--program", "fib", "--json").stdout)
    [run] = facts["demands"]
    assert facts["verified"] and (run["first"], run["count"], run["standing"]) == (0, 20, "demanded")
    assert run["inputs"] == {"a0": "stated", "a1": "default"} and run["outputs"] == {"result": "stated"}
    assert l2zk("verify", many, "--input", "a0=any", "--output", "result=6765").exit_code == 1
    for wrong, text in (("--input", "no statement of the file has an input 'b'"), ("--output", "an output 'b'")):
        result = l2zk("verify", many, wrong, "b=1")
        assert result.exit_code == 2 and text in sentence(result)
    result = l2zk("verify", many, "--parameter", "rounds=20")
    assert result.exit_code == 2 and "--demands FILE demands those of each" in sentence(result)


def test_verify_demands_the_statements_in_a_file(many: Path, tmp_path: Path) -> None:
    demands = tmp_path / "demands.json"

    def verified(*jobs: dict[str, Any]) -> Any:
        demands.write_text(json.dumps(list(jobs)))
        return l2zk("verify", many, "--demands", demands)

    fib = {"program": "fib", "parameters": {"rounds": 20}}
    free = {**fib, "inputs": {"a0": None}}
    four = {**fib, "inputs": {"a0": 3}, "outputs": {"result": 19308}}
    result = verified({**free, "count": 3}, four, {**free, "count": 16})
    assert result.exit_code == 0, result.output
    assert "statement 3: program fib.v0 and its parameters (demanded); input a0 (demanded)" in result.stdout
    assert "output result (demanded)" in result.stdout and "statements 4 to 19: " in result.stdout
    for wrong in (
        ({**free, "count": 19},),
        ({**free, "count": 21},),
        (four, {**free, "count": 19}),
        ({**free, "count": 19}, {**free, "parameters": {"rounds": 21}}),
    ):
        result = verified(*wrong)
        assert result.exit_code == 1 and sentence(result).endswith("(PROTOCOL 7.1)"), result.output
    result = verified({**fib, "witness": {"a0": 0}, "count": 20})
    assert result.exit_code == 2 and "job 0 of" in result.stderr and "has no 'witness'" in sentence(result)
    result = l2zk("verify", many, "--demands", demands, "--input", "a0=1")
    assert result.exit_code == 2 and "--demands gives all that is demanded" in sentence(result)


def test_inspect_takes_columns_of_one_statement_alone(many: Path) -> None:
    result = l2zk("inspect", many, "--input", "pixels=1,2")
    assert result.exit_code == 2 and "of one statement, and the proof holds 20 statements" in sentence(result)


def test_statements_of_a_program_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "cubes.l2zk"
    TraceZkVm(threads=1).prove_together([Cubes(9)] * 3, [()] * 3).save(path)
    result = l2zk("inspect", path)
    assert result.exit_code == 1 and "no plugin provides a program 'example-cubes.v0'" in sentence(result)
    assert "header: options" in result.stdout and "not divided" in result.stdout
    given = f"{Path(table_programs.__file__).with_name('example_programs.py')}:Cubes"
    assert l2zk("inspect", path, "--program", given).exit_code == 0
    facts = json.loads(l2zk("inspect", path, "--json").stdout)
    assert facts["ok"] is False and facts["statement_count"] == 3


def test_a_program_of_several_tables_is_proved_and_verified(tmp_path: Path) -> None:
    path = tmp_path / "cubes.l2zk"
    result = l2zk("prove", *CUBES, "-o", path)
    assert result.exit_code == 0 and "cubes.v0(count=4, different=4)" in result.stdout
    result = l2zk("verify", path, "--program", CUBES[0], "--output", "first=1")
    assert result.exit_code == 0 and "output first = 1 (demanded)" in result.stdout
    assert l2zk("inspect", path, "--program", CUBES[0]).exit_code == 0
    assert "round" in l2zk("security", path, "--program", CUBES[0]).stdout


def test_check_counts_the_buses() -> None:
    result = l2zk("check", *CUBES)
    assert result.exit_code == 0 and "1 bus balances" in result.stdout


def test_estimate_names_every_table() -> None:
    assert "table 'cubes': 4 x 4 cells" in l2zk("estimate", *CUBES[:5]).stdout
    facts = json.loads(l2zk("estimate", *CUBES[:5], "--json").stdout)
    assert facts["tables"] == [{"name": "cubes", "columns": 4, "rows": 4, "length": 4}]


def test_trace_shows_another_table() -> None:
    result = l2zk("trace", *CUBES)
    assert "row  a   b" in result.stdout and "further tables, shown by --table: cubes with 4 rows" in result.stdout
    shown = l2zk("trace", *CUBES, "--table", "cubes").stdout
    assert "  2  3       9    27      2\n" in shown and "cubes.v0, table 'cubes': 4 rows, 4 with padding" in shown
    facts = json.loads(l2zk("trace", *CUBES, "--table", "cubes", "--json").stdout)
    assert facts["columns"]["times"] == [1, 1, 2, 0] and facts["table"] == "cubes" and facts["tables"] == ["cubes"]
    result = l2zk("trace", *CUBES, "--table", "cube")
    assert result.exit_code == 2 and "cubes.v0 has no table 'cube'; did you mean 'cubes'?" in sentence(result)
    assert l2zk("trace", *CUBES, "--table", "main").stdout.startswith("row  a")

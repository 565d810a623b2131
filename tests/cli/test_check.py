"""`l2zk check` and `trace`: what they print of a computation on every row."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from commands import l2zk, on_a_terminal, sentence

STEEPER = """
from dataclasses import dataclass

import l2zk

@dataclass(frozen=True)
class Steeper(l2zk.TraceProgram):
    id = "steeper.v0"

    def define(self, m):
        x = m.column("x")
        m.start({x: 1})
        m.step({x: x**60})
        m.rows(20)
"""


def test_check_says_that_all_is_well(air: Path) -> None:
    result = l2zk("check", "fib", "--rounds", "20")
    assert result.exit_code == 0 and result.stdout.startswith("fib.v0: all 5 constraints are satisfied (21 rows")
    assert json.loads(l2zk("check", "fib", "--rounds", "20", "--json").stdout)["ok"] is True


def test_check_says_what_fails_where(air: Path) -> None:
    result = l2zk("check", f"{air}:TooSmall", "--input", "x=3")
    assert result.exit_code == 1 and result.stderr == ""
    assert "constraint 'small' fails at row 0" in result.stdout and "3 == 2" in result.stdout
    report = json.loads(l2zk("check", f"{air}:TooSmall", "--json").stdout)
    assert report["ok"] is False and report["violations"][0]["constraint"] == "small"
    assert l2zk("check", f"{air}:TooSmall", "--input", "x=2").exit_code == 0


def test_check_leaves_private_values_out_if_it_is_told_to(air: Path) -> None:
    result = l2zk("check", f"{air}:TooSmall", "--redact")
    assert result.exit_code == 1 and "77777" not in result.stdout
    assert "77777" in l2zk("check", f"{air}:TooSmall").stdout


def test_check_looks_at_what_no_proof_allows(tmp_path: Path) -> None:
    air = tmp_path / "steeper.py"
    air.write_text(STEEPER)
    result = l2zk("check", f"{air}:Steeper")
    assert result.exit_code == 0 and "all 2 constraints are satisfied" in result.stdout
    assert "no proof with these options: constraint 'x' of steeper.v0 has degree 60" in result.stdout
    told = json.loads(l2zk("check", f"{air}:Steeper", "--json").stdout)
    assert told["ok"] and "degree 60" in told["unprovable"]
    assert l2zk("trace", f"{air}:Steeper").exit_code == 0 and l2zk("prove", f"{air}:Steeper").exit_code != 0


def test_prove_says_which_constraint_fails(air: Path) -> None:
    result = l2zk("prove", f"{air}:TooSmall")
    assert result.exit_code == 1
    assert "constraint 'small' fails at row 0" in sentence(result) and sentence(result).endswith("shows more")


def test_trace_shows_rows() -> None:
    result = l2zk("trace", "fib", "--rounds", "20", "--rows", "3:6")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[:4] == [["row", "a", "b"], ["3", "2", "3"], ["4", "3", "5"], ["5", "5", "8"]]
    assert result.stdout.endswith("fib.v0: 21 rows, 32 with padding\n")
    assert len(l2zk("trace", "fib", "--rounds", "100").stdout.splitlines()) == 22


@pytest.mark.parametrize(
    "rows, first, a",
    [
        ("0:2", 0, [0, 1]),
        ("-1:", 20, [6765]),
        ("-1", 20, [6765]),
        ("5", 5, [5]),
        (":1", 0, [0]),
        ("30:40", 21, []),
    ],
)
def test_rows_are_slices(rows: str, first: int, a: list[int]) -> None:
    facts = json.loads(l2zk("trace", "fib", "--rounds", "20", "--rows", rows, "--json").stdout)
    assert facts["first"] == first and facts["columns"]["a"] == a and facts["rows"] == 21 and facts["length"] == 32


def test_trace_shows_the_padding_if_it_is_asked_to() -> None:
    text = l2zk("trace", "fib", "--rounds", "20", "--rows", "20:22", "--padding").stdout
    assert " 20 " in text and "21 (padding)" in text


def test_trace_writes_rows_to_a_file(tmp_path: Path) -> None:
    result = l2zk("trace", "fib", "--rounds", "20", "--rows", ":", "-o", tmp_path / "fib.npy")
    assert result.exit_code == 0 and "21 of them written to" in result.stdout
    array = np.load(tmp_path / "fib.npy")
    assert array.shape == (21, 2) and array.dtype == np.uint64 and array[20, 0] == 6765
    assert l2zk("trace", "fib", "--rounds", "3", "-o", tmp_path / "fib.csv").exit_code == 0
    assert (tmp_path / "fib.csv").read_text() == "a,b\n0,1\n1,1\n1,2\n2,3\n"


WIDE = """
from dataclasses import dataclass

import l2zk

@dataclass(frozen=True)
class Wide(l2zk.TraceProgram):
    id = "wide.v0"

    def define(self, m):
        xs = m.columns(*(f"long_name_of_column_{k}" for k in range(60)))
        m.start({x: k + 1 for k, x in enumerate(xs)})
        m.step({x: x * x + k for k, x in enumerate(xs)})
        m.rows(12)
        m.constrain("sums", sum(xs) == xs[0][1] * xs[1][2])
"""


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("command", ["trace", "check"])
def test_what_is_shown_fits_the_terminal(width: int, command: str, tmp_path: Path) -> None:
    air = tmp_path / "wide.py"
    air.write_text(WIDE)
    shown = on_a_terminal(width, command, f"{air}:Wide").replace("\r", "").splitlines()
    lines = [line for line in shown if "\x1b[2K" not in line]
    lines = [re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", line) for line in lines]
    assert max(map(len, lines)) <= width and len(lines) > 12
    assert any("12345" not in line and "…" in line for line in lines)


def test_a_trace_in_a_pipe_has_a_line_for_each_row(tmp_path: Path) -> None:
    air = tmp_path / "wide.py"
    air.write_text(WIDE)
    lines = l2zk("trace", f"{air}:Wide").stdout.splitlines()
    assert len(lines) == 14 and all(len(line.split()) == 61 for line in lines[:13]) and "…" not in lines[12]
    assert lines[0].split()[-1] == "long_name_of_column_59"

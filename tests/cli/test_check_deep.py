"""`l2zk check --deep`: what inputs and choices fix, and a second trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import l2zk, sentence

DOUBLING = """
from dataclasses import dataclass

import l2zk

@dataclass(frozen=True)
class Doubling(l2zk.TraceProgram):
    id = "doubling.v0"
    forgotten: int = 1

    def define(self, m):
        m.rows(8)
        x = m.column("x")
        m.bits("x", x, 20)
        m.constrain("start", x == m.public_input("x"), on="first")
        if not self.forgotten:
            m.constrain("next", x.next == 2 * x)
        m.output("end", x, row="last")

    def generate_trace(self, witness):
        return {"x": [witness["x"] << i for i in range(8)]}
"""


@pytest.fixture
def doubling(tmp_path: Path) -> str:
    path = tmp_path / "doubling.py"
    path.write_text(DOUBLING)
    return f"{path}:Doubling"


def test_a_hole_is_shown_and_is_a_failure(doubling: str) -> None:
    assert l2zk("check", doubling, "--input", "x=3").exit_code == 0
    result = l2zk("check", doubling, "--input", "x=3", "--deep")
    assert result.exit_code == 1 and "doubling.v0: HOLE. Another trace satisfies all 23 constraints: x[7] = " in (
        result.stdout
    )
    assert "and output end = 385. Nothing ties x[7] to other rows" in result.stdout


def test_what_is_fixed_is_said(doubling: str) -> None:
    given = (doubling, "--forgotten", "0", "--input", "x=3", "--deep", "--seconds", "5")
    result = l2zk("check", *given)
    assert result.exit_code == 0
    assert result.stdout.endswith("doubling.v0: inputs and choices fix all 168 cells and 1 output\n")
    found = json.loads(l2zk("check", *given, "--json").stdout)
    assert found["ok"] and found["determinacy"]["ok"] and found["determinacy"]["determined"] == 168


def test_a_hole_for_machines(doubling: str) -> None:
    result = l2zk("check", doubling, "--input", "x=3", "--deep", "--json")
    [hole] = json.loads(result.stdout)["determinacy"]["holes"]
    assert result.exit_code == 1 and hole["outputs"] == {"end": 385}
    assert {"column": "x", "row": 7, "honest": 384, "value": 385, "is_bit": False} in hole["changed"]


def test_private_values_cannot_be_left_out(doubling: str) -> None:
    result = l2zk("check", doubling, "--input", "x=3", "--deep", "--redact")
    assert result.exit_code == 2 and "leave --redact out" in sentence(result)

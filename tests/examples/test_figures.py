"""The table of examples/README.md: lines and cells are those that its command counts; programs are half as long."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from figures import BEFORE, CASES, cells, lines
from places import ROOT

ROWS = re.findall(
    r"^\| (\w+) \| (\d+) \| (\d+) \| ([^|]+) \| ([^|]+) \|", (ROOT / "examples/README.md").read_text(), re.M
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_lines_and_cells_are_counted(row):
    name, before, now, cells_before, cells_now = row
    module = import_module(name)
    assert (int(before), cells_before) == BEFORE[name][:2]
    assert int(now) == lines(Path(module.__file__)) <= int(before) / 2
    assert cells_now == cells(CASES[name](module)[0])


def test_each_program_has_its_row():
    assert {row[0] for row in ROWS} == set(CASES)

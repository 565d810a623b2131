"""`l2zk new`: the template is a package that works, and so is what is written from it under any name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from l2zk.errors import OptionsError
from l2zk.plugins.program_file import program_in
from l2zk.plugins.scaffold import Package, write
from l2zk.testing import Case, check_program
from l2zk.vm.zkvm import TraceZkVm


def test_every_place_gets_the_form_of_the_name_that_it_needs(tmp_path: Path) -> None:
    folder = write(Package("range-check"), tmp_path)
    assert folder == tmp_path / "l2zk-range-check"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        ".github/workflows/test.yml",
        ".gitignore",
        "README.md",
        "l2zk_range_check.py",
        "pyproject.toml",
        "tests/test_range_check.py",
    ]
    project = tomllib.loads((folder / "pyproject.toml").read_text())
    assert project["project"]["name"] == "l2zk-range-check"
    assert project["project"]["entry-points"]["l2zk"] == {"range-check": "l2zk_range_check"}
    assert project["tool"]["setuptools"]["py-modules"] == ["l2zk_range_check"]
    tests = (folder / "tests" / "test_range_check.py").read_text()
    assert "from l2zk_range_check import RangeCheckProgram" in tests and '"range-check"' in tests
    assert not [path for path in folder.rglob("*") if path.is_file() and "xample" in path.read_text()]


def test_the_program_that_is_written_holds_every_cell(tmp_path: Path) -> None:
    folder = write(Package("mine"), tmp_path)
    program = program_in(str(folder / "l2zk_mine.py"))
    assert program.id == "mine.v0" and program.__name__ == "MineProgram"
    check_program(program, [Case({"steps": 3}, {"x": 2, "y": 3})])
    proof = TraceZkVm().prove(program(steps=1), {"x": 2})  # type: ignore[call-arg]
    assert proof.public_inputs == {"c": 1}


@pytest.mark.parametrize("name", ["", "Range", "1st", "a_b", "a--b", "-a", "a-", "é", "a b", "a" * 65, "../a"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(OptionsError, match="is no name for a package: small letters and digits"):
        Package(name)


def test_the_prefix_may_be_said(tmp_path: Path) -> None:
    assert Package("l2zk-primes") == Package("primes")
    assert Package("primes").distribution == "l2zk-primes"


def test_nothing_is_written_over(tmp_path: Path) -> None:
    folder = write(Package("primes"), tmp_path)
    (folder / "README.md").write_text("mine")
    with pytest.raises(FileExistsError):
        write(Package("primes"), tmp_path)
    assert (folder / "README.md").read_text() == "mine"


def test_the_template_is_the_package_of_its_own_name() -> None:
    text = "l2zk_example ExampleProgram l2zk-example test_example example.v0"
    assert Package("example").filled(text) == text

"""Programs in files: "my_air.py:MyProgram" names a class, and what is wrong is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from l2zk.errors import ProgramError, UnknownProgramError
from l2zk.plugins.program_file import is_in_file, program_in

ONE = """
from __future__ import annotations

from dataclasses import dataclass

import l2zk
from l2zk import TraceProgram
from constants import FACTOR


@dataclass(frozen=True)
class Powers(TraceProgram):
    id = "powers.v0"
    rounds: int = 3

    def define(self, m):
        (a,) = m.columns("a")
        m.start({a: 1})
        m.step({a: FACTOR * a})
        m.output("result", a, row=self.rounds)
"""
TWO = (
    ONE
    + """

class Other(Powers):
    id = "other.v0"
"""
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "constants.py").write_text("FACTOR = 7\n")
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "my_air.py"
    path.write_text(text)
    return path


def test_names_of_files_are_told_from_others() -> None:
    assert is_in_file("my_air.py") and is_in_file("a/b.py:Program") and is_in_file("C:\\air.py:Program")
    assert not is_in_file("fib") and not is_in_file("fib.v0") and not is_in_file("fib:py")


def test_a_class_is_found_by_name_and_imports_from_its_folder(folder: Path) -> None:
    path = written(folder, ONE)
    program = program_in(f"{path}:Powers")
    assert program is program_in(str(path)), "alone in its file, and loaded once"
    assert program().definition.air.rows == 4
    assert program.__module__ not in ("__main__", "my_air")


def test_of_several_classes_one_is_to_be_chosen(folder: Path) -> None:
    path = written(folder, TWO)
    assert program_in(f"{path}:Other").id == "other.v0"
    with pytest.raises(UnknownProgramError, match=r"my_air.py has 2 programs; choose one, as in .*my_air.py:Powers"):
        program_in(str(path))
    with pytest.raises(UnknownProgramError, match="has no program 'Third'; it has Powers, Other"):
        program_in(f"{path}:Third")


@pytest.mark.parametrize(
    "text, message",
    [
        ("x = 1\n", "my_air.py has no program: no subclass of l2zk.TraceProgram with an id"),
        (
            "import l2zk\n\nx = (\n",
            "loading .*my_air.py raised SyntaxError: '\\(' was never closed \\(line 3 of my_air.py\\)",
        ),
        ("import l2zk\ny = 1 / 0\n", "raised ZeroDivisionError: division by zero \\(line 2 of my_air.py\\)"),
        (
            "import nothing_here\n",
            "raised ModuleNotFoundError: No module named 'nothing_here' \\(line 1 of my_air.py\\)",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_a_sentence(folder: Path, text: str, message: str) -> None:
    with pytest.raises((ProgramError, UnknownProgramError), match=message):
        program_in(str(written(folder, text)))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnknownProgramError, match="there is no file '.*absent.py' to take a program from"):
        program_in(str(tmp_path / "absent.py"))


def test_a_file_that_failed_may_be_mended(folder: Path) -> None:
    path = written(folder, "import l2zk\ny = 1 / 0\n")
    with pytest.raises(ProgramError):
        program_in(str(path))
    written(folder, ONE)
    assert program_in(str(path)).id == "powers.v0"

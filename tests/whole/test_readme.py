"""README.md: its two commands, that `.ci/run` runs just those, its first program, and its map."""

import re
import subprocess

import pytest
from places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def section(heading: str) -> str:
    [text] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    return text


@pytest.mark.parametrize(
    "heading, last",
    [("Run it", ".venv/bin/l2zk prove sha256 --file README.md"), ("Test it", ".venv/bin/pytest -n auto")],
)
def test_each_command_is_the_one_bash_block_of_its_section(heading: str, last: str) -> None:
    [command] = blocks("bash", section(heading))
    assert command.splitlines()[0] == "python3 -m venv .venv"
    assert command.splitlines()[-1] == last


def test_there_is_no_other_bash_block() -> None:
    assert len(blocks("bash")) == 2


def test_ci_runs_the_commands_of_the_readme() -> None:
    shown = subprocess.run([ROOT / ".ci" / "run", "--show"], capture_output=True, text=True, check=True).stdout
    assert shown == "".join(blocks("bash", section("Run it")) + blocks("bash", section("Test it")))


def test_the_first_program_proves_and_verifies() -> None:
    names: dict[str, object] = {"__name__": "readme"}
    exec(compile(blocks("python")[0], "README.md", "exec"), names)
    assert names["proof"].public_outputs == {"result": 6765}  # type: ignore[attr-defined]


def test_every_path_on_the_map_exists() -> None:
    for row in section("The map of the house").splitlines():
        if not row.startswith("| `"):
            continue
        folder = ""
        for name in re.findall(r"`([^`]+)`", row.split("|")[1]):
            folder = folder or (name.rpartition("/")[0] if not name.endswith("/") else "")
            path = ROOT / name if (ROOT / name).exists() else ROOT / folder / name
            assert path.exists(), name


def test_the_map_has_at_most_15_rows() -> None:
    assert section("The map of the house").count("\n| `") <= 15

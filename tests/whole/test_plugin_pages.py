"""The page of each plugin: its commands and its Python run one after the other in an empty folder, as a reader does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from places import ROOT

PAGES = sorted((ROOT / "plugins").glob("*/README.md"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run_commands(text: str) -> None:
    """The commands of a block, of which each has to succeed, by the l2zk and the Python of this environment."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"


def test_there_are_pages() -> None:
    assert len(PAGES) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_what_a_page_shows_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    languages = set()
    for language, text in FENCE.findall(page.read_text(encoding="utf-8")):
        languages.add(language)
        if language == "sh":
            run_commands(text)
        elif language == "python":
            exec(compile(text, str(page), "exec", dont_inherit=True), names)
        elif file := re.match(r"; (\w+\.asm)\b", text):
            Path(file[1]).write_text(text, encoding="utf-8")
    assert {"sh", "python"} <= languages <= {"sh", "python", "asm"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_all_commands_of_a_page_stand_in_blocks_that_are_run(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    assert not re.findall(r"^ {4}(?:\$ )?(?:l2zk|python3?) \w.*", text, re.MULTILINE)

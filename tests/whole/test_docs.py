"""docs/ and README.md: what they show runs and prints what they say, and what is built is current."""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import json
import re
import runpy
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from commands import l2zk
from places import ROOT

DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    *(
        DOCS / f"{name}.md"
        for name in ("tutorial", "patterns", "proof-step-by-step", "metrics", "aggregation", "web/front")
    ),
]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fenced(path: Path) -> list[tuple[int, str, str, str | None]]:
    """Line, language and text of each block, and the text that stands right under it as its output."""
    page = path.read_text(encoding="utf-8")
    found = [(match.start(), match.end(), match[1], match[2]) for match in FENCE.finditer(page)]
    outputs = {start: text for start, _, language, text in found if language == "text"}
    return [
        (page.count("\n", 0, start) + 2, language, text, outputs.get(end + 1)) for start, end, language, text in found
    ]


def compare(expected: str, printed: str, where: str) -> None:
    """`...` stands for anything."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    same = doctest.OutputChecker().check_output(expected, printed, flags)
    assert same, f"{where} shows\n{expected}\nbut prints\n{printed}"


def run_python(text: str, names: dict[str, Any], path: Path, line: int) -> str:
    """The output of the block; a block that begins with a file's name is written there too."""
    return run_cell(text, names, path, line)[0]


def run_cell(text: str, names: dict[str, Any], path: Path, line: int = 1) -> tuple[str, Any]:
    """The output of a block, and the value of its last line if that is an expression; pictures need matplotlib."""
    if file := re.match(r"# (\w+\.py)\n", text):
        Path(file[1]).write_text(text, encoding="utf-8")
    if ".plot(" in text and find_spec("matplotlib") is None:
        return "", None
    tree = ast.parse("\n" * (line - 1) + text)
    end = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, path, "exec", dont_inherit=True), names)
        last = end and eval(compile(ast.Expression(end.value), path, "eval", dont_inherit=True), names)
    return printed.getvalue(), last


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block and the output that is shown under it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def run_command(command: str, output: str, where: str) -> None:
    name, *arguments = shlex.split(command)
    if name == "l2zk":
        result = l2zk(*arguments)
        assert result.exit_code == 0, f"{where}: {result.output}"
        compare(output, result.output, where)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_what_a_page_shows_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "page"}
    for line, language, text, output in fenced(path):
        where = f"{path.name}, line {line}"
        if language == "python":
            printed = run_python(text, names, path, line)
            if output is not None:
                compare(output, printed, where)
        elif language == "console":
            for command, shown in commands(text):
                run_command(command, shown, where)


def test_the_notebook_runs_and_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures in what it shows are not compared."""
    page = (DOCS / "tutorial.ipynb").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "notebook"}
    for cell in json.loads(page)["cells"]:
        if cell["cell_type"] == "code":
            printed, last = run_cell("".join(cell["source"]), names, DOCS / "tutorial.ipynb")
            shown = "".join("".join(output.get("text", "")) for output in cell["outputs"])
            compare(without_figures(shown), without_figures(printed), f"cell {cell['id']}")
            for page in (
                "".join(output["data"]["text/html"]) for output in cell["outputs"] if has(output, "text/html")
            ):
                compare(without_figures(page), without_figures(last._repr_html_()), f"cell {cell['id']}")


def test_the_notebook_shows_tables_and_pictures() -> None:
    cells = json.loads((DOCS / "tutorial.ipynb").read_text(encoding="utf-8"))["cells"]
    outputs = [(cell["source"], output) for cell in cells for output in cell.get("outputs", ())]
    assert sum(has(output, "text/html") for _, output in outputs) >= 2
    pictures = ["".join(source) for source, output in outputs if has(output, "image/png")]
    assert len(pictures) == 2 and all(".plot(" in source for source in pictures)


def has(output: dict[str, Any], kind: str) -> bool:
    """True if an output of a cell is of this kind."""
    return kind in output.get("data", {})


def test_the_code_of_the_notebook_stands_in_the_tutorial() -> None:
    tutorial = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    for cell in json.loads((DOCS / "tutorial.ipynb").read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert "".join(cell["source"]) in tutorial, f"cell {cell['id']} is not in tutorial.md"


def without_figures(text: str) -> str:
    return re.sub(r"[\d.,]*\d\s*", "0 ", text)


def test_the_notebook_names_no_place_on_a_machine() -> None:
    page = (DOCS / "tutorial.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|work|tmp|Users)/", page)


def test_the_reference_is_current() -> None:
    module = runpy.run_path(str(DOCS / "build_reference.py"))
    current = module["PLACE"].read_text(encoding="utf-8") == module["built"]()
    assert current, "a docstring has changed: run `python docs/build_reference.py`"


def test_the_reference_has_all_that_is_public() -> None:
    import l2zk

    page = (DOCS / "reference.md").read_text(encoding="utf-8")
    entries = {name.rpartition(".")[2] for name in re.findall(r"^### `([\w.]+)`$", page, re.MULTILINE)}
    assert set(l2zk.__all__) - entries == {"MODULUS", "Private", "Public", "errors", "hints", "hookimpl"}


def test_every_link_leads_somewhere() -> None:
    for page in (*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "plugins" / "README.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_tables_of_programs_have_each_that_ships() -> None:
    """Both tables: what is proved, and what it costs."""
    plugins = ROOT / "plugins"
    page = (plugins / "README.md").read_text(encoding="utf-8")
    assert all(f"({place.parent.name}/README.md)" in page for place in plugins.glob("*/pyproject.toml"))
    elsewhere = {"tests", "build", "attacks.py"}  # what attackers prove does not ship
    sources = [place for place in plugins.rglob("*.py") if elsewhere.isdisjoint(place.parts)]
    ids = [re.findall(r"^    id = .([\w-]+)\.v\d", one.read_text(encoding="utf-8"), re.MULTILINE) for one in sources]
    missing = [name for found in ids for name in found if len(re.findall(rf"^\|.*`{name}`", page, re.MULTILINE)) < 2]
    assert not missing and sum(map(len, ids)) > 20

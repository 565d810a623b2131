"""The house stands as CONTRIBUTING.md draws it: rooms, floors, the parts of the core, citations, budgets.

A test here fails when an import climbs, lazily or for a type checker; when modules import in a circle; when a part of
the core needs a later one, the verifier something of the prover, or anything behind the door a Python object; when the
code cites a section of PROTOCOL.md that there is not; when a room has no tests; when a function or a file outgrows its
budget.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest
from core_text import PARTS, code, core_room, defined, needs, signatures, used
from lengths import functions
from places import HOUSE, NATIVE, ROOT, TESTS

CORE = HOUSE / "_protocol"

# From the ground up: what stands on a floor imports from its own floor and from those below.
FLOORS = (
    ("errors", "base", "_core"),
    ("air", "show"),
    ("language",),
    ("gadgets", "proof"),
    ("plugins",),
    ("vm",),
    ("determinacy", "testing", "pytest_plugin"),
    ("cli", "security", "cache", "batch", "metrics", "store", "hints", "poseidon2"),
    ("__init__", "__main__"),
)
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}

DATA = {
    "PROTOCOL.md",
    "py.typed",
    "__init__.pxd",
    "_core.pyi",
    "_native",
    "_probes.pyx",
    "_probes_narrow.pxi",
    "_protocol",
}
"""What stands in l2zk/ beside the rooms."""


def python_files() -> list[Path]:
    """The modules of the library; not the template, which is another distribution."""
    return sorted(path for path in HOUSE.rglob("*.py") if "template" not in path.parts)


def core_files() -> list[Path]:
    """The Cython text of the extension, and the C text."""
    return sorted([*HOUSE.glob("*.pyx"), *CORE.rglob("*.pxi"), *NATIVE.glob("*.[ch]")])


def from_root(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# ---- rooms -----------------------------------------------------------------------------------------------------------


def test_the_folder_of_the_library_is_a_table_of_contents():
    there = {path.name for path in HOUSE.iterdir() if path.suffix != ".so" and path.name != "__pycache__"}
    rooms = {name for name in FLOOR if (HOUSE / name).is_dir()}
    assert there == DATA | rooms | {f"{name}.py" for name in FLOOR.keys() - rooms - {"_core"}} | {"_core.pyx"}


def test_each_room_has_a_folder_of_tests():
    rooms = {path.parent.name for path in HOUSE.glob("*/__init__.py")}
    assert rooms | {"core"} <= {path.parent.name for path in TESTS.glob("*/test_*.py")}
    assert [path.name for path in TESTS.glob("test_*.py")] == ["test_house.py"]


def test_the_readme_of_the_tests_names_every_folder_and_what_they_share():
    readme = (TESTS / "README.md").read_text(encoding="utf-8")
    folders = {f"{path.name}/" for path in TESTS.iterdir() if path.is_dir() and path.name != "__pycache__"}
    shared = {path.stem for path in (TESTS / "support").glob("*.py")}
    commands = {path.name for path in TESTS.glob("*.py")}
    assert folders | shared | commands <= set(re.findall(r"`([\w./]+)`", readme))
    offered = re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE)
    assert sorted(offered) == sorted(shared), "a row for each module of support/, and none twice"


# ---- floors ----------------------------------------------------------------------------------------------------------


def module_of(path: Path) -> str:
    """The dotted name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path) for path in python_files()} | {"l2zk._core"}


def named(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    """The modules that a statement imports, by their whole names."""
    if isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
        return
    base = resolve_name("." * node.level + (node.module or ""), package) if node.level else str(node.module)
    for name in node.names:
        whole = f"{base}.{name.name}"
        yield whole if whole in MODULES else base


def imported(path: Path) -> Iterator[str]:
    """Every module of l2zk that a file imports, within functions and for type checkers too."""
    package = module_of(path.parent / "__init__.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (name for name in named(node, package) if name.partition(".")[0] == "l2zk")


def imported_by_the_core(path: Path) -> Iterator[str]:
    """Every module of l2zk that a file of the core imports."""
    yield from re.findall(r"^\s*(?:from|import) (l2zk[\w.]*)", path.read_text(encoding="utf-8"), re.MULTILINE)


def room(module: str) -> str:
    """The room of a module: the folder or file that it is in, of l2zk itself `__init__`."""
    return module.split(".")[1] if "." in module else "__init__"


def test_every_room_stands_on_a_floor():
    assert {room(module) for module in MODULES} == set(FLOOR)


def test_no_import_climbs():
    climbing = [
        f"{from_root(path)} imports {other}"
        for path, others in [
            *((path, imported(path)) for path in python_files()),
            *((path, imported_by_the_core(path)) for path in core_files()),
        ]
        for other in others
        if FLOOR[room(other)] > FLOOR[room(module_of(path)) if path.suffix == ".py" else "_core"]
    ]
    assert not climbing, "\n".join(climbing)


def test_no_modules_import_in_a_circle():
    needs: defaultdict[str, set[str]] = defaultdict(set)
    for path in python_files():
        needs[module_of(path)] |= set(imported(path)) - {module_of(path)}
    for path in core_files():
        needs["l2zk._core"] |= set(imported_by_the_core(path))
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


# ---- the core --------------------------------------------------------------------------------------------------------

CORE_FLOORS = (("base",), ("statement",), ("channel", "oracle"), ("prover", "verifier"), ("door",))
CORE_FLOOR = {room: height for height, rooms in enumerate(CORE_FLOORS) for room in rooms}


def test_every_part_of_the_core_is_included_once():
    there = {path.relative_to(CORE).as_posix() for path in CORE.rglob("*.pxi")}
    assert len(PARTS) == len(set(PARTS)) and set(PARTS) == there
    assert {core_room(part) for part in PARTS} == set(CORE_FLOOR)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_stands_after_those_that_it_needs(part):
    later = {other: defined(other) & used(part) for other in needs(part) if PARTS.index(other) > PARTS.index(part)}
    assert not later


@pytest.mark.parametrize("part", PARTS)
def test_a_part_needs_no_higher_floor_and_the_verifier_no_prover(part):
    here, others = core_room(part), {core_room(other) for other in needs(part)}
    assert not {other for other in others if CORE_FLOOR[other] > CORE_FLOOR[here]}
    assert not {here, *others} >= {"prover", "verifier"} or here == "door"


def test_these_tests_see_what_a_part_needs():
    assert "prover/state.pxi" in needs("prover/rows.pxi") and "oracle/encoding.pxi" in needs("prover/commit.pxi")
    assert "verifier/state.pxi" in needs("verifier/words.pxi") and "base/indices.pxi" in needs("oracle/reopen.pxi")
    assert "statement/plan.pxi" in needs("verifier/closed.pxi") and "prover/prover.pxi" in needs("door/interface.pxi")


PYTHON = re.compile(
    r"^(?:def|class|import|from(?! libc)|cdef class)\b|\bwith gil\b|^\w+ = "
    r"|^cdef (?:object|list|dict|tuple|str|bytes)\b",
    re.M,
)


@pytest.mark.parametrize("part", [part for part in PARTS if core_room(part) != "door"])
def test_no_python_object_is_behind_the_door(part):
    """The compiler lets no function that is `nogil` touch one: so every function is, and nothing else runs."""
    assert not [signature for signature in signatures(part) if not signature.endswith(" noexcept nogil")]
    assert not PYTHON.search(code(part))


# ---- citations -------------------------------------------------------------------------------------------------------

NUMBERS = r"\d+(?:\.\d+)?"
CITED = re.compile(
    rf"PROTOCOL(?:\.md)?`?(?:\]\([^)]*\))?,?[\s*#\"]+(?:sections?\s)?({NUMBERS}(?:(?:, | to | and |; ){NUMBERS})*)"
)
AS_TEXT = re.compile(r'"(\d{1,2}\.\d{1,2})"')  # as the errors and the parts of a proof name a section
BARE = re.compile(r"(?<![\d.])\d{1,2}\.\d(?![\d.]*\d)")
NO_PROSE = re.compile(r"\[[^\]]*: eprint [^\]]*\]|^\| 2\^.*|^    .*|^```.*?^```", re.MULTILINE | re.DOTALL)
"""Other texts' theorems, tables of figures, blocks."""

SAID = re.compile(r'""".*?"""|# [^\n]*$', re.MULTILINE | re.DOTALL)
"""Docstrings and comments."""

UNNAMED = re.compile(rf"(?<= )\({NUMBERS}(?:(?:, | to ){NUMBERS})*\)|(?<![\d.(])\d{{1,2}}\.\d\b(?![\d.]*\d)")
"""Numbers in brackets, and numbers n.m, that may be a section's: once what CITED reads is taken out, there are none."""

PROTOCOL_AND_ARGUMENT = (HOUSE / "PROTOCOL.md", ROOT / "docs" / "soundness.md")
"""Texts in which every number n.m is a section of PROTOCOL.md."""


def sections() -> set[str]:
    """The sections of PROTOCOL.md; the checks of section 7 are a list, each with its number."""
    text = (HOUSE / "PROTOCOL.md").read_text(encoding="utf-8")
    [checks] = re.findall(r"^## 7\..*?(?=^## )", text, re.MULTILINE | re.DOTALL)
    found = re.findall(r"^## (\d+)\.", text, re.MULTILINE) + re.findall(r"^\*\*(\d+\.\d+) ", text, re.MULTILINE)
    return {*found, *(f"7.{number}" for number in re.findall(r"^(\d+)\. ", checks, re.MULTILINE))}


def cited(path: Path) -> Iterator[str]:
    """The sections of PROTOCOL.md that a file cites."""
    text = path.read_text(encoding="utf-8")
    for several in CITED.findall(text):
        yield from re.findall(NUMBERS, several)
    if path.is_relative_to(HOUSE):
        yield from AS_TEXT.findall(text)
    if path in PROTOCOL_AND_ARGUMENT:
        yield from BARE.findall(NO_PROSE.sub("", text))
    if path.name == "_core.pyx":
        yield from re.findall(NUMBERS, " ".join(re.findall(r"^include .*\(([\d., to]+)\)$", text, re.MULTILINE)))


def citing_files() -> list[Path]:
    """Every file whose citations are looked at."""
    pages = [*HOUSE.glob("*.md"), *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.*")]
    other = [path for path in TESTS.rglob("*.*") if path.suffix in (".py", ".c", ".md")]
    return sorted({*python_files(), *core_files(), *pages, *other})


def test_sections_that_are_cited_exist():
    known = sections()
    files = citing_files()
    wrong = [f"{from_root(path)} cites {section}" for path in files for section in cited(path) if section not in known]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", sorted((TESTS / "reference").glob("*.py")), ids=lambda path: path.stem)
def test_the_twin_names_the_text_with_each_section(path):
    """So that its citations are looked at like those of the house."""
    said = [CITED.sub("", text) for text in SAID.findall(path.read_text(encoding="utf-8"))]
    assert not [number for text in said for number in UNNAMED.findall(text)]


def test_nothing_cites_a_text_that_is_gone():
    gone = re.compile(r"PROTOCOL-\d|soundness-\d\.md")
    wrong = [from_root(path) for path in citing_files() if gone.search(path.read_text(encoding="utf-8"))]
    assert not wrong, "\n".join(wrong)


# ---- budgets ---------------------------------------------------------------------------------------------------------

FUNCTION_LINES = 45
FILE_LINES = 350
OVER = {
    "l2zk/_native/blake3.h": 613,
    "l2zk/_native/crew.c": 365,
}
"""Longer files: the whole hash for vectors of any width; all that holds the lock of a crew. This table only shrinks."""


def written() -> list[Path]:
    """Every file of code that people write."""
    others = ("plugins", "examples", "docs", "benchmarks", "tools", "verify", ".ci")
    folders = [HOUSE, TESTS, *(ROOT / name for name in others)]
    kinds = (".py", ".pyx", ".pxi", ".pxd", ".c", ".h")
    skipped = ("__pycache__", "build", ".asv", "target")
    found = (path for folder in folders for path in folder.rglob("*") if path.suffix in kinds)
    return sorted(path for path in found if not set(path.parts) & set(skipped))


def test_no_function_is_longer_than_its_budget():
    long = [
        f"{from_root(path)}: {name} has {lines} lines"
        for path in written()
        for name, lines in functions(path)
        if lines > FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


def test_no_file_is_longer_than_its_budget():
    lengths = {from_root(path): len(path.read_text(encoding="utf-8").splitlines()) for path in written()}
    grown = [f"{name} has {n} lines" for name, n in lengths.items() if n > OVER.get(name, FILE_LINES)]
    assert not grown, "\n".join(grown)
    shrunk = [name for name in OVER if lengths.get(name, 0) <= FILE_LINES]
    assert not shrunk, f"no longer over, so no longer in the table: {shrunk}"

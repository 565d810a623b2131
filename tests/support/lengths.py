"""Lengths of functions: the number of lines of each function of a file, in Python, in Cython and in C."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path


def lengths_in_python(text: str) -> Iterator[tuple[str, int]]:
    """Each function of a module, nested ones too, and its lines."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, int(node.end_lineno or 0) - node.lineno + 1


def lengths_in_cython(text: str) -> Iterator[tuple[str, int]]:
    """Each function and its lines: from its signature to the last line that stands deeper."""
    lines = text.splitlines()
    for start, line in enumerate(lines):
        signature = re.match(r"(\s*)(?:cdef|cpdef|def) (?!struct|class|enum|extern)[^=(]*?(\w+)\(", line)
        if not signature:
            continue
        end = start
        while not re.search(r":\s*(#.*)?$", lines[end]):
            end += 1
        body = end + 1
        while body < len(lines) and (not lines[body].strip() or lines[body].startswith(signature[1] + " ")):
            end = body if lines[body].strip() else end
            body += 1
        yield signature[2], end - start + 1


def lengths_in_c(text: str) -> Iterator[tuple[str, int]]:
    """Each function and its lines: from its signature to the brace in the first column."""
    for found in re.finditer(
        r"^(?:\w[^;{}/#]*?\b(\w+)\([^;{}]*\))\s*(?:/\*.*?\*/\s*)?\{\n.*?^\}", text, re.MULTILINE | re.DOTALL
    ):
        yield found[1], found[0].count("\n") + 1


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a file and its lines."""
    yield from LENGTHS.get(path.suffix, lengths_in_cython)(path.read_text(encoding="utf-8"))


LENGTHS = {".py": lengths_in_python, ".c": lengths_in_c, ".h": lengths_in_c}

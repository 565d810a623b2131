"""The key of a program: the bytes that a verifier without the program needs, as a file (PROTOCOL 9.4).

"l2ai" ‖ u32 1 ‖ u64 length ‖ what the program's digest is of ‖ u64 length ‖ notes, JSON for people
"""

from __future__ import annotations

import inspect
import json
import struct
from typing import Any

from l2zk.language.definition import Definition
from l2zk.language.program import TraceProgram, defined

MAGIC, VERSION = b"l2ai", 1

MOST_NOTES = 2**20
"""Bytes of the notes, at most."""


def export_key(program: TraceProgram) -> bytes:
    """The key of a program with its parameters: all that a verifier of its proofs needs, where no Python is.

    It is the content of a file `.l2air` (PROTOCOL 9.4), which `l2zk export-key` writes, and `l2zk-verify`, its
    WebAssembly and the page of `verify/` read: the bytes whose hash is the program's digest, and notes for people,
    which no verifier trusts: the docstring, the defaults of public inputs, names of tables, columns and constraints.
    The same program and parameters give the same bytes. Hazard: whoever takes a key from a stranger takes the
    stranger's word for what is proved. Raises ProgramError.
    """
    definition = defined(program)
    canonical = definition.air.canonical_bytes()
    notes = {"about": _about(type(program)), **_names(definition)}
    told = json.dumps(notes, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    told = told if len(told) <= MOST_NOTES else b"{}"
    return b"".join([MAGIC, struct.pack("<IQ", VERSION, len(canonical)), canonical, struct.pack("<Q", len(told)), told])


def _names(definition: Definition) -> dict[str, Any]:
    """The defaults of public inputs, and the names of what stands in tables."""
    defaults = {one.name: str(one.default) for one in definition.inputs if one.public and one.default is not None}
    tables = [
        {
            "name": table.name,
            "columns": table.columns,
            "periodic": table.periodic_names,
            "constraints": [one.name for one in table.constraints],
            "interactions": [one.name for one in table.interactions],
        }
        for table in definition.air.tables
    ]
    return {"defaults": defaults, "tables": tables}


def _about(kind: type[TraceProgram]) -> str:
    """The docstring of a class, unless it is the one that a dataclass makes itself."""
    text = kind.__dict__.get("__doc__")
    return "" if not isinstance(text, str) or text.startswith(f"{kind.__name__}(") else inspect.cleandoc(text)

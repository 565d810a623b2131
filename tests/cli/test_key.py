"""`l2zk export-key`, and the bytes of a key (PROTOCOL 9.4)."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from commands import l2zk, sentence
from example_programs import Fibonacci

from l2zk import ProgramError, TraceProgram, export_key, get_program
from l2zk._core import blake3
from l2zk.proof.key import MOST_NOTES


def parts(key: bytes) -> tuple[bytes, dict[str, Any]]:
    """What the digest of a key is of, and its notes, as PROTOCOL 9.4 has them."""
    assert key[:4] == b"l2ai" and struct.unpack_from("<I", key, 4) == (1,)
    [size] = struct.unpack_from("<Q", key, 8)
    [told] = struct.unpack_from("<Q", key, 16 + size)
    assert len(key) == 24 + size + told and told <= MOST_NOTES
    return key[16 : 16 + size], json.loads(key[24 + size :].decode())


def test_a_key_holds_what_the_digest_is_of_and_the_names() -> None:
    program = get_program("fib")(rounds=20)
    canonical, notes = parts(export_key(program))
    assert blake3(canonical) == program.digest == program.definition.air.digest
    assert notes["defaults"] == {"a0": "0", "a1": "1"} and "Fibonacci number" in notes["about"]
    [table] = notes["tables"]
    assert (table["name"], table["columns"]) == ("main", ["a", "b"]) and "output result" in table["constraints"]
    assert export_key(program) == export_key(get_program("fib")(rounds=20)) != export_key(get_program("fib")(rounds=21))


@dataclass(frozen=True)
class Wide(TraceProgram):
    id = "wide.v0"
    width: int

    def define(self, m: Any) -> None:
        x = m.columns(*(f"{'x' * 240}{i}" for i in range(self.width)))
        m.start(dict.fromkeys(x, 1))
        m.step({one: one for one in x})


def test_the_docstring_that_a_dataclass_makes_is_not_told_and_long_notes_are_left_out() -> None:
    assert parts(export_key(Wide(2)))[1]["about"] == ""
    assert parts(export_key(Wide(2000)))[1] == {}


def test_what_is_no_program_has_no_key() -> None:
    with pytest.raises(ProgramError, match="a program is a TraceProgram"):
        export_key(Fibonacci)  # type: ignore[arg-type]


def test_the_command_writes_the_key_and_says_its_digest(tmp_path: Path, air: Path) -> None:
    file = tmp_path / "fib.l2air"
    result = l2zk("export-key", "fib", "--rounds", "20", "-o", file)
    program = get_program("fib")(rounds=20)
    assert result.exit_code == 0 and file.read_bytes() == export_key(program)
    assert program.digest.hex() in result.stdout and f"written to {file}" in result.stdout
    facts = json.loads(l2zk("export-key", f"{air}:Cubes", "-o", file, "--json").stdout)
    assert facts["digest"] == blake3(parts(file.read_bytes())[0]).hex() and facts["program"] == "cubes.v0"


def test_misuse_of_the_command(tmp_path: Path) -> None:
    assert l2zk("export-key", "fib", "--rounds", "20").exit_code == 2
    result = l2zk("export-key", "fib", "--rounds", "20", "-o", tmp_path / "none" / "fib.l2air")
    assert result.exit_code == 1 and "cannot use" in sentence(result)

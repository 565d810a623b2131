"""Files for commands: programs that no plugin provides, and proofs of theirs and of others."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import l2zk

PROGRAM_FILE = """
from __future__ import annotations

from dataclasses import dataclass, field

import l2zk


@dataclass(frozen=True)
class Cubes(l2zk.TraceProgram):
    '''Cubes, again and again.'''

    id = "cubes.v0"
    rounds: int = field(default=5, metadata={"help": "How many."})

    def define(self, m):
        x, key = m.columns("x", "key")
        m.start({x: m.public_input("x", default=2), key: m.private_input("key", default=77777)})
        m.step({x: x**3 + key, key: key})
        m.output("result", x, row=self.rounds)


@dataclass(frozen=True)
class TooSmall(l2zk.TraceProgram):
    '''Claims what is not so.'''

    id = "small.v0"

    def define(self, m):
        (x,) = m.columns("x")
        m.start({x: m.private_input("x", default=77777)})
        m.step({x: x})
        m.constrain("small", x == 2)
        m.output("result", x * 0 + 1, row=3)


@dataclass(frozen=True)
class Steep(l2zk.TraceProgram):
    id = "steep.v0"

    def define(self, m):
        (x,) = m.columns("x")
        m.start({x: 2})
        m.step({x: x**33})
        m.output("result", x, row=9)


@dataclass(frozen=True)
class Misspelt(l2zk.TraceProgram):
    id = "misspelt.v0"

    def define(self, m):
        m.start({m.column("x"): 1})
"""


@pytest.fixture(scope="module")
def air(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("programs") / "my_air.py"
    path.write_text(PROGRAM_FILE)
    return path


@pytest.fixture(scope="module")
def proof_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof of fib(20000), made by the command."""
    path = tmp_path_factory.mktemp("proofs") / "fib.l2zk"
    result = l2zk("prove", "fib", "--rounds", "20000", "-o", path)
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="module")
def cubes_file(air: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof of the program in the file."""
    path = tmp_path_factory.mktemp("proofs") / "cubes.l2zk"
    result = l2zk("prove", f"{air}:Cubes", "--rounds", "3", "-o", path)
    assert result.exit_code == 0, result.output
    return path

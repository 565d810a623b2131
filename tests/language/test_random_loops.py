"""Random functions as programs by l2zk.program: what they state is what Python computes, and a changed trace fails."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

import l2zk
from l2zk.plugins.program_file import program_in

pytestmark = pytest.mark.filterwarnings("ignore::l2zk.LengthWarning")

WIDE = 1 << 16

BINARY = (
    "{} + {}",
    "{} - {}",
    "{} * {}",
    "max({}, {})",
    "min({}, {})",
    "{} & {}",
    "{} | {}",
    "{} ^ {}",
    "{} // ({} + 1)",
)
CHOICES = ("where({0} < {1}, {0}, {1} + 1)", "where(({0} == {1}) | ({0} > 7), {1}, i)", "where({0} & 1, {1}, K[i % 3])")
UNARY = (
    "{} % 13",
    "{} >> 3",
    "{} // 5",
    "abs({} - 300)",
    "{} & 0xF0",
    "({} << 4) & 0xFFFF",
    "{} + K[i % 3]",
    "{} % (i + 2)",
)
SHORT = "({}) % 65536"


def _value(random: Random, depth: int) -> str:
    """An expression whose value is not negative and below 2^16."""
    if not depth:
        return random.choice(["x", "y", "z", "v", "i", str(random.randrange(40))])
    one, other = (f"({_value(random, depth - 1)})" for _ in range(2))
    kind = random.choice([BINARY, CHOICES, UNARY, UNARY])
    return SHORT.format(random.choice(kind).format(one, other))


def text(random: Random) -> str:
    lines = [f"        {name} = {_value(random, random.randint(1, 2))}" for name in random.choices("xyz", k=3)]
    return "\n".join(
        [
            "import l2zk",
            "from l2zk import Private, Public, u16, where",
            "K = [5, 700, 60000]",
            "@l2zk.program",
            "def drawn(n: int, x: Private[u16], y: Public[u16], values: Private[list[u16]]) -> list[int]:",
            "    z, total = 3, 0",
            "    for i in range(n):",
            "        v = values[i]",
            "        total = total * 3 + x + y + z + v",
            *lines,
            "    return [x + y, z, y * z, total]",
        ]
    )


@pytest.mark.parametrize("seed", range(30))
def test_it_states_what_python_computes(seed: int, tmp_path: Path) -> None:
    random = Random(f"loops {seed}")
    path = tmp_path / f"drawn{seed}.py"
    path.write_text(text(random))
    n = random.randint(1, 9)
    words = [random.getrandbits(random.randint(0, 16)) for _ in range(n + 2)]
    program = program_in(str(path))(n=n)
    witness = {"x": words[0], "y": words[1], "values": words[2:]}
    report = program.check(witness, redact=False)
    assert report, f"{path.read_text()}\n{report}"
    vm = l2zk.TraceZkVm()
    trace = vm.trace(program, witness)
    computed = program.run(witness)
    plain = type(program).function(n, words[0], words[1], words[2:])
    assert list(computed.values()) == [value % l2zk.MODULUS for value in plain], path.read_text()
    proof = vm.prove(program, witness)
    assert dict(proof.public_outputs) == dict(computed), path.read_text()
    made = [name for name in trace.columns if "_line" in name]  # the ranges of inputs are claimed on one row alone
    for _ in range(20 if made else 0):
        changed, column = trace.copy(), random.choice(made)
        row = random.randrange(n)
        changed[column][row] = (int(changed[column][row]) + random.choice([1, WIDE, l2zk.MODULUS - 1])) % l2zk.MODULUS
        assert not vm.check(program, witness, trace=changed), (column, row, path.read_text())

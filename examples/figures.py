"""What the programs here cost, the table of README.md beside this file: `python examples/figures.py all`."""

import ast
import sys
import time
from importlib import import_module
from pathlib import Path

import numpy as np

import l2zk

CHOSEN = np.random.default_rng(1)
SALT = {f"salt{k}": 2**50 + k for k in range(4)}


def below(limit, count):
    """Random integers."""
    return CHOSEN.integers(0, limit, count, dtype=np.uint64)


def ledger(module):
    tree = module.Tree([[1000, k, k, 0] for k in range(128)])
    program = module.Ledger(transfers=64, levels=8)
    return program, program.witness(tree, [(int(a), int(b), 1) for a, b in below(128, (64, 2))])


CASES = {
    "sha256": lambda module: (module.Sha256(16384), bytes(16384)),
    "poseidon2": lambda module: (module.Poseidon2Chain(1024), list(range(8))),
    "merkle": lambda module: (
        module.Membership(20),
        {f"{name}{k}": k if name == "leaf" else below(2**63, 20) for name in ("leaf", "sibling") for k in range(4)}
        | {"right": below(2, 20)},
    ),
    "solvency": lambda module: (module.Solvency(100), {"balance": below(2**32, 100)}),
    "auction": lambda module: (
        module.Auction(100),
        {"bid": below(2**32, 100), **{f"salt{k}": below(2**63, 100) for k in range(3)}},
    ),
    "sort": lambda module: (module.Sort(1024), {"given": below(2**32, 1024), **SALT}),
    "sbox": lambda module: (module.SboxChain(4096), {"start": 83, "key": below(256, 4096)}),
    "machine": lambda module: (module.Run(module.SQUARES, 4096), {"ram.start": [0] * 8 + [3, 1, 4, 1, 5, 9, 2, 6]}),
    "relu": lambda module: (
        module.Relu(tuple(map(tuple, (below(256, (64, 64)).astype(int) - 128).tolist())), tuple(range(64))),
        l2zk.field(below(256, 64).astype(int) - 128),
    ),
    "ledger": ledger,
    "vdf": lambda module: (module.SlowChain(2**20), {"x": 5}),
    "sobel": lambda module: (module.Sobel(64, 64), {"pixel": below(256, 64 * 64)}),
}


SMALL = ["solvency", "sobel", "relu"]
"""Those of which figures are printed if none is named, since all of them take a minute."""

BEFORE = {
    "sha256": (132, "260 x 16384", 350),
    "poseidon2": (81, "8 x 32768", 10),
    "merkle": (82, "9 x 1024", 10),
    "solvency": (36, "34 x 128", 1),
    "auction": (102, "18 x 4096", 50),
    "sort": (106, "19 x 16384", 230),
    "sbox": (60, "50 x 4096", 10),
    "machine": (131, "48 x 4096", 30),
    "relu": (49, "95 x 64", 10),
    "ledger": (154, "27 x 32768", 820),
    "vdf": (41, "1 x 1048576", 10700),
    "sobel": (53, "10 x 4096", 390),
}
"""The same programs without lookups, memories, hints and rows behind: lines, cells, milliseconds of the trace."""


def lines(path):
    """The lines of code of a file: neither blank, nor comments, nor docstrings."""
    text = path.read_text(encoding="utf-8")
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    bodies = [node.body[0] for node in ast.walk(ast.parse(text)) if isinstance(node, kinds) and ast.get_docstring(node)]
    told = {k for one in bodies for k in range(one.lineno, one.end_lineno + 1)}
    code = [k for k, line in enumerate(text.splitlines(), 1) if line.strip() and not line.strip().startswith("#")]
    return len(set(code) - told)


def timed(act):
    """What it gives, and the milliseconds of processor time of the quickest of three."""
    found, times = None, []
    for _ in range(3):
        begun = time.process_time()
        found = act()
        times.append(1000 * (time.process_time() - begun))
    return found, min(times)


def cells(program):
    """The columns and rows of each table of a program."""
    return " + ".join(f"{len(one.columns)} x {one.length}" for one in program.definition.air.tables if one.columns)


def row(name):
    """One line of the table."""
    module = import_module(name)
    program, witness = CASES[name](module)
    machine, before = l2zk.TraceZkVm(threads=1), BEFORE[name]
    _, filled = timed(lambda: machine.trace(program, witness))
    proof, proved = timed(lambda: machine.prove(program, witness))
    accepted, verified = timed(lambda: machine.verify(program, proof))
    assert accepted
    code = f"{before[0]} | {lines(Path(module.__file__))} | {before[1]} | {cells(program)}"
    return f"| {name} | {code} | {before[2]} | {filled:.1f} | {proved:.0f} | {verified:.1f} | {len(proof)} |"


if __name__ == "__main__":
    print(
        "| program | lines before | now | cells before | now | trace ms before | now | proof ms | verify ms | bytes |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in CASES if sys.argv[1:] == ["all"] else sys.argv[1:] or SMALL:
        print(row(name), flush=True)

"""Builds reference.md from the docstrings of the public API: `python docs/build_reference.py`."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import l2zk
from l2zk import batch, cache, errors, gadgets, hints, metrics, poseidon2, security, store, testing
from l2zk.air import report as check
from l2zk.language.columns import Columns
from l2zk.language.components import Components
from l2zk.language.hints import Hints
from l2zk.plugins import hookspecs
from l2zk.proof import claims
from l2zk.vm import cost
from l2zk.vm.batch.grouping import Grouping
from l2zk.vm.cache_together import CachedTogether
from l2zk.vm.settings import Settings
from l2zk.vm.together import costs
from l2zk.vm.together import report as together
from l2zk.vm.together.proving import Joint

PLACE = Path(__file__).with_name("reference.md")
HEAD = """# Reference

Built from the docstrings by `docs/build_reference.py`; p is 2^64 - 2^32 + 1, `l2zk.MODULUS`. Sections are those of
[PROTOCOL.md](../l2zk/PROTOCOL.md). Of the commands `l2zk COMMAND --help` tells."""
WANTED = {
    "a value that grows row by row": "m.start({x: 0}); m.step({x: x + y})",
    "the cell of the next row, k rows ahead, k behind": "x.next, x[k], x[-k]",
    "many columns of one name": 'w = m.columns("w", count=16)',
    "a column of the witness": 'm.private_column("balance", pad=0)',
    "one private value": 'm.start({x: m.private_input("secret")})',
    "private values that are no column": 'm.private_array("path", 20)',
    "a value, an array that the verifier gives": 'm.public_input("x0"), m.public_column("picture")',
    "a cell as the result": 'm.output("result", x, row="last")',
    "a column as the result": 'm.output_column("sums", x + y)',
    "a digest as the result, in hexadecimal digits": 'm.output_word("digest", words, row="last")',
    "bytes, a text or a file as the witness": "def encode(self, data): return {…}",
    "signed numbers as elements, and back": "l2zk.field(numbers), l2zk.signed(elements)",
    "a product under a name, at a low degree": 'm.let("product", x * y)',
    "an equation on every row, on one, on every 64th": 'm.constrain("name", x == y, on=m.every(64))',
    "x // 7 and x % 7": 'm.quotient("weeks", x, 7, bits=32)',
    "a comparison": 'm.less_than("less", x, y, bits=32)',
    "whether x is 0, or 1/x": 'm.is_zero("zero", x), m.inverse("inverse", x)',
    "a column for each of a few cases": 'm.one_hot("kind", x, 4)',
    "a column that integer code fills, such as a carry": 'm.hint("carry", (x + y) >> 32)',
    "a claim on some rows of a block": 'm.constrain("name", x == 0, on=m.blocks(64).every(0))',
    "constants that come again after 2^k rows": "m.periodic([1, 0, 0, 0])",
    "rows in blocks, and selectors of them": "block = m.blocks(64), block.first, block.rows(16), block.number",
    "a claim where a bit is 1": 'with m.when(bit): m.constrain("name", x == y)',
    "a claim on some rows": 'm.constrain("name", x == y, on=range(3, 7))',
    "one of two values by a bit": "m.where(bit, then, otherwise)",
    "0 <= x < 2^32": 'm.range("x", x, bits=32)',
    "the bits of x": 'm.bits("x", x, 8)',
    "a row of a table of constants": 'm.lookup("xor", (x, y, z), in_=l2zk.XorTable(8))',
    "a function of small numbers": 'l2zk.FixedTable.of(function, range(256), "name")',
    "the same values in another order": 'm.permutation("sorted", x, y)',
    "cells that are read and written by address": 'm.memory("ram", size=2**16)',
    "rows of another kind": 'm.table("squares", rows=64)',
    "one table to ask another": 'm.bus("calls", "x"), m.send(bus, values), other.receive(bus, values, times=times)',
    "a Python function with a loop as a program": "@l2zk.program",
    "a component twice": 'with m.scope("left"): component(m, x)',
    "a word of 32 bits": 'w = g.words.Word(m, "w", x)',
    "exclusive ors and rotations of it": "g.words.xor(w.rotate_right(7), w >> 3).value",
    "a sum modulo 2^32": 'g.sums.add(m, "carry", x + y, most=1)',
    "how many rows are meant": 'g.sums.counter(m, "count", bit)',
    "-100 <= x <= 100": 'g.ranges.between(m, "x", x, -100, 100)',
    "the hash of field elements, on each row": 'g.poseidon2.hash(m, "hash", [x, y, z])',
    "the hash of two digests": 'g.poseidon2.compress(m, "node", left, right)',
    "a commitment to private values": 'g.commitments.commit(m, "values", count, g.commitments.salt(m))',
    "the same digest in Python": "l2zk.poseidon2.hash(values, salt)",
    "a path in a Merkle tree": 'g.merkle.path(m, "path", depth)',
    "SHA-256, Keccak": "g.sha256.Compressions, g.keccak.Sponge",
    "BLAKE3, BLAKE2s": "g.blake3.Compressions, g.blake2s.Compressions",
    "a product of vectors, of a matrix": "g.products.dot(xs, ys), g.products.Matrix",
    "a Schnorr signature": 'g.ecgfp5.multiples(m, "sum", terms)',
    "a cell that the prover chooses": "m.choice(x, on=range(8), bits=32)",
    "a cell on which nothing depends": "m.free(x, on=0)",
    "to run it and see every constraint": "program.check(witness)",
    "to know what is missing": "l2zk.testing.check_program(Program, cases)",
    "to prove, and to verify": "machine.prove(program, witness), machine.verify(program, proof, inputs, outputs=…)",
    "a file by which others verify without Python": "l2zk.export_key(program)",
    "to know time and memory before": "machine.estimate(program)",
}
"""What one wants and writes: m is the builder in `define`, g l2zk.gadgets, machine a TraceZkVm; x, y, z are columns."""
HOOKS = [name for name in vars(hookspecs) if name.startswith("l2zk_")]
KIT = ["check_program", "examine_program", "Case", "Conformance", "Determinacy", "Forgery", "Change", "Choices"]
KIT += ["FreeCell", "ConformanceError"]
REPORTS = ["AggregationReport", "Run", "Layout"]
KEPT = ["keep_memory", "kept_memory", "release_memory"]
ERRORS = [name for name, one in vars(errors).items() if isinstance(one, type) and one.__module__ == errors.__name__]
SECTIONS: dict[str, dict[Any, list[str]]] = {
    "Programs": {l2zk: ["TraceProgram", "Machine", "Table", "Blocks", "Memory", "Expression", "ExecutionTrace"]},
    "Functions as programs": {l2zk: ["program", "LoopProgram", "where", "equal", "rows", "uint", "u8", "u16", "u32"]},
    "Integer code": {hints: hints.__all__},
    "Poseidon2 of integers and arrays": {poseidon2: poseidon2.__all__},
    "Elements of the field": {l2zk: ["field", "signed", "inverse", "power"]},
    "Fixed tables": {l2zk: ["FixedTable", "RangeTable", "XorTable", "AndTable"]},
    "Proving and verifying": {l2zk: ["TraceZkVm", "Proof", "ProofOptions", "export_key"], claims: ["Statement"]},
    "Time and memory": {
        cost: ["Estimate", "TableSize", "ProofProfile"],
        costs: ["JointEstimate"],
        l2zk: KEPT,
        together: REPORTS,
    },
    "Proven bits": {security: ["SecurityReport", "Round"]},
    "What fails, and what is missing": {check: ["Report", "Violation", "Imbalance", "Cell", "Known"], testing: KIT},
    "Many proofs": {
        batch: ["BatchProcessor", "Schedule"],
        cache: ["CachedZkVm", "CacheStats"],
        store: ["ProofStore", "StoreStats"],
        l2zk: ["ProofBundle", "Receipt"],
        metrics: ["text"],
    },
    "Plugins": {l2zk: ["get_program", "programs"], hookspecs: HOOKS},
    "Errors": {errors: ERRORS},
}
BASES = {
    l2zk.TraceZkVm: (Joint, Settings),
    l2zk.BatchProcessor: (Grouping,),
    l2zk.CachedZkVm: (CachedTogether,),
    l2zk.Table: (Columns, Components, Hints),
}


def signature(name: str, value: Any) -> str:
    """`name(arguments) -> result`, over several lines where it is long."""
    if isinstance(value, property):
        return f"{name}: {inspect.signature(value.fget).return_annotation}"  # type: ignore[arg-type]
    ones = [one for one in inspect.signature(value).parameters.values() if one.name not in ("self", "cls")]
    inside = re.sub(r"(: )(?:ForwardRef\()?'([^']*)'\)?", r"\1\2", str(inspect.Signature(ones))[1:-1])
    result = "" if inspect.isclass(value) else f" -> {inspect.signature(value).return_annotation}"
    if len(name + inside + result) > 100:
        inside = "".join(f"\n    {one}," for one in re.split(r", (?=\*|\w+: )", inside)) + "\n"
    return f"{name}({inside}){result}"


def text(value: Any, names: set[str]) -> str:
    """The docstring as Markdown; `name: ...` of an argument or a field becomes an item of a list."""
    told = r"(?:^|(?<=[.)])\s|\n)((?:%s)(?:, \w+)*): " % ("|".join(sorted(names)) or "(?!)")
    page = re.sub(told, r"\n\n- `\1`: ", fenced(inspect.cleandoc(value.__doc__)))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"\n(?=Raises )", "\n\n", page)).strip()


def fenced(page: str) -> str:
    """The page with its examples, which are set in by four, as blocks that a list before them does not take in."""
    example = r"(?<=\n\n)(?: {4}.*(?:\n|\Z)|\n(?= {4}))+"
    return re.sub(example, lambda found: f"```py\n{dedent(found[0]).strip()}\n```\n", page)


def entry(title: str, name: str, value: Any) -> list[str]:
    """A heading, the signature if it says anything, and the docstring."""
    bare = inspect.isclass(value) and issubclass(value, (Exception, l2zk.TraceProgram, l2zk.Expression))
    names = set(inspect.signature(value).parameters) if callable(value) and not bare else set()
    names |= set(vars(value)) if inspect.isclass(value) else set()
    return [title, *([] if bare else [f"```py\n{signature(name, value)}\n```"]), text(value, names)]


def members(value: Any) -> list[tuple[str, Any]]:
    """Its public methods and properties, its own and those of a base that has no entry."""
    kinds = (*BASES.get(value, ()), value) if inspect.isclass(value) else ()
    own = [(name, getattr(value, name)) for kind in kinds for name in vars(kind) if name[0] != "_"]
    own = [(name, one) for name, one in own if inspect.isroutine(one) or isinstance(one, property)]
    return [(name, one) for name, one in own if getattr(one, "__name__", name)[0] != "_"]


def offered(module: ModuleType) -> list[tuple[str, Any]]:
    """The functions and classes of a gadget's module: those of its `__all__`, or its own."""
    names = getattr(module, "__all__", None) or [
        name for name, one in vars(module).items() if getattr(one, "__module__", None) == module.__name__
    ]
    ones = [(name, getattr(module, name)) for name in names if name[0] != "_"]
    return [(name, one) for name, one in ones if inspect.isclass(one) or inspect.isroutine(one)]


def components() -> list[str]:
    """The section on gadgets: the package, then module by module what stands in each."""
    parts = ["## Gadgets", text(gadgets, set())]
    for name in gadgets.__all__:
        module = getattr(gadgets, name)
        parts += [f"### `{module.__name__}`", text(module, set())]
        for one, value in offered(module):
            parts += entry(f"#### `{name}.{one}`", one, value)
            told = members(value) if inspect.isclass(value) else []
            for member, routine in [(name, one) for name, one in told if one.__doc__]:
                parts += entry(f"##### `{one}.{member}`", member, routine)
    return parts


def wishes() -> str:
    """The table of what one wants."""
    rows = [f"| {wish} | `{call}` |" for wish, call in WANTED.items()]
    head = (
        "Here m is the builder in `define`, g is `l2zk.gadgets`, machine a `TraceZkVm`; x, y, z are columns. See"
        " [patterns](patterns.md)."
    )
    return "\n".join([head, "", "| I want … | I write … |", "|---|---|", *rows])


def built() -> str:
    """The whole page."""
    parts = [HEAD, wishes()]
    for section, modules in SECTIONS.items():
        parts += components() if section == "Poseidon2 of integers and arrays" else []
        parts.append(f"## {section}")
        for module, name in [(module, name) for module, names in modules.items() for name in names]:
            parts += entry(f"### `{module.__name__}.{name}`", name, getattr(module, name))
            for member, one in members(getattr(module, name)):
                parts += entry(f"#### `{name}.{member}`", member, one)
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PLACE.write_text(built(), encoding="utf-8")

"""l2zk: STARK proofs for Python, at native speed.

Write a program as a frozen class, prove that it ran right, and let anyone verify the proof without running it again:

    from l2zk import TraceZkVm, get_program

    program = get_program("fib")(rounds=1000)
    vm = TraceZkVm()
    proof = vm.prove(program)
    assert vm.verify(program, proof)

PROTOCOL.md, beside this file, says what a proof is and what it proves.
"""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if find_spec("l2zk._core") is None:  # before any import that needs it
    in_tree = Path(__file__).parents[1].joinpath("setup.py").exists()
    raise ImportError(
        "this is the source tree of l2zk, which is not built: run `pip install .` in it, or start Python elsewhere"
        if in_tree
        else "the compiled core of l2zk is not there for this Python: run `pip install --force-reinstall l2zk` with it",
        name="l2zk",
    )

from l2zk import errors, hints
from l2zk.air.report import Report
from l2zk.base.elements import field, inverse, power, signed
from l2zk.base.field import MODULUS
from l2zk.base.resources import keep_memory, kept_memory, release_memory
from l2zk.base.version import __version__ as __version__
from l2zk.errors import (
    ConstraintError,
    DegreeError,
    L2zkError,
    L2zkWarning,
    LengthWarning,
    OptionsError,
    ProgramError,
    ProofError,
    SecurityError,
    WitnessError,
)
from l2zk.language.blocks import Blocks
from l2zk.language.expression import Expression
from l2zk.language.fixed_tables import AndTable, FixedTable, RangeTable, XorTable
from l2zk.language.loops.functions import equal, rows, where
from l2zk.language.loops.kinds import Private, Public, u8, u16, u32, uint
from l2zk.language.loops.program import LoopProgram, program
from l2zk.language.memory import Memory
from l2zk.language.program import ExecutionTrace, Machine, TraceProgram, examined_by
from l2zk.language.table import Table
from l2zk.plugins.hookspecs import hookimpl
from l2zk.plugins.registry import get_program, programs
from l2zk.proof.key import export_key
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import Proof
from l2zk.vm.zkvm import TraceZkVm

if TYPE_CHECKING:
    from l2zk.vm.batch.processor import BatchProcessor
    from l2zk.vm.bundles.bundle import ProofBundle
    from l2zk.vm.bundles.receipt import Receipt
    from l2zk.vm.cache import CachedZkVm
    from l2zk.vm.cache_stats import CacheStats
    from l2zk.vm.store.proof_store import ProofStore

_LATER = {
    "BatchProcessor": "vm.batch.processor",
    "CacheStats": "vm.cache_stats",
    "CachedZkVm": "vm.cache",
    "ProofBundle": "vm.bundles.bundle",
    "ProofStore": "vm.store.proof_store",
    "Receipt": "vm.bundles.receipt",
}  # loaded when they are first asked for


def _examine(*given: object, **named: object) -> object:
    """The kit's, which is loaded when it is first asked for."""
    return import_module("l2zk.testing.examining").examine(*given, **named)


examined_by(_examine)


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module 'l2zk' has no attribute {name!r}")
    return getattr(import_module(f"l2zk.{_LATER[name]}"), name)


__all__ = [
    "MODULUS",
    "AndTable",
    "BatchProcessor",
    "Blocks",
    "CacheStats",
    "CachedZkVm",
    "ConstraintError",
    "DegreeError",
    "ExecutionTrace",
    "Expression",
    "FixedTable",
    "L2zkError",
    "L2zkWarning",
    "LengthWarning",
    "LoopProgram",
    "Machine",
    "Memory",
    "OptionsError",
    "Private",
    "ProgramError",
    "Proof",
    "ProofBundle",
    "ProofError",
    "ProofOptions",
    "ProofStore",
    "Public",
    "RangeTable",
    "Receipt",
    "Report",
    "SecurityError",
    "Table",
    "TraceProgram",
    "TraceZkVm",
    "WitnessError",
    "XorTable",
    "equal",
    "errors",
    "export_key",
    "field",
    "get_program",
    "hints",
    "hookimpl",
    "inverse",
    "keep_memory",
    "kept_memory",
    "power",
    "program",
    "programs",
    "release_memory",
    "rows",
    "signed",
    "u8",
    "u16",
    "u32",
    "uint",
    "where",
]

"""Every public function, given something of a wrong type: it answers, or refuses it in a sentence of l2zk's own.

`CALLS` has a right call of each; each of its arguments in turn is replaced by what somebody may give by mistake.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bundle_calls import BUNDLE_CALLS
from example_programs import Fibonacci
from loop_programs import LOOP_CALLS

import l2zk
from l2zk import (
    BatchProcessor,
    CachedZkVm,
    ExecutionTrace,
    Expression,
    Machine,
    Proof,
    ProofOptions,
    ProofStore,
    TraceProgram,
    TraceZkVm,
    testing,
)
from l2zk.errors import ArgumentError, L2zkError, L2zkWarning, OptionsError, ProgramError
from l2zk.plugins import registry as plugins
from l2zk.testing import Case

OPTIONS = ProofOptions(queries=5, grinding=0, allow_insecure=True, zero_knowledge=False)
PROGRAM, VM = Fibonacci(5), TraceZkVm(OPTIONS, threads=1)
PROOF, TRACE, REPORT = VM.prove(PROGRAM), VM.trace(PROGRAM), VM.check(PROGRAM)
CACHED, BATCH = CachedZkVm(vm=VM), BatchProcessor(VM, max_workers=1)


class Thing:
    """Something else, which shows nothing of itself."""


class Shy:
    """Something whose own text fails."""

    def __repr__(self) -> str:
        raise ValueError("no text")


NUMBERS = [5, -1, 2**70, 10**5000, True, 1.5, float("nan"), np.float64(2.5), np.array(5)]
LISTS = [[], (), [5], [None], {}, {"x": 5}, {5: 5}, {"rounds": Shy()}, np.zeros(3), np.array([["a", 5]], dtype=object)]
TEXTS = ["", "x", "\udcff", "a\0b", b"x", bytes(16)]
OTHERS = [
    None,
    Thing(),
    Thing,
    Shy(),
    Shy,
    object,
    TraceProgram,
    Fibonacci,
    PROGRAM,
    PROOF,
    VM,
    Machine().column("other"),
]
WRONG = [*NUMBERS, *LISTS, *TEXTS, *OTHERS]


class Of:
    """An argument that is made of a new machine and its columns x and y."""

    def __init__(self, make: Callable[[Machine, Expression, Expression], Any]) -> None:
        self.make = make


def machine(method: str, **good: Any) -> tuple[Callable[..., Any], dict[str, Any]]:
    """A call of a machine's method; an argument that the signature takes any number of stands under its own name."""

    def call(**given: Any) -> Any:
        m = Machine()
        x, y = m.columns("x", "y")
        made = {name: value.make(m, x, y) if isinstance(value, Of) else value for name, value in given.items()}
        several = [made.pop(name) for name in ("names", "columns") if name in made]
        return getattr(m, method)(*several, **made)

    return call, good


def memory(method: str, **good: Any) -> tuple[Callable[..., Any], dict[str, Any]]:
    """A call of a memory's method."""

    def call(**given: Any) -> Any:
        m = Machine()
        x, y = m.columns("x", "y")
        made = {name: value.make(m, x, y) if isinstance(value, Of) else value for name, value in given.items()}
        return getattr(m.memory("ram", 4), method)(**made)

    return call, good


def column(operation: Callable[[Expression, Any], Any], **good: Any) -> tuple[Callable[..., Any], dict[str, Any]]:
    """An operation on a column."""
    return lambda other: operation(Machine().column("x"), other), good


def started(value: Any) -> None:
    m = Machine()
    m.start({m.column("x"): value})


def stepped(value: Any) -> None:
    m = Machine()
    m.step({m.column("x"): value})


def of_case(**given: Any) -> Any:
    return testing.check_program(Fibonacci, [Case(**given)], vm=VM)


def nothing(*_: Any) -> None:
    pass


def path() -> Path:
    return Path("no folder", "no file")


REQUEST: dict[str, Any] = {"program": PROGRAM, "witness": ()}
PROVING = {**REQUEST, "trace": TRACE, "check": True, "threads": 1, "progress": nothing}
VERIFYING: dict[str, Any] = {"program": PROGRAM, "proof": PROOF, "witness_hint": (), "outputs": ()}
BATCHED = {"programs": [PROGRAM], "witnesses": [()], "return_exceptions": False, "progress": nothing}
CHECKING: dict[str, Any] = {
    "program": Fibonacci,
    "cases": [{"rounds": 3}],
    "vm": VM,
    "seconds": 5.0,
    "leave_out": False,
}
BATCHES = {"programs": [PROGRAM], "proofs": [PROOF], "hints": [()], "outputs": [()], "progress": nothing}
X = Of(lambda m, x, y: x)

CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "TraceZkVm": (
        TraceZkVm,
        {"options": OPTIONS, "min_security": 100, "threads": 1, "max_memory": 2**30, "redact": True},
    ),
    "TraceZkVm.prove": (VM.prove, PROVING),
    "TraceZkVm.prove of a witness": (VM.prove, REQUEST),
    "TraceZkVm.prove_async": (lambda **given: asyncio.run(VM.prove_async(**given)), PROVING),
    "TraceZkVm.profile": (VM.profile, PROVING),
    "TraceZkVm.prove_series": (VM.prove_series, {"jobs": [(PROGRAM, ())], "threads": 1, "progress": nothing}),
    "TraceZkVm.prove_series of a pair": (lambda job: VM.prove_series([job]), {"job": (PROGRAM, ())}),
    "TraceZkVm.estimate": (VM.estimate, {"program": PROGRAM, "threads": 1}),
    "TraceZkVm.trace": (VM.trace, {**REQUEST, "progress": nothing}),
    "TraceZkVm.check": (VM.check, {**REQUEST, "trace": TRACE, "redact": True, "progress": nothing}),
    "TraceZkVm.check of a witness": (VM.check, REQUEST),
    "TraceZkVm.verify": (VM.verify, VERIFYING),
    "TraceZkVm.check_proof": (VM.check_proof, VERIFYING),
    "CachedZkVm": (CachedZkVm, {"capacity": 5, "max_bytes": 100, "vm": VM}),
    "CachedZkVm with a store": (CachedZkVm, {"store": "proofs.db", "store_key": bytes(32)}),
    "ProofStore": (ProofStore, {"path": "proofs.db", "max_bytes": 100, "key": bytes(32)}),
    "CachedZkVm.prove": (CACHED.prove, {**PROVING, "cache": True}),
    "CachedZkVm.prove of a witness": (CACHED.prove, REQUEST),
    "CachedZkVm.key": (CACHED.key, {**REQUEST, "trace": TRACE, "check": True}),
    "BatchProcessor": (BatchProcessor, {"vm": VM, "max_workers": 1, "executor": None, "max_memory": 2**30}),
    "BatchProcessor.prove_batch": (BATCH.prove_batch, BATCHED),
    "BatchProcessor.prove_batch_parallel": (BATCH.prove_batch_parallel, BATCHED),
    "BatchProcessor.prove_batch_auto": (BATCH.prove_batch_auto, BATCHED),
    "BatchProcessor.prove_batch of one": (lambda one: BATCH.prove_batch([one], [()]), {"one": PROGRAM}),
    "BatchProcessor.prove_iter": (
        lambda **given: list(BATCH.prove_iter(**given)),
        {name: BATCHED[name] for name in ("programs", "witnesses", "return_exceptions")},
    ),
    "BatchProcessor.verify_batch_parallel": (BATCH.verify_batch_parallel, BATCHES),
    "BatchProcessor.schedule": (BATCH.schedule, {"programs": [PROGRAM], "witnesses": [()]}),
    **BUNDLE_CALLS,
    "ProofOptions": (ProofOptions, {name: getattr(OPTIONS, name) for name in OPTIONS.__dataclass_fields__}),
    "ProofOptions.from_bytes": (ProofOptions.from_bytes, {"data": OPTIONS.to_bytes()}),
    "ExecutionTrace": (ExecutionTrace, {"columns": ("a", "b"), "padded": np.zeros((2, 4), dtype=np.uint64), "rows": 3}),
    "Proof": (Proof, {"data": bytes(PROOF)}),
    "Proof.from_bytes": (Proof.from_bytes, {"data": bytes(PROOF)}),
    "Proof.load": (Proof.load, {"path": path()}),
    "Proof.save": (PROOF.save, {"path": path()}),
    "Proof.plot": (PROOF.plot, {"program": PROGRAM, "hint": (), "axes": None}),
    "Proof.security_as": (PROOF.security_as, {"program": PROGRAM}),
    "Report.to_json": (REPORT.to_json, {"indent": 2}),
    "ExecutionTrace.plot": (
        TRACE.plot,
        {"report": REPORT, "columns": ["a"], "rows": slice(0, 2), "table": None, "axes": None},
    ),
    "Report.text": (REPORT.text, {"width": 80}),
    "TraceProgram.examine": (PROGRAM.examine, {"witness": (), "leave_out": ["a"], "seconds": 5}),
    "Determinacy.why": (PROGRAM.examine().why, {"column": "a", "row": 1}),
    "TraceProgram.check": (PROGRAM.check, {"witness": (), "redact": True}),
    "TraceProgram.generate_trace": (PROGRAM.generate_trace, {"witness": ()}),
    **LOOP_CALLS,
    "export_key": (l2zk.export_key, {"program": PROGRAM}),
    "get_program": (l2zk.get_program, {"name": "fib"}),
    "without": (lambda names: plugins.without(names).__enter__(), {"names": []}),
    "program_of": (plugins.program_of, {"proof": PROOF}),
    "keep_memory": (l2zk.keep_memory, {"limit": 2**30}),
    "check_program": (testing.check_program, CHECKING),
    "check_program of a case": (of_case, {"parameters": {"rounds": 3}, "witness": (), "outputs": ()}),
    "check_program of a false case": (of_case, {"parameters": {"rounds": 3}, "refused": True}),
    "examine_program": (testing.examine_program, CHECKING),
    "Case": (Case, {"parameters": {"rounds": 5}, "witness": (), "outputs": (), "refused": False}),
    "Machine.columns": machine("columns", names="z", count=2, pad="last"),
    "Machine.column": machine("column", name="z", pad="last"),
    "Machine.private_column": machine("private_column", name="z", pad="last", exact=True),
    "Machine.private_columns": machine("private_columns", names="z", count=2, pad="last", exact=True),
    "Machine.public_column": machine("public_column", name="z", count=2, every=1, start=0),
    "Machine.output_word": machine(
        "output_word", name="w", words=Of(lambda m, x, y: [x, y]), row=0, bits=32, order="big"
    ),
    "Machine.output_column": machine("output_column", name="z", value=X, count=2),
    "Machine.private_array": machine("private_array", name="z", count=2),
    "Machine.bits": machine("bits", name="b", value=X, count=3),
    "Machine.free": machine("free", columns=X, on="every"),
    "Machine.choice": machine("choice", columns=X, on="every", bits=3, when=1),
    "Machine.choice among": machine("choice", columns=X, among=[1, 2]),
    "Machine.public_input": machine("public_input", name="i", default=5),
    "Machine.private_input": machine("private_input", name="i", default=5),
    "Machine.constant": machine("constant", value=5),
    "Machine.periodic": machine("periodic", values=[1, 2], name="p"),
    "Machine.start": machine("start", cells=Of(lambda m, x, y: {x: 1})),
    "Machine.start of a value": (started, {"value": 1}),
    "Machine.step of a value": (stepped, {"value": 1}),
    "Machine.step": machine("step", cells=Of(lambda m, x, y: {x: x + 1})),
    "Machine.step_function": machine("step_function", capsule=None),
    "Machine.constrain": machine("constrain", name="c", claim=Of(lambda m, x, y: x == y), on="every"),
    "Machine.output": machine("output", name="o", value=X, row=5),
    "Machine.rows": machine("rows", n=5),
    "Machine.every": machine("every", k=2, start=0),
    "Machine.where": machine("where", selector=X, then=1, otherwise=2),
    "Machine.let": machine("let", name="z", value=Of(lambda m, x, y: x * y)),
    "Machine.scope": machine("scope", name="s"),
    "Machine.when": (lambda selector: Machine().when(selector).__enter__(), {"selector": 1}),
    "Machine.blocks": machine("blocks", size=4),
    "Machine.rows_where": machine("rows_where", period=4, chosen=bool),
    "Blocks.row": (lambda k: Machine().blocks(4).row(k), {"k": -1}),
    "Blocks.rows": (lambda first, stop: Machine().blocks(4).rows(first, stop), {"first": 0, "stop": -1}),
    "Blocks.every": (lambda k: Machine().blocks(4).every(k), {"k": 1}),
    "Machine.table": machine("table", name="t", rows=5),
    "Machine.bus": machine("bus", name="b"),
    "Machine.bus of fields": (lambda field: Machine().bus("b", field), {"field": "v"}),
    "Table.range": machine("range", name="r", value=X, bits=5, on="every"),
    "Table.lookup": machine("lookup", name="l", values=X, in_=l2zk.RangeTable(3), when=1, on="every"),
    "Table.permutation": machine("permutation", name="p", one=X, other=X),
    "Table.memory": machine("memory", name="m", size=5, initial=[1]),
    "Table.send": machine("send", bus=Of(lambda m, x, y: m.bus("b", "v")), values=X, when=1, on="every"),
    "Table.receive": machine("receive", bus=Of(lambda m, x, y: m.bus("b", "v")), values=X, times=1, on="every"),
    "Table[names]": (lambda names: Machine()[names], {"names": "x"}),
    "Memory.read": memory("read", address=X, when=1),
    "Memory.write": memory("write", address=X, value=X, when=1),
    "FixedTable": (l2zk.FixedTable, {"name": "t", "columns": {"x": [1, 2]}}),
    "FixedTable.of": (l2zk.FixedTable.of, {"function": abs, "inputs": [1, 2], "name": "t"}),
    "RangeTable": (l2zk.RangeTable, {"bits": 3}),
    "XorTable": (l2zk.XorTable, {"bits": 3}),
    "AndTable": (l2zk.AndTable, {"bits": 3}),
    "field": (l2zk.field, {"x": [-1]}),
    "signed": (l2zk.signed, {"x": [-1]}),
    "inverse": (l2zk.inverse, {"a": [-1]}),
    "power": (l2zk.power, {"a": [-1], "e": 2}),
    "Expression + other": column(lambda x, other: x + other, other=1),
    "Expression ** other": column(lambda x, other: x**other, other=2),
    "Expression == other": column(lambda x, other: x == other, other=1),
    "Expression[other]": column(lambda x, other: x[other], other=1),
}

TELLS = {"progress"}  # what is called with three arguments may be of any kind that can be called
ENTRIES = [(name, argument) for name, (_, good) in CALLS.items() for argument in good]


def refusals(call: Callable[..., Any], good: dict[str, Any], argument: str) -> Iterator[str]:
    """The sentence for each wrong value; anything raised but l2zk's own errors, and errors of files, is a fault."""
    for value in WRONG:
        if argument in TELLS and callable(value):
            continue
        try:
            call(**{**good, argument: value})
        except testing.ConformanceError:
            pass  # which has a line for each fault
        except L2zkError as error:
            yield str(error)
        except OSError as error:
            assert "path" in good, error


@pytest.mark.parametrize("name, argument", ENTRIES, ids=[f"{name}-{argument}" for name, argument in ENTRIES])
def test_a_wrong_type_is_answered_or_refused_in_a_sentence(
    name: str, argument: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = list(refusals(*CALLS[name], argument))
    l2zk.keep_memory(2**30)
    for text in texts:
        assert 20 <= len(text) <= 400 and "\n" not in text and not text.endswith(".") and " at 0x" not in text, text


def test_the_errors_say_which_argument_and_what_it_takes() -> None:
    with pytest.raises(ArgumentError, match="^a proof is a Proof or bytes, not NoneType$"):
        VM.verify(PROGRAM, None)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="^a proof is made from bytes, not from the class Proof$"):
        Proof(Proof)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="^cases are a list of `Case`s or of mappings of parameters, not .*rounds"):
        testing.check_program(Fibonacci, {"rounds": 5})
    with pytest.raises(ArgumentError, match="^Fibonacci has no parameter steps, which a case gives; it has rounds$"):
        testing.check_program(Fibonacci, [{"rounds": 5, "steps": 5}])
    with pytest.raises(ArgumentError, match="^a case of Fibonacci gives its parameter 'rounds' no value$"):
        testing.check_program(Fibonacci, [{}])
    with pytest.raises(ArgumentError, match="^a case has a mapping from names of parameters to values, not 5$"):
        Case(5)  # type: ignore[arg-type]
    with pytest.raises(OptionsError, match="^check=0 is not allowed; it must be True or False$"):
        VM.prove(PROGRAM, check=0)  # type: ignore[arg-type]
    with pytest.raises(OptionsError, match="^progress=5 is not allowed; it must be a function, or None$"):
        VM.prove(PROGRAM, progress=5)  # type: ignore[arg-type]
    with pytest.raises(ProgramError, match="^a program is a TraceProgram, not the class Fibonacci; give an instance"):
        VM.prove(Fibonacci)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="^a path is a str or a Path, not int$"):
        Proof.load(5)  # type: ignore[arg-type]


def public() -> Iterator[tuple[str, Any]]:
    """The public functions, and the public methods of the public classes."""
    holders = {name: getattr(l2zk, name) for name in l2zk.__all__}
    holders |= {
        name: vars(testing)[name] for name in ("check_program", "examine_program", "Case", "Conformance", "Determinacy")
    }
    for name, one in holders.items():
        if inspect.isfunction(one):
            yield name, one
        if inspect.isclass(one) and not issubclass(one, (L2zkError, L2zkWarning, dict, TraceProgram, Expression)):
            yield from ((f"{name}.{method}", f) for method, f in vars(one).items() if callable(f) and method[0] != "_")


def test_every_public_function_with_an_argument_is_looked_at() -> None:
    inner = {"Machine.finish"}  # what l2zk calls
    known = {name.split(" ")[0] for name in CALLS} | inner
    takes = {name for name, one in public() if set(inspect.signature(one).parameters) - {"self", "cls"}}
    assert len(takes) > 30 and takes - known == set()

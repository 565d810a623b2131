"""TraceProgram: one text of a computation gives its trace, its constraints and its reports.

A program is a frozen dataclass: (class, fields) determine its `Definition`, an AIR (PROTOCOL 3.1) with its
code, which is made once by running `define` with the builder `m`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self
from weakref import WeakSet

from l2zk.air.parameter_bytes import parameters_to_bytes
from l2zk.air.report import Report
from l2zk.air.trace import ExecutionTrace
from l2zk.base.arguments import flag, kind_of
from l2zk.base.arguments import path as checked_path
from l2zk.base.foreign import foreign, warn_caller
from l2zk.base.made_once import MadeOnce
from l2zk.base.names import LONGEST_NAME
from l2zk.base.wording import pairs
from l2zk.errors import CycleError, LengthWarning, ProgramError, WitnessError
from l2zk.language.builder import Machine
from l2zk.language.definition import Definition, GivenColumn, Input, Output, Start
from l2zk.language.draft import Every
from l2zk.language.parameters import parameters_of
from l2zk.language.run import report_of, trace_of
from l2zk.language.shared_definitions import Defining, shared_definition
from l2zk.language.witness import Binding, Witness

__all__ = [
    "Binding",
    "Definition",
    "Every",
    "ExecutionTrace",
    "GivenColumn",
    "Input",
    "Machine",
    "Output",
    "Start",
    "TraceProgram",
    "split_id",
]


MOST_NOTES = 3
"""Definitions inside one another that an error names."""

LONG = 2**14
"""Bytes of parameters; of programs with more, fewer definitions are kept: a stranger's header may name them."""


class TraceProgram:
    """Base class of programs: a frozen dataclass whose fields are the program's parameters. Threads may share one.

    A parameter is None, a bool, an int, a str, bytes or a tuple of those, and of the type that its field declares.
    A definition depends on class and parameters alone, and is made once for them: what `define` reads elsewhere,
    as in a global variable, is not seen to change.

    `id` is the program's name and version, as in "fib.v0", and `define` writes the computation with the
    builder `m`:

        @dataclass(frozen=True)
        class FibonacciProgram(l2zk.TraceProgram):
            id = "fib.v0"
            rounds: int

            def define(self, m):
                a, b = m.columns("a", "b")
                m.start({a: m.public_input("a0", default=0), b: m.public_input("a1", default=1)})
                m.step({a: b, b: a + b})
                m.output("result", a, row=self.rounds)
    """

    id: ClassVar[str]

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "id" in cls.__dict__:
            split_id(cls.id)

    def define(self, m: Machine) -> None:
        """Write the computation; called once for each class and parameters."""
        raise ProgramError(f"{type(self).__name__} has no define(self, m) that writes its computation")

    @property
    def definition(self) -> Definition:
        """The AIR, code and inputs: made once for each class and parameters.

        Warns once by LengthWarning of a row or a look-ahead that doubles the trace.
        """
        kind, parameters = type(self), parameters_to_bytes(_parameters(self))
        definitions = _definitions if len(parameters) <= LONG else _long_definitions
        key = kind, parameters  # the class itself, since the program's own equality is foreign code
        define = partial(_define, self, parameters)
        begin = partial(Defining, kind.id, partial(described, self))
        made = shared_definition(key, partial(definitions.find, key, define, begin))
        if made.doubled_by is not None:
            _warn_of_length(made)
        return made

    @property
    def digest(self) -> bytes:
        """The 32 bytes that stand for this program, with these parameters, in a proof (PROTOCOL 3.6)."""
        return self.definition.air.digest

    def generate_trace(self, witness: Any = ()) -> ExecutionTrace | Mapping[str, Any]:
        """The trace of an honest run, by the program's step; constraints are not looked at, see `check`.

        A program whose trace is no recurrence overrides this. `witness` is then a mapping from the names of the inputs
        to integers and from those of private columns to uint64 arrays, which are checked, padded to all
        `self.definition.air.length` values and not to be changed. Return a mapping from column names to arrays of
        integers 0 <= x < p, for every column that nothing else fills.
        An array has at most the n values of m.rows(n) and is padded by the column's `pad`; or it has all
        `self.definition.air.length` values, the padding included. An error raised here is told by type and line
        alone, since its words may hold private values; one of l2zk's keeps its class.
        """
        if type(self).generate_trace is not TraceProgram.generate_trace:
            raise CycleError(
                f"generate_trace of {type(self).__name__} calls that of TraceProgram, which would call it"
                " again: return only the columns that nothing else fills"
            )
        return trace_of(self.definition, witness)

    def encode(self, data: Any) -> Witness:
        """The witness that data stand for, where a program overrides this: a mapping from names to values, or a
        sequence of them.

        data: whatever is given as a witness and is no mapping or sequence of numbers and arrays: bytes, a text, an
        object of the user's own, or a mapping or a sequence with bytes, texts or mappings in it; of a `Path` the bytes
        of the file, and what an open file reads. All that takes a witness calls this: `prove`, `check`, `trace`,
        caches, stores, batches, and the command line for `--file`. It gives the same for the same data, and is called
        once or more for each proof; a cache knows bytes, texts and files again, and sequences and mappings of bytes and
        texts, but no other objects. An error raised here is told by type and line alone, as in generate_trace.

            def encode(self, message):
                return {"bytes": list(message)}

            vm.prove(program, b"attack at dawn")
            vm.prove(program, Path("message.txt"))
        """
        raise WitnessError(f"{type(self).__name__} has no encode(self, data) that makes a witness of what is given")

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], **parameters: Any) -> tuple[Self, Any]:
        """The program and its witness that a file gives: here, with these parameters and the file's bytes for `encode`.

        A program whose parameters follow from a file, as from its size, overrides this, and `l2zk prove PROGRAM --file
        FILE` then needs no option for them; those options that are there are given as `parameters`. Its docstring
        begins with what the file holds, which --help says. Where it has a parameter `witness`, the values of --input
        and --witness are given by that, as a mapping by name.

            @classmethod
            def from_file(cls, path):
                '''A message; its length is that of the proof.'''
                message = Path(path).read_bytes()
                return cls(length=len(message)), message
        """
        data = Path(os.fsdecode(checked_path(path))).read_bytes()
        return cls(**parameters), data

    @classmethod
    def prove_command(cls) -> Any:
        """The click.Command that `l2zk prove PROGRAM` is; None, as here, for the one that all programs have.

        A program whose witness is not made of one file, or whose proof leaves more than a proof behind, overrides this.
        """
        return None

    def check(self, witness: Any = (), *, redact: bool = True) -> Report:
        """Run the program on the witness and look at every constraint on every row.

        redact: leave private values out of the report; False shows them.
        The report is true if all constraints are satisfied, and tells of them alone: what a proof's options say of
        their degrees `TraceZkVm.check` adds. Raises WitnessError, ProgramError.
        """
        return report_of(self.definition, witness, redact=flag("redact", redact))

    def examine(self, witness: Any = (), *, leave_out: Iterable[str] = (), seconds: float = 10.0) -> Any:
        """Which cells of an honest run the constraints fix, once inputs and choices are given: an
        `l2zk.testing.Determinacy`.

        Choices are the cells that private inputs start, private columns, and what `m.choice` declares. A hole is a
        second trace with the same inputs and choices and another output; it is found, not guessed, and can be proved.
        leave_out: names of constraints that are left out. seconds: what is spent on proofs, search and bounds together.
        The result is of this one run: another witness may take another branch. Values are shown, private ones too.
        Raises WitnessError, ProgramError, and ConstraintError if the run is not honest.
        """
        return _examiner(self, witness, leave_out=leave_out, seconds=seconds)

    def disassemble(self) -> str:
        """The code of step and constraints, as text."""
        return self.definition.disassemble()


def _no_examiner(*_: Any, **__: Any) -> Any:
    raise ProgramError("examine is part of l2zk.testing: import l2zk first")


_examiner: Callable[..., Any] = _no_examiner
"""What examines; `l2zk` itself, floors above, sets it when it is imported."""


def examined_by(examiner: Callable[..., Any]) -> None:
    """Set what examines programs."""
    global _examiner
    _examiner = examiner


def defined(program: object) -> Definition:
    """The definition of what is a program; ProgramError for anything else."""
    if not isinstance(program, TraceProgram):
        hint = "; give an instance, with its parameters" if isinstance(program, type) else ""
        raise ProgramError(f"a program is a TraceProgram, not {kind_of(program)}{hint}")
    return program.definition


def described(program: TraceProgram) -> str:
    """The class and parameters as a dataclass prints them, long values abridged; no code of the class runs."""
    return f"{type(program).__name__}({pairs(dict(_parameters(program)))})"


def split_id(id: object) -> tuple[str, int]:
    """("fib", 0) for "fib.v0"."""
    match = re.fullmatch(r"([A-Za-z][A-Za-z0-9_-]*)\.v(0|[1-9][0-9]*)", id) if isinstance(id, str) else None
    if match is None or len(match[0]) > LONGEST_NAME:
        raise ProgramError(f"the id {id!r} of a program is not a name and a version as in 'fib.v0'")
    return match[1], int(match[2])


def _define(program: TraceProgram, parameters: bytes) -> Definition:
    machine = Machine()
    try:
        with foreign(ProgramError, f"define of {program.id}"):
            program.define(machine)
        overridden = type(program).generate_trace is not TraceProgram.generate_trace
        encode = program.encode if type(program).encode is not TraceProgram.encode else None
        return machine.finish(program.id, parameters, program.generate_trace if overridden else None, encode)
    except ProgramError as error:
        if len(getattr(error, "__notes__", ())) < MOST_NOTES:
            error.add_note(f"in the definition of {program.id}, {described(program)}")
        raise


_definitions: MadeOnce[Definition] = MadeOnce(128)
_long_definitions: MadeOnce[Definition] = MadeOnce(8)

_warned_of: WeakSet[Definition] = WeakSet()


def _warn_of_length(definition: Definition) -> None:
    """Warn of a doubled trace, once for each definition."""
    if definition not in _warned_of and warn_caller(f"{definition.air.id}: {definition.doubled_by}", LengthWarning):
        _warned_of.add(definition)


_RESERVED = frozenset({"id", *dir(TraceProgram)})


def _parameters(program: TraceProgram) -> list[tuple[str, Any]]:
    """The names and values of the dataclass's fields, each of a type that a header can state (PROTOCOL 3.7)."""
    kind = type(program)
    if not isinstance(getattr(kind, "id", None), str):
        raise ProgramError(f"{kind.__name__} has no id: write id = 'name.v0' in the class")
    return parameters_of(program, _RESERVED)

"""Travel: a program and its witness as a job for a worker elsewhere, and the statement that its proof has to be of."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import MISSING, dataclass, field
from importlib.util import find_spec
from io import BytesIO
from threading import Lock
from types import CodeType
from typing import Any
from weakref import WeakValueDictionary

from l2zk.base.foreign import foreign
from l2zk.errors import OptionsError, ProgramError
from l2zk.language.program import TraceProgram, defined
from l2zk.language.witness import given_values
from l2zk.proof.proof import Proof
from l2zk.proof.statement import check_options, demanded_inputs, demanded_outputs, read_statement
from l2zk.vm.batch.wire import Job
from l2zk.vm.zkvm import TraceZkVm

IN_FILES = "l2zk program file "
"""The start of the names of modules that are made of a program's file (plugins/program_file.py)."""

NAMELESS = "<dynamic-code>"
"""The file that cloudpickle gives to all code."""

_by_value = Lock()  # cloudpickle's table of modules is one for all threads
_written_here: WeakValueDictionary[bytes, TraceProgram] = WeakValueDictionary()


@dataclass(frozen=True)
class Wanted:
    """The statement that a proof has to be of: the program with its parameters, and its public inputs."""

    program: TraceProgram
    inputs: dict[str, Any] = field(repr=False)

    def proof(self, data: bytes, checker: TraceZkVm, verify: bool) -> Proof:
        """The proof of these bytes, if it is one of this statement with the checker's options; else ProofError.

        verify: whether it is verified too, or the header alone compared.
        """
        if verify:
            checker.check_proof(self.program, data, self.inputs)
            return Proof.from_bytes(data)
        definition = defined(self.program)
        header, _ = read_statement(
            definition, data, demanded_inputs(definition, self.inputs), demanded_outputs(definition)
        )
        check_options(header.options, checker.options)
        return Proof.from_bytes(data)


def packed(program: Any, witness: Any, by_value: bool) -> tuple[Job, Wanted]:
    """A job, and what its proof has to be of; raises as `prove` does for a program or a witness that is none."""
    definition = defined(program)
    values = given_values(definition, witness)
    code = code_of(program) if by_value else b""
    if not by_value:
        _require_name(type(program))
    air = definition.air
    public: dict[str, Any] = {one.name: values.get(one.name, one.default) for one in definition.inputs if one.public}
    public |= {one.name: values[one.name] for one in air.public_columns}
    return Job(air.id, air.parameters, air.digest, code, values), Wanted(program, public)


def require_cloudpickle() -> None:
    """Refuse to send programs by value where nothing can write them."""
    if find_spec("cloudpickle") is None:
        raise OptionsError("by_value=True needs the package cloudpickle, here and on the workers: install l2zk[dask]")


def provider(program: TraceProgram) -> str:
    """The distribution that a program's class comes from, and its version, "l2zk-fibonacci 0.1.0"; or nothing."""
    from importlib.metadata import packages_distributions, version

    with foreign(ProgramError, "looking for a program's distribution"):
        names = packages_distributions().get(type(program).__module__.partition(".")[0], [])
        return f"{names[0]} {version(names[0])}" if names else ""


def _require_name(kind: type[TraceProgram]) -> None:
    """Refuse a class that no other process can find."""
    home = kind.__module__
    if home == "__main__" or home.startswith(IN_FILES):
        place = "the main script or notebook" if home == "__main__" else f"a file, {home.removeprefix(IN_FILES)}"
        raise ProgramError(
            f"{kind.__name__} ({kind.id}) is a class of {place}, where workers elsewhere do not find it: publish it as"
            " a plugin (`l2zk new`), or give by_value=True, which sends them its code"
        )


def code_of(program: TraceProgram) -> bytes:
    """A program with the code of its module's classes and functions, as cloudpickle writes it, for `program_of`."""
    import cloudpickle

    module = sys.modules.get(type(program).__module__)
    with _by_value, foreign(ProgramError, f"writing the code of {program.id}"):
        known = module is None or module.__name__ in cloudpickle.list_registry_pickle_by_value()
        if not known:
            cloudpickle.register_pickle_by_value(module)
        try:
            code = _pickled(cloudpickle, program)
        finally:
            if not known:
                cloudpickle.unregister_pickle_by_value(module)
    with suppress(TypeError):  # of a class with slots that leave no room for a weak reference
        _written_here[code] = program
    return code


def program_of(code: bytes, id: str) -> Any:
    """The program of such code: itself where this very process wrote it, whose class cloudpickle would alter."""
    program = _written_here.get(code)
    if program is None:
        with foreign(ProgramError, f"loading the code of {id}"):
            from cloudpickle import loads

            program = loads(code)
    return program


def _pickled(cloudpickle: Any, program: TraceProgram) -> bytes:
    """The bytes, by cloudpickle but in two things: dataclasses' MISSING is told apart by identity, so it travels by
    name; and code keeps the name of its file, without the folder, so that errors elsewhere tell their line.
    """

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]
        def reducer_override(self, thing: Any) -> Any:
            if thing is MISSING:
                return "MISSING"
            if isinstance(thing, CodeType):
                make, arguments = self.dispatch_table[CodeType](thing)
                file = os.path.basename(thing.co_filename)
                return make, tuple(file if one in (thing.co_filename, NAMELESS) else one for one in arguments)
            return super().reducer_override(thing)

    with BytesIO() as file:
        Pickler(file).dump(program)
        return file.getvalue()


def _renew() -> None:
    """Make the lock anew in a forked child, where the thread that held it is not."""
    global _by_value
    _by_value = Lock()


os.register_at_fork(after_in_child=_renew)

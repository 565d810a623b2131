"""Programs from a `define` alone, their honest runs, and C functions as steps."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import pytest
from code_interpreter import solve, violations

from l2zk import _core
from l2zk.errors import ProgramError
from l2zk.language.program import Machine, TraceProgram


def defined(define):
    """The definition of a program with this `define`."""
    machine = Machine()
    define(machine)
    return machine.finish("test.v0", b"\0\0")


def refusal(write):
    """What a program of four rows, with a column x of bits that the witness gives, is refused with."""

    def define(m):
        m.rows(4)
        x = m.private_column("x")
        m.constrain("x", x * x == x)
        write(m, x)

    with pytest.raises(ProgramError) as caught:
        defined(define)
    return str(caught.value)


def program(define, generate=None):
    """A program without parameters with this `define` and this generate_trace."""
    body = {"id": "test.v0", "define": lambda self, m: define(m)}
    if generate is not None:
        body["generate_trace"] = lambda self, witness: generate(witness)
    return dataclass(frozen=True)(type("Test", (TraceProgram,), body))()


def holds(define, witness=(), generate=None):
    """An honest run of a program satisfies its constraints; the outputs."""
    definition, rows, inputs, outputs = solve(program(define, generate), witness)
    assert violations(definition.air, rows, inputs, outputs) == []
    return outputs


def column(m, *names):
    """A column that counts from 0, or one for each name."""
    columns = m.columns(*(names or ("a",)))
    m.start(dict.fromkeys(columns, 0))
    m.step({c: c + 1 for c in columns})
    return columns if len(columns) > 1 else columns[0]


SIGNATURE = _core.STEP_FUNCTION.encode()
FUNCTION = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(ctypes.c_uint64)),
    ctypes.c_size_t,
    ctypes.c_size_t,
    ctypes.c_void_p,
)


def capsule(function, name=SIGNATURE):
    """A capsule around a C function, or around a Python function made one by ctypes."""
    make = ctypes.pythonapi.PyCapsule_New
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return make(ctypes.cast(function, ctypes.c_void_p), name, None)


@FUNCTION
def halve_or_triple(columns, first, last, context):
    for i in range(first, last):
        x = columns[0][i - 1]
        columns[0][i] = 3 * x + 1 if x % 2 else x // 2
    return 0

"""The verifier in C as Python calls it, compiled once a process; see `verify/l2zk_verify.h`."""

from __future__ import annotations

import atexit
import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from places import ROOT, TESTS
from reference import digest as twin_digest
from reference.statement import Group, Program

SOURCE, PROBES = ROOT / "verify" / "l2zk_verify.c", TESTS / "native" / "verifier_probes.c"
KINDS = {"input": 0, "output": 1, "sequence": 2}
ALL = 2**32 - 1
REASONS = (
    "ACCEPTED",
    "CALLER",
    "MEMORY",
    "LIMIT",
    "KEY",
    "HEADER",
    "VERSION",
    "PROGRAM",
    "PUBLIC",
    "OPTIONS",
    "BITS",
    "BODY",
    "ARGUMENT",
    "OPENING",
    "UNSUPPORTED",
)
FLAGS = ("-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O1")


class Span(ctypes.Structure):
    _fields_ = (("bytes", ctypes.c_char_p), ("length", ctypes.c_size_t))


class Fixed(ctypes.Structure):
    _fields_ = (
        ("group", ctypes.c_uint32),
        ("statement", ctypes.c_uint32),
        ("kind", ctypes.c_uint32),
        ("name", Span),
        ("values", ctypes.POINTER(ctypes.c_uint64)),
        ("count", ctypes.c_size_t),
    )


class Policy(ctypes.Structure):
    _fields_ = (
        ("least_bits", ctypes.c_uint32),
        ("options", ctypes.c_char_p),
        ("fixed", ctypes.POINTER(Fixed)),
        ("fixed_count", ctypes.c_size_t),
        ("statements", ctypes.POINTER(ctypes.c_uint32)),
        ("most_key_bytes", ctypes.c_uint64),
        ("most_work", ctypes.c_uint64),
    )


class Word(ctypes.Structure):
    _fields_ = (("folds", ctypes.c_uint32), ("log_n", ctypes.c_uint32), ("queries", ctypes.c_uint32))


class Verdict(ctypes.Structure):
    _fields_ = (
        ("accepted", ctypes.c_int),
        ("reason", ctypes.c_int),
        ("section", ctypes.c_char_p),
        ("what", ctypes.c_char_p),
        ("bits", ctypes.c_int64),
        ("bits_of_sum", ctypes.c_int64),
        ("options", ctypes.c_uint8 * 16),
        ("groups", ctypes.c_uint32),
        ("statements", ctypes.c_uint32),
        ("tables", ctypes.c_uint32),
        ("log_rows", ctypes.c_uint32),
        ("entries", ctypes.c_uint64),
        ("columns", ctypes.c_uint32),
        ("log_m", ctypes.c_uint32),
        ("log_n0", ctypes.c_uint32),
        ("queries0", ctypes.c_uint32),
        ("words", ctypes.c_uint32),
        ("final_log", ctypes.c_uint32),
        ("word", Word * 7),
        ("work", ctypes.c_uint64),
        ("memory", ctypes.c_size_t),
        ("heard", ctypes.c_uint32 * 18),
    )

    def __str__(self) -> str:
        return f"{REASONS[self.reason]} {self.section.decode()}: {self.what.decode()}"


@dataclass(frozen=True)
class Value:
    """What a policy fixes: scalars as a tuple of one value."""

    kind: str
    name: str
    values: tuple[int, ...]
    group: int = 0
    statement: int = ALL


WIDE, PORTABLE = (), ("-DL2ZK_PORTABLE", "-O0")
"""With a wide integer of the compiler's, and without."""


def compiled(folder: Path, *, flags: Iterable[str] = (), compiler: str = "cc", source: Path = SOURCE) -> Path:
    """A shared library, in a folder."""
    made = folder / "libl2zk-verify.so"
    subprocess.run([compiler, *FLAGS, *flags, "-shared", "-fPIC", source, "-o", made], check=True)
    return made


@cache
def library(flags: tuple[str, ...]) -> Any:
    """The verifier, and what `native/verifier_probes.c` shows of its inside."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    loaded = ctypes.CDLL(str(compiled(folder, flags=(*flags, "-Wno-unused-function"), source=PROBES)))
    loaded.l2zk_memory.restype = ctypes.c_size_t
    loaded.probe_log.restype = ctypes.c_int64
    loaded.probe_root.restype = ctypes.c_uint64
    return loaded


def span(data: bytes) -> Span:
    return Span(data, len(data))


def key_file(canonical: bytes, notes: bytes = b"") -> bytes:
    """A key of canonical bytes (`verify/l2zk_verify.h`)."""
    sized = [len(part).to_bytes(8, "little") + part for part in (canonical, notes)]
    return b"l2ai" + (1).to_bytes(4, "little") + b"".join(sized)


def canonical_bytes(program: Program) -> bytes:
    """What the twin's digest is of (PROTOCOL 3.6)."""
    with mock.patch.object(twin_digest, "h3", lambda data: data):
        return twin_digest.digest(program)


def twin_key(program: Program) -> bytes:
    return key_file(canonical_bytes(program))


def _fixed(values: Sequence[Value]) -> Any:
    made = (Fixed * len(values))()
    for place, value in zip(made, values):
        numbers = (ctypes.c_uint64 * len(value.values))(*value.values)
        place.group, place.statement, place.kind = value.group, value.statement, KINDS[value.kind]
        place.name, place.values, place.count = span(value.name.encode()), numbers, len(numbers)
    return made


def verify(
    keys: Sequence[bytes],
    proof: bytes,
    *,
    bits: int = 1,
    options: bytes | None = None,
    fixed: Sequence[Value] = (),
    statements: Sequence[int] | None = None,
    work: int = 0,
    memory: int | None = None,
    flags: tuple[str, ...] = WIDE,
) -> Verdict:
    """The verdict of the verifier in C."""
    verdict, count = Verdict(), len(keys)
    spans = (Span * count)(*map(span, keys))
    demanded = (ctypes.c_uint32 * count)(*statements) if statements else None
    policy = Policy(bits, options, _fixed(fixed), len(fixed), demanded, 0, work)
    shared = library(flags)
    arguments = spans, ctypes.c_size_t(count), span(proof), ctypes.byref(policy)
    size = shared.l2zk_memory(*arguments, ctypes.byref(verdict)) if memory is None else memory
    if size or memory is not None:
        buffer = ctypes.create_string_buffer(max(1, size))
        shared.l2zk_verify(*arguments, buffer, ctypes.c_size_t(size), ctypes.byref(verdict))
    return verdict


def input_values(groups: Sequence[Group]) -> list[Value]:
    """The values of all input sequences, which no proof carries."""
    return [
        Value("sequence", said.name, tuple(values), number, place)
        for number, (program, statements) in enumerate(groups)
        for place, public in enumerate(statements)
        for said, values in zip(program.sequences, public.sequences)
        if not said.output
    ]

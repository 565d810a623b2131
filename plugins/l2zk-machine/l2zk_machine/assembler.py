"""The assembler: a text, an instruction a line, becomes rows of numbers.

    ; the sum of the squares of the words on the tape, the first of which says how many follow
            input  r1
    loop:   jz     r1, done
            input  r2
            mul    r2, r2, r2
            add    r3, r3, r2
            sub    r1, r1, 1
            jump   loop
    done:   output r3
            halt

A line may begin with labels; what follows a ; is a comment. Registers are r0 … r15, and r0 is always 0. The last
operand of add, sub, mul, mulh, lt and eq, and the second one of jeq and jne, may be an integer from -2^31 to 2^32 - 1.
An address is [r2], [r2 + 4] or [4].
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType

import l2zk

WORD = 2**32
"""One more than the greatest word."""

REGISTERS = 16

LONGEST = 2**12
"""Instructions of a program, at most."""

KINDS = (
    *("add", "sub", "mul", "mulh", "lt", "eq", "load", "input"),  # these write a register
    *("store", "output", "assert", "jeq", "jne", "halt"),
)
"""What the machine does; everything else is written with these."""


@dataclass(frozen=True)
class Instruction:
    """One of KINDS with its operands: registers a (written), b and c (read), a constant, a place to go on at."""

    kind: str
    a: int = 0
    b: int = 0
    c: int = 0
    constant: int = 0
    target: int = 0
    line: int = 0


def read(path: str | os.PathLike[str]) -> str:
    """The text in a file. Raises ProgramError if it is not in UTF-8."""
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise l2zk.ProgramError("a program in assembly is a text in UTF-8, and this file is none") from None


@cache
def assemble(source: str) -> tuple[Instruction, ...]:
    """The instructions of a text. Raises ProgramError with the number of the line that is wrong."""
    labels: dict[str, int] = {}
    lines: list[tuple[int, str]] = []
    for number, text in enumerate(re.split("\r?\n", source), 1):
        text = text.replace("\t", " ")
        if not text.isprintable():
            raise _wrong(number, "there is a character that cannot be seen: what is proved is what everybody reads")
        for label in (rest := text.partition(";")[0].strip()).split(":")[:-1]:
            _define(labels, label.strip(), len(lines), number)
        if rest := rest.rpartition(":")[2].strip():
            lines.append((number, rest))
    if not 1 <= len(lines) <= LONGEST:
        raise l2zk.ProgramError(f"a program has 1 to {LONGEST} instructions, and this one has {len(lines)}")
    return tuple(_instruction(text, labels, number) for number, text in lines)


def _define(labels: dict[str, int], name: str, place: int, line: int) -> None:
    if not re.fullmatch(r"[A-Za-z_]\w*", name) or re.fullmatch(r"r\d+", name):
        raise _wrong(line, f"{name!r} is no label: it is letters and digits, as loop, and no register")
    if name in labels:
        raise _wrong(line, f"the label {name!r} is there twice")
    labels[name] = place


def _instruction(text: str, labels: Mapping[str, int], line: int) -> Instruction:
    name, _, rest = text.partition(" ")
    if name not in FORMS:
        raise _wrong(line, f"there is no instruction {name!r}{_nearest(name, FORMS)}")
    form = FORMS[name]
    operands = [part.strip() for part in rest.split(",")] if rest.strip() else []
    if len(operands) != len(form.operands):
        wanted = ", ".join(form.operands) or "no operand"
        raise _wrong(line, f"{name} takes {wanted}, and here are {len(operands)} operands")
    found: dict[str, int] = {}
    for kind, operand in zip(form.operands, operands):
        found |= READERS[kind](operand, labels, line)
    return Instruction(form.kind, line=line, **found)


def _wrong(line: int, what: str) -> l2zk.ProgramError:
    return l2zk.ProgramError(f"line {line}: {what}")


def _nearest(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else f": there are {', '.join(known)}"


def _register(text: str, line: int) -> int:
    if not re.fullmatch(r"r\d{1,2}", text) or int(text[1:]) >= REGISTERS:
        raise _wrong(line, f"{text!r} is no register: these are r0 to r{REGISTERS - 1}")
    return int(text[1:])


def _constant(text: str, line: int, least: int = -WORD // 2) -> int:
    try:
        value = int(text, 0)
    except ValueError:
        raise _wrong(line, f"{text!r} is neither a register nor an integer") from None
    if not least <= value < WORD:
        raise _wrong(line, f"{text} is beyond a word: {least} to {WORD - 1} is right here")
    return value % WORD


def _into(text: str, labels: Mapping[str, int], line: int) -> dict[str, int]:
    if not (number := _register(text, line)):
        raise _wrong(line, "r0 is always 0, and nothing is written to it: r1 to r15 are for that")
    return {"a": number}


def _word(text: str, labels: Mapping[str, int], line: int) -> dict[str, int]:
    return {"c": _register(text, line)} if text.startswith("r") else {"constant": _constant(text, line)}


def _address(text: str, labels: Mapping[str, int], line: int) -> dict[str, int]:
    found = re.fullmatch(r"\[\s*(?:(r\d+)\s*(?:\+\s*(\w+))?|(\w+))\s*\]", text)
    if found is None:
        raise _wrong(line, f"{text!r} is no address: it is [r2], [r2 + 4] or [4]")
    register, offset, place = found.groups()
    return {
        "b": _register(register, line) if register else 0,
        "constant": _constant(offset or place or "0", line, least=0),
    }


def _target(text: str, labels: Mapping[str, int], line: int) -> dict[str, int]:
    if text not in labels:
        raise _wrong(line, f"there is no label {text!r}{_nearest(text, labels) if labels else ''}")
    return {"target": labels[text]}


Reader = Callable[[str, Mapping[str, int], int], dict[str, int]]

READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "register to write": _into,
        "register": lambda text, labels, line: {"b": _register(text, line)},
        "second register": lambda text, labels, line: {"c": _register(text, line)},
        "register or integer": _word,
        "address": _address,
        "integer": lambda text, labels, line: {"constant": _constant(text, line)},
        "label": _target,
    }
)
"""What an operand is, and what it says of an instruction."""


@dataclass(frozen=True)
class Form:
    """What the name of an instruction stands for, and its operands."""

    kind: str
    operands: Sequence[str] = ()


_BINARY = ("register to write", "register", "register or integer")

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        **{name: Form(name, _BINARY) for name in ("add", "sub", "mul", "mulh", "lt", "eq")},
        "set": Form("add", ("register to write", "integer")),
        "move": Form("add", ("register to write", "register")),
        "load": Form("load", ("register to write", "address")),
        "store": Form("store", ("second register", "address")),
        "input": Form("input", ("register to write",)),
        "output": Form("output", ("register",)),
        "assert": Form("assert", ("register",)),
        "jump": Form("jeq", ("label",)),
        "jeq": Form("jeq", ("register", "register or integer", "label")),
        "jne": Form("jne", ("register", "register or integer", "label")),
        "jz": Form("jeq", ("register", "label")),
        "jnz": Form("jne", ("register", "label")),
        "halt": Form("halt"),
    }
)
"""The instructions by their names: set, move, jump, jz and jnz are other names for what others do with r0."""

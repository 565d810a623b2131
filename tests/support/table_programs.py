"""The smallest programs that use each mechanism of tables and buses, each with a witness and what it comes to."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np

import l2zk
from l2zk import TraceProgram


@dataclass(frozen=True)
class Sort(TraceProgram):
    """The private values in rising order: the same values, each at most 2^16 above the one before."""

    id = "sort.v0"
    count: int

    def define(self, m: Any) -> None:
        m.rows(self.count)
        given = m.private_column("given")
        ordered = m.column("ordered")
        m.permutation("sorted", (given,), (ordered,))
        m.range("rise", ordered.next - ordered, bits=16)
        m.output_column("result", ordered)

    def generate_trace(self, witness: Any) -> Any:
        return {"ordered": np.sort(witness["given"][: self.count])}


@dataclass(frozen=True)
class ByteXor(TraceProgram):
    """The exclusive or of two private bytes on each row, a public array."""

    id = "byte-xor.v0"
    count: int

    def define(self, m: Any) -> None:
        m.rows(self.count)
        x, y = m.private_columns("x", "y")
        z = m.column("z")
        m.lookup("xor", (x, y, z), in_=l2zk.XorTable(8))
        m.output_column("result", z)

    def generate_trace(self, witness: Any) -> Any:
        return {"z": witness["x"] ^ witness["y"]}


def rotated(x: int, by: int) -> int:
    return (x << by | x >> (8 - by)) & 255


def times(x: int, y: int) -> int:
    """The product in the field of AES."""
    product = 0
    while y:
        product ^= x * (y & 1)
        x = x << 1 ^ 0x11B * (x >> 7)
        y >>= 1
    return product


def sbox(x: int) -> int:
    """FIPS 197, 5.1.1: the inverse, then an affine map."""
    inverse = next((y for y in range(256) if times(x, y) == 1), 0)
    return inverse ^ rotated(inverse, 1) ^ rotated(inverse, 2) ^ rotated(inverse, 3) ^ rotated(inverse, 4) ^ 0x63


SBOX = tuple(map(sbox, range(256)))


@dataclass(frozen=True)
class SubBytes(TraceProgram):
    """The S-box of AES on private bytes."""

    id = "sub-bytes.v0"
    count: int

    def define(self, m: Any) -> None:
        m.rows(self.count)
        x, y = m.private_column("x"), m.column("y")
        table = l2zk.FixedTable("sbox", {"x": range(256), "y": SBOX})
        m.lookup("substituted", (x, y), in_=table)
        m.output_column("result", y)

    def generate_trace(self, witness: Any) -> Any:
        return {"y": np.array(SBOX, dtype=np.uint64)[witness["x"]]}


@dataclass(frozen=True)
class InRange(TraceProgram):
    """Private values below 2^16, and their sum."""

    id = "in-range.v0"
    count: int
    bits: int = 16

    def define(self, m: Any) -> None:
        m.rows(self.count)
        x = m.private_column("x", pad=0)
        total = m.column("total")
        m.range("x small", x, bits=self.bits)
        m.start({total: 0})
        m.step({total: total + x})
        m.output("sum", total + x, row="last")


@dataclass(frozen=True)
class Cubes(TraceProgram):
    """Two tables by a bus: cubes are asked for on some rows, and a table of their own makes each once."""

    id = "cubes.v0"
    count: int
    different: int

    def define(self, m: Any) -> None:
        m.rows(self.count)
        a, b = m.private_column("a"), m.column("b")
        cubes = m.table("cubes", rows=self.different)
        x, square, cube, times = cubes.columns("x", "square", "cube", "times")
        cubes.constrain("square", square == x * x)
        cubes.constrain("cube", cube == square * x)
        calls = m.bus("cube of", "x", "cube")
        m.send(calls, (a, b))
        cubes.receive(calls, (x, cube), times=times)
        m.output("first", b, row=0)

    def generate_trace(self, witness: Any) -> Any:
        a = [int(value) for value in witness["a"]]
        keys = list(dict.fromkeys(a[: self.count]))
        keys += [keys[-1]] * (self.different - len(keys))
        return {
            "b": [value**3 % l2zk.MODULUS for value in a],
            "cubes": {
                "square": [key * key for key in keys],
                "cube": [key**3 for key in keys],
            },
        }


@dataclass(frozen=True)
class Edges(TraceProgram):
    """A convolution: the second differences of a public image, row by row, a public array."""

    id = "edges.v0"
    width: int
    height: int

    def define(self, m: Any) -> None:
        m.rows(self.width * self.height)
        image = m.public_column("image")
        pixel = m.column("pixel", pad=0)
        m.constrain("the image", pixel == image)
        around = pixel[1] + pixel[self.width] + pixel[self.width + 2] + pixel[2 * self.width + 1]
        m.output_column("edges", 4 * pixel[self.width + 1] - around)

    def generate_trace(self, witness: Any) -> Any:
        return {"pixel": witness["image"]}


LOAD, ADD, STORE, MOVE, LOOP = range(5)
"""a = ram[i]; a = a + ram[i]; ram[i] = a; i = i + argument; go to the argument if a is not 0."""

FIBONACCI = (
    *((STORE, 0), (MOVE, 1), (STORE, 0)),
    *((MOVE, -1), (LOAD, 0), (MOVE, 1), (ADD, 0), (MOVE, 1), (STORE, 0), (LOOP, 3)),
)
"""With a = 1 it leaves the numbers of Fibonacci in the memory, one behind the other."""


@dataclass(frozen=True)
class RegisterMachine(TraceProgram):
    """So many steps of a machine with two registers and a memory; its code is a public table."""

    id = "register-machine.v0"
    steps: int
    code: tuple[tuple[int, int], ...] = FIBONACCI
    size: int = 2**16

    def define(self, m: Any) -> None:
        m.rows(self.steps)
        pc, a, i, argument, inverse, other = m.columns("pc", "a", "i", "argument", "inverse", "other")
        flags = m.columns("load", "add", "store", "move", "loop")
        load, add, store, move, loop = flags
        opcodes = {
            name: [int(op == k) for op, _ in self.code]
            for k, name in enumerate(["load", "add", "store", "move", "loop"])
        }
        code = {"pc": range(len(self.code)), "argument": [n % l2zk.MODULUS for _, n in self.code], **opcodes}
        m.lookup("fetch", (pc, argument, *flags), in_=l2zk.FixedTable("code", code))
        ram = m.memory("ram", size=self.size)
        value = ram.read(i, when=load + add)
        ram.write(i, a, when=store)
        m.constrain("a is not 0", other == a * inverse)
        m.constrain("a is 0", a * (1 - other) == 0)
        m.constrain("next a", a.next == a + load * (value - a) + add * value)
        m.constrain("next i", i.next == i + move * argument)
        m.constrain("next pc", pc.next == pc + 1 + loop * other * (argument - pc - 1))
        m.constrain("first pc", pc == 0, on="first")
        m.constrain("first a", a == m.public_input("a", default=1), on="first")
        m.constrain("first i", i == 0, on="first")
        m.output("result", a, row="last")

    def generate_trace(self, witness: Any) -> Any:
        ram: dict[int, int] = {}
        rows = []
        pc, a, i = 0, int(witness["a"]), 0
        for _ in range(self.definition.air.length):
            op, argument = self.code[pc]
            inverse = pow(a, -1, l2zk.MODULUS) if a else 0
            flags = [int(op == k) for k in range(5)]
            rows.append([pc, a, i, argument % l2zk.MODULUS, inverse, int(a != 0), *flags])
            value = ram.get(i, 0)
            if op == STORE:
                ram[i] = a
            pc = argument if op == LOOP and a else pc + 1
            a = value if op == LOAD else (a + value) % l2zk.MODULUS if op == ADD else a
            i = i + argument if op == MOVE else i
        names = ["pc", "a", "i", "argument", "inverse", "other", "load", "add", "store", "move", "loop"]
        return dict(zip(names, np.array(rows, dtype=np.uint64).T))


@dataclass(frozen=True)
class Small(TraceProgram):
    """A small statement: the square of a private number is public."""

    id = "small.v0"

    def define(self, m: Any) -> None:
        x = m.column("x")
        m.start({x: m.private_input("secret")})
        m.step({x: x * x})
        m.output("square", x, row=1)


def values(count: int, below: int, seed: int = 7) -> list[int]:
    rng = random.Random(seed)
    return [rng.randrange(below) for _ in range(count)]

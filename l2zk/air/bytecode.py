"""Bytecode: nodes as straight-line code, which the core runs over tiles of rows, at a point of K and to fill a trace.

What is the same on every row (constants, inputs, outputs and what is computed of them) is moved into a
prelude that runs once. The rest is ordered depth-first from each root, the operand that needs more registers
first, and allocated by linear scan: a register is free again after the last use of its value. The code says
nothing that the nodes of PROTOCOL 3.2 do not.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from l2zk.air.factored import factored
from l2zk.air.fused import Fused, Sum, Xor, fused
from l2zk.air.nodes import (
    ADD,
    COLUMN,
    CONJUNCTION,
    CONSTANT,
    INPUT,
    MUL,
    NEG,
    OUTPUT,
    PERIODIC,
    ROW_NUMBER,
    SEQUENCE,
    SUB,
    Node,
    Placement,
    extract,
    operands,
    placement_of,
    rows_ahead,
)
from l2zk.air.table import TableAir


class Op(IntEnum):
    """(op, dst, a, b): V is a vector slot, U a uniform slot; b of NEG and both RESULTs is 0."""

    ADD_VV = 0
    SUB_VV = 1
    MUL_VV = 2
    ADD_VU = 3
    SUB_VU = 4
    SUB_UV = 5  # a is the uniform slot
    MUL_VU = 6
    NEG_V = 7
    RESULT_V = 8  # dst is a result index
    RESULT_U = 9
    XOR_VV = 10  # a + b - 2*a*b
    SUM_V = 11  # of terms from a on: the lower 16 bits of b say how many are added, the upper ones how many subtracted


Instruction = tuple[int, int, int, int]
Item = tuple[int, int | None]  # an operation's node and None, or a root and its result

# For each kind: the operation on two vectors, with a uniform on the right, with a uniform on the left.
_OPS = {
    ADD: (Op.ADD_VV, Op.ADD_VU, Op.ADD_VU),
    SUB: (Op.SUB_VV, Op.SUB_VU, Op.SUB_UV),
    MUL: (Op.MUL_VV, Op.MUL_VU, Op.MUL_VU),
}

Word = TypeVar("Word", np.uint32, np.uint64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Code:
    """Code for a number of results. The arrays are C-contiguous and read-only, since programs share them.

    uniforms  uint64[u]    public inputs, public outputs, constants, then values that the prelude computes
    prelude   uint32[p,4]  VV and NEG_V instructions whose slots are uniform slots
    loads     uint32[l,3]  (kind, index, rows ahead) of the vector slots 0 … l-1: 0 column, 1 periodic, 2 placement,
                           3 row number, 4 scalar by block (inputs, then outputs), 5 conjunction (of so many bits)
    body      uint32[b,4]  instructions; dst of an operation is neither a load's slot nor one of its operands
    terms     uint32[t,2]  vector slots and coefficients of sums, those of one sign in one sum below 2^32 together
    vectors   l + registers
    results   every result 0 … results-1 is written exactly once
    """

    inputs: int
    outputs: int
    uniforms: NDArray[np.uint64]
    prelude: NDArray[np.uint32]
    loads: NDArray[np.uint32]
    body: NDArray[np.uint32]
    vectors: int
    results: int
    terms: NDArray[np.uint32] = field(default_factory=lambda: _table([], 2))


def compile_constraints(table: TableAir, *, stacked: bool = False, length: int | None = None) -> Code:
    """Code whose result i is the expression of constraint i.

    stacked: for several blocks, so that public values are loads, one for each block. length: the rows of all blocks,
    modulo which offsets count; those of one block if it is left out.
    """
    nodes, roots = extract(table.nodes, [constraint.node for constraint in table.constraints])
    nodes, roots = factored([_ahead(node, length or table.length) for node in nodes], roots)
    inputs, outputs = len(table.inputs), len(table.outputs)
    return compile_nodes(
        nodes, roots, inputs=inputs, outputs=outputs, placements=table.placements, stacked=stacked, fuse=True
    )


def _ahead(node: Node, length: int) -> Node:
    """The node with its offset in rows ahead."""
    kind, x, y = node
    return (kind, x, y % length) if kind == COLUMN else node


def compile_nodes(
    nodes: Sequence[Node],
    roots: Sequence[int],
    *,
    inputs: int,
    outputs: int,
    placements: Sequence[Placement] = (),
    stacked: bool = False,
    fuse: bool = False,
) -> Code:
    """Code whose result i is the node roots[i]; every node is needed by some root. placements: those of the table,
    by whose number a sequence is loaded. stacked: public values are loads. fuse: with XOR_VV and SUM_V."""
    slots, uniforms = _uniform_slots(nodes, inputs, outputs, stacked)
    varying = (COLUMN, PERIODIC, SEQUENCE, ROW_NUMBER, CONJUNCTION, *((INPUT, OUTPUT) if stacked else ()))
    leaves = sorted((node, index) for index, node in enumerate(nodes) if node[0] in varying)
    places = {index: slot for slot, (_, index) in enumerate(leaves)}
    numbers = {placement: number for number, placement in enumerate(placements)}
    body = _Body(nodes, slots, places, fused(nodes, roots, slots) if fuse else {})
    body.fill(roots)
    return Code(
        inputs=inputs,
        outputs=outputs,
        uniforms=_read_only(np.array(uniforms, dtype=np.uint64)),
        prelude=_table(_prelude(nodes, slots), 4),
        loads=_table([_load(node, numbers, inputs) for node, _ in leaves], 3),
        body=_table(body.instructions, 4),
        vectors=body.registers.top,
        results=len(roots),
        terms=_table(body.terms, 2),
    )


LOADS = {COLUMN: 0, PERIODIC: 1, SEQUENCE: 2, ROW_NUMBER: 3, INPUT: 4, OUTPUT: 4, CONJUNCTION: 5}
"""The kinds of loads, by the leaf."""


def _load(node: Node, numbers: Mapping[Placement, int], inputs: int) -> tuple[int, int, int]:
    kind, x, y = node
    if kind == SEQUENCE:
        return LOADS[kind], numbers[placement_of(node)], rows_ahead(node)
    return LOADS[kind], x + inputs * (kind == OUTPUT), y


def _uniform_slots(nodes: Sequence[Node], inputs: int, outputs: int, stacked: bool) -> tuple[dict[int, int], list[int]]:
    """The slot of every node that is the same on all rows, and the initial values of the slots."""
    slots: dict[int, int] = {}
    uniforms = [0] * (inputs + outputs)
    for index, (kind, x, _) in enumerate(nodes):
        if kind == CONSTANT:
            slots[index] = len(uniforms)
            uniforms.append(x)
        elif kind in (INPUT, OUTPUT) and not stacked:
            slots[index] = x if kind == INPUT else inputs + x
    for index, node in enumerate(nodes):
        below = operands(node)
        if below and all(o in slots for o in below):
            slots[index] = len(uniforms)
            uniforms.append(0)
    return slots, uniforms


def _prelude(nodes: Sequence[Node], slots: dict[int, int]) -> list[Instruction]:
    """The operations on uniform slots, each with a slot of its own."""
    code: list[Instruction] = []
    for index, (kind, x, y) in enumerate(nodes):
        if index in slots and kind == NEG:
            code.append((Op.NEG_V, slots[index], slots[x], 0))
        elif index in slots and kind in _OPS:
            code.append((_OPS[kind][0], slots[index], slots[x], slots[y]))
    return code


class _Body:
    """The instructions, the terms of sums, and the vector slots that they use."""

    def __init__(self, nodes: Sequence[Node], slots: dict[int, int], loads: dict[int, int], together: Fused) -> None:
        self.instructions: list[Instruction] = []
        self.terms: list[tuple[int, int]] = []
        self.registers = _Registers(len(loads))
        self._nodes, self._slots, self._loads, self._together = nodes, slots, loads, together
        self._below = [together[i].operands if i in together else operands(node) for i, node in enumerate(nodes)]
        self._places = dict(loads)

    def fill(self, roots: Sequence[int]) -> None:
        """Operations in their order, each root's followed by its result."""
        items = self._schedule(roots)
        last_use = {o: position for position, item in enumerate(items) for o in self._uses(item)}
        for position, (index, result) in enumerate(items):
            if result is None:
                self._operate(index)
            elif index in self._slots:
                self.instructions.append((Op.RESULT_U, result, self._slots[index], 0))
            else:
                self.instructions.append((Op.RESULT_V, result, self._places[index], 0))
            for used in set(self._uses((index, result))):
                if last_use[used] == position and used in self._places and used not in self._loads:
                    self.registers.give(self._places[used])

    def _schedule(self, roots: Sequence[int]) -> list[Item]:
        """Operations depth-first from each root, followed by the root's result."""
        needs = self._register_needs()
        done = {index for index, below in enumerate(self._below) if index in self._slots or not below}
        items: list[Item] = []
        for result, root in enumerate(roots):
            stack = [root]
            while stack:
                index = stack[-1]
                waiting = [o for o in self._below[index] if o not in done]
                if index in done:
                    stack.pop()
                elif waiting:
                    stack.append(max(waiting, key=needs.__getitem__))
                else:
                    done.add(index)
                    items.append((index, None))
            items.append((root, result))
        return items

    def _register_needs(self) -> list[int]:
        """The registers that each node needs to be computed, as if nothing were shared (Sethi and Ullman 1970)."""
        needs: list[int] = []
        for index, operands_of in enumerate(self._below):
            below = sorted((needs[o] for o in operands_of), reverse=True)
            if not below or index in self._slots:
                needs.append(0)
            else:
                needs.append(max(1, *(need + held for held, need in enumerate(below) if need)) if any(below) else 1)
        return needs

    def _uses(self, item: Item) -> tuple[int, ...]:
        index, result = item
        return self._below[index] if result is None else (index,)

    def _operate(self, index: int) -> None:
        one = self._together.get(index)
        if isinstance(one, Sum):
            op, a, b = Op.SUM_V, len(self.terms), len(one.added) + (len(one.subtracted) << 16)
            self.terms += [(self._places[node], coefficient) for node, coefficient in one.added + one.subtracted]
        elif isinstance(one, Xor):
            op, a, b = Op.XOR_VV, self._places[one.a], self._places[one.b]
        else:
            op, a, b = self._operation(self._nodes[index])
        self._places[index] = self.registers.take()
        self.instructions.append((op, self._places[index], a, b))

    def _operation(self, node: Node) -> tuple[Op, int, int]:
        """(op, a, b) of an operation with at least one operand in a vector slot."""
        kind, x, y = node
        slots, places = self._slots, self._places
        if kind == NEG:
            return Op.NEG_V, places[x], 0
        both, right_uniform, left_uniform = _OPS[kind]
        if kind == MUL and (CONSTANT, 2, 0) in (self._nodes[x], self._nodes[y]):
            of = places[y if x in slots else x]
            return Op.ADD_VV, of, of
        if y in slots:
            return right_uniform, places[x], slots[y]
        if x not in slots:
            return both, places[x], places[y]
        return (left_uniform, slots[x], places[y]) if left_uniform == Op.SUB_UV else (left_uniform, places[y], slots[x])


class _Registers:
    """An allocator of the vector slots after those of the loads; it gives the lowest free one."""

    def __init__(self, first: int) -> None:
        self.top = first
        self._free: list[int] = []

    def take(self) -> int:
        if self._free:
            return heapq.heappop(self._free)
        self.top += 1
        return self.top - 1

    def give(self, slot: int) -> None:
        heapq.heappush(self._free, slot)


def _table(rows: Sequence[tuple[int, ...]], width: int) -> NDArray[np.uint32]:
    return _read_only(np.array(rows, dtype=np.uint32).reshape(len(rows), width))


def _read_only(array: NDArray[Word]) -> NDArray[Word]:
    array.setflags(write=False)
    return array

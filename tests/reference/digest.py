"""Nodes of expressions, and the digest of a program (PROTOCOL 3.2, 3.3, 3.6)."""

from __future__ import annotations

from collections.abc import Iterable

from .algebra import P
from .statement import Domain, Expression, Interaction, Message, Program, Table
from .transcript import u64
from .tree import h3

Node = tuple[int, int, int]
"""Kind, x, y."""

KINDS = {"+": 5, "-": 6, "*": 7, "negation": 8}
DOMAINS = ("every", "transitions", "row", "cyclic", "last")


class Nodes:
    """The nodes of some expressions in the order of a depth-first walk, each after its operands, no two equal."""

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.numbers: dict[Node, int] = {}
        self._walked: dict[int, tuple[int, Expression]] = {}

    def number(self, e: Expression) -> int:
        """The number of an expression; what is one object in several expressions is walked once."""
        if id(e) not in self._walked:
            number = self.numbers.setdefault(self.node(e), len(self.numbers))
            self._walked[id(e)] = number, e
        return self._walked[id(e)][0]

    def node(self, e: Expression) -> Node:
        kind = e[0]
        if kind in KINDS:
            operands = [self.number(operand) for operand in e[1:]]
            return KINDS[kind], operands[0], operands[1] if len(operands) > 1 else 0
        if kind == "constant":
            return 0, e[1] % P, 0
        if kind == "column":
            return 1, e[1], e[2] % 2**64
        if kind == "periodic":
            return 2, e[1], 0
        if kind == "public":
            return (3, e[1], 0) if e[1] < self.inputs else (4, e[1] - self.inputs, 0)
        if kind == "sequence":
            return 9, e[1], e[2] + (e[3] << 32)
        return (11, e[1], 0) if kind == "conjunction" else (10, 0, 0)

    def bytes(self) -> bytes:
        return listed(numbers(node) for node in self.numbers)


def numbers(values: Iterable[int]) -> bytes:
    return b"".join(map(u64, values))


def text(data: bytes) -> bytes:
    return u64(len(data)) + data


def listed(items: Iterable[bytes]) -> bytes:
    items = list(items)
    return u64(len(items)) + b"".join(items)


def named(name: str, *values: int) -> bytes:
    return text(name.encode()) + numbers(values)


def domain_bytes(domain: Domain) -> bytes:
    return numbers((DOMAINS.index(domain.kind), domain.x, domain.y))


def digest(program: Program) -> bytes:
    return h3(
        b"l2zk program 2"
        + named(program.id)
        + text(program.parameters)
        + listed(map(named, program.inputs))
        + listed(map(named, program.outputs))
        + listed(named(said.name, said.length, int(said.output)) for said in program.sequences)
        + listed(named(name, width) for name, width in program.buses)
        + listed(table_bytes(program, table) for table in program.tables)
        + listed(message_bytes(program, message) for message in program.messages)
    )


def table_bytes(program: Program, table: Table) -> bytes:
    nodes = Nodes(len(program.inputs))
    constraints = [domain_bytes(domain) + u64(nodes.number(e)) for domain, e in table.constraints]
    interactions = [interaction_bytes(program, nodes, interaction) for interaction in table.interactions]
    return (
        numbers((table.user_rows or table.rows, table.rows, table.width))
        + listed(listed(u64(v) for v in values) for values in table.periodic)
        + nodes.bytes()
        + listed(constraints)
        + listed(interactions)
    )


def interaction_bytes(program: Program, nodes: Nodes, said: Interaction) -> bytes:
    shown = [u64(nodes.number(e)) for e in said.tuple]
    multiplicity = u64(nodes.number(said.multiplicity))
    return u64(bus_number(program, said.bus)) + listed(shown) + multiplicity + domain_bytes(said.domain)


def message_bytes(program: Program, message: Message) -> bytes:
    """Each value has a list of nodes of its own."""
    sign = 1 if message.sign > 0 else 0
    return numbers((sign, bus_number(program, message.bus))) + listed(value_bytes(program, e) for e in message.tuple)


def value_bytes(program: Program, e: Expression) -> bytes:
    nodes = Nodes(len(program.inputs))
    nodes.number(e)
    return nodes.bytes()


def bus_number(program: Program, bus: str) -> int:
    return [name for name, _ in program.buses].index(bus)

"""Programs of the twin as the library's AIRs."""

from __future__ import annotations

from collections.abc import Callable

from reference.digest import DOMAINS, Nodes
from reference.digest import Node as TwinNode
from reference.statement import Domain as TwinDomain
from reference.statement import Expression, Program, Table

from l2zk.air.air import Air, Bus, Constraint, Interaction, Message, PublicSequence, TableAir
from l2zk.air.domains import Domain
from l2zk.air.nodes import COLUMN, Node


def air_of(program: Program) -> Air:
    """The AIR of a program, with its digest."""
    sequences = tuple(PublicSequence(said.name, said.length, said.output) for said in program.sequences)
    buses = [name for name, _ in program.buses]
    return Air(
        id=program.id,
        parameters=program.parameters,
        inputs=program.inputs,
        outputs=program.outputs,
        tables=tuple(_table(program, sequences, number) for number in range(len(program.tables))),
        sequences=sequences,
        buses=tuple(Bus(name, tuple(f"f{i}" for i in range(width))) for name, width in program.buses),
        messages=tuple(
            Message(f"m{i}", said.sign, buses.index(said.bus), tuple(_own_nodes(program, e) for e in said.tuple))
            for i, said in enumerate(program.messages)
        ),
    )


def _table(program: Program, sequences: tuple[PublicSequence, ...], number: int) -> TableAir:
    table, nodes = program.tables[number], Nodes(len(program.inputs))
    constraints = [
        Constraint(f"c{i}", _domain(domain), nodes.number(e)) for i, (domain, e) in enumerate(table.constraints)
    ]
    return TableAir(
        name=f"t{number}",
        rows=table.user_rows or table.rows,
        length=table.rows,
        columns=tuple(f"x{i}" for i in range(table.width)),
        periodic=table.periodic,
        periodic_names=tuple(f"p{i}" for i in range(len(table.periodic))),
        constraints=tuple(constraints),
        interactions=_interactions(program, table, nodes.number),
        nodes=tuple(map(_signed, nodes.numbers)),
        inputs=program.inputs,
        outputs=program.outputs,
        sequences=sequences,
    )


def _interactions(program: Program, table: Table, number: Callable[[Expression], int]) -> tuple[Interaction, ...]:
    buses = [name for name, _ in program.buses]
    made = []
    for i, said in enumerate(table.interactions):
        shown = tuple(map(number, said.tuple))
        made.append(Interaction(f"i{i}", buses.index(said.bus), shown, number(said.multiplicity), _domain(said.domain)))
    return tuple(made)


def _own_nodes(program: Program, e: Expression) -> tuple[Node, ...]:
    nodes = Nodes(len(program.inputs))
    nodes.number(e)
    return tuple(nodes.numbers)


def _domain(domain: TwinDomain) -> Domain:
    return Domain(DOMAINS.index(domain.kind), domain.x, domain.y)


def _signed(node: TwinNode) -> Node:
    """Offsets are below 0 for rows behind."""
    kind, x, y = node
    return (kind, x, y - 2**64) if kind == COLUMN and y >= 2**63 else node

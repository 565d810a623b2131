"""Programs of the library as the twin takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .digest import DOMAINS
from .options import PRESETS, Options
from .statement import Domain, Expression, Interaction, Message, Program, Series, Table


def expressions(nodes: Iterable[Any], inputs: int) -> list[Expression]:
    """Every node as a tree; what several share is one object."""
    made: list[Expression] = []
    for kind, x, y in nodes:
        if kind in (5, 6, 7):
            made.append(("+-*"[kind - 5], made[x], made[y]))
        elif kind == 8:
            made.append(("negation", made[x]))
        elif kind == 1:
            made.append(("column", x, y))
        elif kind == 10:
            made.append(("row",))
        elif kind == 11:
            made.append(("conjunction", x))
        elif kind == 9:
            made.append(("sequence", x, y % 2**32, y >> 32))
        else:
            name = {0: "constant", 2: "periodic", 3: "public", 4: "public"}[kind]
            made.append((name, x + inputs if kind == 4 else x))
    return made


def domain_of(said: Any) -> Domain:
    return Domain(DOMAINS[said.kind], said.x, said.y)


def table_of(air: Any, table: Any) -> Table:
    """A table of an AIR."""
    made = expressions(table.nodes, len(air.inputs))
    stated = tuple((domain_of(said.domain), made[said.node]) for said in table.constraints)
    shown = tuple(
        Interaction(
            air.buses[said.bus].name,
            tuple(made[node] for node in said.tuple),
            made[said.multiplicity],
            domain_of(said.domain),
        )
        for said in table.interactions
    )
    return Table(table.length, len(table.columns), tuple(map(tuple, table.periodic)), stated, shown, table.rows)


def message_of(air: Any, said: Any) -> Message:
    entries = tuple(expressions(nodes, len(air.inputs))[-1] for nodes in said.tuple)
    return Message(said.sign, air.buses[said.bus].name, entries)


def program_of(air: Any) -> Program:
    """The program of an AIR."""
    names = tuple(air.inputs), tuple(air.outputs)
    sequences = tuple(Series(said.name, said.length, said.is_output) for said in air.sequences)
    return Program(
        air.id,
        tuple(table_of(air, table) for table in air.tables),
        names[0],
        sequences,
        tuple((bus.name, len(bus.fields)) for bus in air.buses),
        tuple(message_of(air, said) for said in air.messages),
        names[1],
        air.parameters,
    )


def options_of(options: Any) -> Options:
    """The library's options."""
    names = ("security", "grinding", "zero_knowledge", "queries", "allow_insecure")
    rate = {None: 0, 0.5: 1, 0.25: 2, 0.125: 3, 0.0625: 4}[options.rate]
    assert options.preset in PRESETS
    return Options(options.preset, rate, **{name: getattr(options, name) for name in names})

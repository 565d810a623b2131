"""Programs of the library as the twin takes them."""

from __future__ import annotations

from typing import Any

from .digest import DOMAINS
from .options import PRESETS, Options
from .statement import Domain, Expression, Program, Series, Table


def expressions(air: Any) -> list[Expression]:
    """Every node of an AIR as a tree; what several share is one object."""
    made: list[Expression] = []
    for kind, x, y in air.nodes:
        if kind in (5, 6, 7):
            made.append(("+-*"[kind - 5], made[x], made[y]))
        elif kind == 8:
            made.append(("negation", made[x]))
        elif kind == 1:
            made.append(("column", x, y))
        elif kind == 9:
            made.append(("sequence", x, y % 2**32, y >> 32))
        else:
            name = {0: "constant", 2: "periodic", 3: "public", 4: "public"}[kind]
            made.append((name, x + len(air.inputs) if kind == 4 else x))
    return made


def table_of(air: Any) -> Table:
    """The table of an AIR."""
    made = expressions(air)
    stated = tuple((Domain(DOMAINS[c.domain.kind], c.domain.x, c.domain.y), made[c.node]) for c in air.constraints)
    return Table(air.length, len(air.columns), tuple(map(tuple, air.periodic)), stated, user_rows=air.rows)


def program_of(air: Any) -> Program:
    """The program of an AIR."""
    names = tuple(air.inputs), tuple(air.outputs)
    sequences = tuple(Series(said.name, said.length, said.is_output) for said in air.sequences)
    return Program(air.id, (table_of(air),), names[0], sequences, outputs=names[1], parameters=air.parameters)


def options_of(options: Any) -> Options:
    """The library's options."""
    names = ("security", "grinding", "zero_knowledge", "queries", "allow_insecure")
    rate = {None: 0, 0.5: 1, 0.25: 2, 0.125: 3, 0.0625: 4}[options.rate]
    assert options.preset in PRESETS
    return Options(options.preset, rate, **{name: getattr(options, name) for name in names})

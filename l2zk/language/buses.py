"""Buses as the builder adds them to its drafts: what is sent and received, lookups, public messages.

Nothing is decided here that needs the number of rows; settle.py does that at the end of `define`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from l2zk.air.air import Message
from l2zk.air.nodes import COLUMN, CONSTANT, INPUT, OUTPUT, PRIVATE, extract, operands
from l2zk.base.wording import counted, short
from l2zk.errors import ProgramError
from l2zk.language.draft import Common, Draft, Posted, Said, Settled
from l2zk.language.expression import Expression
from l2zk.language.fillings import Times
from l2zk.language.fixed_tables import FixedTable, fixed_in
from l2zk.language.noted import free_name, new_bus, number_of, own_column
from l2zk.language.rows_behind import looks, reach_of
from l2zk.language.rules.call import check_leaves, named_in, settled
from l2zk.language.rules.posted import check_posted, check_text, check_width
from l2zk.language.when import selected


@dataclass(frozen=True)
class OpenBus:
    """A bus of a program, as m.bus gives it, for send and receive of its tables."""

    number: int
    name: str
    fields: tuple[str, ...]
    common: Common

    def __repr__(self) -> str:
        return f"bus {self.name!r} of ({', '.join(self.fields)})"


@dataclass(frozen=True)
class Picked:
    """Columns of a table, as `table["x", "y"]` gives them, for lookups in its rows."""

    draft: Draft
    columns: tuple[Expression, ...]
    names: tuple[str, ...]


def open_bus(draft: Draft, name: Any, fields: Sequence[Any]) -> OpenBus:
    """A new bus of the program."""
    check_text("a bus", name)
    for one in fields:
        check_text(f"a field of bus {short(name)}", one)
    name, common = named_in(draft, name), draft.common
    if not fields:
        raise ProgramError(f"bus {short(name)} has no fields: name what stands in a tuple, as m.bus('calls', 'x', 'y')")
    if name in common.bus_names:
        raise ProgramError(f"the name {short(name)} of a bus is taken: each name is given once")
    return OpenBus(new_bus(common, name, tuple(fields)), name, tuple(fields), common)


def entries(draft: Draft, what: str, values: Any) -> list[Expression]:
    """A tuple as expressions; one expression is a tuple of one."""
    several = isinstance(values, (tuple, list))
    made = [draft.graph.lift(value) for value in (values if several else [values])]
    if not made:
        raise ProgramError(f"{what} is about an empty tuple: give at least one expression")
    for value in made:
        check_leaves(draft.graph, value.index, what, (PRIVATE,), "cells, public values and constants")
    return made


def post(
    draft: Draft,
    name: str,
    bus: int,
    made: Sequence[Expression],
    multiplicity: Expression,
    on: Settled,
    *,
    sign: int = 1,
    selects: bool = False,
) -> tuple[int, int]:
    """Put a tuple on a bus on these rows; (table, number) of the interaction."""
    posted = Posted(name, bus, tuple(one.index for one in made), multiplicity.index, sign, on, selects)
    check_posted(draft, posted)
    draft.posted_names.add(name)
    draft.posted.append(posted)
    return draft.number, len(draft.posted) - 1


def rows_of(draft: Draft, what: str, made: Sequence[Expression], on: Any) -> Settled:
    """The rows of `on`; left out, all of the user's from which tuple and multiplicity look no further than they go."""
    look = any(looks(draft, (one.index for one in made)))
    return settled(("transitions" if look else "every") if on is None else on, what)


def selector(draft: Draft, what: str, when: Any) -> Expression:
    """The expression of `when`, which settle.py claims to be 0 or 1."""
    chosen = selected(draft, draft.graph.lift(when))
    check_leaves(draft.graph, chosen.index, f"when= of {what}", (PRIVATE, OUTPUT), "cells, public inputs and constants")
    kind, value, _ = draft.graph.nodes[chosen.index]
    if kind == CONSTANT and value != 1:
        raise ProgramError(f"when={chosen} of {what}: a selector is 1 on the rows that it chooses, and 0 on the others")
    return chosen


def look_up(draft: Draft, name: str, made: Sequence[Expression], target: Any, when: Any, on: Any) -> None:
    """Look a tuple up in a fixed table, or in columns of a table of the program."""
    what = f"lookup {short(name)}"
    if isinstance(target, FixedTable):
        into, bus = fixed_in(draft, target)
        receiving: list[tuple[int, int]] = [(into, 0)]
    elif isinstance(target, Picked):
        into, (bus, number) = target.draft.number, _served_by(draft, target)
        receiving = [(into, number)]
    else:
        raise ProgramError(
            f"{what} is in {short(target)}: give in_= a fixed table, as l2zk.RangeTable(8), or columns of a table, as"
            " table['x', 'y']"
        )
    check_width(what, len(made), draft.common.buses[bus].fields)
    if all(draft.graph.nodes[one.index][0] == CONSTANT for one in made):
        raise ProgramError(f"{what} is about constants alone: look up what columns hold")
    chosen = selector(draft, what, when)
    sent = post(draft, name, bus, made, chosen, rows_of(draft, what, [*made, chosen], on), selects=True)
    draft.common.said.append(Said("lookup", name, bus, [sent, *receiving], into=into))


def _served_by(draft: Draft, target: Picked) -> tuple[int, int]:
    """The bus of columns that are looked up in, and the number of what receives there; one for all their lookups."""
    common, into = draft.common, target.draft
    if into.common is not common:
        raise ProgramError(f"the columns {', '.join(target.names)} belong to another program")
    key = into.number, tuple(column.index for column in target.columns)
    if key not in common.looked_up:
        title = f"{into.name}({', '.join(target.names)})"
        bus = new_bus(common, title, target.names)
        times = own_column(into, f"times_{'_'.join(target.names)}".replace(".", "_"))
        _, number = post(into, f"rows of {title}", bus, target.columns, times, "every", sign=-1)
        common.times.append(Times(into.number, bus, number, number_of(into, times)))
        common.looked_up[key] = bus, number
    return common.looked_up[key]


def transmit(draft: Draft, bus: Any, values: Any, many: tuple[str, Any], on: Any, sign: int) -> None:
    """Send a tuple (the sign 1) or receive it (-1); of public values alone, with nothing said of rows, a message.

    many: "when" or "times", and the multiplicity that was given, None for none.
    """
    verb = "send" if sign > 0 else "receive"
    if not isinstance(bus, OpenBus) or bus.common is not draft.common:
        raise ProgramError(f"{verb}({short(bus)}, …): give a bus of this program, as m.bus makes it")
    what = f"{verb} on bus {short(bus.name)}"
    made = entries(draft, what, values)
    check_width(what, len(made), bus.fields)
    word, given = many
    if given is None and on is None and draft.when is None and all(draft.graph.is_shared(one.index) for one in made):
        _tell(draft, bus, made, sign)
        return
    chosen = 1 if given is None else given
    multiplicity = selector(draft, what, chosen) if word == "when" else _times(draft, what, chosen)
    rows = rows_of(draft, what, [*made, multiplicity], on)
    name = _free_title(draft, f"{verb} {bus.name}")
    at = post(draft, name, bus.number, made, multiplicity, rows, sign=sign, selects=word == "when")
    _said_on(draft.common, bus).posted.append(at)


def _times(draft: Draft, what: str, given: Any) -> Expression:
    times = selected(draft, draft.graph.lift(given))
    check_leaves(draft.graph, times.index, f"times= of {what}", (PRIVATE, OUTPUT), "cells, public inputs and constants")
    if draft.graph.nodes[times.index][:2] == (CONSTANT, 0):
        raise ProgramError(f"times=0 of {what}: nothing would be received")
    return times


def _tell(draft: Draft, bus: OpenBus, made: Sequence[Expression], sign: int) -> None:
    """A public message."""
    for one in made:
        if draft.graph.has(one.index, PRIVATE) or not _is_public(draft, one):
            raise ProgramError(
                f"a message on bus {short(bus.name)} holds {one}: a tuple without columns is a public message, of"
                " constants, public inputs and public outputs"
            )
    tuples = tuple(extract(draft.graph.nodes, [one.index])[0] for one in made)
    number = len(draft.common.messages) + 1
    draft.common.messages.append(Message(f"message {number} on {bus.name}", sign, bus.number, tuples))
    _said_on(draft.common, bus)


def _is_public(draft: Draft, one: Expression) -> bool:
    nodes, _ = extract(draft.graph.nodes, [one.index])
    return all(operands(node) or node[0] in (CONSTANT, INPUT, OUTPUT) for node in nodes)


def _said_on(common: Common, bus: OpenBus) -> Said:
    """What the program says on a bus of its own, one entry for all of it."""
    if bus.number not in common.said_on:
        common.said_on[bus.number] = Said("bus", bus.name, bus.number)
        common.said.append(common.said_on[bus.number])
    return common.said_on[bus.number]


def _free_title(draft: Draft, name: str) -> str:
    """A name that no interaction and no constraint of the table has."""
    draft.titles[name] += 1
    title = name if draft.titles[name] == 1 else f"{name} {draft.titles[name]}"
    return free_name(title, lambda found: found in draft.posted_names or found in draft.claims)


def permute(draft: Draft, name: str, one: Any, other: Any) -> None:
    """Claim that two tuples have the same rows in some order; the other one may be columns of another table."""
    what = f"permutation {short(name)}"
    if draft.when is not None:
        raise ProgramError(f"{what} stands in m.when: it is about all of the user's rows; write it outside")
    sent = entries(draft, what, one)
    if isinstance(other, Picked):
        there, taken = other.draft, list(other.columns)
        if there.common is not draft.common:
            raise ProgramError(f"the columns {', '.join(other.names)} belong to another program")
    else:
        there, taken = draft, entries(draft, what, other)
    if len(sent) != len(taken):
        raise ProgramError(f"{what} has {counted(len(sent), 'value')} on one side and {len(taken)} on the other")
    for side, made in ((draft, sent), (there, taken)):
        if not any(side.graph.has(value.index, COLUMN) for value in made):
            raise ProgramError(f"{what} has a side without columns: rows of columns are in some order")
        if any(reach_of(side, value.index) for value in made):
            raise ProgramError(
                f"{what} looks ahead or behind: both sides are about the user's rows, each read on its own row"
            )
    bus = new_bus(draft.common, name, tuple(f"value{k}" if len(sent) > 1 else "value" for k in range(len(sent))))
    first = post(draft, name, bus, sent, draft.graph.lift(1), "every")
    title = _free_title(there, f"{name}, the other side")
    second = post(there, title, bus, taken, there.graph.lift(1), "every", sign=-1)
    draft.common.said.append(Said("permutation", name, bus, [first, second]))

"""What does not balance, in the words of the program: lookups, ranges, permutations, memories, buses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from l2zk import _core
from l2zk.air.imbalance import Imbalance, bare_text, more_text, sides_text, times_text, tuple_text
from l2zk.air.nodes import extract
from l2zk.air.text import leaf_names, text
from l2zk.air.violation import PRIVATE
from l2zk.base.wording import rows_text
from l2zk.language.filled import Tables, rows_of, width
from l2zk.language.fillings import Claimed, MemoryPass, Times, memory_passes
from l2zk.language.memory_report import memory_imbalances
from l2zk.language.messages import Hidden, Messages, Standing

SHOWN_TUPLES = 2


def imbalances(tables: Tables, hidden: Hidden, broken: bool) -> list[Imbalance]:
    """All that fails on the buses; `broken`: a constraint is not satisfied, so that ranges are looked at too."""
    messages = Messages(tables, hidden)
    found: list[Imbalance] = []
    for bus in range(len(tables.definition.air.buses)):
        if bus not in tables.balanced:
            count, tuples, _ = _core.unbalanced(tables.all_messages(bus), width(tables, bus))
            found += list(_of_bus(messages, bus, tuples.tolist(), count)) if count else []
    if broken or found:
        ranges = [one for claimed in tables.definition.claimed for one in _range(messages, claimed)]
        found = ranges + [one for one in found if (one.kind, one.name) not in {(r.kind, r.name) for r in ranges}]
    return found


def _of_bus(messages: Messages, bus: int, tuples: Sequence[Sequence[int]], count: int) -> Iterator[Imbalance]:
    """What a program says on a bus that does not balance, as far as it fails; at least one thing."""
    tables = messages.tables
    claimed = [one for one in tables.definition.claimed if one.bus == bus]
    found = [one for claim in claimed for one in _explained(messages, claim, tuples, count)]
    yield from found or [_bus(messages, bus, tables.definition.air.buses[bus].name, tuples, count)]


def _explained(messages: Messages, claim: Claimed, tuples: Sequence[Sequence[int]], count: int) -> Iterator[Imbalance]:
    if claim.kind in ("lookup", "range"):
        yield from _lookup(messages, claim)
    elif claim.kind == "permutation":
        yield _permutation(messages, claim, tuples[0], count)
    elif claim.kind == "memory":
        yield from (memory_imbalances(messages, one) for one in _passes(messages.tables, claim))
    else:
        yield _bus(messages, claim.bus, claim.name, tuples, count)


def _passes(tables: Tables, claim: Claimed) -> Iterator[MemoryPass]:
    yield from (
        one for one in memory_passes(tables.definition.fillings) if one.cells == claim.into and one.name == claim.name
    )


def _range(messages: Messages, claim: Claimed) -> Iterator[Imbalance]:
    """A range whose value is too large."""
    if claim.kind != "range" or not claim.nodes:
        return
    table, number = claim.interactions[-1]  # of the last piece, which reads all that the value does
    air = messages.tables.definition.air.tables[table]
    rows = air.interactions[number].domain.rows(air.length)
    values = messages.tables.values(table, claim.nodes, rows)
    values[rows] *= messages.entries(table, number)[-1] != 0  # where a selector is 0 nothing is said
    wrong = np.flatnonzero(values >> np.uint64(claim.bits))
    if len(wrong):
        behind = air.interactions[number].behind
        value = messages.named(table, claim.nodes, int(values[wrong[0]]), behind)
        row = int(wrong[0]) + behind
        fails = f" fails at row {row}{messages.of_table(table)}: {value} is not below 2^{claim.bits}"
        yield _found(messages, claim, table, row, len(wrong), fails + more_text(len(wrong)))


def _found(messages: Messages, claim: Claimed, table: int, row: int | None, count: int, sentence: str) -> Imbalance:
    name = messages.tables.definition.air.tables[table].name
    return Imbalance(kind=claim.kind, name=claim.name, table=name, row=row, count=count, sentence=sentence)


def _lookup(messages: Messages, claim: Claimed) -> Iterator[Imbalance]:
    """The first row of a lookup whose tuple is not in the table, if there is one."""
    tables = messages.tables
    into = next((one.table, one.interaction) for one in _counted(tables, claim.bus) if one.table == claim.into)
    sending = [one for one in claim.interactions if one != into]
    rows = rows_of(tables, *into)
    times = np.zeros(rows.length, dtype=np.uint64)
    sent = [tables.messages(*one) for one in sending]
    missing, (which, row) = _core.count_tuples(sent, rows, width(tables, claim.bus), times)
    if not missing:
        return
    table, number = sending[which]
    values = messages.tuple_at(table, number, row)
    shown = messages.shown_tuple(claim.bus, values, [Standing(table, number, [row])])
    near = _nearest(messages, into, values) if PRIVATE not in shown else ""
    fields = tables.definition.air.buses[claim.bus].fields
    what = f"{tuple_text(fields, shown)} is not in table {tables.definition.air.tables[into[0]].name}{near}"
    if claim.kind == "range" and claim.nodes:
        value = messages.shown(table, claim.nodes, int(tables.values(table, claim.nodes, range(row, row + 1))[row]))
        what, missing = f"the pieces of {value}, in columns that fill themselves, do not make it", 1
    row += tables.definition.air.tables[table].interactions[number].behind
    fails = f" fails at row {row}{messages.of_table(table)}: {what}{more_text(missing)}"
    yield _found(messages, claim, table, row, missing, fails)


def _counted(tables: Tables, bus: int) -> list[Times]:
    """What counts how often its rows are sent on a bus."""
    return [one for one in tables.definition.fillings if isinstance(one, Times) and one.bus == bus]


def _nearest(messages: Messages, into: tuple[int, int], values: Sequence[int]) -> str:
    """The extent of a table of numbers, or the row of a table that has most in common with a tuple, the first fields
    before others."""
    for one in messages.tables.definition.fillings:
        if isinstance(one, Times) and one.table == into[0] and one.indexed is not None and one.indexed[0] == "range":
            return f" (0 … {2 ** one.indexed[1] - 1})"
    *rows, _ = messages.entries(*into)
    equal = [column == np.uint64(value) for column, value in zip(rows, values)]
    weights = [2.0**-k for k in range(1, 1 + len(equal))]
    alike = sum((one.astype(float) * (1 + weight) for one, weight in zip(equal, weights)), np.zeros(len(rows[0])))
    if not len(alike) or alike.max() < 1:
        return ""
    best = int(alike.argmax())
    if all(one[best] for one in equal):
        return f", where it is row {best}"
    return f", which has {bare_text([str(int(column[best])) for column in rows])}"


def _permutation(messages: Messages, claim: Claimed, values: Sequence[int], count: int) -> Imbalance:
    """A tuple that stands on the two sides in different numbers."""
    standing = messages.standing(claim.bus, values)
    shown = messages.shown_tuple(claim.bus, values, standing)
    places = []
    for table, number in claim.interactions:
        rows = [row for one in standing if (one.table, one.interaction) == (table, number) for row in one.rows]
        side = sides_text(_sides(messages, table, number)) + messages.of_table(table)
        places.append(f"{times_text(len(rows))} in {side}, at {rows_text(rows)}" if rows else f"not in {side}")
    first = standing[0]
    sentence = f" fails: {bare_text(shown)} stands {', and '.join(sorted(places, key=lambda one: one[:3] == 'not'))}"
    return _found(messages, claim, first.table or 0, first.rows[0], count, sentence + _more(count, 1))


def _sides(messages: Messages, table: int, number: int) -> list[str]:
    air = messages.tables.definition.air.tables[table]
    nodes, roots = extract(air.nodes, air.interactions[number].tuple)
    return [text(nodes, root, leaf_names(air.names)) for root in roots]


def _more(count: int, shown: int) -> str:
    left = count - shown
    return f"; and {left} more {'tuple' if left == 1 else 'tuples'}" if left > 0 else ""


def _bus(messages: Messages, bus: int, name: str, tuples: Sequence[Sequence[int]], count: int) -> Imbalance:
    """What is sent and received of the first tuples."""
    shown = [_sent_and_received(messages, bus, values, k == 0) for k, values in enumerate(tuples[:SHOWN_TUPLES])]
    first = next(iter(messages.standing(bus, tuples[0])), None)
    table = messages.tables.definition.air.tables[first.table if first and first.table is not None else 0].name
    row = first.rows[0] if first and first.rows else None
    sentence = f" does not balance: {'; '.join(shown)}{_more(count, len(shown))}"
    return Imbalance(kind="bus", name=name, table=table, row=row, count=count, sentence=sentence)


def _sent_and_received(messages: Messages, bus: int, values: Sequence[int], named: bool) -> str:
    """What becomes of a tuple; `named`: with the names of the fields."""
    standing = messages.standing(bus, values)
    shown = messages.shown_tuple(bus, values, standing)
    fields = messages.tables.definition.air.buses[bus].fields
    what = tuple_text(fields, shown) if named else bare_text(shown)
    sent, received = (messages.places([one for one in standing if one.sign == sign]) for sign in (1, -1))
    ends = [f"sent {' and '.join(sent)}" if sent else "never sent"]
    ends.append(f"received {' and '.join(received)}" if received else "never received")
    near = _served_instead(messages, bus, values) if sent and not received and PRIVATE not in shown else ""
    return f"{what} is {', and '.join(ends if sent else ends[::-1])}{near}"


def _served_instead(messages: Messages, bus: int, values: Sequence[int]) -> str:
    """The nearest row of a table that serves a bus."""
    for one in _counted(messages.tables, bus):
        near = _nearest(messages, (one.table, one.interaction), values)
        if near.startswith(","):
            return f" by {messages.tables.definition.air.tables[one.table].name!r}{near}"
    return ""

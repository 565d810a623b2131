"""Checks of a single call of the builder: names, numbers, rows, cells, expressions, claims.

What is refused raises ProgramError with what would be right. A `check` gives nothing; the other functions give what
an argument stands for.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from l2zk._core import STEP_FUNCTION
from l2zk.air.nodes import COLUMN, CONSTANT, OUTPUT, PERIODIC, PRIVATE, ROW_NUMBER, SEQUENCE, extract
from l2zk.air.text import cell_name
from l2zk.base.field import LONGEST_TRACE, MODULUS, field_integer, is_power_of_two, whole
from l2zk.base.names import LONGEST_NAME, MOST_NAMES, plain
from l2zk.base.wording import counted, cut, short
from l2zk.errors import ProgramError
from l2zk.language.draft import Draft, Every, Settled
from l2zk.language.expression import Expression, Graph

# The pairs that may share a name: a column, and a value that one of its cells starts with or is stated as.
_MAY_SHARE = (
    {"a column", "an input"},
    {"a column", "an output"},
    {"a private column", "an output"},
    {"a column", "an output column"},
    {"a private column", "an output column"},
)


def new_name(draft: Draft, what: str, name: Any) -> str:
    """The name in its plain form, after the scope's; refused if it is no identifier, or another thing has it that may
    not share it.
    """
    check_identifier(what, name)
    whole_name = named_in(draft, name)
    if len(whole_name.encode()) > LONGEST_NAME:
        raise ProgramError(f"the name {short(whole_name)} of {what} has more than {LONGEST_NAME} bytes with its scope")
    for other in draft.names.get(whole_name, ()):
        if {what, other} not in _MAY_SHARE:
            raise ProgramError(
                f"the name {short(whole_name)} of {what} is taken by {other}: one name stands for one thing"
            )
    return whole_name


def check_identifier(what: str, name: Any) -> None:
    """Refuse a name that is no identifier."""
    if not isinstance(name, str) or not name.isidentifier() or len(plain(name).encode()) > LONGEST_NAME:
        raise ProgramError(
            f"{short(name)} is no name for {what}: letters, digits and _, not a digit first, {LONGEST_NAME} bytes at"
            " most"
        )


def named_in(draft: Draft, name: str) -> str:
    """A name with that of its scope before it, if the scope is within the one that the table was made in."""
    return draft.common.prefix.removeprefix(draft.made_in) + plain(name)


def numbered(names: tuple[Any, ...], count: Any) -> tuple[Any, ...]:
    """The names of columns: as they are, or the only one with the numbers 0 … count - 1 behind it."""
    if count is None:
        return names
    number = whole(count)
    if number is None or not 1 <= number <= MOST_NAMES:
        raise ProgramError(f"m.columns(count={short(count)}): an integer from 1 to {MOST_NAMES} is needed")
    if len(names) != 1 or not isinstance(names[0], str):
        raise ProgramError(f"m.columns({', '.join(map(short, names))}, count={number}): give one name, a str")
    return tuple(f"{names[0]}{k}" for k in range(number))


def table_name(draft: Draft, what: str, name: Any) -> str:
    """The name of a further table; refused if it is no identifier, or another table has it."""
    check_identifier(what, name)
    whole_name = draft.common.prefix + plain(name)
    if any(table.name == whole_name for table in draft.common.tables):
        raise ProgramError(f"the name {short(whole_name)} of {what} is that of another table: each name is given once")
    if len(whole_name.encode()) > LONGEST_NAME:
        raise ProgramError(f"the name {short(whole_name)} of {what} has more than {LONGEST_NAME} bytes with its scope")
    return whole_name


def check_count(what: str, number: int) -> None:
    """Refuse a public input or output beyond the most that a header counts."""
    if number >= MOST_NAMES:
        raise ProgramError(
            f"a program has {MOST_NAMES} {what}s at most: what is more goes into a periodic column, which everybody"
            " knows as well"
        )


def _check_constraint_name(name: Any, known: Container[str], derived: bool) -> None:
    """Refuse a constraint's name that is not printable, too long or taken; a derived name may be longer."""
    wrong = not isinstance(name, str) or not name.strip() or not name.isprintable()
    if wrong or (not derived and len(name.encode()) > LONGEST_NAME):
        raise ProgramError(
            f"{short(name)} is no name for a constraint: a printable text of at most {LONGEST_NAME} bytes is needed"
        )
    if name in known:
        raise ProgramError(
            f"the name {short(name)} of a constraint is taken: each name is given once, and a step's constraint"
            " has the name of its column"
        )


def padding(name: str, pad: Any) -> int | None:
    """The field element of `pad`; None for "last"."""
    if isinstance(pad, str) and pad == "last":
        return None
    if whole(pad) is None:
        raise ProgramError(
            f"pad={short(pad)} of column {short(name)} is not allowed: it is 'last', the last value once more, or"
            " an integer"
        )
    return field_integer(pad)


def row_count(value: Any, call: str = "m.rows(") -> int:
    """The number of rows, if it is an integer from 1 to 2^26."""
    number = whole(value)
    if number is None or not 1 <= number <= LONGEST_TRACE:
        raise ProgramError(f"{call}{short(value)}): the number of rows is an integer from 1 to 2^26")
    return number


def row_number(value: Any, what: str) -> int:
    """The number of a row; whether it is beyond the last one is known only at the end."""
    number = whole(value)
    if number is None:
        raise ProgramError(f"{what} is {short(value)}, where an integer, 'first', 'last' or 'end' is needed")
    if number < 0:
        raise ProgramError(f"{what} is {short(number)}: rows count from 0, and the last one is 'last'")
    if number >= LONGEST_TRACE:
        raise ProgramError(f"{what} is {short(number)}, but 2^26 = {LONGEST_TRACE} rows are the most")
    return number


def cycle(k: Any, start: Any) -> Every:
    """The rows of m.every, if k is a power of two from 2 to 2^26 and the start below it."""
    period, first = whole(k), whole(start)
    if period is None or not 2 <= period <= LONGEST_TRACE or not is_power_of_two(period):
        raise ProgramError(f"m.every({short(k)}): k must be a power of two from 2 to 2^26")
    if first is None or not 0 <= first < period:
        raise ProgramError(
            f"m.every({period}, start={short(start)}): the start must be an integer from 0, below {period}"
        )
    return Every(period, first)


def settled(on: Any, what: str) -> Settled:
    """The rows of `on`: "every", "transitions", "last", "end", a row, neighbouring rows or an Every."""
    if isinstance(on, Every) or (isinstance(on, str) and on in ("every", "transitions", "last", "end")):
        return on
    if isinstance(on, str):
        if on != "first":
            raise ProgramError(
                f"{what} is on {short(on)}: its rows are 'every', 'transitions', 'first', 'last', 'end', a row or"
                " m.every(k)"
            )
        return 0
    if isinstance(on, range):
        if not on or on.step != 1:
            raise ProgramError(f"{what} is on {short(on)}: several rows follow one another, as in range(3, 7)")
        return range(
            row_number(on.start, f"the first row of {what}"), 1 + row_number(on[-1], f"the last row of {what}")
        )
    return row_number(on, f"the row of {what}")


def is_step_function(capsule: object) -> bool:
    """True if the object is a capsule with a step function's name."""
    if type(capsule).__name__ != "PyCapsule":
        return False
    from ctypes import py_object, pythonapi

    return bool(pythonapi.PyCapsule_IsValid(py_object(capsule), STEP_FUNCTION.encode()))


def pairs(what: str, cells: Any) -> list[tuple[Any, Any]]:
    """The entries of the dict that m.start or m.step takes."""
    if not isinstance(cells, Mapping):
        raise ProgramError(f"m.{what} takes a dict from columns to expressions, not a {type(cells).__name__}")
    return list(cells.items())


def cell_of(graph: Graph, what: str, key: Any) -> tuple[int, int]:
    """The column and the rows ahead of a key of m.start or m.step, or of a column of m.free."""
    if not isinstance(key, Expression):
        raise ProgramError(f"{short(key)} as a key of m.{what}: the keys are columns, as m.columns gives them")
    kind, column, ahead = graph.nodes[graph.lift(key).index]
    if kind != COLUMN:
        raise ProgramError(f"{key} as a key of m.{what}: the keys are columns a or cells a[k], not other expressions")
    if ahead < 0 and what != "free":
        raise ProgramError(f"{key} as a key of m.{what} is a row behind: the keys are columns a or cells a[k], k >= 0")
    return column, ahead


def check_leaves(graph: Graph, node: int, what: str, kinds: tuple[int, ...], allowed: str) -> None:
    """Refuse an expression with leaves of these kinds."""
    words = {
        COLUMN: "a column",
        PERIODIC: "a periodic column",
        OUTPUT: "a public output",
        PRIVATE: "a private input",
        SEQUENCE: "a public column",
        ROW_NUMBER: "the number of the row",
    }
    for kind in kinds:
        if graph.has(node, kind):
            raise ProgramError(f"{what} holds {words[kind]}: it can hold {allowed}")


def check_bits(graph: Graph, name: Any, value: Expression, count: Any) -> None:
    """Refuse a number of bits that is not 1 to 63, and bits of an expression that reads no column."""
    if not isinstance(name, str):
        raise ProgramError(f"m.bits({short(name)}): the name before the numbers of the bits is a str")
    number = whole(count)
    if number is None or not 1 <= number <= 63:
        raise ProgramError(f"m.bits({short(name)}): the number of bits is {short(count)}, where 1 to 63 are possible")
    check_leaves(graph, value.index, f"m.bits({short(name)})", (PRIVATE, OUTPUT), "cells, public inputs and constants")
    if not graph.has(value.index, COLUMN):
        raise ProgramError(
            f"m.bits({short(name)}) takes bits of {value}, which is the same on every row: give a column"
        )


def check_step(draft: Draft, column: int, ahead: int, expression: Expression) -> None:
    """Refuse a step that reads the row it fills or later ones, and a second step of a column."""
    graph, names = draft.graph, draft.graph.columns
    name = cut(names[column])
    filled = cell_name(name, ahead)
    check_leaves(
        graph,
        expression.index,
        f"the step of {name}",
        (PRIVATE, OUTPUT),
        "cells, public inputs and constants",
    )
    if graph.look_ahead[expression.index] >= ahead:
        raise ProgramError(
            f"the step of {name} reads the future: it fills {filled} from {expression}; a step"
            " reads rows before the one that it fills, so write out what it fills itself"
        )
    if column in draft.targets:
        raise ProgramError(f"column {name!r} has two steps")


def check_claim(draft: Draft, name: str, node: int, on: Settled | None, derived: bool) -> None:
    """Refuse a claim whose name is taken, that reads private inputs, is a constant, or looks beyond the last row.

    on: its rows; None on a ring, where nothing is beyond the last row.
    """
    _check_constraint_name(name, draft.claims, derived)
    check_leaves(
        draft.graph,
        node,
        f"constraint {name!r}",
        (PRIVATE,),
        "cells, public values and constants; start a column with it",
    )
    kind, value, _ = draft.graph.nodes[node]
    if kind == CONSTANT:
        raise constant_claim(name, value)
    if on is not None:
        check_reach(f"constraint {name!r}", draft.graph.look_ahead[node], draft.graph.look_behind[node], on)


def check_ring(draft: Draft, name: Any, node: int, on: Settled) -> None:
    """Refuse rows of a ring that are not all, every k-th one, or one; and a row's number beside what is behind.

    Such a claim is moved ahead, and N would be the number of the row behind the last one.
    """
    if on != "every" and not isinstance(on, Every | int):
        raise ProgramError(
            f"constraint {short(name)} with ring=True is on {short(on)}: its rows are 'every', m.every(k) or a row"
        )
    nodes, _ = extract(draft.graph.nodes, [node])
    if draft.graph.look_behind[node] and any(kind == ROW_NUMBER for kind, _, _ in nodes):
        raise ProgramError(
            f"constraint {short(name)} with ring=True looks behind and reads the number of its row, which is not"
            " counted round: write it without cells behind"
        )


def check_reach(what: str, ahead: int, behind: int, on: Settled) -> None:
    """Refuse rows from which a claim would look beyond the last row, or behind the first one."""
    if ahead and on in ("every", "last", "end"):
        raise ProgramError(
            f"{what} on {on!r} looks {counted(ahead, 'row')} beyond the last row: put it on 'transitions' or on a row"
        )
    if isinstance(on, Every) and on.first + ahead >= on.period:
        raise ProgramError(
            f"{what} on every {on.period}th row from {on.first} looks {counted(ahead, 'row')} ahead, beyond the last"
            f" row: start and look-ahead together stay below {on.period}"
        )
    if behind:
        _check_rows_behind(what, behind, on)


def _check_rows_behind(what: str, behind: int, on: Settled) -> None:
    """Refuse rows that have too few rows behind them."""
    if on == "every":
        raise ProgramError(
            f"{what} on 'every' looks {counted(behind, 'row')} behind the first row: put it on 'transitions', which"
            f" leaves out the first {behind}, or on a row"
        )
    if isinstance(on, Every) and on.first < behind:
        raise ProgramError(
            f"{what} on every {on.period}th row from {on.first} looks {counted(behind, 'row')} behind, before the first"
            f" row: begin at row {behind} or later"
        )
    first = on.start if isinstance(on, range) else on
    if isinstance(first, int) and first < behind:
        raise ProgramError(
            f"{what} on row {first} looks {counted(behind, 'row')} behind, before the first row: put it on row {behind}"
            " or later"
        )


def check_undecided(name: Any, claim: Any) -> None:
    """Refuse a bool as a claim: Python has compared the sides itself, and nothing is left to say of a trace."""
    if isinstance(claim, bool) or type(claim).__name__ in ("bool_", "bool"):
        raise ProgramError(
            f"constraint {short(name)} is {claim}, which Python has decided by itself: no side of the comparison"
            " holds a column or a public value; write m.constant(value) for one side, or leave the constraint out"
        )


def constant_claim(name: str, value: int) -> ProgramError:
    """The error of a claim that has one value on every trace."""
    if not value:
        return ProgramError(f"constraint {name!r} says 0 == 0 on every trace: it constrains nothing")
    shown = value if value <= MODULUS // 2 else value - MODULUS
    return ProgramError(f"constraint {name!r} can never be satisfied: it says {shown} == 0")

"""What the builder refuses of a single call: names, numbers, rows, cells, expressions, claims.

What is refused raises ProgramError with what would be right. A `check` gives nothing; the other functions give what
an argument stands for.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from l2zk.air import MAX_LENGTH
from l2zk.draft import Draft, Every, Settled
from l2zk.errors import ProgramError
from l2zk.expression import (
    COLUMN,
    CONSTANT,
    MODULUS,
    OUTPUT,
    PERIODIC,
    PRIVATE,
    Expression,
    Graph,
    cell_name,
    counted,
    field_integer,
)

STEP_FUNCTION = "int (uint64_t **, size_t, size_t, void *)"
"""The name of the capsule around a C step function: its signature."""


def check_name(what: str, name: Any, known: Sequence[str]) -> None:
    """An identifier that is not among the known ones."""
    if not isinstance(name, str) or not name.isidentifier() or len(name.encode()) > 255:
        raise ProgramError(
            f"{name!r} is no name for {what}: letters, digits and _, not a digit first, 255 bytes at most"
        )
    if name in known:
        raise ProgramError(f"the name {name!r} of {what} is taken: each name is given once")


def check_input_name(draft: Draft, name: str) -> None:
    """Inputs and given columns share their names: both stand in a witness."""
    given = [column.name for column in draft.given.values()]
    check_name("an input", name, [known.name for known in draft.inputs] + given)


def _check_constraint_name(name: Any, known: Iterable[str]) -> None:
    """A printable text that is not among the known ones."""
    if not isinstance(name, str) or not name.strip() or not name.isprintable() or len(name.encode()) > 255:
        raise ProgramError(
            f"{name!r} is no name for a constraint: a printable text of at most 255 bytes is needed"
        )
    if name in known:
        raise ProgramError(
            f"the name {name!r} of a constraint is taken: each name is given once, and a step's constraint"
            " has the name of its column"
        )


def padding(name: str, pad: Any) -> int | None:
    """What `pad` says of a column: None for "last", else the field element."""
    if isinstance(pad, str) and pad == "last":
        return None
    if isinstance(pad, bool) or not hasattr(pad, "__index__"):
        raise ProgramError(
            f"pad={pad!r} of column {name!r} is not allowed: it is 'last', the last value once more, or an"
            " integer"
        )
    return field_integer(pad)


def row_number(value: Any, what: str) -> int:
    """An integer from 0 to 2^26."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ProgramError(f"{what} is {value!r}, where an integer is needed")
    number = operator.index(value)
    if not 0 <= number <= MAX_LENGTH:
        raise ProgramError(f"{what} is {number}, where 0 to 2^26 are possible")
    return number


def settled(on: Any, what: str) -> Settled:
    """`on` as "every", "transitions", "last", a row or an Every."""
    if isinstance(on, Every) or isinstance(on, str) and on in ("every", "transitions", "last"):
        return on
    if isinstance(on, str):
        if on != "first":
            raise ProgramError(
                f"{what} is on {on!r}: its rows are 'every', 'transitions', 'first', 'last', a row or"
                " m.every(k)"
            )
        return 0
    return row_number(on, f"the row of {what}")


def is_step_function(capsule: object) -> bool:
    """Whether this is a capsule with the one name."""
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
    """The column and the rows ahead that a key of m.start or m.step, or a column of m.free, stands for."""
    if not isinstance(key, Expression):
        raise ProgramError(f"{key!r} as a key of m.{what}: the keys are columns, as m.columns gives them")
    kind, column, ahead = graph.nodes[graph.lift(key).index]
    if kind != COLUMN:
        raise ProgramError(
            f"{key} as a key of m.{what}: the keys are columns a or cells a[k], not other expressions"
        )
    return column, ahead


def check_leaves(graph: Graph, node: int, what: str, kinds: tuple[int, ...], allowed: str) -> None:
    """No leaf of these kinds is below the node."""
    words = {
        COLUMN: "a column",
        PERIODIC: "a periodic column",
        OUTPUT: "a public output",
        PRIVATE: "a private input",
    }
    for kind in kinds:
        if graph.has(node, kind):
            raise ProgramError(f"{what} holds {words[kind]}: it can hold {allowed}")


def check_bits(graph: Graph, name: Any, value: Expression, count: Any) -> None:
    """Bits are 1 to 63, of what depends on a column."""
    if isinstance(count, bool) or not hasattr(count, "__index__") or not 1 <= operator.index(count) <= 63:
        raise ProgramError(f"m.bits({name!r}): the number of bits is {count!r}, where 1 to 63 are possible")
    check_leaves(
        graph, value.index, f"m.bits({name!r})", (PRIVATE, OUTPUT), "cells, public inputs and constants"
    )
    if not graph.has(value.index, COLUMN):
        raise ProgramError(
            f"m.bits({name!r}) takes bits of {value}, which is the same on every row: give a column"
        )


def check_step(draft: Draft, column: int, ahead: int, expression: Expression) -> None:
    """A step reads rows before the one that it fills, and each column has one."""
    graph, names = draft.graph, draft.graph.columns
    name = names[column]
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


def check_claim(draft: Draft, name: str, node: int, on: Settled) -> None:
    """A new name, no private input, no constant, and no look beyond the last row."""
    _check_constraint_name(name, draft.claims)
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
    _check_look_ahead(name, draft.graph.look_ahead[node], on)


def _check_look_ahead(name: str, look_ahead: int, on: Settled) -> None:
    """What looks ahead stands on no row from which it looks beyond the last one."""
    if look_ahead and on in ("every", "last"):
        raise ProgramError(
            f"constraint {name!r} on {on!r} looks {counted(look_ahead, 'row')} beyond the last row:"
            " put it on 'transitions' or on a row"
        )
    if isinstance(on, Every) and on.first + look_ahead >= on.period:
        raise ProgramError(
            f"constraint {name!r} on every {on.period}th row from {on.first} looks"
            f" {counted(look_ahead, 'row')} ahead, beyond the last row: start and look-ahead together"
            f" stay below {on.period}"
        )


def constant_claim(name: str, value: int) -> ProgramError:
    """What is wrong with a claim that is one value on every trace."""
    if not value:
        return ProgramError(f"constraint {name!r} says 0 == 0 on every trace: it constrains nothing")
    shown = value if value <= MODULUS // 2 else value - MODULUS
    return ProgramError(f"constraint {name!r} can never hold: it says {shown} == 0")

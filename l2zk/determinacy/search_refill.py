"""Refilling: a second trace whose helpers are filled again: how often rows are asked for, times, what is served."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from l2zk.determinacy.assignment import Assignment
from l2zk.determinacy.subject import Subject
from l2zk.errors import L2zkError
from l2zk.language.filled import Tables
from l2zk.language.filling_tables import fill_themselves


def candidates(subject: Subject, made: Assignment) -> Iterator[Assignment]:
    """The values as they are, and with helpers filled again, where there are any."""
    yield made
    if subject.not_asked:
        again = refilled(subject, made)
        if again is not None:
            yield again


def refilled(subject: Subject, made: Assignment) -> Assignment | None:
    """The same values but for helpers; None where what is there has no such values."""
    tables = Tables(subject.definition, subject.binding)
    for number, cells in enumerate(made.cells):
        kept = {c: column for c, column in enumerate(cells) if (number, c) not in subject.not_asked}
        tables.known.append({c: np.ascontiguousarray(column) for c, column in kept.items()})
        tables.cells.append([np.ascontiguousarray(column).copy() for column in cells])
    try:
        fill_themselves(tables)
    except L2zkError:
        return None
    again = made.copy()
    again.cells = [np.stack(cells) for cells in tables.cells]
    return again

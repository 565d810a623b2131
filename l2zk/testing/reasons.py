"""Reasons: what lets a second trace be another one, where that can be said in a sentence."""

from __future__ import annotations

from l2zk.air.nodes import COLUMN, extract
from l2zk.base.wording import listed
from l2zk.determinacy.cells import OUTPUT_TABLE, Cell
from l2zk.determinacy.examination import Examined
from l2zk.determinacy.search import Second
from l2zk.determinacy.subject import Subject
from l2zk.testing.cells_text import names_text


def why_free(subject: Subject, second: Second) -> str:
    """Why a cell could be changed: that its column's constraints read one row alone, say; "" where nothing is plain."""
    changed = [cell for cell in second.changed if cell[0] != OUTPUT_TABLE and subject.is_asked(cell)]
    if len({cell[2] for cell in changed}) != 1 or subject.definition.air.tables[changed[0][0]].rows < 2:
        return ""
    if any(_reads_another_row(subject, cell) for cell in changed):
        return ""
    name = subject.name(changed[0])
    return f". Nothing ties {name} to other rows: no constraint that reads it reads another row"


def why_said_free(subject: Subject, found: Examined) -> str:
    """That an output depends on cells that are said to be free, if one of them does; "" if not."""
    assert found.second is not None
    outputs = [subject.name(cell) for cell in found.second.outputs if cell in found.of_free]
    cells = [subject.labels(cell)[0] for cell in found.second.changed if cell in subject.said_free]
    if not outputs or not cells:
        return ""
    columns = list(dict.fromkeys(cells))
    are, depend = "is" if len(columns) == 1 else "are", "depends" if len(outputs) == 1 else "depend"
    them = "it" if len(columns) == 1 else "them"
    return f". {names_text(columns)} {are} said to be free, and {listed(outputs[:4])} {depend} on {them}"


def _reads_another_row(subject: Subject, cell: Cell) -> bool:
    """True if a constraint that reads a cell reads cells of two rows."""
    air = subject.definition.air.tables[cell[0]]
    for constraint in air.constraints:
        nodes, _ = extract(air.nodes, [constraint.node])
        leaves = {(x, ahead) for kind, x, ahead in nodes if kind == COLUMN}
        rows = constraint.domain.rows(air.length)
        reads = any(x == cell[1] and (cell[2] - ahead) % air.length in rows for x, ahead in leaves)
        if reads and len({ahead for _, ahead in leaves}) > 1:
            return True
    return bool(air.interactions)

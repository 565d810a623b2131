"""Report: the constraints that a trace violates, each with the row and the values.

A constraint with nodes f is satisfied where f(row) = 0 on its domain (PROTOCOL 3.1); the core finds the rows where
it is not, and here each first one is shown with the cells that it reads, the expression, and the expression
with the values in place.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2zk.air.air import Air
from l2zk.air.imbalance import Imbalance, several
from l2zk.air.measure import Degrees
from l2zk.air.nodes import INPUT, OUTPUT, SEQUENCE
from l2zk.air.report_text import report_html, report_text
from l2zk.air.violation import LONGEST_SENTENCE, PRIVATE, Cell, Known, Violation, violations_of
from l2zk.base.wording import SHOWN, counted, cut, short
from l2zk.errors import ConstraintError, OptionsError
from l2zk.show.grid import NARROWEST

MOST_SPACES = 100

__all__ = ["LONGEST_SENTENCE", "MOST_SPACES", "Cell", "Imbalance", "Known", "Report", "Violation", "report"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """The result of a check. It is true if nothing is violated; print it, or let a notebook show it. Threads may share
    it.

    rows: n, the user's rows of the main table. length: N, with the padding. constraints: how many were looked at, on
    every row of their domains. buses: how many were. violations: the first row of each constraint that fails, in the
    order of the program, and what does not balance.
    redacted: values that private inputs or private columns enter are left out.
    degrees: the highest degree of a constraint, and the most that a proof allows.
    doubled_by: the one row or look-ahead that makes the trace twice as long as without it, if there is one.
    unprovable: why the machine's options allow no proof, if they do not: a constraint of too high a degree, say.
    """

    program: str
    rows: int
    length: int
    constraints: int
    violations: tuple[Violation | Imbalance, ...]
    redacted: bool = False
    degrees: Degrees | None = None
    doubled_by: str | None = None
    unprovable: str | None = None
    buses: int = 0

    @property
    def ok(self) -> bool:
        """True if every constraint is satisfied."""
        return not self.violations

    def __bool__(self) -> bool:
        return self.ok

    @property
    def summary(self) -> str:
        """The report in one line: satisfied, or how many constraints fail."""
        size = f"{counted(self.rows, 'row')}, {self.length} with padding"
        hidden = any(map(_leaves_out, self.violations))
        size += ", private values left out" if hidden else ""
        if self.ok:
            every = "its constraint is" if self.constraints == 1 else f"all {self.constraints} constraints are"
            said = [f"{every} satisfied"] if self.constraints or not self.buses else []
            said += [f"{self.buses} {'bus balances' if self.buses == 1 else 'buses balance'}"] if self.buses else []
            return f"{self.program}: {', '.join(said)} ({size})"
        return f"{self.program}: {', '.join(self._failing)} ({size})"

    @property
    def _failing(self) -> list[str]:
        """How many constraints fail, and of each kind of other things."""
        wrong = Counter(one.kind for one in self.violations if isinstance(one, Imbalance))
        broken = len(self.violations) - wrong.total()
        said = [f"{broken} of {counted(self.constraints, 'constraint')} {'fails' if broken == 1 else 'fail'}"]
        said += [f"{one} {kind} fails" if one == 1 else f"{one} {several(kind)} fail" for kind, one in wrong.items()]
        return said if broken else said[1:]

    def __str__(self) -> str:
        return report_text(self._head, self.violations, None)

    def text(self, width: int | None = None) -> str:
        """The report as `str` gives it, in lines of at most `width` columns, 20 or more: sentences are broken between
        words, cells stand in groups of columns, and long numbers are cut in their midst."""
        if width is not None and (type(width) is not int or width < NARROWEST):
            raise OptionsError(
                f"width={short(width)} is not allowed; it must be None or an integer that is at least {NARROWEST}"
            )
        return report_text(self._head, self.violations, width)

    @property
    def _head(self) -> list[str]:
        """The lines before the violations."""
        refused = None if self.unprovable is None else f"no proof with these options: {self.unprovable}"
        return [self.summary, *(str(line) for line in (self.degrees, self.doubled_by, refused) if line is not None)]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain lists, texts and integers."""
        return {"ok": self.ok, **asdict(self)}

    def to_json(self, indent: int | None = 2) -> str:
        """The report as JSON; values are integers below 2^64. indent: spaces, or None for one line."""
        if indent is not None and (type(indent) is not int or not 0 <= indent <= MOST_SPACES):
            raise OptionsError(
                f"indent={short(indent)} is not allowed; it must be None or an integer from 0 to {MOST_SPACES}"
            )
        return json.dumps(self.to_dict(), indent=indent)

    def _repr_html_(self) -> str:
        return report_html(self._head, self.ok, self.violations)

    def raise_if_violated(self) -> None:
        """Raise a `ConstraintError` with the first violation and this report, if there is a violation."""
        if not self.ok:
            raise self.error

    @property
    def error(self) -> ConstraintError:
        """The ConstraintError that `raise_if_violated` raises."""
        more = len(self.violations) - 1
        what = "more thing" if any(isinstance(one, Imbalance) for one in self.violations) else "more constraint"
        others = f" ({counted(more, what)} {'fails' if more == 1 else 'fail'})" if more else ""
        hint = f"; {SHOWN}" if _shows_private(self.violations[0]) else ""
        program = cut(self.program)
        left = LONGEST_SENTENCE - len(f"{program}: {others}{hint}")
        return ConstraintError(f"{program}: {self.violations[0].within(left)}{others}{hint}", self)


def report(
    air: Air,
    trace: NDArray[np.uint64],
    inputs: Sequence[int],
    outputs: Sequence[int],
    violations: Iterable[tuple[int, int, int]],
    *,
    filled: int | None = None,
    redacted: bool = False,
    hidden: Collection[int] = frozenset(),
    doubled_by: str | None = None,
    sequences: Sequence[Sequence[int]] = (),
    further: Iterable[Violation | Imbalance] = (),
    others: int = 0,
    buses: int = 0,
) -> Report:
    """The report of the core's findings: for each violated constraint its number, first failing row and their count.

    trace: uint64[columns, N]. filled: how many rows the user filled, if not all n. hidden: the columns whose
    values are left out if the report is redacted. sequences: the values of each sequence, those of output columns too.
    All of these are of the main table. further: what further tables break, and what does not balance; others, buses:
    how many constraints and buses there are beside those of the main table.
    """
    filled = air.rows if filled is None else filled
    secret = frozenset(hidden) if redacted else frozenset()
    public = {INPUT: inputs, OUTPUT: outputs, SEQUENCE: sequences}
    found = violations_of(air.main, trace, public, violations, filled, secret)
    return Report(
        program=air.id,
        rows=air.rows,
        length=air.length,
        constraints=len(air.constraints) + others,
        violations=(*found, *further),
        redacted=redacted,
        doubled_by=doubled_by,
        buses=buses,
    )


def _leaves_out(violation: Violation | Imbalance) -> bool:
    """True if values were left out of it as private."""
    if isinstance(violation, Imbalance):
        return PRIVATE in violation.sentence
    return any(cell.value is None for cell in violation.cells)


def _shows_private(violation: Violation | Imbalance) -> bool:
    return PRIVATE in (violation.sentence if isinstance(violation, Imbalance) else violation.filled)

"""The length of a trace: n rows, as many as are named, and N, the power of two with room for them (PROTOCOL 3.1).

N also has room for the periods and is larger than the look-ahead. One row or look-ahead too many doubles it, and with
it the cost of a proof: a LengthWarning says so.
"""

from __future__ import annotations

from l2zk.base.field import LONGEST_TRACE
from l2zk.base.wording import counted
from l2zk.errors import ProgramError
from l2zk.language.draft import Claim, Draft, Every, Posted, Ranged
from l2zk.language.rows_behind import reach_of

LEAST = 2  # rows

FEW = 8
"""Rows of a trace that costs nothing worth a word, whatever doubled it."""


def count_rows(draft: Draft) -> int:
    """The number n of rows: by m.rows, or else one more than the largest row that is named."""
    if draft.rows is None and not draft.named_rows:
        raise ProgramError("the program names no row, so nothing says how many it has: write m.rows(n)")
    rows = draft.rows if draft.rows is not None else 1 + max(row for row, _ in draft.named_rows)
    for row, what in draft.named_rows:
        if row >= rows:
            raise ProgramError(f"{what} needs row {row}, but the program has {counted(rows, 'row')}, 0 to {rows - 1}")
    return rows


def padded_length(draft: Draft, rows: int) -> int:
    """N: the least power of two, at least 2, with room for the rows, the periods and the look-ahead."""
    length = max(_filled(rows), _filled(_furthest(draft)[0] + 1), _periods(draft))
    if length > LONGEST_TRACE:
        raise ProgramError(f"the trace would have {length} rows, and 2^26 = {LONGEST_TRACE} is the most")
    return length


def doubled_by(draft: Draft, rows: int, length: int) -> str | None:
    """A sentence on the one row or look-ahead without which the trace would be half as long; None for none."""
    if length <= FEW:
        return None
    reach, name = _furthest(draft)
    if max(_filled(rows), _periods(draft)) < length:
        return (
            f"constraint {name!r} looks {counted(reach, 'row')} ahead, for which the trace has {length} rows:"
            f" {length // 2} would do for a look-ahead below {length // 2}, and a proof take half"
        )
    if rows - 1 == length // 2 >= max(_filled(reach + 1), _periods(draft)):
        what = next((what for row, what in draft.named_rows if row == rows - 1), f"m.rows({rows})")
        return (
            f"{what} makes it {rows} rows, and the trace {length}, of which nearly half are padding: {rows - 1} rows,"
            f" 0 to {rows - 2}, would fill {rows - 1}, and a proof take half"
        )
    return None


def _filled(rows: int) -> int:
    """The least power of two, at least 2, that is at least `rows`."""
    return 1 << (max(LEAST, rows) - 1).bit_length()


def _periods(draft: Draft) -> int:
    """The longest period, of periodic columns and of m.every."""
    stated: list[Claim | Posted | Ranged] = [*draft.claims.values(), *draft.posted, *draft.ranges]
    cycles = [one.on.period for one in stated if isinstance(one.on, Every)]
    return max([LEAST, *cycles, *map(len, draft.periodic)])


def _furthest(draft: Draft) -> tuple[int, str]:
    """The largest look-ahead, from the first row that a constraint reads or is on, and the constraint that has it."""
    claims = draft.claims.values()
    claim = max(claims, key=lambda claim: reach_of(draft, claim.node), default=None)
    return (0, "") if claim is None else (reach_of(draft, claim.node), claim.name)

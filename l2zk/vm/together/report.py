"""AggregationReport: what goes together in a proof of several statements, and what it costs against proofs apart.

programs → runs of equal ones → the layouts weighed for each → what was chosen, and why
expected of programs alone; of a proof its own groups and bytes, of a profile its seconds as well
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from l2zk.base.wording import counted, short
from l2zk.errors import OptionsError
from l2zk.show import html
from l2zk.show.grid import grid

SHOWN_RUNS, SHOWN_LAYOUTS, SHOWN_GROUPS = 5, 6, 4
"""Runs of a report, layouts of a run and groups of a layout that are shown."""

MOST_SPACES = 16


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A way to lay statements of one program out in groups, of which those of a group are stacked.

    groups: in order the statements of each group. bytes, work: expected of a proof of these statements alone: its
    bytes, and the words of memory that its prover goes over; None where there is no such proof, and `refused` says
    why. is_chosen: whether it is the layout of the proof.
    """

    groups: tuple[int, ...]
    bytes: int | None
    work: int | None
    refused: str
    is_chosen: bool

    @property
    def name(self) -> str:
        """The groups in words: "64", "32 + 16 + 2", "16 x 1"."""
        if len(self.groups) > 1 and len(set(self.groups)) == 1:
            return f"{len(self.groups):,} x {self.groups[0]:,}"
        shown = [f"{count:,}" for count in self.groups[:SHOWN_GROUPS]]
        more = len(self.groups) - len(shown)
        return " + ".join(shown + ([f"{more:,} more"] if more else []))


@dataclass(frozen=True, kw_only=True)
class Run:
    """Statements of one program that follow one another. first: the index of the first one. why: of the layout."""

    program: str
    first: int
    statements: int
    layouts: tuple[Layout, ...]
    why: str

    @property
    def _head(self) -> str:
        last = self.first + self.statements - 1
        which = f"statement {self.first}" if self.statements == 1 else f"statements {self.first:,} to {last:,}"
        return f"{self.program} x {self.statements:,}, {which}: {self.why}"

    @property
    def _rows(self) -> list[tuple[str, str, str, str]]:
        """Layouts: the groups, bytes, work, and bytes times work against the chosen one's."""
        shown = self.layouts if self.statements > 1 else ()
        chosen = next((one.bytes * one.work for one in shown if one.is_chosen and one.bytes and one.work), None)
        rows = []
        for one in shown[:SHOWN_LAYOUTS]:
            name = f"{one.name}{' *' * one.is_chosen}"
            if one.bytes is None or one.work is None:
                rows.append((name, "–", "–", "no proof"))
            else:
                product = f"{one.bytes * one.work / chosen:.2f}" if chosen else "–"
                rows.append((name, f"{one.bytes:,}", f"{one.work:,}", product))
        return rows


@dataclass(frozen=True, kw_only=True)
class AggregationReport:
    """What goes together in one proof of several statements, what it costs against proofs apart, and why it is laid
    out so; of `TraceZkVm.report_together`. Print it, or let a notebook show it.

    runs: the statements in order, in runs of one program, with the layouts that were weighed. bytes: of the proof,
    measured where `is_measured`, else on average. bytes_apart: of as many proofs, measured where they were given.
    work, work_apart: the words of memory that the prover goes over, as it is estimated. memory: the peak of the proof's
    bytes, as estimated; memory_apart: of the largest of the proofs apart, made one at a time. seconds: of the proof,
    where a profile was given, by so many `threads`, and seconds_apart of those apart. bytes_sorted: expected of a proof
    of the same statements with equal programs next to each other; None where they are.
    """

    runs: tuple[Run, ...]
    statements: int
    groups: int
    is_measured: bool
    bytes: int
    bytes_apart: int
    work: int
    work_apart: int
    memory: int
    memory_apart: int
    proven_bits: int
    threads: int
    seconds: float | None = None
    seconds_apart: float | None = None
    bytes_sorted: int | None = None

    @property
    def summary(self) -> str:
        """The figures in a sentence."""
        kind = "bytes" if self.is_measured else "bytes expected"
        parts = [f"{self.bytes:,} {kind} against {self.bytes_apart:,} apart ({_times(self.bytes_apart, self.bytes)})"]
        parts.append(f"{self.work / self.work_apart:.2g} of the work")
        parts.append(f"{self.memory:,} bytes of memory against {self.memory_apart:,} for one apart")
        if self.seconds is not None:
            apart = "" if self.seconds_apart is None else f" against {self.seconds_apart:.3g} s apart"
            parts.append(f"{self.seconds:.3g} s{apart} by {counted(self.threads, 'thread')}")
        return f"{self._stand}: {'; '.join(parts)}; {self.proven_bits} proven bits"

    @property
    def _stand(self) -> str:
        return f"{counted(self.statements, 'statement')} in {counted(self.groups, 'group')}"

    def __str__(self) -> str:
        lines = [self.summary]
        for run in self.runs[:SHOWN_RUNS]:
            lines.append(run._head)
            if run._rows:
                lines += [f"  {line}" for line in grid(HEAD, run._rows)]
        return "\n".join([*lines, *self._more])

    @property
    def _more(self) -> list[str]:
        more = len(self.runs) - SHOWN_RUNS
        lines = [f"and {counted(more, 'more run')}"] if more > 0 else []
        if self.bytes_sorted is not None:
            lines.append(f"with equal programs next to each other about {self.bytes_sorted:,} bytes would do")
        return lines

    def to_dict(self) -> dict[str, Any]:
        """The report as plain lists, texts and numbers."""
        found: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return found

    def to_json(self, indent: int | None = 2) -> str:
        """The report as JSON. indent: spaces, or None for one line."""
        if indent is not None and (type(indent) is not int or not 0 <= indent <= MOST_SPACES):
            raise OptionsError(
                f"indent={short(indent)} is not allowed; it must be None or an integer from 0 to {MOST_SPACES}"
            )
        return json.dumps(self.to_dict(), indent=indent)

    def _repr_html_(self) -> str:
        bars = [
            ("one proof", self.bytes, f"{self.bytes:,} bytes"),
            ("apart", self.bytes_apart, f"{self.bytes_apart:,}"),
        ]
        parts = [html.heading(self._stand), html.bars(bars), html.sentences(self.summary)]
        for run in self.runs[:SHOWN_RUNS]:
            parts += [html.sentences(run._head), html.table(HEAD, run._rows) if run._rows else ""]
        return html.block(*parts, html.sentences(*self._more))


HEAD = ("groups", "bytes", "work", "bytes x work")


def reason(layouts: Sequence[Layout], refusal: str | None, statements: int) -> str:
    """Why the chosen one of these layouts was; `refusal`: why no statements can be stacked."""
    chosen = next((one for one in layouts if one.is_chosen), None)
    if statements == 1:
        return "one statement, one group"
    if refusal is not None:
        return f"none are stacked, as {refusal}"
    if chosen is None:
        return "this library would lay them out otherwise"
    possible = [one.bytes * one.work for one in layouts if one.bytes is not None and one.work is not None]
    if chosen.bytes is None or chosen.work is None or not possible:
        return "no layout of this program alone has a proof with these options"
    product = chosen.bytes * chosen.work
    if product > min(possible):
        return "chosen by others' rule: another of these layouts has less bytes times work"
    if len(possible) == 1:
        return "the only layout that is weighed"
    more = f"the next one {sorted(possible)[1] / product:.2f} times as much"
    return f"of {len(layouts)} layouts it has the least bytes times work, {more}"


def _times(more: int, less: int) -> str:
    ratio = more / max(1, less)
    return f"{ratio:.3g} times as many" if ratio >= 1 else f"{1 / ratio:.3g} times as few"

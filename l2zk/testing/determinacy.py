"""Determinacy: which cells of an honest run inputs and choices fix, and second traces where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from l2zk.air.nodes import COLUMN
from l2zk.base.field import whole
from l2zk.base.wording import counted, listed, rows_text, short
from l2zk.determinacy.assignment import Assignment
from l2zk.determinacy.solver import Solver
from l2zk.determinacy.subject import Subject
from l2zk.errors import ArgumentError
from l2zk.language.program import ExecutionTrace, TraceProgram
from l2zk.proof.proof import Proof
from l2zk.show import html
from l2zk.testing.cells_text import calls_text, columns_text, value_text
from l2zk.vm.zkvm import TraceZkVm

SHOWN = 2
MOST_BASIS = 12
TRY = "Try fewer bits, other sizes, more seconds=, or m.choice for what the prover chooses"
"""What may decide what is undecided."""


@dataclass(frozen=True)
class Change:
    """A cell, or an output, of a second trace: `value` where the honest one has `honest`.

    row: None for an output. is_bit: True of a bit by m.bits of something that differs as well.
    """

    column: str
    row: int | None
    honest: int
    value: int
    is_bit: bool = False

    def __str__(self) -> str:
        place = self.column if self.row is None else f"{self.column}[{self.row}]"
        return f"{place} = {value_text(self.value)} instead of {value_text(self.honest)}"


@dataclass(frozen=True, eq=False)
class Forgery:
    """A second trace that satisfies every constraint with the same inputs and choices.

    trace: all of it. outputs: what it states, by name, where that differs. changed: the cells that differ. why: what
    lets it be another one, a sentence, or "".
    """

    program: TraceProgram = field(repr=False)
    trace: ExecutionTrace = field(repr=False)
    outputs: dict[str, int]
    changed: tuple[Change, ...]
    why: str = ""
    _public: dict[str, object] = field(default_factory=dict, repr=False)

    def prove(self, vm: TraceZkVm | None = None) -> Proof:
        """A proof of it, which verifies: to be shown to whoever doubts."""
        return (vm or TraceZkVm()).prove(self.program, self._public, trace=self.trace)

    def __str__(self) -> str:
        cells = [str(one) for one in self.changed if one.row is not None and not one.is_bit]
        shown = listed_changes(cells[:SHOWN], len(cells) - SHOWN)
        stated = [f"output {name} = {value_text(value)}" for name, value in list(self.outputs.items())[:SHOWN]]
        return ", and ".join([*([shown] if shown else []), *([" and ".join(stated)] if stated else [])])


def listed_changes(shown: Sequence[str], more: int) -> str:
    """Changes in a sentence."""
    return ", ".join(shown) + (f" and {counted(more, 'more cell')}" if more > 0 else "")


@dataclass(frozen=True)
class Choices:
    """Cells of a column that the prover chooses. within: what is said of them, as "below 2^32", or "".

    refused: how many values outside of it were tried and refused.
    """

    column: str
    rows: tuple[int, ...]
    within: str = ""
    refused: int = 0

    def __str__(self) -> str:
        text = f"{self.column} on {rows_text(self.rows)}"
        if self.within:
            text += f", {self.within}"
        if self.refused:
            text += f" ({counted(self.refused, 'value')} outside refused)"
        return text


@dataclass(frozen=True, eq=False, kw_only=True)
class Determinacy:
    """What inputs and choices fix in one run, as `TraceProgram.examine` finds it. It is true if that is everything.
    Threads may share it.

    cells: how many were asked for: the user's rows of all columns that are no choices, not free and no helpers (how
    often a row is looked up, the times of a memory's accesses). determined: how many of them have one value in every
    trace with these inputs and choices, which is proved. outputs: how many there are. choices: what the prover
    chooses. free: (column, row) by m.free. holes: second traces with another output. outside: traces with the same
    outputs and a choice that is outside of what is said of it. harmless: cells (column, row) that may be changed while
    all outputs are fixed. undecided: cells, and outputs (name, None), of which neither was found. untested: choices of
    which it is not known whether they stay within what is said of them. notes: what may be meant or not, a sentence
    each. basis: cells that, once given, would fix all that is open. claims: how many constraints and buses there are.
    seconds: the time that it took.
    """

    program: str
    cells: int
    determined: int
    outputs: int
    choices: tuple[Choices, ...] = ()
    free: tuple[tuple[str, int], ...] = ()
    holes: tuple[Forgery, ...] = ()
    outside: tuple[Forgery, ...] = ()
    harmless: tuple[tuple[str, int], ...] = ()
    undecided: tuple[tuple[str, int | None], ...] = ()
    untested: tuple[Choices, ...] = ()
    notes: tuple[str, ...] = ()
    basis: tuple[tuple[str, int], ...] = ()
    claims: int = 0
    seconds: float = 0.0
    _subject: Subject | None = field(default=None, repr=False)
    _solver: Solver | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """True if everything is proved to be fixed."""
        return not (self.holes or self.outside or self.harmless or self.undecided or self.untested)

    def __bool__(self) -> bool:
        return self.ok

    def why(self, column: str, row: int | None = None) -> list[tuple[str, int]]:
        """The constraints, each with its row, from which a cell's value follows; of an output without a row.

        Empty for a choice, and for a cell that is not determined.
        """
        assert self._subject is not None and self._solver is not None
        known = isinstance(column, str) and (row is None or whole(row) is not None)
        cell = self._subject.place(column, row) if known else None
        if cell is None:
            raise ArgumentError(
                f"{self.program} has no cell {short(column)}, row {short(row)}: name a column and its row, or an output"
            )
        return self._solver.why(cell) if isinstance(self._solver.state(cell), int) else []

    def to_dict(self) -> dict[str, Any]:
        """The findings as values for JSON; a field element is an integer."""
        holes, outside = (
            [{"changed": [vars(one) for one in hole.changed], "outputs": hole.outputs} for hole in traces]
            for traces in (self.holes, self.outside)
        )
        counts = {name: getattr(self, name) for name in ("cells", "determined", "outputs", "claims", "seconds")}
        cells = {name: [list(one) for one in getattr(self, name)] for name in ("harmless", "undecided")}
        choices = [vars(one) | {"rows": list(one.rows)} for one in self.choices]
        return {"ok": self.ok, **counts, "holes": holes, "outside": outside, **cells, "choices": choices}

    @property
    def faults(self) -> list[str]:
        """Holes and what is free, a sentence each."""
        return self.sentences[: len(self.holes) + len(self.outside) + bool(self.harmless)]

    @property
    def undecided_outputs(self) -> tuple[str, ...]:
        """The names of the outputs that are undecided."""
        return tuple(name for name, row in self.undecided if row is None)

    @property
    def sentences(self) -> list[str]:
        """The findings, a sentence each: holes, what is free, what is undecided."""
        found = [f"HOLE. Another trace satisfies {self._all_claims()}: {hole}{hole.why}" for hole in self.holes]
        found += [f"{self._all_claims()} allow {one}, and no output is another{one.why}" for one in self.outside]
        if self.harmless:
            verb, it = ("is", "it") if len(self.harmless) == 1 else ("are", "them")
            found.append(
                f"outputs are fixed; {columns_text(self.harmless)} {verb} free, and nothing depends on {it}: say"
                f" {calls_text('free', self.basis or self.harmless)} if that is meant"
            )
        elif 0 < len(self.basis) <= MOST_BASIS and found:
            found[-1] += f". If the prover chooses what is open, say {calls_text('choice', self.basis)}"
        if self.undecided:
            found.append(f"undecided: {self._undecided()}; no second trace found in {self.seconds:.1f} s. {TRY}")
        for one in self.untested:
            found.append(f"undecided: whether {one.column} can be other than {one.within}. {TRY}")
        return found

    def __str__(self) -> str:
        told = ". ".join(self.sentences) if not self.ok else f"{self.fixed()}"
        chosen = f". Choices: {choices_text(self.choices)}" if self.choices else ""
        return "\n".join([f"{self.program}: {told}{chosen}", *(f"  note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        first, *others = [self.fixed()] if self.ok else self.sentences
        chosen = [f"choices: {choices_text(self.choices)}"] if self.choices else []
        return html.verdict("\n".join([f"{self.program}: {first}", *others, *chosen]), self.ok)

    def fixed(self) -> str:
        """What is proved, if that is everything."""
        return f"inputs and choices fix {fixed_text(self.cells, self.outputs)}"

    def _all_claims(self) -> str:
        return f"all {counted(self.claims, 'constraint')}" if self.claims > 1 else "the constraint"

    def _undecided(self) -> str:
        cells = [(column, row) for column, row in self.undecided if row is not None]
        outputs = [f"output {name}" for name in self.undecided_outputs]
        texts = [f"{counted(len(cells), 'cell')}, {columns_text(cells)}"] if cells else []
        return " and ".join([*([listed(outputs)] if outputs else []), *texts])


def fixed_text(cells: int, outputs: int) -> str:
    """So many cells and outputs, in a sentence."""
    parts = [f"all {counted(cells, 'cell')}"] if cells else []
    return " and ".join([*parts, *([counted(outputs, "output")] if outputs else [])]) or "all there is"


def choices_text(choices: Sequence[Choices]) -> str:
    """What the prover chooses, in a sentence."""
    if not choices:
        return ""
    return "; ".join(map(str, choices[:4])) + (f"; and {len(choices) - 4} more columns" if len(choices) > 4 else "")


def changes(subject: Subject, second: Assignment) -> tuple[Change, ...]:
    """The cells that differ, those first that are not bits of others."""
    found = second.changed(subject.honest)
    there = {cell[:2] for cell in found}
    bits = {
        (number, column)
        for number, table in enumerate(subject.definition.tables)
        for one in table.bits
        for column in one.columns
        if any((number, x) in there for kind, x, _ in one.nodes if kind == COLUMN)
    }
    ordered = sorted(found, key=lambda cell: (cell[0] < 0, cell[:2] in bits, not subject.is_asked(cell)))
    return tuple(
        Change(*subject.labels(cell), subject.honest.value(cell), second.value(cell), cell[:2] in bits)
        for cell in ordered
    )

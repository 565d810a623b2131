"""Found: what the kit says of a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from l2zk.base.wording import counted, listed
from l2zk.errors import L2zkError
from l2zk.show import html
from l2zk.testing.determinacy import Determinacy, Forgery, choices_text, fixed_text


@dataclass(frozen=True)
class FreeCell:
    """A cell that no constraint pins: it is `value` in the honest trace, and with `instead` in it none fails."""

    column: str
    row: int
    value: int
    instead: int


@dataclass(frozen=True, kw_only=True)
class Conformance:
    """The findings of check_program. It is true if there is no fault; print it.

    cells: how many cells were changed. free: those among the user's rows that may be changed alone, and that the
    program does not say are free: choices, or faults. faults: everything that is wrong, a sentence each. left_out:
    changes that only all columns together could have noticed, and that were too many to be tried: no cell is free for
    them. runs: of each case what inputs and choices fix. refused: how many cases were false witnesses. stated: how many
    cases say what outputs are right. missed: the constraints that could be left out unnoticed; None if that was not
    asked for, or is not known since cells are undecided in every case. missed_in: the programs that have them, with the
    parameters of the cases. notes: what may be meant or not, beside what the runs note.
    """

    program: str
    cases: int
    cells: int
    free: tuple[FreeCell, ...]
    faults: tuple[str, ...]
    left_out: int = 0
    runs: tuple[Determinacy, ...] = ()
    refused: int = 0
    stated: int = 0
    missed: tuple[str, ...] | None = None
    missed_in: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """True if there is no fault."""
        return not self.faults

    @property
    def holes(self) -> tuple[Forgery, ...]:
        """The second traces of all cases."""
        return tuple(hole for run in self.runs for hole in run.holes)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return "\n".join([f"{self.program}: {self._verdict()}", *self._details()])

    def _repr_html_(self) -> str:
        return html.verdict(str(self), self.ok)

    def _verdict(self) -> str:
        """The first line: a hole, faults, what is undecided, or what is proved."""
        cases = f" ({counted(self.cases, 'case')})"
        if self.faults:
            found = counted(len(self.faults), "fault") if len(self.faults) > 1 or not self.holes else ""
            return ", ".join([*(["HOLE"] if self.holes else []), *([found] if found else []), *self._open()]) + cases
        undecided = sorted((run for run in self.runs if not run), key=lambda run: not run.undecided_outputs)
        if undecided:
            more = f"; and in {counted(len(undecided) - 1, 'more case')}" if len(undecided) > 1 else ""
            return ". ".join(undecided[0].sentences) + more + cases
        cells, outputs = (sum(getattr(run, name) for run in self.runs) for name in ("cells", "outputs"))
        together = f" ({self.cases} cases together)" if self.cases > 1 else cases
        return f"inputs and choices fix {fixed_text(cells, outputs)}{together}"

    def _open(self) -> list[str]:
        """The outputs that are undecided, in a phrase."""
        names = list(dict.fromkeys(name for run in self.runs for name in run.undecided_outputs))
        return [f"and {listed([f'output {name}' for name in names])} undecided"] if names else []

    def _details(self) -> Iterator[str]:
        yield from (f"  - {fault}" for fault in self.faults)
        largest = max(self.runs, key=lambda run: run.cells, default=None)
        if largest is not None and largest.choices:
            yield f"  choices: {choices_text(largest.choices)}"
        notes = [*self.notes, *(note for run in self.runs for note in run.notes)]
        yield from (f"  note: {note}" for note in dict.fromkeys(notes))
        if self.missed is not None:
            yield f"  {missed_text(self.missed, self.missed_in)}"
        yield f"  looked at: {self._looked_at()}"
        yield f"  not looked at: {self._not_looked_at()}"

    def _looked_at(self) -> str:
        tried = sum(one.refused for run in self.runs for one in run.choices)
        parts = [f"{counted(len(self.runs), 'trace')}, {counted(self.cells, 'cell')} changed"]
        if self.left_out:
            parts.append(f"{counted(self.left_out, 'change')} not tried")
        if tried:
            parts.append(f"{counted(tried, 'value')} outside of bounds")
        if self.refused:
            parts.append(f"{counted(self.refused, 'refused case')}")
        return ", ".join([*parts, "false proofs, other public values"])

    def _not_looked_at(self) -> str:
        parts = ["other parameters and witnesses"]
        if any(run.choices for run in self.runs) and not self.missed:
            parts.append(
                "what restricts choices together, beyond these refused cases"
                if self.refused
                else "rules for choices, as no false witness is given: add Case(..., refused=True)"
            )
        unsaid = self.cases - self.refused - self.stated
        if unsaid > 0 and any(run.outputs for run in self.runs):
            which = "" if not self.stated else f" in {counted(unsaid, 'case')}"
            parts.append(f"whether outputs are the right ones{which}")
        return ", ".join(parts)


def missed_text(missed: Sequence[str], programs: Sequence[str] = ()) -> str:
    """What could be left out, in a sentence."""
    if not missed:
        return "no single constraint could be left out unnoticed; a range or a comparison was left out piece by piece"
    names = ", ".join(map(repr, missed[:6])) + (f" and {len(missed) - 6} more" if len(missed) > 6 else "")
    which = "1 constraint restricts" if len(missed) == 1 else f"{len(missed)} constraints restrict"
    pronoun = "it" if len(missed) == 1 else "them"
    where = f" in {listed(programs[:2])}" if programs else ""
    return f"{which} choices at most, and no case tests {pronoun}: {names}{where}. Give Case(..., refused=True)"


class ConformanceError(L2zkError, AssertionError):
    """A program has a fault; `found` is the Conformance that says which."""

    def __init__(self, found: Conformance) -> None:
        super().__init__(str(found))
        self.found = found

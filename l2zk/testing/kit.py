"""The kit's calls: check_program and examine_program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from l2zk.base.arguments import flag, kind_of
from l2zk.base.wording import short
from l2zk.errors import OptionsError, ProgramError
from l2zk.language.program import TraceProgram
from l2zk.testing.cases import Case, cases_of
from l2zk.testing.examining import time_limit
from l2zk.testing.found import Conformance, ConformanceError
from l2zk.testing.leaving_out import missed_by_all
from l2zk.testing.trial import Trial, loose_in_all, unread_in_all
from l2zk.vm.zkvm import TraceZkVm

Cases = Iterable[Case | Mapping[str, Any]]


def check_program(
    program: type[TraceProgram],
    cases: Cases,
    *,
    vm: TraceZkVm | None = None,
    seconds: float = 10.0,
    leave_out: bool = False,
) -> Conformance:
    """Run a program's cases, try to cheat in each of them, and raise ConformanceError where that succeeds.

        check_program(FibonacciProgram, [{"rounds": 5}, Case({"rounds": 20}, outputs={"result": 6765})])

    In each case: the honest run satisfies the constraints, is the same each time, gives the outputs expected,
    and its proof is accepted (and, without zero knowledge, the same bytes each time); other public values and
    changed bytes are refused; **inputs and choices leave one value in every cell**, except cells of the padding and
    those that the program says are free by m.free, or what is found is a second trace; values outside of what m.choice,
    m.bits and m.range say of a choice are refused; each public input is in a constraint that another value of it would
    break, in some case at least; proofs of false traces are refused. The false witness of a case with refused=True has
    to break a constraint. What is found shows values, the private ones of your cases as well.

    program: the class. cases: `Case`s, or mappings of parameters; small ones, of up to 2^18 cells, since all
    are looked at. vm: what proves and verifies, by default TraceZkVm(). seconds: what each case may spend on proving
    that cells are fixed and on the search for a second trace; what is undecided by then is said, and is no fault.
    leave_out: leave out each constraint in turn as well, and name those that could be left out unnoticed. Raises
    ProgramError and WitnessError as `vm.check`.
    """
    found = examine_program(program, cases, vm=vm, seconds=seconds, leave_out=leave_out)
    if not found:
        raise ConformanceError(found)
    return found


def examine_program(
    program: type[TraceProgram],
    cases: Cases,
    *,
    vm: TraceZkVm | None = None,
    seconds: float = 10.0,
    leave_out: bool = False,
) -> Conformance:
    """As check_program, but returns the findings instead of raising ConformanceError."""
    if not (isinstance(program, type) and issubclass(program, TraceProgram)):
        raise ProgramError(
            f"check_program takes a class of programs, not {short(program)}; its cases give the parameters"
        )
    if vm is not None and not isinstance(vm, TraceZkVm):
        raise OptionsError(f"vm is a TraceZkVm, not {kind_of(vm)}; write vm=TraceZkVm(...)")
    seconds, leave_out = time_limit(seconds), flag("leave_out", leave_out)
    trials = [Trial(program, case, vm or TraceZkVm(), seconds) for case in cases_of(cases)]
    if not trials:
        raise ProgramError(f"check_program of {program.__name__} needs one case at least")
    faults = [f"{trial.program!r}: {fault}" for trial in trials for fault in trial.faults()]
    faults += loose_in_all(trials)
    missed = missed_by_all(trials, seconds) if leave_out else None
    return Conformance(
        program=program.id,
        cases=len(trials),
        cells=sum(trial.cells for trial in trials),
        free=tuple(cell for trial in trials for cell in trial.free),
        faults=tuple(faults),
        notes=tuple(unread_in_all(trials)),
        left_out=sum(trial.left_out for trial in trials),
        runs=tuple(trial.found for trial in trials if trial.found is not None),
        refused=sum(trial.case.refused for trial in trials),
        stated=sum(bool(trial.case.outputs) for trial in trials),
        missed=None if missed is None else tuple(missed),
        missed_in=() if missed is None else tuple(dict.fromkeys(missed.values())),
    )

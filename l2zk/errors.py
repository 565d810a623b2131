"""Every error that l2zk raises, one tree under `L2zkError`, and its warnings, one under `L2zkWarning`.

A message is one sentence that says what was wrong, where, and what would be right. `ProofError` is what a bad proof
gives; `TraceZkVm.verify` turns it into False, `check_proof` lets it pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Rebuilt = TypeVar("Rebuilt", bound="L2zkError")


class L2zkError(Exception):
    """The base of l2zk's errors. `shareable` is the same error without private values, if this one may hold any."""

    shareable: L2zkError | None = None


class ProgramError(L2zkError):
    """A program's definition is wrong: an unknown column, an expression of another program, a step that is missing."""


class DegreeError(ProgramError):
    """A constraint's degree is beyond what a proof allows."""


class CycleError(ProgramError):
    """A proof, a trace or a definition was asked for while it is made: by the program itself, or by several in turn."""


class UnknownProgramError(L2zkError, LookupError):
    """No plugin provides a program of this name."""


class PluginError(L2zkError):
    """A plugin is broken, or two plugins claim one name."""


class WitnessError(L2zkError, ValueError):
    """A witness value is missing, of a wrong type, or not an element of the field."""


class ConstraintError(L2zkError):
    """The trace violates a constraint; `report` names it, the row, and those values that are not private.

    Of a proof that was made by a batch's worker elsewhere it is None: `TraceZkVm.check` makes it.
    """

    report: object = None

    def __init__(self, message: str, report: object = None) -> None:
        super().__init__(message)
        self.report = report


class ArgumentError(L2zkError, TypeError):
    """An argument has a wrong type: a proof that is no bytes, a list that is none."""


class StepError(L2zkError):
    """A program's C step function failed, or left a value that is not an element of the field."""


class OptionsError(L2zkError, ValueError):
    """An option is outside its range, or options contradict one another."""


class SecurityError(OptionsError):
    """The proven security that was asked for cannot be reached, or falls short of what is demanded."""


class MemoryLimitError(MemoryError, L2zkError):
    """A proof would need more memory than there is, or than the caller allows."""


class WorkerError(L2zkError):
    """A worker of a batch was lost, or gave what is no proof of its job; the message names the worker."""


class StoreError(L2zkError):
    """A path that can be no store of proofs: a folder, another program's database."""


class ProofError(L2zkError):
    """A proof that the verifier refuses; `section` names the check of PROTOCOL.md, as in "7.6"."""

    section: str = "7"

    def __init__(self, message: str, section: str = "7") -> None:
        super().__init__(f"{message} (PROTOCOL {section})")
        self.section = section

    def __reduce__(self) -> tuple[Callable[..., ProofError], tuple[type[ProofError], str], dict[str, Any]]:
        return rebuilt, (type(self), self.args[0]), vars(self)


class FormatError(ProofError):
    """Bytes that are no proof in this format."""


class VersionError(FormatError):
    """A proof of a format version that this library does not know."""


class L2zkWarning(UserWarning):
    """The base of l2zk's warnings; the filters of `warnings` turn them into errors."""


class LengthWarning(L2zkWarning):
    """A row or a look-ahead that doubles the padded trace."""


class StoreWarning(L2zkWarning):
    """A store that was damaged and moved aside, or that is passed over: proofs are made without it."""


def copied(error: L2zkError) -> L2zkError:
    """A copy of an error for another caller: with notes of its own, without traceback and cause.

    Not by `copy`, which heeds how others have errors pickled: where Dask is imported, with all that they came of.
    """
    try:
        reduced: Any = error.__reduce_ex__(4)
        make, arguments, *state = reduced
        other: L2zkError = make(*arguments)
        if state and state[0] is not None:
            other.__setstate__(state[0])
    except Exception:  # foreign code's error, whose class takes other arguments
        return error
    if hasattr(error, "__notes__"):
        other.__notes__ = list(error.__notes__)
    return other


def rebuilt(kind: type[Rebuilt], text: str) -> Rebuilt:
    """An error of this class with just these words, whatever the class makes of those that it is given."""
    error = kind(text)
    error.args = (text,)
    return error

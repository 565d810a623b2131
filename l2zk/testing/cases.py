"""Cases: honest runs of a program, and false ones that have to be refused."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from l2zk.base.arguments import flag, items
from l2zk.base.foreign import foreign
from l2zk.base.wording import listed, short
from l2zk.errors import ArgumentError, ProgramError
from l2zk.language.program import TraceProgram


@dataclass(frozen=True)
class Case:
    """A run: a program's parameters by name, its witness, and the public outputs that are expected.

    outputs: by name, or all in their order; those that are not named, or None, are not looked at.
    refused: True for a false witness, which the program carries into its trace and some constraint has to refuse.
    """

    parameters: Mapping[str, Any]
    witness: Any = ()
    outputs: Any = ()
    refused: bool = False

    def __post_init__(self) -> None:
        given = self.parameters
        if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
            raise ArgumentError(f"a case has a mapping from names of parameters to values, not {short(given)}")
        flag("refused", self.refused)


def cases_of(cases: Any) -> list[Case]:
    """The cases as a list of `Case`s."""
    given = items(cases)
    if given is None:
        raise ArgumentError(f"cases are a list of `Case`s or of mappings of parameters, not {short(cases)}")
    return [case if isinstance(case, Case) else Case(case) for case in given]


def made(kind: type[TraceProgram], case: Case) -> TraceProgram:
    """The program with the parameters of a case."""
    given, known = set(case.parameters), inspect.signature(kind).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    if given - set(known) and not takes_any:
        has = f"it has {listed(known)}" if known else "it has none"
        raise ArgumentError(
            f"{kind.__name__} has no parameter {listed(sorted(given - set(known)))}, which a case gives; {has}"
        )
    for name, parameter in known.items():
        if name not in given and parameter.default is parameter.empty and not takes_any:
            raise ArgumentError(f"a case of {kind.__name__} gives its parameter {name!r} no value")
    with foreign(ProgramError, f"{kind.__name__} with the parameters of a case"):
        return kind(**case.parameters)

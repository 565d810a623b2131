"""Programs with private values that go wrong in many ways, and all that an error of theirs says."""

from __future__ import annotations

import json
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from l2zk import ExecutionTrace, L2zkError, Proof, TraceProgram, TraceZkVm, get_program
from l2zk.base.field import MODULUS
from l2zk.errors import CycleError, L2zkWarning, LengthWarning, ProofError, WitnessError

SECRET = 987654321987
FORMS = [str(form % MODULUS) for form in (SECRET, -SECRET, 2 * SECRET, SECRET - 5, SECRET * (SECRET - 5), SECRET**2)]


@dataclass(frozen=True)
class Vault(TraceProgram):
    """A private column, a private input, a public counter; the claim `bounded` fails."""

    id = "vault.v0"

    def define(self, m: Any) -> None:
        m.rows(4)
        s = m.private_column("s")
        k, c = m.columns("k", "c")
        m.start({k: m.private_input("key"), c: m.public_input("first", default=11)})
        m.step({k: k, c: c + 1})
        m.constrain("equal", s == k)
        m.constrain("bounded", s * (s - 5) == c, on=2)


@dataclass(frozen=True)
class Arrays(TraceProgram):
    """A private array, of which generate_trace makes a column, and a public column; the claim `bounded` fails."""

    id = "arrays.v0"
    how: str = "well"

    def define(self, m: Any) -> None:
        m.rows(4)
        limit = m.public_column("limit")
        m.private_array("values", 4)
        x = m.column("x")
        m.constrain("bounded", x * (x - 5) == limit)

    def generate_trace(self, witness: Any) -> Any:
        if self.how == "array":
            fail(ValueError(witness["values"]))
        if self.how == "key":
            return {}[int(witness["values"][0])]
        return {"x": -witness["values"].astype(object) if self.how == "negative" else witness["values"]}


@dataclass(frozen=True)
class Opened(TraceProgram):
    """All is public."""

    id = "opened.v0"

    def define(self, m: Any) -> None:
        x = m.column("x")
        m.start({x: m.public_input("open")})
        m.step({x: x})


@dataclass(frozen=True)
class Generated(TraceProgram):
    """Its own generate_trace makes a column of a private input, and as a parameter says does something else first."""

    id = "generated.v0"
    how: str = "well"

    def define(self, m: Any) -> None:
        m.rows(4)
        x = m.column("x")
        y = m.column("y")
        m.private_input("key")
        m.start({y: 1})
        m.step({y: y})
        m.constrain("small", x * (x - 5) == 0)

    def generate_trace(self, witness: Any) -> Any:
        return (WAYS | INTERRUPTS)[self.how](witness["key"])


def fail(error: BaseException, cause: BaseException | None = None) -> Any:
    raise error from cause


def fail_while_another(error: BaseException) -> Any:
    try:
        raise ValueError(SECRET)
    except ValueError:
        raise error  # noqa: B904


class Odd(WitnessError):
    """An error of somebody's own, which derives from one of l2zk's."""

    def __init__(self, key: int) -> None:
        super().__init__("salary is odd")
        self.key = key

    def __str__(self) -> str:
        return f"salary {self.key} is odd"


class Stop(KeyboardInterrupt):
    """A KeyboardInterrupt that says more."""


class Name(str):
    """A name that says no."""

    def __new__(cls, key: int) -> Name:
        return super().__new__(cls, "x")

    def __hash__(self) -> int:
        raise WitnessError(f"not {SECRET}")


class Unreadable:
    def __array__(self, *_: Any, **__: Any) -> Any:
        raise ValueError(f"not {SECRET}")


WAYS: dict[str, Callable[[int], Any]] = {
    "well": lambda key: {"x": [key] * 4},
    "whole": lambda key: {"x": [0] * 4, "y": [key] * 4},
    "value": lambda key: fail(ValueError(f"{key} is too large")),
    "key": lambda key: {}[key],
    "assertion": lambda key: fail(AssertionError(key)),
    "exit": lambda key: fail(SystemExit(key)),
    "own": lambda key: fail(WitnessError("the key is too large"), ValueError(key)),
    "own in a handler": lambda key: fail_while_another(WitnessError("the key is too large")),
    "told by one of l2zk's": lambda key: fail(WitnessError(f"salary {key} is odd")),
    "told by one that derives from it": lambda key: fail(Odd(key)),
    "told by a proof's": lambda key: fail(ProofError(f"salary {key} is odd", "7.2")),
    "told by a warning": lambda key: fail(LengthWarning(f"salary {key} is odd")),
    "told by a warning that is an error": lambda key: strictly_warned(f"salary {key} is odd"),
    "told with a note": lambda key: fail(noted(WitnessError("x"), str(key))),
    "told as shareable": lambda key: fail(shareable(WitnessError("x"), WitnessError(str(key)))),
    "of what l2zk is asked": lambda key: TraceZkVm(threads=key),
    "of a name that l2zk is asked for": lambda key: get_program(f"salary{key}"),
    "of another proof": lambda key: TraceZkVm().prove(Opened(), {"open": key + 2**64}),
    "of a trace": lambda key: ExecutionTrace([f"x{key}"] * 2, np.zeros((2, 4), dtype=np.uint64), 4),
    "of a file": lambda key: Proof.load(f"no folder/{key}"),
    "read from its text": lambda key: exec(f"from l2zk import WitnessError\nraise WitnessError('salary {key}')"),
    "a circle": lambda key: fail(CycleError(f"salary {key} asks for itself")),
    "group": lambda key: fail(ExceptionGroup(str(key), [ValueError(key)])),
    "noted": lambda key: fail(noted(ValueError("x"), str(key))),
    "negative": lambda key: {"x": [-key] * 4},
    "large": lambda key: {"x": [key + 2**64] * 4},
    "text": lambda key: {"x": [str(key)] * 4},
    "float": lambda key: {"x": np.array([key + 0.5] * 4)},
    "name": lambda key: {"x": [0] * 4, key: [1] * 4},
    "text for a name": lambda key: {"x": [0] * 4, f"salary {key}": [1] * 4},
    "nearly a name": lambda key: {f"x{key}": [0] * 4},
    "one name in two spellings": lambda key: {"x": [0] * 4, f"{key}K": [1] * 4, f"{key}\N{KELVIN SIGN}": [1] * 4},
    "names that fail": lambda key: {"x": [0] * 4, Name(key): [1] * 4},
    "unreadable": lambda key: {"x": Unreadable()},
    "nothing": lambda key: key,
    "too many": lambda key: {"x": [key] * 5},
}


def strictly_warned(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.warn(text, LengthWarning, stacklevel=1)


def shareable(error: L2zkError, other: L2zkError) -> L2zkError:
    error.shareable = other
    return error


INTERRUPTS: dict[str, Callable[[int], Any]] = {
    "interrupt": lambda key: fail(KeyboardInterrupt(key)),
    "an interrupt of its own": lambda key: fail(Stop(key)),
}


def noted(error: BaseException, note: str) -> BaseException:
    error.add_note(note)
    return error


def raised(act: Callable[[], object]) -> L2zkError | L2zkWarning:
    with pytest.raises((L2zkError, L2zkWarning)) as caught:
        act()
    return caught.value


def whole_chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        yield from whole_chain(error.__cause__)
        error = error.__context__


def said(error: BaseException) -> str:
    """All that an error says, in every form, but the frames that its traceback leads to."""
    parts = ["".join(traceback.format_exception(error))]
    for one in whole_chain(error):
        parts += [str(one), repr(one), repr(one.args), repr(vars(one)), repr(getattr(one, "__notes__", ()))]
    report = getattr(error, "report", None)
    if report is not None:
        parts += [
            str(report),
            report.text(40),
            repr(report),
            report.to_json(),
            report._repr_html_(),
            json.dumps(report.to_dict()),
        ]
    return "\n".join(parts)


def assert_silent(text: str) -> None:
    assert not [form for form in FORMS if form in text], text


WITNESS = {"s": [SECRET] * 4, "key": SECRET}
ARRAYS = {"values": [SECRET] * 4, "limit": [11, 12, 13, 14]}

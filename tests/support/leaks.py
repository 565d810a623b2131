"""Programs with private values that go wrong in many ways, and all that an error of theirs says."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from l2zk import L2zkError, TraceProgram
from l2zk.base.field import MODULUS
from l2zk.errors import WitnessError

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
        return WAYS[self.how](witness["key"])


def fail(error: BaseException, cause: BaseException | None = None) -> Any:
    raise error from cause


def fail_while_another(error: BaseException) -> Any:
    try:
        raise ValueError(SECRET)
    except ValueError:
        raise error  # noqa: B904


class Unreadable:
    def __array__(self, *_: Any, **__: Any) -> Any:
        raise ValueError(f"not {SECRET}")


WAYS: dict[str, Callable[[int], Any]] = {
    "well": lambda key: {"x": [key] * 4},
    "whole": lambda key: {"x": [0] * 8, "y": [key] * 8},
    "value": lambda key: fail(ValueError(f"{key} is too large")),
    "key": lambda key: {}[key],
    "assertion": lambda key: fail(AssertionError(key)),
    "exit": lambda key: fail(SystemExit(key)),
    "own": lambda key: fail(WitnessError("the key is too large"), ValueError(key)),
    "own in a handler": lambda key: fail_while_another(WitnessError("the key is too large")),
    "group": lambda key: fail(ExceptionGroup(str(key), [ValueError(key)])),
    "noted": lambda key: fail(noted(ValueError("x"), str(key))),
    "negative": lambda key: {"x": [-key] * 4},
    "large": lambda key: {"x": [key + 2**64] * 4},
    "text": lambda key: {"x": [str(key)] * 4},
    "float": lambda key: {"x": np.array([key + 0.5] * 4)},
    "name": lambda key: {"x": [0] * 4, key: [1] * 4},
    "unreadable": lambda key: {"x": Unreadable()},
    "nothing": lambda key: key,
    "too many": lambda key: {"x": [key] * 5},
}


def noted(error: BaseException, note: str) -> BaseException:
    error.add_note(note)
    return error


def raised(act: Callable[[], object]) -> L2zkError:
    with pytest.raises(L2zkError) as caught:
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
        parts += [str(report), repr(report), report.to_json(), report._repr_html_(), json.dumps(report.to_dict())]
    return "\n".join(parts)


def assert_silent(text: str) -> None:
    assert not [form for form in FORMS if form in text], text


WITNESS = {"s": [SECRET] * 4, "key": SECRET}

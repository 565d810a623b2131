"""The wall round foreign code: nothing that it raises ends the process or passes for anything else."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from l2zk.base.foreign import LONGEST, foreign, told
from l2zk.errors import LengthWarning, PluginError, ProgramError, WitnessError


class Unspeakable(Exception):
    """An error whose own text ends the process."""

    def __str__(self) -> str:
        sys.exit(0)


class Sly(WitnessError, SystemExit):
    """An error of l2zk's by name, which would end the process all the same."""


class Dumb(WitnessError):
    """An error of l2zk's that cannot be told."""

    def __str__(self) -> str:
        raise GeneratorExit


def called(act: Callable[[], object], **settings: bool) -> ProgramError:
    """The error that a call inside the wall leaves as."""
    with pytest.raises(ProgramError) as caught, foreign(ProgramError, "the call", **settings):
        act()
    return caught.value


def raising(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


@pytest.mark.parametrize(
    "error",
    [
        SystemExit(0),
        SystemExit("install something"),
        GeneratorExit(),
        StopIteration(3),
        asyncio.CancelledError(),
        MemoryError(),
        BaseException("bare"),
        click.exceptions.Exit(0),
        click.Abort(),
        Unspeakable(),
        Sly(0),
        Dumb(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_is_raised_becomes_an_error_of_the_kind(error: BaseException) -> None:
    found = called(raising(error))
    assert type(found) is ProgramError and found.__cause__ is error


def test_the_sentence_says_who_raised_what_and_in_which_line() -> None:
    line = raising.__code__.co_firstlineno + 2
    error = called(raising(ValueError("one\n two.")))
    assert str(error) == f"the call raised ValueError: one two (line {line} of test_foreign.py)"
    assert "raised an error that cannot be shown" in str(called(raising(Unspeakable())))


def test_a_call_into_a_library_is_told_by_the_line_of_the_caller() -> None:
    with pytest.raises(PluginError, match=r"JSONDecodeError: .* \(line \d+ of test_foreign.py\)"):
        with foreign(PluginError, "the call"):
            __import__("json").loads("{")


def test_what_cannot_be_parsed_is_told_by_its_own_line() -> None:
    error = called(lambda: compile("x = 1\ny = (\n", "air.py", "exec"))
    assert str(error) == "the call raised SyntaxError: '(' was never closed (line 2 of air.py)"


def test_a_long_text_is_cut() -> None:
    assert len(told(ValueError("x" * 10**6))) < LONGEST + 40


@pytest.mark.parametrize("error", [KeyboardInterrupt(), WitnessError("no value for x"), LengthWarning("doubled")])
def test_the_users_interrupt_and_errors_of_l2zk_pass(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, foreign(PluginError, "the call"):
        raise error
    assert caught.value is error


def test_of_code_that_sees_secrets_the_type_alone_is_told_and_nothing_is_kept() -> None:
    error = called(raising(ValueError("secret 1234")), private=True)
    assert "1234" not in str(error) and "raised ValueError (line" in str(error)
    assert error.__cause__ is None and error.__context__ is None


def test_it_decorates_functions() -> None:
    @foreign(PluginError, "the hook")
    def hook(value: int) -> int:
        return 1 // value

    assert hook(1) == 1
    with pytest.raises(PluginError, match="the hook raised ZeroDivisionError: .*"):
        hook(0)


def test_a_library_that_stands_in_for_importlib_is_not_to_blame(tmp_path: Path) -> None:
    (tmp_path / "importlib_metadata").mkdir()
    (tmp_path / "importlib_metadata" / "__init__.py").write_text("def load(act):\n    return act()\n")
    (tmp_path / "theirs.py").write_text("\n\ndef act():\n    raise ValueError('no')\n")
    names: dict[str, Any] = {}
    for file in ("importlib_metadata/__init__.py", "theirs.py"):
        exec(compile((tmp_path / file).read_text(), str(tmp_path / file), "exec"), names)
    with pytest.raises(ValueError) as caught:
        names["load"](names["act"])
    below = caught.value.__traceback__.tb_next  # type: ignore[union-attr]
    assert told(caught.value.with_traceback(below)) == "ValueError: no (line 4 of theirs.py)"

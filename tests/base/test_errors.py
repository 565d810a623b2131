"""Errors that are kept and told again: each copy is its caller's own, and keeps nothing of what the error came of."""

from __future__ import annotations

import copyreg
from collections.abc import Callable

import pytest

from l2zk import errors
from l2zk.errors import ConstraintError, L2zkError, ProofError, copied

MAKE: dict[str, Callable[[], L2zkError]] = {
    **{
        name: lambda kind=kind: kind("what was wrong")  # type: ignore[misc]
        for name, kind in vars(errors).items()
        if isinstance(kind, type)
        and issubclass(kind, L2zkError)
        and not issubclass(kind, (ProofError, ConstraintError))
    },
    **{kind.__name__: lambda kind=kind: kind("what was wrong", "7.9") for kind in (ProofError, errors.FormatError)},  # type: ignore[misc]
}


@pytest.fixture(params=[False, True], ids=["", "errors are pickled whole"], autouse=True)
def pickling(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where Dask is imported, or as where nothing is."""
    monkeypatch.setattr(copyreg, "dispatch_table", copyreg.dispatch_table)
    for name in MAKE:
        monkeypatch.delitem(copyreg.dispatch_table, getattr(errors, name), raising=False)
        if request.param:
            whole = pytest.importorskip("tblib.pickling_support").pickle_exception
            monkeypatch.setitem(copyreg.dispatch_table, getattr(errors, name), whole)


def raised(error: L2zkError) -> L2zkError:
    """The error, come of another, with a traceback, a note and a mark."""
    error.add_note("at first")
    error.shareable = L2zkError("without what is private")
    with pytest.raises(L2zkError) as caught:
        try:
            raise ValueError("private")
        except ValueError as cause:
            raise error from cause
    return caught.value


@pytest.mark.parametrize("name", MAKE)
def test_a_copy_says_the_same_and_keeps_nothing_of_what_the_error_came_of(name: str) -> None:
    error = raised(MAKE[name]())
    other = copied(error)
    assert other is not error and type(other) is type(error) and str(other) == str(error)
    assert vars(other) == vars(error) and getattr(other, "section", None) == getattr(error, "section", None)
    assert other.__cause__ is other.__context__ is other.__traceback__ is None
    assert error.__cause__ is not None and error.__traceback__ is not None


@pytest.mark.parametrize("name", MAKE)
def test_notes_are_each_ones_own(name: str) -> None:
    error = raised(MAKE[name]())
    others = [copied(error), copied(error)]
    for note, other in enumerate(others):
        other.add_note(f"note {note}")
    assert [one.__notes__ for one in (error, *others)] == [["at first"], ["at first", "note 0"], ["at first", "note 1"]]


def test_an_error_whose_class_takes_other_arguments_is_told_itself() -> None:
    class Foreign(L2zkError):
        def __init__(self, one: int, other: int) -> None:
            super().__init__(f"{one} and {other}")

    error = Foreign(1, 2)
    assert copied(error) is error

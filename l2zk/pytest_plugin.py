"""The pytest plugin: the fixture `check_program`, and the whole report of a violated constraint.

pytest finds it by the entry point `l2zk = "l2zk.pytest_plugin"` in the group pytest11; `-p no:l2zk` turns it
off. What it prints shows all values, the private ones of a test as well: it is for the developer's own terminal.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from contextlib import suppress
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

import pytest

from l2zk.errors import ConstraintError

if TYPE_CHECKING:
    from l2zk.testing import Conformance


@pytest.fixture(scope="session")
def check_program() -> Callable[..., Conformance]:
    """`l2zk.testing.check_program`: runs a program's cases and asks of each what inputs and choices fix.

    def test_my_program(check_program):
        check_program(MyProgram, [{"rounds": 5}], seconds=10)
    """
    from l2zk.testing import check_program

    return check_program


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """Show the report of a ConstraintError that a test did not expect."""
    shown = yield
    raised = call.excinfo.value if call.excinfo is not None else None
    if isinstance(raised, ConstraintError) and raised.report is not None:
        shown.sections.append(("l2zk: violated constraints", str(_whole_report(raised))))
    return shown


def _whole_report(error: ConstraintError) -> object:
    """The report with private values, made again from the arguments of the call that raised, if they are known."""
    from l2zk.vm.zkvm import TraceZkVm

    for frame, _ in walk_tb(error.__traceback__):
        if frame.f_code is inspect.unwrap(TraceZkVm._prove).__code__:
            given = frame.f_locals
            with suppress(Exception):
                return TraceZkVm.check(
                    given["self"], given["program"], given["witness"], trace=given["asked"].trace, redact=False
                )
    return error.report

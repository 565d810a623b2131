"""Interrupts of a store: Ctrl-C at any line, or a handler of a signal that asks, cost no proof, lock or file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from linecache import getline
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from example_programs import Fibonacci
from quick import QUICK
from storing import files, finished, machine, outcomes, python, told

from l2zk.base.making import Making
from l2zk.vm.store.maker import lock_file

OF_A_STORE = tuple(f"vm/store/{name}.py" for name in ("proof_store", "file", "rows", "schema", "maker"))

UNSEEN = ("with ", "try:", "locks.free(", "if locks is not None:")
"""Lines before which Python looks for no signal, though it traces them."""

LOCKED = """
from example_programs import Fibonacci
from storing import machine, outcomes
other = machine(sys.argv[1])
other.prove(Fibonacci(10), (int(sys.argv[2]), 1))
print(outcomes(other))
"""


def ends(frame: FrameType | None) -> bool:
    """True in what lets go of a lock or of a whole store: an interrupt in between is for nobody to see."""
    return frame is not None and (
        frame.f_code.co_name in ("free", "__del__", "_let_go", "_disconnect") or ends(frame.f_back)
    )


@contextmanager
def at_line(number: int, act: Callable[[], None]) -> Iterator[list[int]]:
    """Act before the so-manieth line that this thread runs of a store's modules; gives the lines so far."""
    lines = [0]

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        place = frame.f_code.co_filename
        if not place.endswith(OF_A_STORE) or ends(frame):
            return None
        line = getline(place, frame.f_lineno).strip()
        if event == "line" and not line.startswith(UNSEEN):
            lines[0] += 1
            if lines[0] == number:
                act()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield lines
    finally:
        sys.settrace(before)


def interrupt() -> None:
    raise KeyboardInterrupt


def damaged(path: Path) -> list[str]:
    """The files that lie beside a store as damaged ones."""
    return [name for name in files(path.parent) if "damaged" in name]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    machine(tmp_path / "proofs.db").prove(Fibonacci(10), (2, 3))
    return tmp_path / "proofs.db"


def test_an_interrupt_at_any_line_leaves_a_store_that_goes_on(path: Path) -> None:
    number = interrupted = 0
    is_over = False
    while not is_over:
        number += 1 if number < 40 else 3
        made = machine(path)
        if number % 2:
            made._store.close()  # so that it is opened once more
        with told() as texts, at_line(number, interrupt) as lines:
            try:
                made.prove(Fibonacci(10), (number, 1))
            except KeyboardInterrupt:
                interrupted += 1
        is_over = lines[0] < number
        assert not lock_file(f"{path}.lock")._held, number
        with told() as more:
            assert bytes(made.prove(Fibonacci(10), (number, 5))) == bytes(QUICK.prove(Fibonacci(10), (number, 5)))
        assert (texts, more, outcomes(made)[2] >= 1) == ([], [], True), number
        assert not damaged(path)
    assert interrupted > 50
    assert finished(python(LOCKED, path, 1)) in ("(1, 0, 1)", "(0, 1, 0)")  # nothing is locked for others


@pytest.mark.parametrize("same", [True, False], ids=["the same machine", "another one"])
def test_a_handler_that_asks_at_any_line_gets_its_proof(same: bool, path: Path) -> None:
    number, is_over = 1, False
    while not is_over:
        number += 7
        made = machine(path)
        asked = made if same else QUICK

        def ask(number: int = number, asked: Any = asked) -> None:
            assert asked.prove(Fibonacci(10), (number, 9)).size

        with told() as texts, at_line(number, ask) as lines:
            made.prove(Fibonacci(10), (number, 1))
        is_over = lines[0] < number
        assert texts == [] and not damaged(path), number
        made._store.close()
        assert outcomes(made)[0] >= 1


def test_a_key_that_an_interrupted_maker_holds_is_taken_over(path: Path) -> None:
    locks, first, second = lock_file(f"{path}.lock"), Making(lambda: "one"), Making(lambda: "other")
    key = bytes(range(32))
    locks.wait(key, first, None)
    first.fail(KeyboardInterrupt())
    locks.wait(key, second, None)
    locks.free(first)
    assert list(locks._held.values()) == [second]
    locks.free(second)
    assert not locks._held

"""`l2zk demo --performance`: every question is measured, and where a hope was wrong it is said, with the reason."""

from __future__ import annotations

import threading

import pytest
from commands import l2zk
from example_programs import Fibonacci
from warned import any_length

from l2zk.cli import performance
from l2zk.cli.performance import Answer, busy_thread, least

QUESTIONS = [
    "2 proofs of fib(3) in a batch",
    "the same beside a busy thread",
    "2 proofs of fib(4) in parallel",
    "2 proofs of fib(3) in parallel",
    "two of fib(5) on two threads",
    "the same two beside a busy thread",
    "fib(3) out of the cache",
    "fib(4) out of the cache",
    "30 proofs, two thirds repeated",
    "1000 requests for 10 programs",
]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same measurements, of proofs so short and so few that nothing can be learnt from them."""
    sizes = {"RUNS": 1, "SECONDS": 0, "BATCH": 2, "HITS": 2, "SHORT": 3, "LONG": 4, "LONGEST": 5}
    for name, value in sizes.items():
        monkeypatch.setattr(performance, name, value)
    monkeypatch.setattr(performance, "fibonacci", Fibonacci)


@any_length
def test_every_question_is_asked_of_real_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    before, result = threading.enumerate(), l2zk("demo", "--performance")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    for question in QUESTIONS:
        [row] = [line for line in lines if line.startswith(f"│ {question} ")]
        assert "x " in row
        reached = " yes " in row
        assert reached != any(line.startswith(f"{question}: ") for line in lines), (
            "a reason is given where it is wanted"
        )
    assert "128 proven bits" in lines[0]
    assert set(threading.enumerate()) <= set(before)


def test_what_is_reached() -> None:
    answer = Answer(question="?", without=3.0, with_=2.0, hope=("1.5x", 1.5), why="")
    assert answer.gain == 1.5 and answer.reached
    assert not Answer(question="?", without=3.0, with_=2.1, hope=("1.5x", 1.5), why="").reached


def test_the_first_run_is_not_counted_and_the_acts_take_turns() -> None:
    turns: list[str] = []
    least(lambda: turns.append("one"), lambda: turns.append("two"))
    assert turns == ["one", "two"] * 2


def test_a_busy_thread_ends_with_its_block() -> None:
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError), busy_thread():
        assert len(set(threading.enumerate()) - before) == 1
        raise ZeroDivisionError
    assert set(threading.enumerate()) <= before

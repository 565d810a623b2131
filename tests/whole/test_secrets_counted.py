"""Metrics say nothing private, and no caller makes their text or their memory grow without end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from caching import cache
from leaks import ARRAYS, INTERRUPTS, SECRET, WAYS, WITNESS, Arrays, Generated, Opened, Vault, assert_silent, raised
from quick import QUICK
from scraped import growth, samples

from l2zk import BatchProcessor, L2zkError, Machine, TraceProgram, get_program, metrics
from l2zk.errors import L2zkWarning, ProofError, WitnessError
from l2zk.vm.metrics import counts


@dataclass(frozen=True)
class Told(TraceProgram):
    """Its parameter is nobody's business, though a proof states it."""

    id = "told.v0"
    parameter: int = 0

    def define(self, m: Machine) -> None:
        x = m.column("x")
        m.start({x: m.public_input("first")})
        m.step({x: x})
        m.output("last", x, row=3)


ACTS: list[Callable[[], object]] = [
    lambda: QUICK.prove(Vault(), WITNESS),
    *[lambda how=how: QUICK.prove(Generated(how), {"key": SECRET}) for how in WAYS | INTERRUPTS],  # type: ignore[misc]
    *[lambda how=how: QUICK.prove(Arrays(how), ARRAYS) for how in ("well", "array", "key")],  # type: ignore[misc]
    lambda: cache().prove(Opened(), {"open": SECRET}),
    lambda: QUICK.verify(Opened(), b"", {"open": SECRET}),
    lambda: QUICK.verify(Told(SECRET), QUICK.prove(Told(SECRET), [SECRET]), [SECRET], outputs=[SECRET + 1]),
    lambda: BatchProcessor(QUICK).prove_batch([Told(SECRET), Vault()], [[SECRET], WITNESS], return_exceptions=True),
]


def act_all() -> None:
    """Do all of it, whatever comes of it."""
    for act in ACTS:
        with suppress(L2zkError, L2zkWarning, KeyboardInterrupt):
            act()


@pytest.fixture
def afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count as a process does that begins."""
    fresh = counts.Counts()
    monkeypatch.setattr("l2zk.vm.metrics.counted.COUNTS", fresh)
    monkeypatch.setattr("l2zk.vm.metrics.families.COUNTS", fresh)


@pytest.mark.usefixtures("afresh")
def test_no_private_value_and_no_parameter_or_input_is_in_the_text() -> None:
    act_all()
    text = metrics.text()
    assert_silent(text)
    assert 'program="told.v0"' in text and 'program="vault.v0"' in text


@pytest.mark.usefixtures("afresh")
def test_labels_are_words_that_are_known_beforehand() -> None:
    known = {
        "outcome": {"made", "accepted", "refused", "interrupted", "other", *(kind.__name__ for kind in counts.KINDS)},
        "check": {*counts.CHECKS, "other"},
        "kind": {"prove", "verify"},
    }
    act_all()
    labels = [label for one in samples() for label in one.labels.items()]
    assert {name for name, _ in labels} == {"program", "outcome", "check", "kind", "le", "version", "instruction_set"}
    for name, words in known.items():
        assert {value for label, value in labels if label == name} <= words


def made(id: Any) -> type[Told]:
    """A class of this id."""
    kind = type("Made", (Told,), {})
    kind.id = id
    return dataclass(frozen=True)(kind)


class Text(str):
    """A text that answers in its own way."""

    def __hash__(self) -> int:
        raise ValueError(SECRET)


class Kind(type):
    """A class of classes that cannot be looked at."""

    def __eq__(self, other: object) -> bool:
        raise ValueError(SECRET)

    def __getattribute__(self, name: str) -> Any:
        if name == "id":
            raise ValueError(SECRET)
        return super().__getattribute__(name)


@pytest.mark.usefixtures("afresh")
def test_a_stranger_who_makes_programs_without_end_fills_no_memory() -> None:
    most = counts.MOST_PROGRAMS
    for number in range(most + 50):
        raised(lambda number=number: QUICK.prove(made(f"made{number}.v0")(), {"x": 1}))  # type: ignore[misc]
    with growth() as grown:
        for _ in range(2):
            QUICK.prove(made("last.v0")(), [1])
            QUICK.prove(made("made7.v0")(), [1])
            QUICK.prove(get_program("fib")(rounds=5))
    assert grown("proofs_total", program="other", outcome="made") == 2
    assert grown("proofs_total", program="made7.v0", outcome="made") == 2
    assert grown("proofs_total", program="fib.v0", outcome="made") == 2  # a plugin's has room always
    programs = {one.labels["program"] for one in samples() if "program" in one.labels}
    assert len(programs) == most + 2


@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize("id", [None, 5, "", "x", "a\nb.v0", 'a"b.v0', "x" * 5000 + ".v0", Text("text.v0"), ["x.v0"]])
def test_what_is_no_id_is_no_label(id: Any) -> None:
    for act in (lambda: QUICK.prove(made(id)(), [1]), lambda: QUICK.verify(made(id)(), b"")):
        with suppress(L2zkError):
            act()
    assert {one.labels["program"] for one in samples() if "program" in one.labels} <= {"other"}


@pytest.mark.usefixtures("afresh")
def test_a_class_that_fails_when_looked_at_harms_nobody_who_asks_later() -> None:
    class Odd(Told, metaclass=Kind):
        """A program whose class fails."""

    for _ in range(2 * counts.MOST_NEWS):
        with suppress(L2zkError, ValueError):
            QUICK.prove(Odd(), [1])
    assert sum(one.value for one in samples() if one.name == "proofs_total") == 2 * counts.MOST_NEWS


@pytest.mark.usefixtures("afresh")
def test_an_error_of_somebodys_own_is_counted_by_the_class_that_it_derives_from() -> None:
    class Mine(WitnessError):
        pass

    class Section(ProofError):
        section = property(lambda self: f"7.{SECRET}")  # type: ignore[assignment]

        def __init__(self) -> None:
            pass

    for error in (Mine(SECRET), MemoryError(SECRET), ValueError(SECRET)):
        counts.COUNTS.proved(Told(), counts.outcome_of(error))
    assert [counts.outcome_of(one) for one in (Mine(1), MemoryError(), ValueError(), SystemExit())] == [
        "WitnessError",
        "MemoryError",
        "other",
        "interrupted",
    ]
    assert counts.check_of(Section()) == "other"
    assert_silent(metrics.text())

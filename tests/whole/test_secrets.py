"""Private values leave no trace in what is said: errors and what they came of, reports, what is printed of objects."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from leaks import (
    ARRAYS,
    INTERRUPTS,
    SECRET,
    WAYS,
    WITNESS,
    Arrays,
    Generated,
    Vault,
    assert_silent,
    raised,
    said,
    whole_chain,
)

from l2zk import (
    BatchProcessor,
    CachedZkVm,
    ExecutionTrace,
    L2zkError,
    TraceProgram,
    TraceZkVm,
)
from l2zk.errors import ConstraintError, LengthWarning, OptionsError, ProgramError, WitnessError
from l2zk.language.witness import bind

REQUESTS: list[tuple[TraceProgram, Any]] = [
    (Vault(), WITNESS),
    *[(Generated(how), {"key": SECRET}) for how in WAYS],
    (Vault(), {"s": [SECRET, -SECRET], "key": 1}),
    (Vault(), {"s": [1], "key": -SECRET}),
    (Vault(), {"s": [1], "key": SECRET + 0.5}),
    (Vault(), {"s": [1], "key": str(SECRET)}),
    (Vault(), {"s": [1], "key": SECRET + 2**64}),
    (Vault(), {"s": SECRET, "key": 1}),
    (Vault(), {"s": [[SECRET]], "key": 1}),
    (Vault(), {SECRET: 1}),
    (Vault(), [SECRET, SECRET, SECRET]),
    (Vault(), str(SECRET)),
    *[(Arrays(how), ARRAYS) for how in ("well", "array", "key", "negative")],
    (Arrays(), [ARRAYS["limit"], ARRAYS["values"]]),
    (Arrays(), [[SECRET] * 5, ARRAYS["values"]]),
    *[
        (Arrays(), {**ARRAYS, "values": wrong})
        for wrong in ([SECRET] * 3, SECRET, [[SECRET]] * 4, [1, 2, 3, -SECRET], [SECRET + 2**64] * 4, str(SECRET))
    ],
    (Arrays(), {**ARRAYS, "values": [1, 2, 3, str(SECRET)]}),
    (Arrays(), {**ARRAYS, "values": np.full(4, SECRET + 0.5)}),
    (Arrays(), {"values": ARRAYS["values"]}),
    (WITNESS, Vault()),  # type: ignore[list-item]
    ([SECRET], [Vault()]),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("program", "witness"), REQUESTS, ids=lambda part: repr(part)[:40])
def test_no_error_of_proving_says_a_private_value(
    program: TraceProgram, witness: Any, caplog: pytest.LogCaptureFixture
) -> None:
    machine, cache = TraceZkVm(), CachedZkVm()
    acts: list[Callable[[], object]] = [
        lambda: machine.prove(program, witness),
        lambda: cache.prove(program, witness),
        lambda: machine.profile(program, witness),
        lambda: asyncio.run(machine.prove_async(program, witness)),
        lambda: BatchProcessor(machine).prove_batch([program], [witness]),
        lambda: BatchProcessor(cache, max_workers=2).prove_batch_parallel([program] * 3, [witness] * 3),
    ]
    with caplog.at_level(logging.DEBUG):
        for act in acts:
            error = raised(act)
            assert_silent(said(error))
            assert_silent(said(pickle.loads(pickle.dumps(error))))
            assert not any(hasattr(one, "trace") for one in whole_chain(error))
            logging.getLogger("another").exception("it failed", exc_info=error)
    assert_silent("\n".join([caplog.text, *(str(record.exc_text) for record in caplog.records)]))


@pytest.mark.parametrize(
    ("program", "witness"), [*REQUESTS[:3], (Arrays(), ARRAYS)], ids=["vault", "generated", "whole", "arrays"]
)
def test_a_report_says_one_if_the_caller_asks(program: TraceProgram, witness: Any) -> None:
    quiet, loud = TraceZkVm(), TraceZkVm(redact=False)
    for report in (quiet.check(program, witness), program.check(witness), CachedZkVm().check(program, witness)):
        assert not report and report.redacted
        assert_silent("\n".join([str(report), report.text(40), repr(report), report.to_json(), report._repr_html_()]))
    trace = quiet.trace(program, witness)
    assert_silent(trace._repr_html_() + repr(trace) + trace.copy()._repr_html_())
    assert str(SECRET) in loud.trace(program, witness)._repr_html_()
    assert raised(lambda: quiet.prove(program, witness)).report.violations == quiet.check(program, witness).violations  # type: ignore[attr-defined]
    if program != Generated("whole"):
        for report in (
            loud.check(program, witness),
            program.check(witness, redact=False),
            quiet.check(program, witness, redact=False),
        ):
            assert str(SECRET) in str(report) and not report.redacted
        assert str(SECRET) in str(raised(lambda: CachedZkVm(vm=loud).prove(program, witness)))
    assert_silent(str(loud.check(program, witness, redact=True)))


def test_what_is_public_is_shown() -> None:
    error = raised(lambda: TraceZkVm().prove(Vault(), WITNESS))
    assert isinstance(error, ConstraintError)
    assert "constraint 'bounded' fails at row 2: s * (s - 5) == c is private * (private - 5) == 13" in str(error)
    assert str(error).endswith("TraceZkVm(redact=False) or `l2zk check` shows what is private")
    public = raised(lambda: TraceZkVm().prove(Wrong(), {"first": 7}))
    assert (
        "x[1] == 2 * x" not in str(public)
        and "seven" in str(public)
        and "is 7 == 8" in str(public)
        and "private" not in str(public)
    )


@dataclass(frozen=True)
class Wrong(TraceProgram):
    """All is public, and its claim fails."""

    id = "wrong.v0"

    def define(self, m: Any) -> None:
        m.rows(4)
        x = m.column("x")
        m.start({x: m.public_input("first")})
        m.step({x: 2 * x})
        m.constrain("seven", x == 8, on="first")


@pytest.mark.parametrize("whole", [False, True])
def test_a_trace_that_is_given_is_private(whole: bool) -> None:
    """Nothing says where it comes from, even where the program's own step would make it of public values."""
    trace = TraceZkVm().trace(Wrong(), {"first": 8})
    trace["x"][1 if whole else 0] = SECRET
    report = TraceZkVm().check(Wrong(), {"first": 8}, trace=trace)
    assert not report
    assert_silent(str(report))
    assert_silent(said(raised(lambda: TraceZkVm().prove(Wrong(), {"first": 8}, trace=trace))))
    assert str(SECRET) in str(TraceZkVm().check(Wrong(), {"first": 8}, trace=trace, redact=False))
    trace["x"][2] = 2**64 - 1
    error = raised(lambda: TraceZkVm(redact=False).prove(Wrong(), {"first": 8}, trace=trace))
    assert str(2**64 - 1) not in str(error) and "row 2" in str(error)


def test_what_generate_trace_raises_is_told_by_its_type_and_its_line() -> None:
    quiet = raised(lambda: TraceZkVm().prove(Generated("value"), [SECRET]))
    loud = raised(lambda: TraceZkVm(redact=False).prove(Generated("value"), [SECRET]))
    assert type(quiet) is type(loud) is ProgramError
    assert "generate_trace of generated.v0 raised ValueError (line " in str(quiet) and "leaks.py" in str(quiet)
    assert quiet.__cause__ is quiet.__context__ is None
    assert f"ValueError: {SECRET} is too large" in str(loud) and isinstance(loud.__cause__, ValueError)
    own = raised(lambda: TraceZkVm().prove(Generated("own"), [SECRET]))
    assert (
        str(own).startswith("generate_trace of generated.v0 raised WitnessError (line ") and type(own) is WitnessError
    )
    assert str(raised(lambda: TraceZkVm(redact=False).prove(Generated("own"), [SECRET]))) == "the key is too large"


def test_an_error_keeps_the_class_of_l2zks_that_it_has() -> None:
    for how, kind in (("told by one that derives from it", WitnessError), ("told by a warning", LengthWarning)):
        assert type(raised(lambda how=how: TraceZkVm().prove(Generated(how), [SECRET]))) is kind  # type: ignore[misc]
        shown = raised(lambda how=how: TraceZkVm(redact=False).prove(Generated(how), [SECRET]))  # type: ignore[misc]
        assert isinstance(shown, kind) and str(shown) == f"salary {SECRET} is odd"


def test_ctrl_c_says_nothing() -> None:
    for how in INTERRUPTS:
        with pytest.raises(KeyboardInterrupt) as caught:
            TraceZkVm().prove(Generated(how), [SECRET])
        assert type(caught.value) is KeyboardInterrupt and caught.value.args == ()
        assert_silent(said(caught.value))


@pytest.mark.parametrize(
    "act",
    [
        lambda: ExecutionTrace(np.full((3, 8), SECRET, dtype=np.uint64), ["a"], 3),  # type: ignore[arg-type]
        lambda: ExecutionTrace([SECRET], np.full((1, 8), SECRET, dtype=np.uint64), 3),  # type: ignore[list-item]
        lambda: ExecutionTrace(["a"], [[SECRET] * 8, [SECRET]], 3),  # type: ignore[arg-type]
        lambda: ExecutionTrace(["a"], np.full((1, 8), SECRET, dtype=np.uint64), [SECRET]),  # type: ignore[arg-type]
        lambda: TraceZkVm().trace(Vault(), WITNESS)[SECRET],  # type: ignore[index]
        lambda: TraceZkVm().estimate(WITNESS),  # type: ignore[arg-type]
        lambda: TraceZkVm().verify(Vault(), WITNESS),  # type: ignore[arg-type]
        lambda: TraceZkVm().verify(Vault(), b"", WITNESS),
        lambda: TraceZkVm().verify(Arrays(), b"", ARRAYS),
        lambda: TraceZkVm().verify(Arrays(), b"", outputs=ARRAYS),
        lambda: TraceZkVm().verify(Arrays(), b"", ARRAYS["values"]),
        lambda: TraceZkVm().prove_series([WITNESS]),  # type: ignore[list-item]
        lambda: TraceZkVm().prove(Vault(), WITNESS, trace=WITNESS),  # type: ignore[arg-type]
        lambda: TraceZkVm().prove(Vault(), {"s": [1], "key": SECRET}, trace=TraceZkVm().trace(Vault(), WITNESS)),
    ],
)
def test_arguments_in_a_wrong_place_are_not_shown(act: Callable[[], object]) -> None:
    with pytest.raises((L2zkError, KeyError)) as caught:
        act()
    assert_silent(said(caught.value))


def test_the_setting() -> None:
    assert TraceZkVm().redact and not TraceZkVm(redact=False).redact
    assert "redact" not in repr(TraceZkVm()) and "redact=False" in repr(CachedZkVm(vm=TraceZkVm(redact=False)))
    for wrong in (None, 1, "no"):
        with pytest.raises(OptionsError, match="redact"):
            TraceZkVm(redact=wrong)  # type: ignore[arg-type]


def test_what_is_printed_of_objects_holds_no_witness() -> None:
    binding = bind(Vault().definition, WITNESS)
    assert binding.private_inputs == (SECRET,)
    for thing in (
        binding,
        bind(Arrays().definition, ARRAYS),
        Vault().definition,
        Arrays().definition,
        TraceZkVm().trace(Generated(), [SECRET]),
        TraceZkVm().trace(Arrays(), ARRAYS),
        CachedZkVm(),
        BatchProcessor(),
    ):
        assert_silent(repr(thing))

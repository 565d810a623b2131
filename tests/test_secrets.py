"""Private values leave no trace in what is said: errors and what they came of, reports, logs, hooks, keys."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import l2zk
from pluggy import PluginManager

from l2zk import BatchProcessor, CachedZkVm, L2zkError, TraceProgram, TraceZkVm, hookspecs, plugins
from l2zk.errors import ConstraintError, OptionsError, ProgramError, WitnessError
from l2zk.expression import MODULUS
from l2zk.hookspecs import hookimpl
from l2zk.plugins import OBSERVING, Plugin, Registry

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
    (WITNESS, Vault()),  # type: ignore[list-item]
    ([SECRET], [Vault()]),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("program", "witness"), REQUESTS, ids=lambda part: repr(part)[:40])
def test_no_error_of_proving_says_a_private_value(program: TraceProgram, witness: Any, caplog: pytest.LogCaptureFixture) -> None:
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


@pytest.mark.parametrize(("program", "witness"), REQUESTS[:3], ids=["vault", "generated", "whole"])
def test_a_report_says_one_if_the_caller_asks(program: TraceProgram, witness: Any) -> None:
    quiet, loud = TraceZkVm(), TraceZkVm(redact=False)
    for report in (quiet.check(program, witness), program.check(witness), CachedZkVm().check(program, witness)):
        assert not report and report.redacted
        assert_silent("\n".join([str(report), repr(report), report.to_json(), report._repr_html_()]))
    assert raised(lambda: quiet.prove(program, witness)).report.violations == quiet.check(program, witness).violations  # type: ignore[attr-defined]
    if program != Generated("whole"):
        for report in (loud.check(program, witness), program.check(witness, redact=False), quiet.check(program, witness, redact=False)):
            assert str(SECRET) in str(report) and not report.redacted
        assert str(SECRET) in str(raised(lambda: CachedZkVm(vm=loud).prove(program, witness)))
    assert_silent(str(loud.check(program, witness, redact=True)))


def test_what_is_public_is_shown() -> None:
    error = raised(lambda: TraceZkVm().prove(Vault(), WITNESS))
    assert isinstance(error, ConstraintError)
    assert "constraint 'bounded' fails at row 2: s * (s - 5) == c is private * (private - 5) == 13" in str(error)
    assert str(error).endswith("TraceZkVm(redact=False) or `l2zk check` shows what is private")
    public = raised(lambda: TraceZkVm().prove(Wrong(), {"first": 7}))
    assert "x[1] == 2 * x" not in str(public) and "seven" in str(public) and "is 7 == 8" in str(public) and "private" not in str(public)


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
    assert "generate_trace of generated.v0 raised ValueError (line " in str(quiet) and "test_secrets.py" in str(quiet)
    assert quiet.__cause__ is quiet.__context__ is None
    assert f"ValueError: {SECRET} is too large" in str(loud) and isinstance(loud.__cause__, ValueError)
    assert str(raised(lambda: TraceZkVm().prove(Generated("own"), [SECRET]))) == "the key is too large"


class Watcher:
    """An observer that keeps what it is told, and one that fails of it."""

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails
        self.errors: list[BaseException] = []

    @hookimpl
    def l2zk_prove_finished(self, error: BaseException | None) -> None:
        if self.fails:
            raise RuntimeError("an observer's own fault")
        if error is not None:
            self.errors.append(error)


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Watcher], None]]:
    def watch(watcher: Watcher) -> None:
        manager = PluginManager(hookspecs.PROJECT)
        manager.add_hookspecs(hookspecs)
        plugin = Plugin(name="watcher", distribution="tests", version="1", hooks=OBSERVING)
        manager.register(watcher, name=plugin.key)
        registry = Registry(plugins=(plugin,), claims={}, manager=manager)
        monkeypatch.setattr(plugins, "_registries", {plugins._choice(): registry})

    yield watch


@pytest.mark.parametrize("redact", [True, False])
@pytest.mark.parametrize("how", [None, "value", "well", "own"])
def test_an_observer_learns_nothing_private_whatever_the_machine_shows(how: str | None, redact: bool, watching: Any) -> None:
    watcher = Watcher()
    watching(watcher)
    request = (Vault(), WITNESS) if how is None else (Generated(how), {"key": SECRET})
    error = raised(lambda: TraceZkVm(redact=redact).prove(*request))
    [told] = watcher.errors
    assert type(told) is type(error) and told is not error
    assert_silent(said(told))
    assert told.__traceback__ is told.__cause__ is told.__context__ is None
    assert (str(SECRET) in said(error)) is not redact


class Odd(Exception):
    def __init__(self, one: int, other: int) -> None:
        super().__init__(one, other)


@pytest.mark.parametrize("error", [ValueError(SECRET), KeyboardInterrupt(SECRET), Odd(SECRET, 1), OSError(1, str(SECRET))], ids=repr)
def test_an_observer_is_told_of_foreign_errors_by_their_type(error: BaseException, watching: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = Watcher()
    watching(watcher)

    def leave(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr("l2zk._core.prove_bytes", leave)
    with pytest.raises(type(error)) as caught:
        TraceZkVm().prove(Vault(), WITNESS)
    assert caught.value is error and isinstance(watcher.errors[0], type(error))
    assert_silent(said(watcher.errors[0]))


def test_an_observer_that_fails_is_logged_without_what_it_was_told(watching: Any, caplog: pytest.LogCaptureFixture) -> None:
    watching(Watcher(fails=True))
    raised(lambda: TraceZkVm(redact=False).prove(Vault(), WITNESS))
    assert "an observer's own fault" in caplog.text
    assert_silent(caplog.text)


def test_the_setting() -> None:
    assert TraceZkVm().redact and not TraceZkVm(redact=False).redact
    assert "redact" not in repr(TraceZkVm()) and "redact=False" in repr(CachedZkVm(vm=TraceZkVm(redact=False)))
    for wrong in (None, 1, "no"):
        with pytest.raises(OptionsError, match="redact"):
            TraceZkVm(redact=wrong)  # type: ignore[arg-type]


def test_what_is_printed_of_objects_holds_no_witness() -> None:
    binding = Vault().definition.bind(WITNESS)
    assert binding.private_inputs == (SECRET,)
    for thing in (binding, Vault().definition, TraceZkVm().trace(Generated(), [SECRET]), CachedZkVm(), BatchProcessor()):
        assert_silent(repr(thing))


FILE = """
from dataclasses import dataclass
import l2zk

@dataclass(frozen=True)
class Payroll(l2zk.TraceProgram):
    id = "payroll.v0"
    fails: bool = False

    def define(self, m):
        m.rows(4)
        x = m.column("x")
        m.private_input("salary")
        m.constrain("small", x * (x - 5) == 0)

    def generate_trace(self, witness):
        if self.fails:
            raise ValueError(witness["salary"])
        return {"x": [witness["salary"]] * 4}
"""


@pytest.mark.parametrize("more", [[], ["--json"]])
@pytest.mark.parametrize("fails", [[], ["--fails"]])
def test_prove_leaves_to_check_what_is_private(fails: list[str], more: list[str], tmp_path: Path) -> None:
    file = tmp_path / "payroll.py"
    file.write_text(FILE)
    request = [f"{file}:Payroll", *fails, "--input", f"salary={SECRET}", *more]
    proved, checked = l2zk("prove", *request), l2zk("check", *request)
    assert proved.exit_code != 0 and checked.exit_code != 0
    assert_silent(proved.output)
    assert "`l2zk check` shows" in proved.output and "TraceZkVm" not in proved.output
    assert str(SECRET) in checked.output
    assert_silent(l2zk("check", *request, "--redact").output)


@pytest.mark.parametrize("given", [f"salary={SECRET}x", f"salary={SECRET}.5", str(SECRET)])
def test_a_value_that_is_none_is_not_shown(given: str, tmp_path: Path) -> None:
    file = tmp_path / "payroll.py"
    file.write_text(FILE)
    result = l2zk("prove", f"{file}:Payroll", "--input", given)
    assert result.exit_code == 2
    assert_silent(result.output)

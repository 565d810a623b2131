"""Private values are told to nobody: observers, the log, who reads what a command prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import l2zk
from leaks import ARRAYS, SECRET, WAYS, WITNESS, Arrays, Generated, Vault, assert_silent, raised, said
from pluggy import PluginManager

from l2zk import TraceZkVm
from l2zk.plugins import hookspecs
from l2zk.plugins import registry as plugins
from l2zk.plugins.hookspecs import hookimpl
from l2zk.plugins.installed import Plugin
from l2zk.plugins.registry import OBSERVING, Registry


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
@pytest.mark.parametrize("how", [None, *(how for how in WAYS if how not in ("whole", "negative"))])
def test_an_observer_learns_nothing_private_whatever_the_machine_shows(
    how: str | None, redact: bool, watching: Any
) -> None:
    watcher = Watcher()
    watching(watcher)
    request = (Vault(), WITNESS) if how is None else (Generated(how), {"key": SECRET})
    error = raised(lambda: TraceZkVm(redact=redact).prove(*request))
    *_, told = watcher.errors
    assert isinstance(error, type(told)) and told is not error
    assert_silent(said(told))
    assert told.__traceback__ is told.__cause__ is told.__context__ is None
    if redact or how in (None, "value", "well", "own", "told by one of l2zk's", "text for a name"):
        assert (str(SECRET) in said(error)) is not redact


@pytest.mark.parametrize("how", ["well", "array", "key"])
def test_an_observer_learns_nothing_of_a_private_array(how: str, watching: Any) -> None:
    watcher = Watcher()
    watching(watcher)
    shown = raised(lambda: TraceZkVm(redact=False).prove(Arrays(how), ARRAYS))
    [told] = watcher.errors
    assert str(SECRET) in said(shown) and isinstance(shown, type(told))
    assert_silent(said(told))


class Odd(Exception):
    def __init__(self, one: int, other: int) -> None:
        super().__init__(one, other)


@pytest.mark.parametrize(
    "error", [ValueError(SECRET), KeyboardInterrupt(SECRET), Odd(SECRET, 1), OSError(1, str(SECRET))], ids=repr
)
def test_an_observer_is_told_of_foreign_errors_by_their_type(
    error: BaseException, watching: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = Watcher()
    watching(watcher)

    def leave(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr("l2zk._core.prove_bytes", leave)
    with pytest.raises(type(error)) as caught:
        TraceZkVm().prove(Vault(), WITNESS)
    assert caught.value is error and isinstance(watcher.errors[0], type(error))
    assert_silent(said(watcher.errors[0]))


def test_an_observer_that_fails_is_logged_without_what_it_was_told(
    watching: Any, caplog: pytest.LogCaptureFixture
) -> None:
    watching(Watcher(fails=True))
    raised(lambda: TraceZkVm(redact=False).prove(Vault(), WITNESS))
    assert "an observer's own fault" in caplog.text
    assert_silent(caplog.text)


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


@pytest.mark.parametrize(
    "given", [f"salary={SECRET}x", f"salary={SECRET}.5", f"salary={SECRET},x", f"salary={SECRET},1", str(SECRET)]
)
def test_a_value_that_is_none_is_not_shown(given: str, tmp_path: Path) -> None:
    file = tmp_path / "payroll.py"
    file.write_text(FILE)
    result = l2zk("prove", f"{file}:Payroll", "--input", given)
    assert result.exit_code == 2
    assert_silent(result.output)

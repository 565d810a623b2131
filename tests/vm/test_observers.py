"""Observers and the logger: they are told of a proof begun, its stages and its end, and change nothing."""

from __future__ import annotations

import inspect
import logging
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pluggy import PluginManager

from l2zk.base.foreign import warn_caller
from l2zk.errors import ConstraintError, LengthWarning, WitnessError
from l2zk.language.program import Machine, TraceProgram
from l2zk.plugins import hookspecs
from l2zk.plugins import registry as plugins
from l2zk.plugins.hookspecs import hookimpl
from l2zk.plugins.installed import Plugin
from l2zk.plugins.registry import OBSERVING, Registry
from l2zk.proof.options import ProofOptions
from l2zk.proof.proof import Proof
from l2zk.vm import observers as observation
from l2zk.vm.zkvm import TraceZkVm

prove = TraceZkVm.prove


@dataclass(frozen=True)
class Powers(TraceProgram):
    """a[i+1] = 2·a[i]."""

    id = "powers.v0"
    rounds: int = 5

    def define(self, m: Machine) -> None:
        (a,) = m.columns("a")
        m.start({a: m.private_input("a", default=1)})
        m.step({a: 2 * a})
        m.output("result", a, row=self.rounds)


class Watcher:
    """A plugin that notes what it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any]] = []

    @hookimpl
    def l2zk_prove_started(self, program: TraceProgram, options: Any) -> None:
        self.seen.append(("started", (program, options)))

    @hookimpl
    def l2zk_prove_stage(self, stage: str, done: int, total: int) -> None:
        self.seen.append(("stage", (stage, done, total)))

    @hookimpl
    def l2zk_prove_finished(self, proof: Proof | None, error: BaseException | None, seconds: float) -> None:
        self.seen.append(("finished", (proof, error)))
        assert seconds > 0


class Broken(Watcher):
    """A plugin that fails when it is told the first time."""

    @hookimpl
    def l2zk_prove_started(self) -> None:
        raise RuntimeError("an observer's fault")


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let these be the plugins that are loaded."""

    def watch(*watchers: Watcher) -> None:
        manager = PluginManager(hookspecs.PROJECT)
        manager.add_hookspecs(hookspecs)
        found = []
        for watcher in watchers:
            plugin = Plugin(name=type(watcher).__name__, distribution="tests", version="1", hooks=OBSERVING)
            manager.register(watcher, name=plugin.key)
            found.append(plugin)
        registry = Registry(plugins=tuple(found), claims={}, manager=manager)
        monkeypatch.setattr(plugins, "_registries", {plugins._choice(): registry})

    return watch


def test_an_observer_sees_a_proof_from_beginning_to_end(watching: Any) -> None:
    watcher, vm, program = Watcher(), TraceZkVm(), Powers()
    watching(watcher)
    proof = prove(vm, program)
    assert watcher.seen[0] == ("started", (program, vm.options))
    assert watcher.seen[-1] == ("finished", (proof, None))
    assert all(kind == "stage" for kind, _ in watcher.seen[1:-1])


def test_an_observer_sees_the_stages_and_the_caller_does_too(watching: Any) -> None:
    watcher, told = Watcher(), []
    watching(watcher)
    prove(TraceZkVm(threads=1), Powers(2_000_000), progress=lambda *news: told.append(news))
    stages = [news for kind, news in watcher.seen if kind == "stage"]
    assert stages == told and {"commit", "zerocheck"} & {stage for stage, _, _ in stages}


def test_an_observer_sees_a_failure(watching: Any) -> None:
    watcher = Watcher()
    watching(watcher)
    with pytest.raises(WitnessError):
        prove(TraceZkVm(), Powers(), {"b": 1})
    kind, (proof, error) = watcher.seen[-1]
    assert kind == "finished" and proof is None and isinstance(error, WitnessError)


def test_what_a_progress_call_raises_is_seen_and_passed_on(watching: Any) -> None:
    watcher = Watcher()
    watching(watcher)

    def interrupt(*news: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prove(TraceZkVm(), Powers(2_000_000), progress=interrupt)
    assert isinstance(watcher.seen[-1][1][1], KeyboardInterrupt)


def test_a_broken_observer_is_logged_once_and_stops_nothing(watching: Any, caplog: pytest.LogCaptureFixture) -> None:
    broken, watcher = Broken(), Watcher()
    watching(broken, watcher)
    proof = prove(TraceZkVm(), Powers())
    assert proof.public_outputs == {"result": 32}
    assert broken.seen == [] and watcher.seen[-1] == ("finished", (proof, None))
    [record] = caplog.records
    assert record.levelno == logging.WARNING and record.exc_info is not None
    assert record.getMessage() == "Broken of tests 1: its l2zk_prove_started failed, and is told no more"


class Raising(logging.Handler):
    """A handler, and a filter, of the log that raises."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error, self.told = error, 0

    def emit(self, record: logging.LogRecord) -> None:
        self.told += 1
        raise self.error

    def filter(self, record: logging.LogRecord) -> bool:
        self.emit(record)
        return True


@pytest.fixture
def raising_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[BaseException, str], Raising]]:
    """Let the log be one whose "handlers" or "filters" raise an error."""
    logger, level = observation.logger, observation.logger.level

    def make(error: BaseException, kind: str) -> Raising:
        handler = Raising(error)
        monkeypatch.setattr(logger, kind, [handler])
        logger.setLevel(logging.DEBUG)
        return handler

    yield make
    logger.setLevel(level)


@pytest.mark.parametrize("kind", ["handlers", "filters"])
@pytest.mark.parametrize("error", [SystemExit(0), ZeroDivisionError(), GeneratorExit(), WitnessError("of the log")])
def test_a_log_that_raises_changes_nothing(
    kind: str, error: BaseException, watching: Any, raising_log: Callable[..., Raising]
) -> None:
    broken, watcher = Broken(), Watcher()
    watching(broken, watcher)
    handler = raising_log(error, kind)
    assert prove(TraceZkVm(), Powers()).public_outputs == {"result": 32} and handler.told >= 3
    with pytest.raises(WitnessError, match="no input 'b'"):
        prove(TraceZkVm(), Powers(), {"b": 1})
    assert [event for event, _ in watcher.seen if event != "stage"] == ["started", "finished"] * 2


def test_ctrl_c_in_a_log_is_the_users(raising_log: Callable[..., Raising]) -> None:
    raising_log(KeyboardInterrupt(), "handlers")
    with pytest.raises(KeyboardInterrupt):
        prove(TraceZkVm(), Powers())


def test_what_shows_warnings_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise SystemExit(0)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", fail)
        warn_caller("doubled", LengthWarning)
        warnings.simplefilter("error")
        with pytest.raises(LengthWarning, match="^doubled$"):
            warn_caller("doubled", LengthWarning)


def test_the_log_names_the_function_that_logs(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "l2zk"):
        prove(TraceZkVm(), Powers())
    assert [record.funcName for record in caplog.records] == ["started", "finished"]


def test_no_hook_is_given_a_witness_or_a_trace() -> None:
    for name in OBSERVING:
        arguments = set(inspect.signature(getattr(hookspecs, name)).parameters)
        assert arguments <= {"program", "options", "stage", "done", "total", "proof", "error", "seconds"}


def test_proving_loads_no_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "_registries", {})
    assert prove(TraceZkVm(), Powers()).public_outputs == {"result": 32}
    assert plugins.observers() == () and plugins._registries == {}


def test_the_logger_tells_of_proofs_and_never_of_values(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="l2zk"):
        prove(TraceZkVm(), Powers(1_500_000), {"a": 123456789})
        with pytest.raises(ConstraintError):
            vm = TraceZkVm()
            trace = vm.trace(Powers())
            trace["a"][1] = 987654321
            prove(vm, Powers(), trace=trace)
    first, *stages, proved, begun, failed = [record.getMessage() for record in caplog.records]
    assert first == f"proving Powers(rounds=1500000) with {TraceZkVm().options!r}"
    assert stages and all(" after " in stage for stage in stages)
    assert proved.startswith("proved in ") and proved.endswith(" bytes")
    assert begun.startswith("proving Powers(rounds=5)")
    assert failed.startswith("no proof after ") and failed.endswith(" s: ConstraintError")
    assert not any("123456789" in text or "987654321" in text for text in caplog.messages)


def test_a_proof_that_is_profiled_is_observed_once(watching: Any) -> None:
    watcher = Watcher()
    watching(watcher)
    profile = TraceZkVm().profile(Powers())
    assert [kind for kind, _ in watcher.seen if kind != "stage"] == ["started", "finished"]
    assert watcher.seen[-1] == ("finished", (profile.proof, None))


def test_a_series_is_observed_proof_by_proof(watching: Any) -> None:
    watcher, told = Watcher(), []
    watching(watcher)
    vm, wrong = TraceZkVm(), "no program"
    jobs: list[Any] = [(Powers(), [3]), (wrong, ()), (Powers(), ["private"]), (Powers(7), [1])]
    proofs = vm.prove_series(jobs, progress=lambda *now: told.append(now))
    assert [proof is not None for proof in proofs] == [True, False, False, True]
    assert all(vm.verify(job[0], proof) for job, proof in zip(jobs, proofs) if proof is not None)
    programs = [news[0] for event, news in watcher.seen if event == "started"]
    finished = [news for event, news in watcher.seen if event == "finished"]
    assert programs == [Powers(), Powers(), Powers(7)]
    assert [proof for proof, _ in finished] == [proofs[0], None, proofs[3]]
    assert isinstance(finished[1][1], WitnessError) and set(told) <= {("proofs", done, 4) for done in range(4)}


def test_what_the_progress_call_of_a_series_raises_ends_it(watching: Any) -> None:
    watcher = Watcher()
    watching(watcher)
    endless = ProofOptions(queries=20, grinding=32, allow_insecure=True)

    def progress(*now: Any) -> None:
        raise KeyError(now)

    with pytest.raises(KeyError):
        TraceZkVm(endless).prove_series([(Powers(), [1])] * 3, progress=progress)
    assert [event for event, _ in watcher.seen if event != "stage"] == ["started", "finished"]


def test_the_logger_is_named_as_the_library() -> None:
    assert observation.logger.name == "l2zk"
